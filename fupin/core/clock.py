"""Today, as the office reckons it. A demonstration lives on a day of its own, written in its marker file."""

from __future__ import annotations

import json
from datetime import date
from functools import cache

from django.conf import settings
from django.utils import timezone


@cache
def _fixed_day() -> date | None:
    """The day a demonstration stands still on, from `demonstration` in the data folder."""
    marker = settings.DATA_FOLDER / "demonstration"
    if not settings.DEMONSTRATION or not marker.exists():
        return None
    day = json.loads(marker.read_text(encoding="utf-8") or "{}").get("today")
    return date.fromisoformat(day) if day else None


def today() -> date:
    """The day on which acts happen unless they say otherwise. Rules never call it: the day is passed in."""
    return _fixed_day() or timezone.localdate()
