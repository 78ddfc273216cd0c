"""Extracts and figures: how long a change takes to reach the screen, and figures beside a bare scan of the same columns.

Run beside a filled instance: `python -m bench.figures --data FOLDER [--division CODE]`. Every figure of the dashboard is
measured; its peer is DuckDB counting over the same columns of the same Parquet file in the same run; that of the whole
extract is SQLite's own backup. `change`: from one accepted change to the prepared data of the day that show it;
the promise is ten seconds, with whatever register the folder holds.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sqlite3
import statistics as numbers
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

DAY = "2018-12-31"
"""The day that a folder which is no demonstration is looked at."""


PREPARED = ("households", "persons", "findings", "divisions")


@dataclass(frozen=True, slots=True)
class Taken:
    """What a piece of work took: seconds of the clock, and of the processor (the processes it started included)."""

    clock: float
    processor: float


def used() -> float:
    """Processor seconds of this process and of those that it has waited for."""
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(use.ru_utime + use.ru_stime for use in map(resource.getrusage, whose))


def timed(work: Callable[[], Any], times: int = 5) -> tuple[Taken, Any]:
    """Median of some runs, and the last answer."""
    clocks, processors, answer = [], [], None
    for _run in range(times):
        before, began = used(), time.perf_counter()
        answer = work()
        clocks.append(time.perf_counter() - began)
        processors.append(used() - before)
    return Taken(numbers.median(clocks), numbers.median(processors)), answer


def figures() -> list[str]:
    """The figures of the dashboard that records are counted for: its tiles, the tables' peers and inequality."""
    from fupin.policy.indicators import indicators

    return [one.name for one in indicators().values() if one.dataset and one.group != "places"]


def measure(division: str, data: Path) -> dict[str, Any]:
    """All measurements of the instance that Django was started for. Each `…_ratio` is processor time against its peer's."""
    from datetime import date

    from fupin.bulk import taking
    from fupin.divisions.queries import tree
    from fupin.registry.models import Household, Person
    from fupin.statistics.periods import read

    day = _day(data)
    on, node, period = date.fromisoformat(day), tree().by_code(division), read(day)
    whole, extract = timed(taking.take, 1)
    made, _paths = timed(lambda: [extract.relation(name, on) for name in PREPARED], 1)
    peer, _copied = timed(lambda: _backup(extract.folder), 1)
    changes = [_change(on) for _turn in range(3)]
    extract = taking.newest()
    below, _answer = timed(lambda: _below(extract, node, period), 3)
    return {
        "day": day, "households": Household.objects.count(), "persons": Person.objects.count(),
        "extract_rows": sum(one["rows"] for one in extract.files.values()), "extract": asdict(whole),
        "backup": asdict(peer), "extract_ratio": round(whole.processor / peer.processor, 1) if peer.processor else None,
        "datasets": asdict(made), "change": asdict(sorted(changes, key=lambda one: one.clock)[1]), "below": asdict(below),
        "figures": {name: _figure(extract, name, node, period) for name in figures()},
    }  # fmt: skip


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


def _backup(folder: Path) -> None:
    """The peer of the whole extract: a bare copy of the database."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return
    source, target = sqlite3.connect(str(connection.settings_dict["NAME"])), sqlite3.connect(folder / "bench.sqlite3")
    source.backup(target)
    source.close()
    target.close()
    (folder / "bench.sqlite3").unlink()


def _change(on: Any) -> Taken:
    """From an accepted change of one household to the figures of the day that show it."""
    from fupin.bulk import taking
    from fupin.core import audit
    from fupin.registry.models import Household

    household = Household.objects.order_by("id").first()
    audit.record(by=None, act="bench.change", subject=f"household:{household.pk}")

    def follow() -> None:
        extract = taking.current()
        for name in PREPARED:
            extract.relation(name, on)

    return timed(follow, 1)[0]


def _figure(extract: Any, name: str, node: Any, period: Any) -> dict[str, Any]:
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

    own, figure = timed(ours)
    peer, _counts = timed(bare)
    ratio = round(own.processor / peer.processor, 1) if peer.processor else None
    return {**asdict(own), "bare_scan": asdict(peer), "ratio": ratio, "records": figure.records}


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
