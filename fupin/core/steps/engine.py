"""Judging and taking a step: the right state, the right person, not too early, late but marked, with its proof."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from fupin.core import audit, working_days
from fupin.core.clock import today
from fupin.core.models import Attachment, Case, StepTaken
from fupin.core.refusals import NotAllowed, Stale
from fupin.core.sentences import listed
from fupin.core.steps.table import Procedure, Transition
from fupin.core.verdicts import Verdict
from fupin.core.working_days import Calendar

MayAct = Callable[[str, int | None], bool]
"""Whether the person may do what takes this permission in this division; accounts' scopes answer it."""


def case_of(procedure: Procedure, subject: str) -> Case | None:
    """Where a subject stands in a procedure; None before it began."""
    return Case.objects.filter(procedure=procedure.name, subject=subject).first()


def begin(*, procedure: Procedure, subject: str, by: Any, on: date, division: int | None = None) -> Case:
    """Open a case in the first state; one that is there already is returned as it stands."""
    due_on = _due(procedure, procedure.start.name, on, working_days.calendar())
    row, made = Case.objects.get_or_create(
        procedure=procedure.name, subject=subject,
        defaults={"state": procedure.start.name, "since": on, "division_id": division, "due_on": due_on},
    )  # fmt: skip
    if made:
        audit.record(by=by, act=f"{procedure.name}.begin", subject=subject, on=on, division=division)
    return row


def judge(*, procedure: Procedure, case: Case, act: str, by: Any, on: date, may: MayAct, facts: Any = None,
          note: str = "", calendar: Calendar | None = None) -> Verdict:  # fmt: skip
    """Whether this person may do this act in this case on that day; the reasons say what, why and the mend."""
    step = procedure.transition(case.state, act)
    if step is None:
        return Verdict((_wrong_state(procedure, case, act),))
    reasons = [
        *_person(procedure, case, step, by, may),
        *_day(case, step, on, calendar or working_days.calendar()),
        *_proof(case, step, note),
    ]
    verdict = Verdict(tuple(reasons))
    return verdict & step.condition(facts, on) if step.condition else verdict


def take(*, procedure: Procedure, cases: Iterable[Case], act: str, by: Any, on: date, may: MayAct,
         facts: Callable[[Case], Any] | None = None, note: str = "") -> list[StepTaken]:  # fmt: skip
    """Do an act in cases, all or none. `on` is the day it happened; the day of entry is kept beside it.

    Raises NotAllowed with the reasons of every case, Stale where another was quicker.
    """
    rows = list(cases)
    days = working_days.calendar()
    refused: list[str] = []
    for case in rows:
        verdict = judge(procedure=procedure, case=case, act=act, by=by, on=on, may=may,
                        facts=facts(case) if facts else None, note=note, calendar=days)  # fmt: skip
        refused += [*verdict.reasons, *(_("缺少：%(name)s") % {"name": name} for name in verdict.missing)]
    if refused:
        raise NotAllowed(dict.fromkeys(refused))
    with transaction.atomic():
        return [_move(procedure, case, act, by, on, note, days) for case in rows]


def _move(procedure: Procedure, case: Case, act: str, by: Any, on: date, note: str, days: Calendar) -> StepTaken:
    step = procedure.transition(case.state, act)
    if step is None:
        raise Stale(_wrong_state(procedure, case, act))
    late = (on - case.due_on).days if step.most and case.due_on and on > case.due_on else 0
    return _enter(procedure, case, act, step.after, by, on, days, late=late, note=note, new_round=step.begins_round)


def _enter(procedure: Procedure, case: Case, act: str, state: str, by: Any, on: date, days: Calendar, *,
           late: int = 0, note: str = "", new_round: bool = False) -> StepTaken:  # fmt: skip
    """Move the row, if it is still as it was read; note the step and the trail."""
    due_on = _due(procedure, state, on, days)
    moved = Case.objects.filter(pk=case.pk, version=case.version).update(
        state=state, since=on, due_on=due_on, version=F("version") + 1, round=case.round + new_round
    )
    if not moved:
        raise Stale(_("该事项刚被他人办理，请刷新后再办"))
    before = case.state
    case.refresh_from_db()
    taken = StepTaken.objects.create(
        case=case, act=act, from_state=before, to_state=state, happened_on=on, actor_id=getattr(by, "pk", None),
        round=case.round, days_late=late, note=note,
    )  # fmt: skip
    detail: dict[str, Any] = (
        {"state": [before, state]} | ({"days_late": late} if late else {}) | ({"note": note} if note else {})
    )
    audit.record(
        by=by, act=f"{procedure.name}.{act}", subject=case.subject, on=on, division=case.division_id, detail=detail
    )
    return taken


