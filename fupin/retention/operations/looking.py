"""The look of the day: every file judged, portion by portion, and the list of what is due brought up to date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from fupin.core import attachments
from fupin.core.models import Attachment
from fupin.retention.judging import Judged, judge, shortest
from fupin.retention.models import DueFile

TURN = 1_000
_KEPT = ("evidence", "division", "number", "title", "counted_on", "due_on")


def look(*, on: date, tell: Callable[[int], object] = lambda done: None) -> int:
    """Bring the list of due files up to date; returns how many are due. Nothing younger than the shortest period is read.

    What came back of destroyed files, from a backup of the folder, is taken away again.
    """
    before = timezone.make_aware(datetime.combine(on, time())) - timedelta(days=365 * shortest())
    rows = Attachment.objects.filter(created_at__lt=before).order_by("pk")
    due, last, done = 0, 0, 0
    while some := list(rows.filter(pk__gt=last)[:TURN]):
        attachments.erase(row for row in some if row.destroyed_on is not None)
        found = [one for one in judge([row for row in some if row.destroyed_on is None], on=on) if one.is_due(on)]
        with transaction.atomic():
            ids = [one.row.pk for one in found]
            DueFile.objects.filter(pk__gt=last, pk__lte=some[-1].pk).exclude(pk__in=ids).delete()
            DueFile.objects.bulk_create(
                [_line(one) for one in found], update_conflicts=True, unique_fields=["attachment"], update_fields=_KEPT
            )
        last, due, done = some[-1].pk, due + len(found), done + len(some)
        tell(done)
    DueFile.objects.filter(pk__gt=last).delete()
    return due


def _line(one: Judged) -> DueFile:
    assert one.fact is not None and one.facts.evidence is not None  # noqa: PT018 (what is due has all of them)
    assert one.due_on is not None
    return DueFile(
        attachment=one.row, evidence=one.facts.evidence.name, division_id=one.fact.division, number=one.fact.number[:40],
        title=one.fact.title[:120], counted_on=one.counted_on, due_on=one.due_on,
    )  # fmt: skip
