"""Figures of many divisions at once: what they are computed from comes by one statement for all of them.

Only the counting is done here, into the reader's stores; how a figure is made of it stays in `figures`, so that a
figure is the same whether it was asked for alone or with its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from fupin.bulk.datasets import declared
from fupin.conditions.indicators import Measured, measured, predicate
from fupin.divisions.queries import tree
from fupin.divisions.tree import Node
from fupin.policy.indicators import Indicator, indicator
from fupin.rulebook.conditions import condition, setting
from fupin.statistics.figures import Reader, column_of, measure_of
from fupin.statistics.periods import Period


def prepare(reader: Reader, names: Iterable[str], node: Node, period: Period) -> None:
    """Count what the figures of all divisions directly below need, for `Reader.figure` to find. Raises UnknownIndicator.

    Figures that were computed from this extract before need nothing more.
    """
    children, names = tree().children(node.id), list(names)
    reader.make_room(2 * len(names) * len(children))  # also for those that a rate is made of
    for name in names:
        if not all(reader.is_computed(name, child, period) for child in children):
            _prepare(reader, indicator(name), children, period)


def _prepare(reader: Reader, one: Indicator, children: Sequence[Node], period: Period) -> None:
    ids = [child.id for child in children]
    reader.references.read(ids)
    if one.dataset:
        stocks(reader, one, children, period.end)
    if one.measure == "reduction" and not period.is_day:
        base = indicator(one.base)
        for on in (period.start, period.end):
            day = Period(on.isoformat(), on, on, True)
            _prepare(reader, base, children, day)
        moves(reader, base, children, period)
        return
    for name in {one.base, one.of if one.measure == "ratio" else "", *one.parts} - {""}:
        _prepare(reader, indicator(name), children, period)


def stocks(reader: Reader, one: Indicator, children: Sequence[Node], on: date) -> None:
    """Count the records of an indicator as of a day, by division, into `Reader.counted`."""
    kinds = (False, True) if reader.is_frozen(on) else (False,)
    for live in kinds:
        wanted = [child for child in children if (one.name, child.id, on, live) not in reader.counted]
        for alike in _alike(one, wanted, on):
            measure = measure_of(one, on, alike[0].id)
            given = reader.given(measure.where, on, alike[0].id, live=live)
            column, place = _place(reader, one, alike)
            rows = reader.relation(one.dataset, on, live=live)
            found = {row.group: row for row in measured(reader.cursor, rows, measure, given, place=place, by=column)}
            for child in alike:
                nothing = Measured(child.id, 0 if one.measure in ("count", "sum") else None, 0)
                reader.counted[(one.name, child.id, on, live)] = found.get(child.id, nothing)


def moves(reader: Reader, base: Indicator, children: Sequence[Node], period: Period) -> None:
    """Count the records that came or left, by division, into `Reader.moved`."""
    asked = (period.start, period.end)
    wanted = [child for child in children if (base.name, child.id, *asked) not in reader.moved]
    key = declared.dataset(base.dataset).key
    for alike in _alike(base, wanted, *asked):
        column, place = _place(reader, base, alike)
        ends = []
        for on in asked:
            measure = measure_of(base, on, alike[0].id)
            behind = predicate(measure, reader.given(measure.where, on, alike[0].id), place=place)
            ends.append(
                f"SELECT {column} AS grp, r.{key} AS id FROM {reader.relation(base.dataset, on)} r WHERE {behind}"
            )
        sql = (
            f"WITH first AS ({ends[0]}), last AS ({ends[1]}), moved AS (SELECT grp FROM first ANTI JOIN last USING (grp, id)"
            " UNION ALL SELECT grp FROM last ANTI JOIN first USING (grp, id)) SELECT grp, count(*) FROM moved GROUP BY grp"
        )
        found = dict(reader.cursor.execute(sql).fetchall())
        for child in alike:
            reader.moved[(base.name, child.id, *asked)] = found.get(child.id, 0)


def _place(reader: Reader, one: Indicator, children: Sequence[Node]) -> tuple[str, str]:
    """The column that tells the divisions apart, and the rows of all of them."""
    column = f'r."{column_of(children[0].level)}"'
    ids = ",".join(str(child.id) for child in children)
    return column, f"{column} IN ({ids}){reader.within(one)}"


def _alike(one: Indicator, children: Sequence[Node], *days: date) -> list[list[Node]]:
    """The divisions in groups of one level in which the same parameters hold: an office may have set its own."""
    names = set(condition(one.dataset, one.where).settings) | ({one.line} if one.line else set())
    names |= set(condition(one.dataset, one.of).settings) if one.of else set()
    groups: dict[Any, list[Node]] = {}
    for child in children:
        held = tuple(setting(name, on, child.id) for name in sorted(names) for on in days)
        groups.setdefault((child.level, held), []).append(child)
    return list(groups.values())
