"""DuckDB, SQLite and the reference in Python give one answer, whatever is missing, zero, or in another script."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fupin.bulk.datasets import DUCKDB_TYPES, Dataset
from fupin.conditions.judging import Judge
from fupin.conditions.parsing import Condition, parse
from fupin.conditions.sqltext import Circumstance, compile_condition
from fupin.conditions.tests.made_dataset import THINGS, boxes
from fupin.conditions.tests.reference import evaluate
from fupin.core.verdicts import Outcome

ON = date(2018, 12, 31)
CODE = {True: Outcome.YES, False: Outcome.NO, None: Outcome.UNKNOWN}

whole = st.none() | st.integers(-3, 3) | st.integers(-(10**9), 10**9)
decimal = (
    st.none() | st.sampled_from([0.0, 0.1, 0.2, 0.3, -1.5, 2.0]) | st.integers(-10_000, 10_000).map(lambda n: n / 100)
)
text = st.none() | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=4)
text = text.map(lambda value: value or None)
day = (
    st.none()
    | st.dates(date(1900, 1, 1), date(2100, 12, 31))
    | st.sampled_from([date(2000, 2, 29), date(2018, 12, 31)])
)
truth = st.none() | st.booleans()
marks = st.none() | st.lists(st.sampled_from(["01", "02", "03"]), min_size=1, max_size=3, unique=True).map(",".join)
box = st.fixed_dictionaries(
    {"box": st.just(1), "a": whole, "b": whole, "price_fen": whole, "x": decimal, "y": decimal, "name": text,
     "cause": st.none() | st.sampled_from(["01", "02", "99"]), "marks": marks, "is_open": truth, "made_on": day,
     "sold_on": day, "previous.a": whole}
)  # fmt: skip
thing = st.fixed_dictionaries(
    {
        "thing": st.just(1),
        "box": st.just(1),
        "size": whole,
        "weight": decimal,
        "bought_on": day,
        "is_new": truth,
        "colour": text,
    }
)

_number = st.sampled_from(["a", "b", "price_fen", "previous.a", "x", "y", "0", "1", "-2", "0.3", "length(name)", "year(made_on)",
                           "age(made_on)", "days(made_on, sold_on)", "years(made_on, sold_on)", "month(sold_on)",
                           "count(members)", "count(members, is_new)", "sum(members, size)", "max(members, size)",
                           "sum(members, weight)", "min(members, size, is_new)", "abs(a)", "coalesce(a, b)"])  # fmt: skip
_arithmetic = st.tuples(_number, st.sampled_from("+-*/"), _number).map(lambda t: f"({t[0]} {t[1]} {t[2]})")
_order = st.sampled_from(["<", "<=", ">", ">="])
_text = st.sampled_from(["name", "'蒙古'", "'a'", "'Ａ'", "substr(name, 1, 2)"])
_day = st.sampled_from(
    ["made_on", "sold_on", "today", "date '2000-02-29'", "plus_days(made_on, 30)", "max(members, bought_on)"]
)
_atom = st.one_of(
    st.tuples(_number | _arithmetic, _order, _number | _arithmetic).map(" ".join),
    st.tuples(_text, _order | st.sampled_from(["=", "<>"]), _text).map(" ".join),
    st.tuples(_day, _order | st.sampled_from(["=", "<>"]), _day).map(" ".join),
    st.tuples(_day, _day, _day).map(lambda t: f"{t[0]} between {t[1]} and {t[2]}"),
    st.sampled_from([
        "is_open", "not is_open", "a is null", "x is not null", "a = b", "a <> b", "cause = '01'", "cause in ('01', '02')",
        "cause not in ('99')", "has(marks, '02')", "starts(name, 'a')", "ends(name, '古')", "contains(name, 'a')",
        "is_open is true", "is_open is false", "is_open = is_open", "any(members, size > 1)", "all(members, size > 1)",
        "any(members, is_new and bought_on < made_on)", "all(members, colour is null or is_new)",
        "any(members, weight > x)", "a between b and 3", "previous.a < a",
    ]),
)  # fmt: skip
condition = st.recursive(
    _atom,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " and ".join(f"({p})" for p in parts) + ")"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " or ".join(f"({p})" for p in parts) + ")"),
        inner.map(lambda part: f"not ({part})"),
    ),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def dataset() -> Iterator[Dataset]:
    with boxes() as made:
        yield made


@pytest.fixture(scope="module")
def engines(dataset: Dataset) -> tuple[Judge, duckdb.DuckDBPyConnection]:
    db = duckdb.connect()
    for name, one in (("record", dataset), ("things", THINGS)):
        db.execute(
            f"CREATE TABLE {name} ({', '.join(f'{chr(34)}{f.name}{chr(34)} {DUCKDB_TYPES[f.type]}' for f in one.fields)})"
        )
    return Judge(dataset), db


def by_duckdb(
    db: duckdb.DuckDBPyConnection, asked: Condition, record: dict[str, Any], members: list[dict[str, Any]]
) -> Any:
    db.execute("DELETE FROM record; DELETE FROM things")
    for table, rows in (("record", [record]), ("things", members)):
        for row in rows:
            names = ", ".join(f'"{name}"' for name in row)
            db.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
    sql = compile_condition(asked, "duckdb", Circumstance(ON, relations={"members": "things"}))
    found = db.execute(f"SELECT {sql} FROM record r").fetchone()
    assert found is not None
    return found[0]


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(text_=condition, record=box, members=st.lists(thing, max_size=3))
def test_the_engines_and_the_reference_agree(
    dataset: Dataset, engines: tuple[Judge, duckdb.DuckDBPyConnection], text_: str, record: dict[str, Any],
    members: list[dict[str, Any]],
) -> None:  # fmt: skip
    judge, db = engines
    asked = parse(text_, dataset)
    expected = CODE[evaluate(asked.root, record, members, ON)]
    judge.load(record, {"members": members})
    assert judge.outcomes([asked], on=ON) == [expected]
    assert CODE[by_duckdb(db, asked, record, members)] is expected


@pytest.mark.parametrize(
    ("text_", "record", "members", "outcome"),
    [
        ("a / b > 0.5", {"a": 1, "b": 0}, [], Outcome.UNKNOWN),
        ("a / b > 0.5", {"a": 3, "b": 2}, [], Outcome.YES),
        ("a / b >= 1.5 and a / b <= 1.5", {"a": 3, "b": 2}, [], Outcome.YES),
        ("a = 1 or b = 1", {"a": 1, "b": None}, [], Outcome.YES),
        ("a = 1 and b = 1", {"a": 1, "b": None}, [], Outcome.UNKNOWN),
        ("a = 1 and b = 1", {"a": 2, "b": None}, [], Outcome.NO),
        ("name > 'Z'", {"name": "a"}, [], Outcome.YES),
        ("name > 'z'", {"name": "乌"}, [], Outcome.YES),
        ("name = ''", {"name": ""}, [], Outcome.UNKNOWN),
        ("age(made_on) >= 16", {"made_on": date(2002, 12, 31)}, [], Outcome.YES),
        ("age(made_on) >= 16", {"made_on": date(2003, 1, 1)}, [], Outcome.NO),
        ("all(members, is_new)", {}, [], Outcome.YES),
        ("any(members, is_new)", {}, [], Outcome.NO),
        ("any(members, is_new)", {}, [{"is_new": None}, {"is_new": True}], Outcome.YES),
        ("any(members, is_new)", {}, [{"is_new": None}, {"is_new": False}], Outcome.UNKNOWN),
        ("all(members, is_new)", {}, [{"is_new": None}, {"is_new": True}], Outcome.UNKNOWN),
        ("sum(members, size) = 0", {}, [], Outcome.YES),
        ("sum(members, size) = 0", {}, [{"size": None}], Outcome.UNKNOWN),
        ("count(members, size > 1) = 1", {}, [{"size": 2}, {"size": 1}, {"size": None}], Outcome.YES),
    ],
)
def test_hand_made_cases_come_out_as_on_paper(
    dataset: Dataset, text_: str, record: Any, members: Any, outcome: Outcome
) -> None:
    judge = Judge(dataset)
    judge.load(record, {"members": members})
    assert judge.outcomes([parse(text_, dataset)], on=ON) == [outcome]
