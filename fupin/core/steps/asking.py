"""Acts entered long after they happened: a second person confirms them with the paper at hand, or sends them back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.core import audit, clock
from fupin.core.models import StepAsked
from fupin.core.refusals import NotAllowed, Stale
from fupin.core.steps import ground as grounds
from fupin.core.steps.engine import Facts, Outcome, RefusedCases, hold, move
from fupin.core.steps.ground import MayAct, Rights, rights_of
from fupin.core.steps.judging import Said, judge_each, lacks_paper, refusals
from fupin.core.steps.table import Procedure


def confirm(*, procedure: Procedure, asked: Iterable[StepAsked], by: Any, may: MayAct | Rights, facts: Facts | None = None,
            today: date | None = None) -> Outcome:  # fmt: skip
    """Let acts hold that were asked for: another person with the same right, the case as it was, the paper there.

    The act is judged again on its own day, for the person who asked. Raises NotAllowed, RefusedCases, Stale.
    """
    outcome = Outcome()
    with transaction.atomic():
        for row in _waiting(asked, by):
            case = row.case
            if case.version != row.case_version:
                raise Stale(_("申请补录之后案卷已有变化，请退回重新申请"))
            held = hold(procedure, [case])
            known = grounds.read(procedure, held, row.act, row.happened_on, today or clock.today())
            words = Said(row.note, row.late_reason, row.asked_by, by.pk)
            told = facts(held) if facts else {}
            verdict = judge_each(procedure, held, row.act, rights_of(may), known, words, told)[case.pk]
            reasons = refusals(verdict)
            if lacks_paper(held[0], known):
                reasons.append(_("纸质扫描件已不在案卷中，请重新上传"))
            if reasons:
                raise RefusedCases({case.pk: reasons})
            outcome.taken += move(procedure, held, row.act, by, known, words)
            _decide(row, "confirmed", by)
    return outcome


def refuse(*, procedure: Procedure, asked: Iterable[StepAsked], by: Any, may: MayAct | Rights, note: str) -> None:
    """Send acts back that were asked for; the case stands where it stood. Who asked may take it back. Raises NotAllowed."""
    if not note.strip():
        raise NotAllowed(_("请写明退回补录的理由"))
    with transaction.atomic():
        for row in StepAsked.objects.select_for_update().filter(pk__in=[one.pk for one in asked], state="waiting"):
            case, step = row.case, procedure.transition(row.case.state, row.act)
            is_own = row.asked_by == getattr(by, "pk", None)
            if not is_own and step and rights_of(may).lacking(step.who, step.level, {case.division_id}):
                raise NotAllowed(_("您的岗位不能在该区划办理“%(act)s”") % {"act": _(step.label)})
            _decide(row, "refused", by)
            audit.record(by=by, act=f"{procedure.name}.ask_refused", subject=case.subject, division=case.division_id,
                         detail={"step": row.act, "case": case.code, "note": note[:300]})  # fmt: skip


def _waiting(asked: Iterable[StepAsked], by: Any) -> list[StepAsked]:
    wanted = list(asked)
    rows = list(
        StepAsked.objects.select_for_update(of=("self",)).filter(pk__in=[row.pk for row in wanted], state="waiting")
        .select_related("case").order_by("pk")
    )  # fmt: skip
    if len(rows) < len(wanted):
        raise Stale(_("补录申请已由他人处理，请刷新"))
    if any(row.asked_by == getattr(by, "pk", None) for row in rows) or getattr(by, "pk", None) is None:
        raise NotAllowed(_("补录须由另一人复核：申请人不能复核自己的申请"))
    return rows


def _decide(row: StepAsked, state: str, by: Any) -> None:
    row.state, row.decided_by, row.decided_at = state, getattr(by, "pk", None), timezone.now()
    row.save(update_fields=["state", "decided_by", "decided_at"])
