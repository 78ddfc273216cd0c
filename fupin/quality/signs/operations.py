"""Acts of people on signs: hand them down, and say what was found when looking into one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import audit, clock
from fupin.core.reasons import LEAST_REASON
from fupin.core.refusals import NotAllowed, Refused, Stale
from fupin.quality.signs import queries
from fupin.quality.signs.models import Sign, SignHousehold
from fupin.quality.signs.words import ANSWERS, MOST_REASON, Answer, State
from fupin.registry.models import IncomeAccount


@transaction.atomic
def release(*, signs: Collection[int], by: Any, on: date) -> int:
    """Hand signs down: from now on those below see them. One that was released stays so. Raises NotFound, NotAllowed."""
    rows = _held(by, signs)
    for row in rows:
        scopes.require(by, queries.RELEASE, row.division_id)
    fresh = [row for row in rows if row.state == State.FOUND]
    for row in fresh:
        row.state, row.released_on = State.RELEASED, on
        row.version += 1
    Sign.objects.bulk_update(fresh, ["state", "released_on", "version"])
    audit.record_many(by=by, on=on, entries=[
        audit.Entry("signs.release", f"sign:{row.pk}", row.division_id, {"kind": row.kind}) for row in fresh
    ])  # fmt: skip
    return len(fresh)


@transaction.atomic
def answer(*, sign: int, answer: str, reason: str, by: Any, on: date, base_version: int | None = None) -> Sign:
    """Say what somebody of the level above found, with the reason. Raises NotFound, NotAllowed, Refused with every
    reason, Stale."""
    (row,) = _held(by, [sign])
    require_above(by, row)
    if base_version is not None and row.version != base_version:
        raise Stale(_("这条线索已被他人处理，请刷新后再看"), "stale")
    said = reason.strip()[:MOST_REASON]
    _check(row, answer, said, on)
    row.state, row.answer, row.reason = State.CLOSED, answer, said
    row.answered_on, row.answered_by = on, by
    row.version += 1
    row.save(update_fields=["state", "answer", "reason", "answered_on", "answered_by", "version"])
    audit.record(by=by, act="signs.answer", subject=f"sign:{row.pk}", on=on, division=row.division_id,
                 detail={"kind": row.kind, "answer": answer, "reason": said})  # fmt: skip
    return row


def require_above(user: Any, row: Sign) -> None:
    """May the user look into this sign? Somebody above it, who did not enter what it is about. Raises NotAllowed."""
    scopes.require(user, queries.RELEASE if row.by == "officer" else queries.ANSWER, row.division_id)
    entered = IncomeAccount.objects.filter(
        recorded_by=getattr(user, "pk", None), household__in=SignHousehold.objects.filter(sign=row).values("household")
    )
    if row.officer_id == getattr(user, "pk", None) or entered.exists():
        raise NotAllowed(_("这条线索涉及您本人录入的数据，须由他人核实"))


def may_answer(user: Any, row: Sign) -> bool:
    """The same as a question, for the screen."""
    try:
        require_above(user, row)
    except NotAllowed:
        return False
    return row.state != State.CLOSED


def _check(row: Sign, answer: str, reason: str, on: date) -> None:
    reasons = []
    if row.state == State.CLOSED:
        reasons.append(_("这条线索已经核实"))
    if answer not in ANSWERS:
        reasons.append(_("核实结果应为：%(all)s") % {"all": "、".join(str(label) for label in ANSWERS.values())})
    if len(reason) < LEAST_REASON:
        reasons.append(_("请写明核实情况（至少 %(count)d 个字）") % {"count": LEAST_REASON})
    if on > clock.today() or on < row.found_on:
        reasons.append(_("核实日期应在发现日期 %(day)s 之后、今天之前") % {"day": row.found_on})
    if answer == Answer.DISCIPLINE and row.gone_on is not None:
        reasons.append(_("最近一次查找中线索已不成立，不能移送"))
    if reasons:
        raise Refused(reasons)


def _held(user: Any, pks: Collection[int]) -> Sequence[Sign]:
    """These signs, held until the act is done. Raises NotFound unless the user may know of all of them."""
    seen = queries.signs_for(user).filter(pk__in=list(pks)).order_by().values("pk")
    found = list(Sign.objects.filter(pk__in=seen).order_by("pk").select_for_update(of=("self",)))
    if len(found) != len(set(pks)):
        raise queries.not_there()
    return found
