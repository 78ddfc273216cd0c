"""Department comparison measured: `python -m bench.compare_bench exact|linkage|quality [--scale N] [--folder F]`.

`exact`: 25 million persons with 10 million vehicle and 2 million company rows, by token, beside the plain scan of the same
files. `linkage`: a million rows without a right number beside a register of a million. `quality`: precision and recall by
kind of error on the made-up test set, as the table of docs/algorithms/linkage.md. `--scale 50` takes a fiftieth.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from pyarrow import parquet

from fupin.core import duck
from fupin.quality.comparison import matching, people
from fupin.quality.comparison.linking import score
from fupin.quality.tests.linkage_truth import link, table, tallies
from fupin.synthetic.linkage import KINDS, make

PERSONS, VEHICLES, COMPANIES = 25_000_000, 10_000_000, 2_000_000
LINKED, REGISTER = 1_000_000, 1_000_000
MEMORY_MB = 6_000


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds by the clock, seconds of the processors, and what came of it."""
    clock, used = time.perf_counter(), time.process_time()
    answer = work()
    return time.perf_counter() - clock, time.process_time() - used, answer


def exact(folder: Path, scale: int) -> None:
    """Files of tokens against the register's tokens."""
    connection = duck.connect(folder, memory_mb=MEMORY_MB)
    _make_files(connection, folder, scale)
    persons = f"read_parquet('{folder}/persons.parquet')"
    scans = sum(timed(lambda name=name: _scan(connection, folder / f"{name}.parquet"))[0]
                for name in ("persons", "vehicles", "companies"))  # fmt: skip
    connection.execute(f"CREATE OR REPLACE TEMP VIEW people AS SELECT * FROM {persons}")
    total = processors = 0.0
    for name in ("vehicles", "companies"):
        connection.execute(f"CREATE OR REPLACE TEMP VIEW rows AS SELECT * FROM read_parquet('{folder}/{name}.parquet')")
        seconds, used, _none = timed(lambda: matching.match_exactly(connection, "rows", "people", "matched"))
        found = connection.execute("SELECT count(*) FROM matched").fetchone()
        total, processors = total + seconds, processors + used
        print(f"{name}: {found[0] if found else 0:,} matched in {seconds:.1f} s ({used:.1f} s of processors)")
    print(f"exact: {total:.1f} s, {processors:.1f} s of processors; plain scan {scans:.1f} s, ratio {total / scans:.1f};"
          f" peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")  # fmt: skip


def _make_files(connection: duckdb.DuckDBPyConnection, folder: Path, scale: int) -> None:
    """Tokens of 32 hexadecimal characters; four of ten rows of a file are about somebody of the register."""
    if (folder / "companies.parquet").exists():
        return
    token = "md5(CAST({} AS VARCHAR))"
    persons = PERSONS // scale
    connection.execute(
        f"COPY (SELECT i AS person_id, i // 3 AS household_id, i % 12000 AS village_id, {token.format('i')} AS number_token"
        f" FROM range({persons}) t(i)) TO '{folder}/persons.parquet' (FORMAT parquet, COMPRESSION zstd)"
    )
    for name, rows in (("vehicles", VEHICLES // scale), ("companies", COMPANIES // scale)):
        whose = f"CASE WHEN hash(i) % 10 < 4 THEN hash(i * 7) % {persons} ELSE {persons} + i END"
        connection.execute(
            f"COPY (SELECT i AS row_id, [{token.format(whose)}] AS tokens, i % 1000 * 100 AS value_fen"
            f" FROM range({rows}) t(i)) TO '{folder}/{name}.parquet' (FORMAT parquet, COMPRESSION zstd)"
        )


def _scan(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Read every value of a file and keep none."""
    columns = [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM read_parquet('{path}')").fetchall()]
    sums = ", ".join(f"sum(hash({column}) % 7)" for column in columns)
    connection.execute(f"SELECT {sums} FROM read_parquet('{path}')").fetchall()


def linkage(folder: Path, scale: int) -> None:
    """Rows without a right number beside a register, all of them to be scored."""
    _make_people(folder, scale)
    connection = duck.connect(folder, memory_mb=MEMORY_MB)
    rows = {}
    for name in ("given", "known"):
        connection.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM '{folder}/{name}-{scale}.parquet'")
        rows[name] = connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0]

    def work() -> None:
        people.prepare(connection, "given", "compared_file")
        people.prepare(connection, "known", "compared_register")
        model = people.model(connection, "compared_register")
        score(connection, ["compared_file", "compared_register"], model, least=0.05, target="found")

    seconds, used, _none = timed(work)
    print(f"linkage: {rows['given']:,} rows beside {rows['known']:,} persons in {seconds:.1f} s"
          f" ({used:.1f} s of processors); peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")  # fmt: skip


def _make_people(folder: Path, scale: int) -> None:
    if (folder / f"known-{scale}.parquet").exists():
        return
    made = make(REGISTER // scale, per_kind=LINKED // scale // 22)
    for name, people_ in (("given", made.rows), ("known", made.persons)):
        parquet.write_table(table(people_), folder / f"{name}-{scale}.parquet")


def quality(folder: Path, scale: int) -> None:
    """The table of the document."""
    made = make(20_000 // scale)
    connection = duckdb.connect(config={"threads": "2"})
    link(connection, made, match_from=0.99, doubt_from=0.5)
    found = tallies(connection, made)
    print("| error | rows | found | precision | recall | left to a person | lost |\n|---|---|---|---|---|---|---|")
    for kind in KINDS:
        one = found[kind]
        print(
            f"| {kind.replace('_', ' ')} | {one.rows} | {one.right} | {one.precision:.3f} | {one.recall:.3f} | {one.doubt} | {one.lost} |"
        )
    strangers = found["stranger"]
    print(f"| stranger (no match is right) | {strangers.rows} | | | | | wrongly matched: {strangers.wrong} |")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["exact", "linkage", "quality"])
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    pa.set_cpu_count(2)
    with tempfile.TemporaryDirectory(prefix="fupin-compare-") as made:
        folder = given.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        {"exact": exact, "linkage": linkage, "quality": quality}[given.what](folder, given.scale)


if __name__ == "__main__":
    main()
