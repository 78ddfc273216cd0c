"""How far the trail was looked at by one reader.

PostgreSQL hands out the numbers of entries before their transactions commit: an act that began earlier may be seen later,
below the highest number that was there. So a reader notes the highest number and the numbers below it that it did not
see: whatever appears among those, or above, is new to it. Numbers of refused acts never appear; asking for them is cheap.
SQLite has one writer at a time: what is below the highest number is all there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Max, Q, QuerySet

from fupin.bulk.spans import Span, gaps
from fupin.core.models import AuditEntry


@dataclass(frozen=True, slots=True)
class Horizon:
    """`last`: the highest number of an entry seen; `unseen`: spans of numbers below it that were not there."""

    last: int
    unseen: tuple[Span, ...] = ()

    def beyond(self) -> QuerySet[AuditEntry]:
        """The entries that its reader has not seen."""
        wanted = Q(id__gt=self.last)
        for first, last in self.unseen:
            wanted |= Q(id__gte=first, id__lte=last)
        return AuditEntry.objects.filter(wanted)


def here() -> Horizon:
    """The horizon of this connection at this moment; inside a consistent view, of that view."""
    last = AuditEntry.objects.aggregate(last=Max("id"))["last"] or 0
    if connection.vendor != "postgresql" or not last:
        return Horizon(last)

    def run(sql: str) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    return Horizon(last, gaps(AuditEntry._meta.db_table, last, run))
