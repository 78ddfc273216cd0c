"""Today, as the office reckons it. A demonstration lives on a day of its own, written in its marker file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache

from django.conf import settings
from django.utils import timezone

_lived: ContextVar[date | None] = ContextVar("lived", default=None)
"""The day that a demonstration lives through while its story is told."""


@cache
def _fixed_day() -> date | None:
    """The day a demonstration stands still on, from `demonstration` in the data folder."""
    marker = settings.DATA_FOLDER / "demonstration"
    if not settings.DEMONSTRATION or not marker.exists():
        return None
    day = json.loads(marker.read_text(encoding="utf-8") or "{}").get("today")
    return date.fromisoformat(day) if day else None


@contextmanager
def living(day: date) -> Iterator[None]:
    """While a demonstration's story is told, its office lives through a day of its past: what it does then is no late entry.

    Raises RuntimeError in an instance that is no demonstration: there nobody sets the day on which something is entered.
    """
    if not settings.DEMONSTRATION:
        raise RuntimeError("only a demonstration lives through another day than today")
    token = _lived.set(day)
    try:
        yield
    finally:
        _lived.reset(token)


def today() -> date:
    """The day on which acts happen unless they say otherwise. Rules never call it: the day is passed in."""
    return _lived.get() or _fixed_day() or timezone.localdate()
