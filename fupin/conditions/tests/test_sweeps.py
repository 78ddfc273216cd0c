"""A sweep finds the very records that one judgement finds, and marks them as one judgement marks them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fupin.bulk.datasets import DUCKDB_TYPES, Dataset
from fupin.conditions.fingerprints import fingerprint
from fupin.conditions.parsing import Condition, parse
from fupin.conditions.sqltext import Circumstance, Placed
from fupin.conditions.sweeps import Asked, Sweep
from fupin.conditions.tests.made_dataset import THINGS, boxes
from fupin.conditions.tests.reference import evaluate
from fupin.conditions.tests.test_engines_agree import box, condition, thing

ON = date(2018, 12, 31)
Rows = Sequence[dict[str, Any]]


@pytest.fixture(scope="module")
def dataset() -> Iterator[Dataset]:
    with boxes() as made:
        yield made


@pytest.fixture(scope="module")
def db(dataset: Dataset) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for name, one in (("boxes", dataset), ("things", THINGS)):
        columns = ", ".join(f'"{f.name}" {DUCKDB_TYPES[f.type]}' for f in one.fields)
        connection.execute(f"CREATE TABLE {name} ({columns})")
    return connection


def swept(db: duckdb.DuckDBPyConnection, sweep: Sweep, records: Rows, members: Rows) -> dict[tuple[str, int], str]:
    """What a sweep finds: fingerprints by name and box."""
    db.execute("DELETE FROM boxes; DELETE FROM things")
    for table, rows in (("boxes", records), ("things", members)):
        for row in rows:
            names = ", ".join(f'"{name}"' for name in row)
            db.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
    for name, sql in sweep.steps():
        db.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")
    return {
        (sweep.asked[nth].name, key): mark
        for nth, key, mark in db.execute("SELECT nth, box, fingerprint FROM findings").fetchall()
    }


def make(dataset: Dataset, conditions: dict[str, Condition], **more: Any) -> Sweep:
    given_ = more.pop("given", Circumstance(ON, relations={"members": "things"}))
    asked = [Asked(name, one, more.get("where", "")) for name, one in conditions.items()]
    return Sweep(dataset, asked, "boxes", given_)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    texts=st.lists(condition, min_size=1, max_size=4),
    records=st.lists(box, min_size=1, max_size=4),
    members=st.lists(st.tuples(thing, st.integers(0, 4)), max_size=6),
)
def test_a_sweep_finds_and_marks_what_each_record_by_itself_does(
    dataset: Dataset, db: duckdb.DuckDBPyConnection, texts: list[str], records: Rows, members: list[Any]
) -> None:
    boxes_ = [{**row, "box": number} for number, row in enumerate(records)]
    things = [{**row, "thing": number, "box": at} for number, (row, at) in enumerate(members)]
    conditions = {f"rule {number}": parse(text, dataset) for number, text in enumerate(texts)}
    expected = {}
    for name, one in conditions.items():
        for row in boxes_:
            own = [each for each in things if each["box"] == row["box"]]
            if evaluate(one.root, row, own, ON) is True:
                expected[name, row["box"]] = fingerprint(one, row, {"members": own})
    assert swept(db, make(dataset, conditions), boxes_, things) == expected


EMPTY = dict.fromkeys(["a", "b", "price_fen", "x", "y", "name", "cause", "marks", "is_open", "made_on", "sold_on"])


def mark(dataset: Dataset, text: str, record: dict[str, Any], members: Rows = ()) -> str:
    return fingerprint(parse(text, dataset), {**EMPTY, **record}, {"members": members})


def test_another_value_that_the_condition_reads_makes_another_fingerprint(dataset: Dataset) -> None:
    assert mark(dataset, "a > 0", {"a": 1}) != mark(dataset, "a > 0", {"a": 2})


def test_a_value_that_the_condition_does_not_read_leaves_the_fingerprint(dataset: Dataset) -> None:
    assert mark(dataset, "a > 0", {"a": 1, "b": 1}) == mark(dataset, "a > 0", {"a": 1, "b": 2})


def test_the_days_that_pass_leave_the_fingerprint_and_another_birth_day_does_not(dataset: Dataset) -> None:
    text = "days(made_on, today) > 30"
    assert mark(dataset, text, {"made_on": ON}) == mark(dataset, text, {"made_on": ON})
    assert mark(dataset, text, {"made_on": ON}) != mark(dataset, text, {"made_on": date(2018, 1, 1)})


def test_another_member_or_another_value_of_a_member_makes_another_fingerprint(dataset: Dataset) -> None:
    text, one = "any(members, size > 1)", {"thing": 1, "size": 2}
    alone = mark(dataset, text, {}, [one])
    assert alone != mark(dataset, text, {}, [one, {"thing": 2, "size": 2}])
    assert alone != mark(dataset, text, {}, [{"thing": 1, "size": 3}])
    assert alone == mark(dataset, text, {}, [{**one, "colour": "red"}])


def test_a_rule_is_judged_only_where_it_holds(dataset: Dataset, db: duckdb.DuckDBPyConnection) -> None:
    sweep = make(dataset, {"rule": parse("a > 0", dataset)}, where='r."b" <> 7')
    rows = [{**EMPTY, "box": 1, "a": 1, "b": 1}, {**EMPTY, "box": 2, "a": 1, "b": 7}]
    assert set(swept(db, sweep, rows, [])) == {("rule", 1)}


def test_a_parameter_has_its_value_by_place_for_records_and_for_members(
    dataset: Dataset, db: duckdb.DuckDBPyConnection
) -> None:
    from fupin.bulk.datasets import Type

    known = {"limits.most": Type.INTEGER}
    given_ = Circumstance(ON, {"limits.most": Placed(5, (("box", {2: 9}),))}, {"members": "things"})
    conditions = {
        "own": parse("a > parameter('limits.most')", dataset, parameters=known),
        "members": parse("any(members, size > parameter('limits.most'))", dataset, parameters=known),
    }
    rows = [{**EMPTY, "box": 1, "a": 7}, {**EMPTY, "box": 2, "a": 7}]
    things = [{"thing": 1, "box": 1, "size": 7}, {"thing": 2, "box": 2, "size": 7}]
    assert set(swept(db, make(dataset, conditions, given=given_), rows, things)) == {("own", 1), ("members", 1)}
