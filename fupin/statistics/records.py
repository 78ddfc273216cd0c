"""The records behind a figure, from the same extract (or the same frozen year) that it was computed from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from fupin.bulk.datasets import Dataset, declared
from fupin.conditions.indicators import predicate
from fupin.divisions.tree import Node
from fupin.policy.indicators import Indicator, indicator
from fupin.rulebook.conditions import condition
from fupin.statistics.figures import Reader, measure_of
from fupin.statistics.periods import Period

COLUMNS = {
    "households": ("number", "head_name", "place_id", "persons", "status", "main_cause", "per_head_fen"),
    "persons": ("number", "name", "household_number", "place_id", "relation", "sex", "age", "household.main_cause"),
    "findings": ("number", "place_id", "guarantee", "outcome", "found_on"),
    "divisions": ("code", "name", "kind", "designations", "registered_households"),
    "income": ("number", "place_id", "year", "net_fen", "per_head_fen"),
}
"""What a list shows of a dataset's rows, besides what the indicator's own condition reads."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list behind a figure: its dataset, the SQL of its rows, the columns it shows. `change`: rows say left or came."""

    dataset: Dataset
    sql: str
    columns: tuple[str, ...]
    change: bool = False


def listing(reader: Reader, name: str, node: Node, period: Period, *, scope: str = "TRUE") -> Listing | None:
    """The records behind a figure; None for one that no records stand behind. `scope` is SQL over the rows `x`."""
    one = indicator(name)
    if one.measure in ("incidence", "ratio"):
        return listing(reader, one.base, node, period, scope=scope)
    if one.measure == "reduction":
        base = indicator(one.base)
        if period.is_day:
            return None
        sides = " UNION ALL ".join(
            f"SELECT '{side}' AS change, * FROM ({reader.moves(base, node, period, side)})" for side in ("left", "came")
        )
        return _listing(base, f"SELECT * FROM ({sides}) x WHERE {scope}", change=True)
    if not one.dataset:
        return None
    measure = measure_of(one, period.end, node.id)
    behind = predicate(measure, reader.given(measure.where, period.end, node.id), place=reader.place(node, one))
    rows = f"SELECT r.* FROM {reader.relation(one.dataset, period.end)} r WHERE {behind}"
    return _listing(one, f"SELECT * FROM ({rows}) x WHERE {scope}")


def _listing(one: Indicator, sql: str, *, change: bool = False) -> Listing:
    dataset = declared.dataset(one.dataset)
    shown = dict.fromkeys(COLUMNS.get(one.dataset, (dataset.key,)))
    read = measure_fields(one)
    extra = [name for name in read if name in dataset.names and name not in ("is_registered", "was_registered")]
    return Listing(
        dataset, sql, (*(["change"] if change else []), *shown, *(n for n in extra if n not in shown)), change
    )


def measure_fields(one: Indicator) -> list[str]:
    """The fields that an indicator's condition and value read, in a steady order."""
    return sorted(condition(one.dataset, one.where).fields | {name for name in (one.value,) if name})


def page(
    reader: Reader, found: Listing, *, after: int = 0, size: int = 50, parameters: list[Any] | None = None
) -> list[dict[str, Any]]:
    """One page of a list by keyset: rows whose key comes after `after`, each with its key as `_key`."""
    key = f'"{found.dataset.key}"'
    columns = ", ".join(f'"{name}"' for name in found.columns)
    sql = f"SELECT {key} AS _key, {columns} FROM ({found.sql}) WHERE {key} > {int(after)} ORDER BY {key} LIMIT {int(size)}"
    cursor = reader.cursor.execute(sql, parameters or [])
    names = ["_key", *found.columns]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def count(reader: Reader, found: Listing, parameters: list[Any] | None = None) -> int:
    """How many records the list has for this reader's eyes; counted once for an extract, which never changes. What the
    reader may see is part of the question."""
    asked = hashlib.sha256(repr((found.sql, parameters or [])).encode()).digest()
    kept = reader.extract.computed
    if asked not in kept:
        row = reader.cursor.execute(f"SELECT count(*) FROM ({found.sql})", parameters or []).fetchone()
        reader.make_room()
        kept[asked] = int(row[0]) if row else 0
    return int(kept[asked])