def due(procedure: Procedure, *, on: date) -> Any:
    """The cases whose deadline lies before a day: for to-do lists, the oldest first."""
    return Case.objects.filter(procedure=procedure.name, due_on__lt=on).order_by("due_on", "pk")


def take_overdue(procedure: Procedure, *, on: date) -> int:
    """Let the cases go over by themselves whose time-out has passed on that day; returns how many."""
    days = working_days.calendar()
    moved = 0
    for time_out in procedure.time_outs:
        for case in Case.objects.filter(procedure=procedure.name, state=time_out.before).iterator():
            ends_on = time_out.days.after(case.since, days)
            if on > ends_on:
                with transaction.atomic():
                    _enter(
                        procedure, case, "time_out", time_out.after, None, on, days, note=time_out.label, new_round=True
                    )
                moved += 1
    return moved


def _due(procedure: Procedure, state: str, since: date, days: Calendar) -> date | None:
    """By when a case should leave a state: the earliest of its acts' deadlines and time-outs."""
    limits = [step.most.after(since, days) for step in procedure.ways_from(state) if step.most]
    limits += [time_out.days.after(since, days) for time_out in procedure.time_outs if time_out.before == state]
    return min(limits, default=None)


def _wrong_state(procedure: Procedure, case: Case, act: str) -> str:
    now = procedure.state(case.state)
    possible = listed(step.label for step in procedure.ways_from(case.state))
    label = next((step.label for step in procedure.transitions if step.act == act), act)
    if not possible:
        return _("“%(act)s”不能办理：该事项已是“%(state)s”") % {"act": label, "state": now.label}
    return _("“%(act)s”不能办理：该事项现为“%(state)s”，可办理：%(acts)s") % {
        "act": label, "state": now.label, "acts": possible,
    }  # fmt: skip


def _person(procedure: Procedure, case: Case, step: Transition, by: Any, may: MayAct) -> list[str]:
    if not may(step.who, case.division_id):
        return [_("您的岗位不能在该区划办理“%(act)s”") % {"act": step.label}]
    actor = getattr(by, "pk", None)
    if not step.others_than or actor is None:
        return []
    earlier = StepTaken.objects.filter(case=case, round=case.round, act__in=step.others_than, actor_id=actor)
    if not earlier.exists():
        return []
    return [_("“%(act)s”须由另一人办理：您已办理过前一环节") % {"act": step.label}]


def _day(case: Case, step: Transition, on: date, days: Calendar) -> list[str]:
    if on > today():
        return [_("办理日期 %(day)s 在今天之后，请改为实际办理之日") % {"day": on}]
    if on < case.since:
        return [_("办理日期 %(day)s 早于上一环节的 %(since)s，请核对") % {"day": on, "since": case.since}]
    if step.least:
        earliest = step.least.after(case.since, days)
        if on < earliest:
            return [_("期限未满：“%(act)s”最早可于 %(day)s 办理") % {"act": step.label, "day": earliest}]
    return []


def _proof(case: Case, step: Transition, note: str) -> list[str]:
    reasons = [] if note.strip() or not step.needs_note else [_("“%(act)s”须写明理由") % {"act": step.label}]
    if step.attachments:
        there = set(
            Attachment.objects.filter(subject=case.subject, kind__in=step.attachments).values_list("kind", flat=True)
        )
        lacking = [kind for kind in step.attachments if kind not in there]
        reasons += (
            [_("“%(act)s”须先上传：%(kinds)s") % {"act": step.label, "kinds": "、".join(lacking)}] if lacking else []
        )
    return reasons
