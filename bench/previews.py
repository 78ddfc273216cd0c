"""A rule tried before it is switched on, and an extract brought up to date: `python -m bench.previews --data FOLDER`.

Run beside a filled instance. Every rule of the catalogue that judges persons or households is previewed as its screen
does it (count, places, sample); its peer is DuckDB counting the rows of the same file by division. `changed`: a hundredth
of the households is changed, and the extract follows; its peer is the extract made anew.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics as numbers
import time
from datetime import date
from pathlib import Path
from typing import Any

from bench.figures import _day, timed

SHARE = 100
"""One household of so many is changed."""


def measure(data: Path) -> dict[str, Any]:
    """Everything of one instance."""
    from fupin.bulk import taking
    from fupin.quality.applying import applied
    from fupin.registry.models import Household

    on = date.fromisoformat(_day(data))
    extract = taking.current()
    for name in ("persons", "households"):
        extract.relation(name, on)
    seconds = {
        one.rule.name: _preview(one.rule, on) for one in applied(on) if one.rule.dataset in ("persons", "households")
    }
    slowest = sorted(seconds, key=lambda name: -seconds[name])[:3]
    peer = numbers.median(_count(on) for _turn in range(5))
    return {
        "day": str(on), "households": Household.objects.count(), "rules": len(seconds),
        "preview": {"median": round(numbers.median(seconds.values()), 3), "p95": round(numbers.quantiles(seconds.values(), n=20)[-1], 3),
                    "slowest": {name: round(seconds[name], 3) for name in slowest}, "bare_count": round(peer, 3)},
        "changed": _follow(on), "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip


def _preview(rule: Any, on: date) -> float:
    from fupin.rulebook import trying

    began = time.perf_counter()
    trying.tried(rule.dataset, rule.finds, on, level="league", limit=60)
    return time.perf_counter() - began


def _count(on: date) -> float:
    """The peer: the persons of each league, counted by DuckDB."""
    from fupin.bulk import taking

    extract = taking.newest()
    relation = extract.relation("persons", on)
    began = time.perf_counter()
    with extract.reading() as cursor:
        cursor.execute(f"SELECT league_id, count(*) FROM {relation} GROUP BY 1").fetchall()
    return time.perf_counter() - began


def _follow(on: date) -> dict[str, float]:
    """A hundredth of the households is changed: the extract, then the datasets of the day that show it."""
    from django.db import transaction

    from fupin.bulk import taking
    from fupin.core import audit
    from fupin.registry.models import Household

    taking.current()
    ids = list(Household.objects.order_by("id").values_list("id", flat=True))[::SHARE]
    with transaction.atomic():
        for household in ids:
            audit.record(by=None, act="bench.change", subject=f"household:{household}")
    followed, extract = timed(taking.current, 1)
    made, _paths = timed(lambda: [extract.relation(name, on) for name in ("households", "persons")], 1)
    anew, _extract = timed(taking.take, 1)
    return {
        "households": len(ids),
        "extract": round(followed.clock, 2),
        "datasets": round(made.clock, 2),
        "anew": round(anew.clock, 2),
    }


def main() -> None:
    """Print the figures of one instance as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, type=Path)
    given = parser.parse_args()
    os.environ["FUPIN_DATA"] = str(given.data)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fupin.config.settings")
    import django

    django.setup()
    print(json.dumps(measure(given.data), ensure_ascii=False))


if __name__ == "__main__":
    main()
