"""Quality rules over very many thin persons on one machine: `python -m bench.thin [--rows 100000000] [--folder F] [--spark N]`.

Made-up persons with ids, division, status and the twenty columns that 22 of the catalogue's rules read, defects planted
in one row of a thousand for each column. The sweep runs over a tenth of the rows and over all of them: cost must grow no
faster than rows. Its peer is DuckDB reading every value of the same file in the same run. With `--spark` the same steps
run over N rows on the embedded Spark server and on DuckDB, and the counts of every rule must be equal.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from bench.peers.rules import RULES

DAY = date(2020, 12, 31)
MEMORY_MB = 6_000
VILLAGES = 650_000
DEFECTS = 1_000
"""One row of so many has another value, other rows for each column."""

_AGE = "CAST(hash(i) % 90 AS BIGINT)"
_MADE = {
    "status": "'04'", "is_registered": "TRUE", "relation": "CASE WHEN i % 3 = 0 THEN '01' WHEN hash(i, 's') % 2 = 0 THEN '03' ELSE '04' END",
    "sex": "CASE relation WHEN '03' THEN '1' WHEN '04' THEN '2' ELSE '1' END",
    "age": _AGE, "born_on": f"make_date({DAY.year} - age, 6, 1)", "health": "'01'",
    "labour": "CASE WHEN age < 16 THEN '04' WHEN age >= 60 THEN '03' ELSE '01' END",
    "student": "CASE WHEN age BETWEEN 6 AND 14 THEN '03' WHEN age BETWEEN 15 AND 16 THEN '07' ELSE '01' END",
    "education": "CASE WHEN age >= 7 THEN '04' END",
    "work_months": "CASE WHEN labour = '01' AND student = '01' THEN CAST(hash(i, 'w') % 13 AS BIGINT) ELSE 0 END",
    "monthly_wage_fen": "CASE WHEN work_months > 0 THEN CAST(200000 + hash(i, 'm') % 300000 AS BIGINT) END",
    "work_place": "'01'", "job_channel": "'01'", "has_resident_medical": "TRUE", "has_employee_medical": "FALSE",
    "gets_subsistence_allowance": "hash(i, 'd') % 20 = 0", "gets_destitute_support": "FALSE",
    "number_token": "printf('%016x', hash(i, 'n'))", "number_kind": "'resident'", "number_area": "'159901'", "is_area_known": "TRUE",
}  # fmt: skip
_WRONG = {
    "relation": "NULL", "health": "NULL", "labour": "NULL", "student": "'27'", "education": "'01'", "work_months": "14",
    "monthly_wage_fen": "5", "has_employee_medical": "TRUE", "gets_destitute_support": "TRUE", "number_token": "NULL",
    "is_area_known": "FALSE",
}  # fmt: skip


def make(folder: Path, rows: int) -> Path:
    """The file of so many persons."""
    from fupin.core import duck

    path = folder / f"persons-{rows}.parquet"
    if path.exists():
        return path
    connection = duck.connect(folder, memory_mb=MEMORY_MB)
    first = (
        f"SELECT i, i // 3 AS household_id, i // 3 % {VILLAGES} AS village_id, {_AGE} AS age FROM range({rows}) t(i)"
    )
    sql = first
    for name, text in _MADE.items():
        if name != "age":
            sql = f"SELECT *, {text} AS {name} FROM ({sql})"
    wrong = ", ".join(
        f"CASE WHEN hash(i, '{name}!') % {DEFECTS} = 0 THEN {value} ELSE {name} END AS {name}"
        for name, value in _WRONG.items()
    )
    connection.execute(
        f"COPY (SELECT * EXCLUDE (i) REPLACE ({wrong}), i AS person_id FROM ({sql})) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
    )
    connection.close()
    return path


def sweep(steps: Any, path: Path) -> dict[str, int]:
    """The rules over a file; findings with their fingerprints, counted by rule."""
    from fupin.bulk.datasets import declared
    from fupin.conditions.parsing import parse
    from fupin.conditions.sqltext import Circumstance
    from fupin.conditions.sweeps import Asked, Sweep
    from fupin.core.money import to_fen
    from fupin.policy import parameters
    from fupin.policy.quality import rules
    from fupin.rulebook.conditions import PARAMETER_TYPES

    whole = declared.dataset("persons")
    held = {"person_id", "household_id", "village_id", *_MADE}
    thin = replace(whole, fields=tuple(one for one in whole.fields if one.name in held), members={}, needs=())
    known = {n: PARAMETER_TYPES[p.kind] for n, p in parameters.parameters().items() if p.kind in PARAMETER_TYPES}
    conditions = {name: parse(rules()[name].finds, thin, parameters=known) for name in RULES}
    named = {name: parameters.parameter(name) for one in conditions.values() for name in one.settings}
    values = {
        name: to_fen(one.dated(DAY).value) if one.kind == "money" else one.dated(DAY).value
        for name, one in named.items()
    }
    given = Circumstance(DAY, values)
    asked = [Asked(name, one) for name, one in conditions.items()]
    own = Sweep(thin, asked, steps.relation(path), given, steps.dialect, ("household_id", "village_id"))
    for name, sql in own.steps():
        steps.table(name, sql)
    return {asked[nth].name: count for nth, count in steps.rows("SELECT nth, count(*) FROM findings GROUP BY nth")}


def measure(folder: Path, rows: int) -> dict[str, Any]:
    """The sweep over a file, and the reading of its every value."""
    from fupin.bulk import steps

    path = make(folder, rows)
    with steps.duck(folder, memory_mb=MEMORY_MB) as duck:
        began, used = time.perf_counter(), time.process_time()
        found = sweep(duck, path)
        taken, processor = time.perf_counter() - began, time.process_time() - used
    with steps.duck(folder, memory_mb=MEMORY_MB) as duck:
        began = time.perf_counter()
        duck.rows(f"SELECT count(COLUMNS(*)) FROM {duck.relation(path)}")
        scanned = time.perf_counter() - began
    return {
        "rows": rows, "megabytes": path.stat().st_size // 2**20, "findings": sum(found.values()), "rules": len(found),
        "seconds": round(taken, 2), "processor": round(processor, 2), "scan": round(scanned, 2),
        "ratio": round(taken / scanned, 1), "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip


def beside_spark(folder: Path, rows: int) -> dict[str, Any]:
    """The same steps on the embedded Spark server and on DuckDB."""
    from fupin.bulk import spark, steps

    path = make(folder, rows)
    with steps.duck(folder, memory_mb=MEMORY_MB) as duck:
        began = time.perf_counter()
        ours = sweep(duck, path)
        taken = time.perf_counter() - began
    with spark.spark() as connected:
        began = time.perf_counter()
        theirs = sweep(connected, path)
        on_spark = time.perf_counter() - began
        name = connected.name
    if ours != theirs:
        raise SystemExit(f"the engines differ: {ours} {theirs}")
    return {
        "rows": rows,
        "engine": name,
        "duckdb": round(taken, 2),
        "spark": round(on_spark, 2),
        "ratio": round(on_spark / taken, 1),
    }


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000_000)
    parser.add_argument("--spark", type=int, default=0)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fupin-thin-") as made:
        folder = given.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        os.environ.setdefault("FUPIN_DATA", made)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fupin.config.settings")
        import django

        django.setup()
        answer = [measure(folder, rows) for rows in (given.rows // 10, given.rows)]
        print(json.dumps(answer))
        if given.spark:
            print(json.dumps(beside_spark(folder, given.spark)))


if __name__ == "__main__":
    main()
