"""From an indicator's definition to its value, group by group, with the number of records behind each.

Value and list come from one relation of one extract: the list that a figure opens has exactly its records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from fupin.bulk.datasets import Dataset
from fupin.conditions.parsing import Condition
from fupin.conditions.sqltext import Circumstance, compile_condition


@dataclass(frozen=True, slots=True)
class Measure:
    """What to compute over the records for which `where` surely holds.

    `kind`: count, sum, mean (weighted where `weight` is named), share (of `of`, in percent), gini, s80s20,
    fgt0, fgt1, fgt2 (in percent, below `line`). `value` and `weight` are fields of the dataset.
    """

    dataset: Dataset
    where: Condition
    kind: str = "count"
    of: Condition | None = None
    value: str = ""
    weight: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """The value of one group (None: nothing to compute it from) and the number of records that it was computed from."""

    group: Any
    value: float | int | None
    records: int


def predicate(measure: Measure, given: Circumstance, *, place: str = "TRUE") -> str:
    """Which rows (named `r`) are the records behind the figure."""
    where = compile_condition(measure.where, "duckdb", given)
    known = [_column(name) for name in (measure.value, measure.weight) if name]
    filled = "".join(f" AND {name} IS NOT NULL" for name in known)
    return f"({place}) AND coalesce({where}, FALSE){filled}"


def measured(cursor: duckdb.DuckDBPyConnection, relation: str, measure: Measure, given: Circumstance, *,
             place: str = "TRUE", by: str = "NULL") -> list[Measured]:  # fmt: skip
    """The values, one for each group of `by` (an expression over `r`); without groups exactly one."""
    behind = predicate(measure, given, place=place)
    if measure.kind in ("gini", "s80s20"):
        sql = _lorenz(relation, measure, behind, by)
    else:
        whole = place if measure.of is not None else behind
        sql = (
            f"SELECT {by} AS grp, {_value(measure, given, behind)} AS value, count(*) FILTER (WHERE {behind}) AS records"
            f" FROM {relation} r WHERE {whole} GROUP BY grp"
        )
    rows = [Measured(*row) for row in cursor.execute(sql).fetchall()]
    if not rows and by == "NULL":
        return [Measured(None, 0 if measure.kind in ("count", "sum") else None, 0)]
    return rows


def _column(name: str) -> str:
    return f'r."{name}"'


def _value(measure: Measure, given: Circumstance, behind: str) -> str:
    value, weight = _column(measure.value), _column(measure.weight) if measure.weight else "1"
    if measure.kind == "count":
        return f"count(*) FILTER (WHERE {behind})"
    if measure.kind == "sum":
        return f"coalesce(sum({value}), 0)"
    if measure.kind == "mean":
        return f"CAST(sum({value} * {weight}) AS DOUBLE) / NULLIF(sum({weight}), 0)"
    if measure.kind == "share":
        assert measure.of is not None
        of = compile_condition(measure.of, "duckdb", given)
        return f"100.0 * count(*) FILTER (WHERE {behind}) / NULLIF(count(*) FILTER (WHERE coalesce({of}, FALSE)), 0)"
    power = {"fgt0": 0, "fgt1": 1, "fgt2": 2}[measure.kind]
    if measure.line is None:
        return "NULL"
    # Foster, Greer and Thorbecke 1984: the mean over persons of ((z - y) / z) ^ a, 0 for those at or above the line.
    shortfall = f"CASE WHEN {value} < {measure.line} THEN pow(({measure.line} - {value}) / {measure.line}::DOUBLE, {power}) ELSE 0 END"
    return f"100.0 * sum({weight} * ({shortfall})) / NULLIF(sum({weight}), 0)"


def _lorenz(relation: str, measure: Measure, behind: str, by: str) -> str:
    """Gini coefficient and S80/S20 from the Lorenz curve over persons (docs/algorithms/inequality.md).

    Incomes below nothing count as nothing, as the curve is not defined for them.
    """
    weight = _column(measure.weight) if measure.weight else "1"
    key = _column(measure.dataset.key)
    base = f"""
        WITH rows AS (SELECT {by} AS grp, {key} AS id, CAST({weight} AS DOUBLE) AS w,
                             greatest(CAST({_column(measure.value)} AS DOUBLE), 0) AS y
                      FROM {relation} r WHERE {behind} AND {weight} > 0),
        curve AS (SELECT grp, w, y, sum(w) OVER up AS cw, sum(w * y) OVER up AS cy,
                         sum(w) OVER (PARTITION BY grp) AS tw, sum(w * y) OVER (PARTITION BY grp) AS ty
                  FROM rows WINDOW up AS (PARTITION BY grp ORDER BY y, id ROWS UNBOUNDED PRECEDING))"""
    if measure.kind == "gini":
        value = "1 - sum(w * (2 * cy - w * y)) / NULLIF(any_value(tw) * any_value(ty), 0)"
    else:
        low = "greatest(0, least(cw, 0.2 * tw) - (cw - w)) * y"
        high = "greatest(0, cw - greatest(cw - w, 0.8 * tw)) * y"
        value = f"sum({high}) / NULLIF(sum({low}), 0)"
    return f"{base} SELECT grp, {value} AS value, count(*) AS records FROM curve GROUP BY grp"
