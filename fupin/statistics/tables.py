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
from fupin.registry import snapshots
from fupin.statistics.figures import Reader, column_of, condition
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
    """A table for a division as of a period's end. Cells with fewer records than `least` are hidden."""
    kept = reader.extract.computed
    asked = ("table", table.name, node.id, period.text, least, is_english(), snapshots.is_frozen(period.end))
    if asked not in kept:
        kept[asked] = _make(reader, table, node, period, least)
    return kept[asked]


def _make(reader: Reader, table: Table, node: Node, period: Period, least: int) -> Made:
    if table.measure == "sums":
        return _sums(reader, table, node, period)
    dataset = declared.dataset(table.dataset)
    fields = [dataset.field(name) for name in (table.rows, table.columns) if name]
    groups = ", ".join(_group(one, table) for one in fields)
    sql = f"SELECT {groups}, count(*) {_rows(reader, table, node, period)} GROUP BY ALL ORDER BY ALL"
    found = reader.cursor.execute(sql).fetchall()
    if not table.columns:
        found = [(row, None, count) for row, count in found]
    across = sorted({c for _r, c, _n in found}, key=lambda c: (c is None, c)) if table.columns else [None]
    down = list(dict.fromkeys(r for r, _c, _n in sorted(found, key=lambda f: (f[0] is None, f[0]))))
    counts = {(r, c): n for r, c, n in found}
    lines = []
    for row in down:
        cells = tuple(_cell(counts.get((row, column), 0), row, column, least) for column in across)
        lines.append((_label(fields[0], row, table), cells))
    columns = tuple(_label(fields[1], column, table) for column in across) if table.columns else (_unit(table.unit),)
    return Made(table, title(table), _definition(table), columns, tuple(lines), sum(counts.values()), _unit(table.unit))


def _cell(count: int, row: Any, column: Any, least: int) -> Cell:
    return Cell(count, count, _raw(row), _raw(column), 0 < count < least)


def _raw(value: Any) -> str:
    return NOTHING if value is None else str(value)


def _rows(reader: Reader, table: Table, node: Node, period: Period, more: str = "TRUE") -> str:
    measure = Measure(declared.dataset(table.dataset), condition(table.dataset, table.where))
    behind = predicate(
        measure, reader.given(measure.where, period.end, node.id), place=f'r."{column_of(node.level)}" = {node.id}'
    )
    return f"FROM {reader.relation(table.dataset, period.end)} r WHERE {behind} AND {more}"


def _group(one: Field, table: Table) -> str:
    name = f'r."{one.name}"'
    edges = table.bands.get(one.name)
    if not edges:
        return name
    steps = " ".join(f"WHEN {name} >= {edge} THEN {edge}" for edge in sorted(edges, reverse=True))
    return f"CASE {steps} END"


def _sums(reader: Reader, table: Table, node: Node, period: Period) -> Made:
    dataset = declared.dataset(table.dataset)
    sums = ", ".join(f'sum(r."{name}"), count(r."{name}")' for name in table.values)
    row = reader.cursor.execute(f"SELECT {sums} {_rows(reader, table, node, period)}").fetchone() or ()
    lines = []
    for place, name in enumerate(table.values):
        fen, records = row[2 * place] or 0, row[2 * place + 1]
        lines.append((label(dataset.field(name)), (Cell(float(to_yuan(int(fen))), records),)))
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
