"""Spark and DuckDB find the same records and mark them alike: what is missing, nothing under a division, text, days."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fupin.bulk.datasets import Dataset, Type
from fupin.bulk.spark import SparkSteps, spark
from fupin.bulk.steps import DuckSteps, Steps
from fupin.conditions.parsing import parse
from fupin.conditions.sqltext import Circumstance
from fupin.conditions.sweeps import Asked, Sweep
from fupin.conditions.tests.made_dataset import THINGS, boxes

ON = date(2018, 12, 31)
ARROW = {
    Type.INTEGER: pa.int64(), Type.DECIMAL: pa.float64(), Type.MONEY: pa.int64(), Type.TEXT: pa.string(),
    Type.CODE: pa.string(), Type.CODES: pa.string(), Type.BOOLEAN: pa.bool_(), Type.DATE: pa.date32(),
}  # fmt: skip
TEXTS = (
    "a > 1", "a = b", "a <> b", "not (a = b)", "a / b > 0.5", "a / b >= 1.5 or b is null", "a * b > 3", "a - b < -1",
    "x > y", "x * 3 > 0.3", "x / y < 2", "abs(a) >= 2", "coalesce(a, b) = 1", "a between b and 3", "previous.a < a",
    "name = '蒙古'", "name < 'a'", "name > 'Z'", "length(name) = 2", "substr(name, 1, 1) = '蒙'", "starts(name, '蒙')",
    "ends(name, '古')", "contains(name, '''')", "name is null", "cause = '01'", "cause in ('01', '02')", "cause not in ('99')",
    "has(marks, '02')", "not has(marks, '02')", "is_open", "not is_open", "is_open is true", "is_open is false", "is_open = is_open",
    "age(made_on) >= 18", "days(made_on, sold_on) > 30", "years(made_on, today) >= 1", "year(made_on) = 2000",
    "month(sold_on) = 2", "made_on < sold_on", "plus_days(made_on, 30) > sold_on", "today > sold_on", "made_on = date '2000-02-29'",
    "count(members) = 0", "count(members, size > 1) = 1", "sum(members, size) = 0", "sum(members, weight) > 1", "max(members, size) > a",
    "min(members, bought_on) < made_on", "any(members, size > 1)", "all(members, size > 1)", "all(members, colour is null or is_new)",
    "any(members, is_new and bought_on < made_on)", "any(members, weight > x)", "(a > 1 or b > 1) and not (x > 0)",
)  # fmt: skip


def some(generator: random.Random, *values: Any) -> Any:
    return generator.choice((None, *values))


def a_box(generator: random.Random, number: int) -> dict[str, Any]:
    days = (date(1999, 12, 31), date(2000, 2, 29), date(2000, 12, 31), date(2018, 12, 31), date(2019, 2, 1))
    return {
        "box": number, "a": some(generator, -2, 0, 1, 2, 3), "b": some(generator, 0, 1, 2, 3),
        "price_fen": some(generator, 0, 100), "x": some(generator, 0.0, 0.1, -1.5, 2.0), "y": some(generator, 0.0, 0.3, 2.0),
        "name": some(generator, "蒙古", "a", "Z", "Ａ", "乌云·其其格", "O'B"), "cause": some(generator, "01", "02", "99"),
        "marks": some(generator, "01", "02", "01,02", "021"), "is_open": some(generator, True, False),
        "made_on": some(generator, *days), "sold_on": some(generator, *days), "previous.a": some(generator, 0, 1, 2),
    }  # fmt: skip


def a_thing(generator: random.Random, number: int) -> dict[str, Any]:
    return {
        "thing": number, "box": generator.randrange(60), "size": some(generator, 0, 1, 2), "weight": some(generator, 0.1, 0.2, 1.0),
        "bought_on": some(generator, date(1999, 1, 1), date(2018, 1, 1)), "is_new": some(generator, True, False),
        "colour": some(generator, "红", "blue"),
    }  # fmt: skip


def written(dataset: Dataset, rows: list[dict[str, Any]], path: Path) -> Path:
    schema = pa.schema([(field.name, ARROW[field.type]) for field in dataset.fields])
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    return path


@pytest.fixture(scope="module")
def dataset() -> Iterator[Dataset]:
    with boxes() as made:
        yield made


@pytest.fixture(scope="module")
def on_spark() -> Iterator[SparkSteps]:
    with spark() as steps:
        yield steps


def found(steps: Steps, dataset: Dataset, files: tuple[Path, Path]) -> set[tuple[Any, ...]]:
    records, things = (steps.relation(path) for path in files)
    asked = [Asked(text, parse(text, dataset)) for text in TEXTS]
    sweep = Sweep(dataset, asked, records, Circumstance(ON, relations={"members": things}), steps.dialect)
    for name, sql in sweep.steps():
        steps.table(name, sql)
    return {(TEXTS[nth], box, mark) for nth, box, mark in steps.rows("SELECT nth, box, fingerprint FROM findings")}


def test_both_engines_find_and_mark_the_same_records(dataset: Dataset, on_spark: SparkSteps, tmp_path: Path) -> None:
    generator = random.Random(22)
    files = (
        written(dataset, [a_box(generator, number) for number in range(60)], tmp_path / "boxes.parquet"),
        written(THINGS, [a_thing(generator, number) for number in range(120)], tmp_path / "things.parquet"),
    )
    expected = found(DuckSteps(duckdb.connect()), dataset, files)
    assert {rule for rule, _box, _mark in expected} == set(TEXTS), (
        "every condition is found somewhere, or it proves nothing"
    )
    assert found(on_spark, dataset, files) == expected
