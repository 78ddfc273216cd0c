"""How often somebody asks, counted over all serving processes.

A process counts for itself and adds what it has counted to a row of the database after each twentieth of the limit: few
who ask cost any write, and at most twenty writes a minute and process are spent on anybody. What is let through above
the limit is at most a twentieth of it for each process.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection

from fupin.api.models import RateCount

WINDOW = 60
"""Seconds that requests are counted over."""
PARTS = 20
_lock = threading.Lock()


@dataclass(slots=True)
class _Count:
    """What this process knows of one who asks, in one minute: all that was added up, and its own since then."""

    added: int = 0
    own: int = 0

    @property
    def known(self) -> int:
        return self.added + self.own


def is_too_often(who: str, most: int, *, now: float | None = None) -> bool:
    """Count a request; is it one too many in this minute?"""
    minute = int(now if now is not None else time.time()) // WINDOW
    key = f"api-rate:{who}:{minute}"
    with _lock:
        count: _Count = cache.get(key) or _Count()
        if count.known > most:
            return True
        count.own += 1
        if count.own >= max(1, most // PARTS) or count.known > most:
            count.added, count.own = _add(who, minute, count.own), 0
        cache.set(key, count, WINDOW * 2)
        return count.known > most


def forget(*, now: float | None = None) -> None:
    """Remove the counts of minutes that are over."""
    RateCount.objects.filter(minute__lt=int(now if now is not None else time.time()) // WINDOW - 1).delete()


def _add(who: str, minute: int, own: int) -> int:
    """Add to the row that all processes share; returns what stands there now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO api_ratecount (who, minute, requests) VALUES (%s, %s, %s) ON CONFLICT (who, minute)"
            " DO UPDATE SET requests = api_ratecount.requests + excluded.requests RETURNING requests",
            [who, minute, own],
        )
        return int(cursor.fetchone()[0])
