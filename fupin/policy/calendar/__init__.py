"""The State Council's yearly notices on public holidays: which days are free and which weekends are worked.

One file a year; a year without its file is not known, and days in it are reckoned by the week alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True)
class Year:
    """One year's notice: free days with their names, worked weekend days, and the document."""

    year: int
    holidays: dict[date, str]
    workdays: frozenset[date]
    title: str
    document: str


@cache
def years() -> dict[int, Year]:
    """The years whose notice is shipped, by year."""
    found = {}
    for path in sorted(files("fupin.policy.calendar").iterdir(), key=lambda path: path.name):
        if path.name.endswith(".yaml"):
            year = _read(yaml.safe_load(path.read_text(encoding="utf-8")))
            found[year.year] = year
    return found


def _read(body: dict) -> Year:  # type: ignore[type-arg]
    holidays: dict[date, str] = {}
    for span in body["holidays"]:
        day = span["from"]
        while day <= span["to"]:
            holidays[day] = span["name"]
            day += timedelta(days=1)
    source = body["source"]
    return Year(body["year"], holidays, frozenset(body["workdays"]), source["title"], source["document"])


def check() -> list[str]:
    """Every fault in the notices: a day of another year, a day both free and worked, a worked day that is no weekend."""
    faults: list[str] = []
    for year in years().values():
        for day in [*year.holidays, *year.workdays]:
            if day.year != year.year:
                faults.append(f"calendar/{year.year}.yaml: {day} 不在该年")
        faults += [f"calendar/{year.year}.yaml: {day} 既放假又上班" for day in year.workdays & set(year.holidays)]
        faults += [
            f"calendar/{year.year}.yaml: {day} 不是周末，不必列为上班日" for day in year.workdays if day.weekday() < 5
        ]
    return faults
