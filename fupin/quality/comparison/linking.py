"""Scored linkage: two tables, a model of what makes two rows one person, and the pairs with the weight of each reason.

The scoring is Splink's (Fellegi and Sunter): each comparison falls on one level, each level weighs log2(m/u), where m
is how often it is seen between rows of one person and u between rows of two. Our models say m and u themselves, so that
the same pair weighs the same next month; `docs/algorithms/linkage.md` says where the figures come from.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import duckdb


@dataclass(frozen=True, slots=True)
class Level:
    """One way in which two rows compare: `sql` over `{column}_l` and `{column}_r`, the first that holds counts.

    `m` and `u` None: either side does not say. `frequency` names a column of which a rare value weighs more.
    """

    label: str
    label_en: str
    sql: str
    m: float | None = None
    u: float | None = None
    frequency: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing that is compared, from the closest level to the farthest."""

    name: str
    label: str
    label_en: str
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Pairs that are looked at: those with equal `columns`; of `lists`, those that share an entry."""

    columns: tuple[str, ...]
    lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """What is compared, which pairs are looked at, and how probable a pair of any two rows is to be one person."""

    comparisons: tuple[Comparison, ...]
    blocks: tuple[Block, ...]
    prior: float
    keep: tuple[str, ...] = field(default=())


ELSE = "ELSE"


def score(connection: duckdb.DuckDBPyConnection, tables: Sequence[str], model: Model, *, least: float,
          target: str) -> None:  # fmt: skip
    """Write the pairs with a probability of `least` and more to the table `target`: `left_id`, `right_id`,
    `probability`, and for each comparison `level_x` (0 is the farthest) and `weight_x` (bits).

    One table: pairs within it, the lower id left. Two: the first is left. Each has a `unique_id`.
    """
    from splink import DuckDBAPI, Linker  # loaded by those who link alone: it reads much

    with _quiet():
        api = DuckDBAPI(connection)
        frames = [api.register(table, dataset_display_name=f"{'ab'[at]}_side") for at, table in enumerate(tables)]
        linker = Linker(frames if len(frames) > 1 else frames[0], _settings(model, len(tables)), log_level=None)
        found = linker.inference.predict(threshold_match_probability=least, warning_mode="never")
        _write(connection, tables, model, found.physical_name, target)
        found.drop_table_from_database_and_remove_from_cache()


def _settings(model: Model, tables: int) -> dict[str, Any]:
    from splink import block_on

    return {
        "link_type": "link_only" if tables > 1 else "dedupe_only",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": model.prior,
        "comparisons": [_comparison(one) for one in model.comparisons],
        "blocking_rules_to_generate_predictions": [
            block_on(*block.columns, *block.lists, arrays_to_explode=list(block.lists) or None)
            .get_blocking_rule("duckdb").as_dict()
            for block in model.blocks
        ],
        "retain_intermediate_calculation_columns": True,
        "retain_matching_columns": False,
    }  # fmt: skip


def _write(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[str], model: Model, scored: str, target: str
) -> None:
    """The scored pairs with the level of each comparison, which Splink tells only together with all that it compared:
    what it need not carry through every pair costs it half of its time. So levels are asked again of what was kept."""
    read = sorted({name for one in model.comparisons for level in one.levels for name in _read(level.sql)})
    sides = ", ".join(f'{side[0]}."{name}" AS "{name}_{side[0]}"' for side in ("left", "right") for name in read)
    levels = ", ".join(f"{_case(one)} AS level_{one.name}, weight_{one.name}" for one in model.comparisons)
    weights = ", ".join(f"{_weight(one)} AS weight_{one.name}" for one in model.comparisons)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE {target} AS SELECT left_id, right_id, probability, {levels} FROM (
            SELECT p.unique_id_l AS left_id, p.unique_id_r AS right_id, p.match_probability AS probability, {weights}, {sides}
            FROM {scored} p JOIN {tables[0]} l ON l.unique_id = p.unique_id_l JOIN {tables[-1]} r ON r.unique_id = p.unique_id_r)""")


def _read(sql: str) -> list[str]:
    return re.findall(r"\b(\w+)_[lr]\b", sql)


def _case(one: Comparison) -> str:
    """The level of a pair as a number: 0 for the farthest, -1 where a side does not say."""
    said = [level for level in one.levels if level.sql != ELSE]
    graded = [level for level in one.levels if level.m is not None]
    whens = " ".join(
        f"WHEN {level.sql} THEN {-1 if level.m is None else len(graded) - 1 - graded.index(level)}" for level in said
    )
    return f"CASE {whens} ELSE 0 END"


def _weight(one: Comparison) -> str:
    """A comparison's weight in the scored pairs; that of a rare value is added to it."""
    rare = any(level.frequency for level in one.levels)
    return f"p.mw_{one.name} + coalesce(p.mw_tf_adj_{one.name}, 0)" if rare else f"p.mw_{one.name}"


def _comparison(one: Comparison) -> dict[str, Any]:
    return {"output_column_name": one.name, "comparison_levels": [_level(level) for level in one.levels]}


def _level(level: Level) -> dict[str, Any]:
    said: dict[str, Any] = {"sql_condition": level.sql, "label_for_charts": level.label_en}
    if level.m is None:
        return {**said, "is_null_level": True}
    said |= {"m_probability": level.m, "u_probability": level.u}
    if level.frequency:
        said |= {"tf_adjustment_column": level.frequency, "tf_adjustment_weight": 1.0}
    return said


@contextmanager
def _quiet() -> Iterator[None]:
    """Splink speaks of charts and newer settings; nobody reads it here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def weight(level: Level) -> float:
    """What a level adds, in bits: log2(m/u); nothing where a side does not say."""
    return 0.0 if level.m is None or level.u is None else math.log2(level.m / level.u)
