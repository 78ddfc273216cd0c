"""Tables of the register dashboard: a measure broken down by one or two fields, each cell opening its records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from fupin.bulk.datasets import Dataset, Field, Type, declared
from fupin.conditions.indicators import Measure, predicate
from fupin.conditions.saying import code_label, is_english, label
from fupin.core.money import to_yuan
from fupin.divisions.tree import Node
from fupin.policy.catalogue import code_list
from fupin.policy.indicators import Table
from fupin.policy.indicators import tables as all_tables
from fupin.registry import snapshots
from fupin.rulebook.conditions import condition
from fupin.statistics import suppression
from fupin.statistics.figures import Reader, column_of
from fupin.statistics.periods import Period

NOTHING = "_"
"""How a group without a value is written in an address."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a table; `row` and `column` are the raw groups that its list is opened with."""

    value: float | int
    records: int
    row: str = ""
    column: str = ""
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """A table as it is shown: labels of columns, rows with label and cells, the sums."""

    table: Table
    label: str
    definition: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    total: int
    unit: str


def title(table: Table) -> str:
    return table.label_en if is_english() else table.label


def make(reader: Reader, table: Table, node: Node, period: Period, *, least: int = 0) -> Made:
    """A table for a division as of a period's end. With `least` for those who may not see records: cells with fewer
    records are hidden, and those that would tell of them."""
    kept = reader.extract.computed
    asked = ("table", table.name, node.id, period.text, least, is_english(), snapshots.is_frozen(period.end))
    if asked not in kept:
        kept[asked] = _make(reader, table, node, period, least)
    return kept[asked]


def _make(reader: Reader, table: Table, node: Node, period: Period, least: int) -> Made:
    if table.measure == "sums":
        return _sums(reader, table, node, period, least)
    counts, down, across = _counts(reader, table, node, period)
    hidden = _hidden(reader, table, node, period, least) if least else frozenset()
    fields = _fields(table)
    lines = []
    for row in down:
        cells = tuple(
            Cell(n := counts.get((row, column), 0), n, _raw(row), _raw(column), (row, column) in hidden)
            for column in across
        )
        lines.append((_label(fields[0], row, table), cells))
    columns = tuple(_label(fields[1], column, table) for column in across) if table.columns else (_unit(table.unit),)
    return Made(table, title(table), _definition(table), columns, tuple(lines), sum(counts.values()), _unit(table.unit))


def _fields(table: Table) -> list[Field]:
    dataset = declared.dataset(table.dataset)
    return [dataset.field(name) for name in (table.rows, table.columns) if name]


def _counts(
    reader: Reader, table: Table, node: Node, period: Period, more: str = ""
) -> tuple[dict[tuple[Any, Any], int], list[Any], list[Any]]:
    """The number of records by row and column, and both in their order; `more`: of those that fulfil it too."""
    groups = ", ".join(_group(one, table) for one in _fields(table))
    sql = f"SELECT {groups}, count(*) {_rows(reader, table, node, period, holds=more)} GROUP BY ALL ORDER BY ALL"
    found = reader.cursor.execute(sql).fetchall()
    if not table.columns:
        found = [(row, None, count) for row, count in found]
    across = sorted({c for _r, c, _n in found}, key=lambda c: (c is None, c)) if table.columns else [None]
    down = list(dict.fromkeys(r for r, _c, _n in sorted(found, key=lambda f: (f[0] is None, f[0]))))
    return {(r, c): n for r, c, n in found}, down, across


def _hidden(reader: Reader, table: Table, node: Node, period: Period, least: int) -> frozenset[tuple[Any, Any]]:
    """The hidden cells: those with few records, and those without which these could be computed (`suppression`)."""
    counts, down, across = _counts(reader, table, node, period)
    if table.columns:
        return _hidden_across(
            {(r, c): counts.get((r, c), 0) for r in down for c in across},
            _is_open_across(reader, table, node, period, least),
            least,
        )
    small = {cell for cell, records in counts.items() if records < least}
    if table.subtotal:
        # A figure beside the table counts these rows alone: hidden ones among them need company among them.
        own, _down, _across = _counts(reader, table, node, period, table.subtotal)
        whole = {cell: records for cell, records in counts.items() if own.get(cell, 0) == records}
        if sum(whole.values()) == sum(own.values()) >= least:
            small |= suppression.along(whole, small & whole.keys(), least=least)
    return suppression.along(counts, small, least=least, fewest=table.fewest_hidden)


