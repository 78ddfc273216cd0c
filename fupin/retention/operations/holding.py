"""Files that must stay: held with reason and document by one person, let go by another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.queries import name_of, require_two_persons
from fupin.core import audit, clock
from fupin.core.models import Attachment
from fupin.core.reasons import LEAST_REASON
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.retention import subjects
from fupin.retention.judging import judge
from fupin.retention.models import Hold
from fupin.retention.words import HOLD


def holdable() -> list[subjects.Kind]:
    """The kinds of subjects that are held by themselves: a division, a household, a case."""
    return [one for one in subjects.kinds() if one.find is not None]


def hold(*, kind: str, number: str, reason: str, basis: str, by: Any, on: date) -> Hold:
    """Hold the files of a household, a case or all below a division until somebody else lets them go.

    Raises NotFound out of reach, Refused without reason or document, or where the hold is there already.
    """
    scopes.require(by, HOLD)
    known = subjects.kind(kind)
    pk = known.find(number.strip()) if known is not None and known.find is not None else None
    fact = known.facts([pk]).get(pk) if known is not None and pk is not None else None
    if pk is None or fact is None or not scopes.may(by, HOLD, fact.division):
        raise NotFound(_("没有编号为“%(number)s”的对象，或它不在您的工作范围内") % {"number": number}, "subject")
    reasons = []
    if len(reason.strip()) < LEAST_REASON:
        reasons.append(_("请写明冻结的原因（至少 %(count)d 个字）") % {"count": LEAST_REASON})
    if not basis.strip():
        reasons.append(_("请写明依据文件的名称和文号"))
    if reasons:
        raise Refused(reasons, "reason")
    try:
        with transaction.atomic():
            row = Hold.objects.create(
                subject=f"{kind}:{pk}", division_id=fact.division, number=fact.number[:40], title=fact.title[:120],
                reason=reason.strip()[:300], basis=basis.strip()[:200], set_on=on, set_by=getattr(by, "pk", None),
                set_name=name_of(by),
            )  # fmt: skip
            audit.record(by=by, on=on, act="retention.hold", subject=row.subject, division=row.division_id,
                         detail={"reason": row.reason, "basis": row.basis})  # fmt: skip
    except IntegrityError:
        raise Refused(_("该对象的档案已经冻结，不必重复办理"), "held") from None
    return row


@transaction.atomic
def lift(*, row: Hold, reason: str, by: Any, on: date) -> Hold:
    """Let held files go on by their period. Raises NotAllowed to who has set the hold, Refused without a reason."""
    scopes.require(by, HOLD, row.division_id)
    held = Hold.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if held.lifted_on is not None:
        raise NotAllowed(_("这条冻结已经解除"), "state")
    require_two_persons(held.set_by, getattr(by, "pk", None))
    if len(reason.strip()) < LEAST_REASON:
        raise Refused(_("请写明解除冻结的原因（至少 %(count)d 个字）") % {"count": LEAST_REASON}, "reason")
    held.lifted_on, held.lifted_by, held.lifted_name = on, getattr(by, "pk", None), name_of(by)
    held.lift_reason = reason.strip()[:300]
    held.save(update_fields=["lifted_on", "lifted_by", "lifted_name", "lift_reason"])
    audit.record(by=by, on=on, act="retention.lift", subject=held.subject, division=held.division_id,
                 detail={"reason": held.lift_reason, "since": str(held.set_on)})  # fmt: skip
    return held


def guard(rows: Sequence[Attachment]) -> None:
    """What every removal of files asks first. Raises NotAllowed for files that are held."""
    kept = [one for one in judge(rows, on=clock.today()) if one.facts.held_since is not None]
    if kept:
        raise NotAllowed(
            [
                _("材料“%(name)s”自 %(day)s 起冻结，解除前不能移除：%(why)s")
                % {"name": one.row.name, "day": one.facts.held_since, "why": one.facts.held_why}
                for one in kept
            ],
            "held",
        )
