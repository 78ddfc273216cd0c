"""Rounds for tests, opened by the product's own operations."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from fupin.core import clock
from fupin.procedures.rounds import operations
from fupin.procedures.rounds.operations import Opening
from fupin.procedures.rounds.tables import Round


def opening(division: Any, **more: Any) -> Opening:
    """A round of this year, whose table begins with the end of last year."""
    today = clock.today()
    said = {
        "year": today.year, "name": f"{today.year} 年动态调整", "begins_on": date(today.year - 1, 12, 31),
        "collect_until": today + timedelta(days=30), "compare_until": today + timedelta(days=60),
    }  # fmt: skip
    return Opening(division.pk, **(said | more))


def opened(division: Any, *, by: Any, **more: Any) -> Round:
    """A round that was just opened."""
    return operations.open_round(opening=opening(division, **more), by=by, on=clock.today())


def collecting(division: Any, *, by: Any) -> Round:
    """A round in which is collected."""
    return taken(opened(division, by=by), "collect", by)


def taken(row: Round, act: str, by: Any, **more: Any) -> Round:
    """A step of today."""
    return operations.step(pk=row.pk, act=act, by=by, on=clock.today(), **more)


def known_round(division: Any, *, by: Any) -> Round:
    """The round of a division, for whoever looks at addresses; of the year before where another stands in the way."""
    found = Round.objects.filter(division=division).first()
    if found is None:
        free = not Round.objects.exists()
        found = opened(division, by=by, **({} if free else {"year": clock.today().year - 1}))
    return found
