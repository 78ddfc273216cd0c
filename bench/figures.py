"""Extracts and figures: how long a change takes to reach the screen, and figures beside a bare scan of the same columns.

Run beside a filled instance: `python -m bench.figures --data FOLDER [--division CODE]`. Every figure of the dashboard is
measured; its peer is DuckDB counting over the same columns of the same Parquet file in the same run; that of the whole
extract is SQLite's own backup. `change_seconds`: from one accepted change to the prepared data of the day that show it;
the promise is ten seconds, with whatever register the folder holds.
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
"""The day that a folder which is no demonstration is looked at."""


PREPARED = ("households", "persons", "findings", "divisions")


def timed(work: Callable[[], Any], times: int = 5) -> tuple[float, Any]:
    """Median seconds of some runs, and the last answer."""
    taken, answer = [], None
    for _run in range(times):
        began = time.perf_counter()
        answer = work()
        taken.append(time.perf_counter() - began)
    return numbers.median(taken), answer


def figures() -> list[str]:
    """The figures of the dashboard that records are counted for: its tiles, the tables' peers and inequality."""
    from fupin.policy.indicators import indicators

    return [one.name for one in indicators().values() if one.dataset and one.group != "places"]


def measure(division: str, data: Path) -> dict[str, Any]:
    """All measurements of the instance that Django was started for."""
    from datetime import date

    from fupin.bulk import taking
    from fupin.divisions.queries import tree
    from fupin.registry.models import Household, Person
    from fupin.statistics.periods import read

    day = _day(data)
    on, node, period = date.fromisoformat(day), tree().by_code(division), read(day)
    whole, extract = timed(taking.take, 1)
    made, _paths = timed(lambda: [extract.relation(name, on) for name in PREPARED], 1)
    found = {
        "day": day, "households": Household.objects.count(), "persons": Person.objects.count(),
        "extract_rows": sum(one["rows"] for one in extract.files.values()), "extract_seconds": whole,
        "backup_seconds": _backup(extract.folder), "datasets_seconds": made,
        "change_seconds": numbers.median(_change(on) for _turn in range(3)),
        "below_seconds": timed(lambda: _below(extract, node, period), 3)[0],
        "figures": {name: _figure(extract, name, node, period) for name in figures()},
    }  # fmt: skip
    found["extract_ratio"] = found["extract_seconds"] / found["backup_seconds"] if found["backup_seconds"] else None
    return found


def _day(data: Path) -> str:
    """The day on which a demonstration stands."""
    marker = data / "demonstration"
    return str(json.loads(marker.read_text(encoding="utf-8"))["today"]) if marker.exists() else DAY


def _below(extract: Any, node: Any, period: Any) -> None:
    """The table of the divisions below, as the dashboard asks for it."""
    from fupin.divisions.queries import tree
    from fupin.statistics import setwise
    from fupin.statistics.dashboard import BELOW
    from fupin.statistics.figures import Reader

    extract.computed.clear()
    with Reader(extract) as reader:
        setwise.prepare(reader, BELOW, node, period)
        for child in tree().children(node.id):
            for name in BELOW:
                reader.figure(name, child, period)


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
    for name in PREPARED:
        extract.relation(name, on)
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
    print(json.dumps(measure(given.division, Path(given.data)), indent=1))


if __name__ == "__main__":
    main()
