"""All quality rules over a register, and over one household: how long, beside a bare scan of the same files.

Run beside a filled instance: `python -m bench.sweeps --data FOLDER [--runs N]`. The peer of a sweep is DuckDB reading
every value of the same Parquet files in the same run, with the same memory and threads; that of one household is the
judgement of its conditions alone, without reading its records.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics as numbers
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from bench.figures import _day


def median(work: Callable[[], Any], runs: int) -> tuple[float, Any]:
    """Seconds of the clock, and the last answer."""
    seconds, answer = [], None
    for _run in range(runs):
        began = time.perf_counter()
        answer = work()
        seconds.append(time.perf_counter() - began)
    return numbers.median(seconds), answer


def measure(data: Path, runs: int) -> dict[str, Any]:
    """Everything of one instance; seconds are medians."""
    from fupin.bulk import taking
    from fupin.quality.applying import applied

    on = date.fromisoformat(_day(data))
    began = time.perf_counter()
    extract = taking.current()
    extracted = time.perf_counter() - began
    began = time.perf_counter()
    paths = [extract.path(name, on) for name in ("persons", "households", "divisions")]
    prepared = time.perf_counter() - began
    rules = applied(on)
    swept, result = median(lambda: _sweep(extract, on, rules, data), runs)
    scanned, _rows = median(lambda: _scan(paths, data), runs)
    one = _one_household(on)
    return {
        "day": str(on), "rules": len(rules), "rows": result.rows, "findings": result.found,
        "seconds": {"extract": round(extracted, 2), "datasets": round(prepared, 2), "sweep": round(swept, 2), "scan": round(scanned, 2)},
        "sweep_ratio": round(swept / scanned, 1), "one_household_ms": one,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip


def _sweep(extract: Any, on: date, rules: Any, data: Path) -> Any:
    from fupin.bulk import steps
    from fupin.quality.sweeping import sweep

    with tempfile.TemporaryDirectory() as folder, steps.duck(data) as duck:
        return sweep(extract, on, rules, duck, Path(folder) / "findings.parquet")


def _scan(paths: list[Path], data: Path) -> list[Any]:
    """The peer: every value of the files is read and looked at."""
    from fupin.bulk import steps

    with steps.duck(data) as duck:
        return [duck.rows(f"SELECT count(COLUMNS(*)) FROM {duck.relation(path)}") for path in paths]


def _one_household(on: date) -> dict[str, float]:
    """Processor milliseconds: all rules on a household as it is now, and the judging alone."""
    from fupin.bulk import present
    from fupin.quality.recheck import JUDGED, findings_of
    from fupin.registry.models import Household

    ids = list(Household.objects.order_by("id").values_list("id", flat=True)[:40])
    findings_of(ids[:1], on)

    def each(work: Callable[[int], Any]) -> float:
        taken = []
        for one in ids:
            before = time.process_time()
            work(one)
            taken.append((time.process_time() - before) * 1000)
        return round(numbers.median(taken), 1)

    whole = each(lambda one: findings_of([one], on))
    read = each(lambda one: present.rows(JUDGED, [one], subject="household", on=on))
    return {"whole": whole, "reading": read, "judging": round(whole - read, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    os.environ["FUPIN_DATA"] = str(given.data)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fupin.config.settings")
    import django

    django.setup()
    print(json.dumps(measure(given.data, given.runs), ensure_ascii=False))


if __name__ == "__main__":
    main()
