"""A register several times as large, for measuring pages: `python -m bench.larger --data FOLDER --times 4` (SQLite).

Every household and person of a loaded instance is written again, with ids and numbers of its own, in the same villages
and under the same names; search values of documents and phones are random, so that a number still finds one person.
An import of a million households takes most of an hour, this takes minutes; the trail has no entries of the copies, and
the instance is good for reading and measuring only.
"""

from __future__ import annotations

import argparse
import sqlite3
import time
from pathlib import Path

STEP = 10**13
"""Between the ids of two copies: further apart than all ids that an instance makes in a month."""
KEYS = ("id", "household_id", "person_id", "account_id")
TOKENS = ("number_token", "phone_token")
TABLES = (
    "household", "person", "householdfact", "personfact", "personidentity", "membership", "incomeaccount",
    "incomeentry", "registerstatus", "guaranteefinding", "householdcard", "searchkey",
)  # fmt: skip


def _value(table: str, column: str, copy: int, last: int) -> str:
    """The SQL of one column of one copy."""
    if table == "searchkey" and column == "id":
        return f"id + {copy * last}"
    if column in KEYS:
        return f"{column} + {copy * STEP}"
    if column == "number" and table in ("household", "householdcard"):
        return f"substr(number, 1, 12) || printf('%05d', substr(number, 13) + {copy * 20_000})"
    if column == "number" and table == "person":
        return f"substr(number, 1, 12) || printf('%06d', substr(number, 13) + {copy * 200_000})"
    if column in TOKENS:
        return f"CASE WHEN {column} IS NULL THEN NULL ELSE randomblob(length({column})) END"
    return "NULL" if column == "national_number" else f'"{column}"'


def enlarge(database: Path, times: int) -> dict[str, int]:
    """Write every row `times - 1` times more; returns the rows of each table."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.executescript("PRAGMA synchronous=OFF; PRAGMA foreign_keys=OFF; PRAGMA cache_size=-1000000;")
    found = {}
    for name in TABLES:
        table = f"registry_{name}"
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        key = "household_id" if name == "householdcard" else "id"
        (last,) = connection.execute(f"SELECT COALESCE(MAX({key}), 0) FROM {table}").fetchone()
        quoted = ", ".join(f'"{column}"' for column in columns)
        for copy in range(1, times):
            values = ", ".join(_value(name, column, copy, last) for column in columns)
            connection.execute(f"INSERT INTO {table} ({quoted}) SELECT {values} FROM {table} WHERE {key} <= {last}")
        (found[name],) = connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return found


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data", required=True)
    asked.add_argument("--times", type=int, default=4)
    given = asked.parse_args()
    began = time.perf_counter()
    found = enlarge(Path(given.data) / "fupin.sqlite3", given.times)
    print(found, f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
