"""Some of the quality rules over the persons of a register, and the same rules in libraries for data validation.

`python -m bench.quality_peers --data FOLDER --peers PYTHON`: beside a filled instance; PYTHON is that of an environment
with `requirements-peers.lock` (`make bench-peers` makes it). Everybody reads the same Parquet file of the same 556,000
persons, with defects planted in about 2 % of some columns, and names every row that breaks a rule; the counts of each rule
must be equal. The libraries are given the columns that they need and the age, which the product reckons by itself; they
do not keep what a finding rests on. So the product is timed twice: as it sweeps, and only naming rule and row as they do.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from bench.figures import _day
from bench.peers.rules import COLUMNS, RULES

LIBRARIES = ("great_expectations", "pandera", "pointblank", "dataframely")
PLANTED = {
    "relation": "NULL", "sex": "CASE sex WHEN '1' THEN '2' ELSE '1' END", "health": "NULL", "labour": "'01'", "student": "'07'",
    "education": "'01'", "work_months": "14", "monthly_wage_fen": "5", "number_token": "NULL",
}  # fmt: skip
"""What one of fifty rows has instead, other rows for each column."""


class Planted:
    """An extract whose persons lie in another file."""

    def __init__(self, extract: Any, persons: Path) -> None:
        self.extract, self.persons = extract, persons

    def path(self, name: str, on: date) -> Path:
        """Where a dataset lies."""
        found: Path = self.persons if name == "persons" else self.extract.path(name, on)
        return found


def product(data: Path, on: date, flat: Path, runs: int) -> dict[str, Any]:
    """The sweep of these rules; writes the file that the libraries read."""
    from fupin.bulk import steps, taking
    from fupin.quality.applying import applied
    from fupin.quality.sweeping import sweep

    extract = Planted(taking.current(), flat.with_name("planted.parquet"))
    rules = [one for one in applied(on) if one.rule.name in RULES]
    given = ", ".join(name for name in COLUMNS if name != "age")
    age = f"CAST(floor((CAST(strftime(DATE '{on}', '%Y%m%d') AS INT) - CAST(strftime(born_on, '%Y%m%d') AS INT)) / 10000) AS INT)"
    with steps.duck(data) as duck:
        wrong = (f"CASE WHEN hash(person_id, '{name}') % 50 = 0 THEN {value} ELSE {name} END AS {name}"
                 for name, value in PLANTED.items())  # fmt: skip
        duck.write(
            f"SELECT * REPLACE ({', '.join(wrong)}) FROM {duck.relation(extract.extract.path('persons', on))}",
            extract.persons,
        )
        duck.write(f"SELECT person_id, {age} AS age, {given} FROM {duck.relation(extract.persons)}", flat)
    best = {}
    for only in ("", "rule, subject_id"):
        taken = []
        for _run in range(runs):
            with tempfile.TemporaryDirectory() as folder, steps.duck(data) as duck:
                if only:
                    _name_only(duck, only)
                began, used = time.perf_counter(), time.process_time()
                swept = sweep(extract, on, rules, duck, Path(folder) / "findings.parquet")
                taken.append((time.perf_counter() - began, time.process_time() - used))
        best[only] = min(taken)
    found = {rule: count for rule, count in swept.by_rule.items() if count}
    return {"found": found, "whole": best[""], "named": best["rule, subject_id"]}


def _name_only(duck: Any, columns: str) -> None:
    """Findings are written without what they rest on; DuckDB then does not reckon it."""
    write = duck.write
    duck.write = lambda sql, path: write(f"SELECT {columns} FROM ({sql})", path)


def peer(python: str, library: str, flat: Path, runs: int) -> dict[str, Any]:
    """The best of some runs of a library, each in a process of its own."""
    command = [python, "-W", "ignore", "-m", "bench.peers.run", library, str(flat)]
    every = [json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
             for _run in range(runs)]  # fmt: skip
    best: dict[str, Any] = min(every, key=lambda one: one["seconds"])
    return best


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--peers", required=True, help="the Python of the libraries' environment")
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    os.environ["FUPIN_DATA"] = str(asked.data)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fupin.config.settings")
    import django

    django.setup()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        flat = Path(folder) / "persons.parquet"
        own = product(asked.data, date.fromisoformat(_day(asked.data)), flat, asked.runs)
        print(f"{len(RULES)} rules, {sum(own['found'].values()):,} findings; load {os.getloadavg()[0]:.1f}\n")
        print("| | s | processor s | times the product's | times naming only |\n|---|---:|---:|---:|---:|")
        (whole, _used), (named, _used) = own["whole"], own["named"]
        for title, (seconds, used) in (("the product", own["whole"]), ("the product, naming only", own["named"])):
            print(f"| {title} | {seconds:.3f} | {used:.2f} | | |")
        for library in LIBRARIES:
            got = peer(asked.peers, library, flat, asked.runs)
            other = {rule for rule in RULES if got["found"].get(rule, 0) != own["found"].get(rule, 0)}
            wrong += bool(other)
            said = f" other counts: {sorted(other)}" if other else ""
            print(
                f"| {library} | {got['seconds']:.3f} | {got['processor']:.2f} | {got['seconds'] / whole:.1f} |"
                f" {got['seconds'] / named:.1f} |{said}"
            )
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
