"""Extracts and figures: how long a change takes to reach the screen, and figures beside a bare scan of the same columns.

Run beside a filled instance: `python -m bench.figures --data FOLDER [--division CODE]`. The peer of each figure is DuckDB
counting over the same columns of the same Parquet file in the same run; of the whole extract, SQLite's own backup.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import statistics as numbers
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

DAY = "2018-12-31"
FIGURES = (
    "registered_households",
    "registered_persons",
    "cause_share_illness",
    "per_head_income",
    "gini",
    "households_below_line",
)


def timed(work: Callable[[], Any], times: int = 5) -> tuple[float, Any]:
    """Median seconds of some runs, and the last answer."""
    taken, answer = [], None
    for _run in range(times):
        began = time.perf_counter()
        answer = work()
        taken.append(time.perf_counter() - began)
    return numbers.median(taken), answer


def measure(division: str) -> dict[str, Any]:
    """All measurements of the instance that Django was started for."""
    from datetime import date

    from fupin.bulk import taking
    from fupin.divisions.queries import tree
    from fupin.statistics.periods import read

    on, node, period = date.fromisoformat(DAY), tree().by_code(division), read(DAY)
    whole, extract = timed(taking.take, 1)
    made, _paths = timed(
        lambda: [extract.path(name, on) for name in ("households", "persons", "findings", "divisions")], 1
    )
    found = {
        "extract_rows": sum(one["rows"] for one in extract.files.values()), "extract_seconds": whole,
        "backup_seconds": _backup(extract.folder), "datasets_seconds": made, "change_seconds": _change(on),
        "figures": {name: _figure(extract, name, node, period) for name in FIGURES},
    }  # fmt: skip
    found["extract_ratio"] = found["extract_seconds"] / found["backup_seconds"] if found["backup_seconds"] else None
    return found


def _backup(folder: Path) -> float | None:
    """The peer of the whole extract: a bare copy of the database."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return None
    began = time.perf_counter()
    source, target = sqlite3.connect(str(connection.settings_dict["NAME"])), sqlite3.connect(folder / "bench.sqlite3")
    source.backup(target)
    source.close()
    target.close()
    (folder / "bench.sqlite3").unlink()
    return time.perf_counter() - began


def _change(on: Any) -> float:
    """From an accepted change of one household to the figures of the day that show it."""
    from fupin.bulk import taking
    from fupin.core import audit
    from fupin.registry.models import Household

    household = Household.objects.order_by("id").first()
    audit.record(by=None, act="bench.change", subject=f"household:{household.pk}")
    began = time.perf_counter()
    extract = taking.current()
    for name in ("households", "persons", "findings", "divisions"):
        extract.path(name, on)
    return time.perf_counter() - began


def _figure(extract: Any, name: str, node: Any, period: Any) -> dict[str, float]:
    from fupin.policy.indicators import indicator
    from fupin.statistics.figures import Reader, condition

    one = indicator(name)
    columns = sorted(condition(one.dataset, one.where).fields | {c for c in (one.value, one.weight) if c})

    def ours() -> Any:
        extract.computed.clear()
        with Reader(extract) as reader:
            return reader.figure(name, node, period)

    def bare() -> Any:
        cursor = extract.cursor()
        try:
            counts = ", ".join(f'count("{column}")' for column in columns)
            return cursor.execute(f"SELECT {counts} FROM {extract.relation(one.dataset, period.end)}").fetchone()
        finally:
            cursor.close()

    seconds, figure = timed(ours)
    peer, _counts = timed(bare)
    return {"seconds": seconds, "bare_scan_seconds": peer, "ratio": seconds / peer, "records": figure.records}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data", required=True)
    asked.add_argument("--division", default="150000")
    given = asked.parse_args()
    os.environ["FUPIN_DATA"] = given.data
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fupin.config.settings")
    import django

    django.setup()
    print(json.dumps(measure(given.division), indent=1))


if __name__ == "__main__":
    main()
