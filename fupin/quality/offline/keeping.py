"""What was brought back is deleted when its time is over: it has been handed in, and the tickets keep what counts."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.accounts.scopes import SYSTEM
from fupin.core import attachments, audit
from fupin.quality.offline import applying, bringing, standing
from fupin.quality.offline.models import AnswerBook, AnswerLine
from fupin.quality.offline.words import BOOK, Stage
from fupin.retention.judging import held_divisions


def delete_expired(*, today: date, by: Any = SYSTEM) -> int:
    """Delete files and lines of workbooks whose time is over; evidence that an answer rests on stays. Returns how many."""
    done = 0
    for one in (
        AnswerBook.objects.filter(deleted_at=None, keep_until__lt=today).exclude(held_divisions()).order_by("pk")
    ):
        if one.state == Stage.APPLYING:
            if standing.of(one).is_at_work:
                continue
            # Evidence of what was handed in before it stood still goes to its ticket, and the rest may be deleted.
            applying.stop(book=one, by=by, on=today)
        with transaction.atomic():
            going = [*bringing.evidence_of(one), *([one.attachment] if one.attachment is not None else [])]
            if going:
                attachments.remove(rows=going, by=by, reason=_("保存期限已满"), on=today, division=one.division_id)
            count, _each = AnswerLine.objects.filter(book=one).delete()
            state = one.state if one.state in (Stage.DONE, Stage.STOPPED, Stage.REFUSED) else Stage.DROPPED
            AnswerBook.objects.filter(pk=one.pk).update(
                state=state, deleted_at=timezone.now(), attachment=None, refusal=""
            )
            audit.record(by=by, act="answers.delete", subject=f"{BOOK}:{one.pk}", division=one.division_id, on=today,
                         detail={"sha256": one.sha256, "lines": count})  # fmt: skip
        done += 1
    return done