def _hidden_across(counts: dict[tuple[Any, Any], int], is_open: bool, least: int) -> frozenset[tuple[Any, Any]]:
    small = [cell for cell, records in counts.items() if 0 < records < least]
    hidden = suppression.across(counts, small, least=least) if is_open else None
    return frozenset(counts) if hidden is None else hidden


def _is_open_across(reader: Reader, table: Table, node: Node, period: Period, least: int) -> bool:
    """May the cross-tables of a dataset be shown at all? They share their sums: where one with a small cell is a single
    line, its cells are the sums of the others."""
    for one in all_tables().values():
        if one.columns and one.dataset == table.dataset:
            counts, down, across = _counts(reader, one, node, period)
            if min(len(down), len(across)) == 1 and any(records < least for records in counts.values()):
                return False
    return True


def _raw(value: Any) -> str:
    return NOTHING if value is None else str(value)


def _rows(reader: Reader, table: Table, node: Node, period: Period, more: str = "TRUE", *, holds: str = "") -> str:
    where = f"({table.where}) and ({holds})" if holds else table.where
    measure = Measure(declared.dataset(table.dataset), condition(table.dataset, where))
    behind = predicate(
        measure, reader.given(measure.where, period.end, node.id), place=f'r."{column_of(node.level)}" = {node.id}'
    )
    return f"FROM {reader.relation(table.dataset, period.end)} r WHERE {behind} AND {more}"


def _group(one: Field, table: Table) -> str:
    """What a row is counted under. An empty text is what nobody filled in, like no value at all."""
    name = f'r."{one.name}"'
    edges = table.bands.get(one.name)
    if not edges:
        return f"NULLIF({name}, '')" if one.type in (Type.CODE, Type.CODES, Type.TEXT) else name
    steps = " ".join(f"WHEN {name} >= {edge} THEN {edge}" for edge in sorted(edges, reverse=True))
    return f"CASE {steps} END"


def _sums(reader: Reader, table: Table, node: Node, period: Period, least: int) -> Made:
    """Totals of several values. They add up to one that is shown elsewhere: a single one with few records hides all."""
    dataset = declared.dataset(table.dataset)
    sums = ", ".join(f'sum(r."{name}"), count(r."{name}")' for name in table.values)
    row = reader.cursor.execute(f"SELECT {sums} {_rows(reader, table, node, period)}").fetchone() or ()
    is_hidden = any(0 < records < least for records in row[1::2])
    lines = []
    for place, name in enumerate(table.values):
        fen, records = row[2 * place] or 0, row[2 * place + 1]
        lines.append((label(dataset.field(name)), (Cell(float(to_yuan(int(fen))), records, is_hidden=is_hidden),)))
    return Made(table, title(table), _definition(table), (_unit(table.unit),), tuple(lines), 0, _unit(table.unit))


def _label(one: Field, value: Any, table: Table) -> str:
    edges = sorted(table.bands.get(one.name, ()))
    if value is None:
        return _("未填写")
    if not edges:
        return code_label(one, str(value)) if one.type is Type.CODE else str(value)
    shown = [int(edge / 100) if one.type is Type.MONEY else edge for edge in edges]
    place = edges.index(value)
    if place == len(edges) - 1:
        return _("%s 及以上") % shown[place]
    if one.type is Type.INTEGER and edges[place + 1] - value == 1:
        return str(shown[place])
    if place == 0 and one.type is Type.MONEY:
        return _("不足 %s") % shown[1]
    last = shown[place + 1] if one.type is Type.MONEY else shown[place + 1] - 1
    return f"{shown[place]}–{last}"


def _definition(table: Table) -> str:
    return table.definition_en if is_english() else table.definition


def _unit(name: str) -> str:
    return code_list("unit").label(name, is_english())


def cell_rows(
    reader: Reader, table: Table, node: Node, period: Period, *, row: str, column: str, scope: str
) -> tuple[Dataset, str]:
    """The records of one cell: its dataset and the SQL of its rows. Raises KeyError for a field that is none."""
    dataset = declared.dataset(table.dataset)
    chosen = [
        (dataset.field(name), value) for name, value in ((table.rows, row), (table.columns, column)) if name and value
    ]
    more = " AND ".join(
        f"CAST({_group(one, table)} AS VARCHAR) IS NOT DISTINCT FROM {_literal(value)}" for one, value in chosen
    )
    return dataset, f"SELECT * FROM (SELECT r.* {_rows(reader, table, node, period, more or 'TRUE')}) x WHERE {scope}"


def _literal(value: str) -> str:
    return "NULL" if value == NOTHING else "'" + value.replace("'", "''") + "'"
