"""Whether an act may be done: the right state, the right person, not too early, late but with its reason, with proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from fupin.core.models import Case
from fupin.core.sentences import listed, said
from fupin.core.steps.ground import PAPER, Ground, Rights
from fupin.core.steps.table import LEAST_PEOPLE, Procedure, Transition
from fupin.core.verdicts import Verdict

BACK_DATING = "procedures.back_dating_days"
LEVELS = {
    "region": gettext_noop("自治区"), "league": gettext_noop("盟市"), "banner": gettext_noop("旗县"),
    "township": gettext_noop("苏木乡镇"), "village": gettext_noop("嘎查村"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says with an act: why, why late, and for whom it is entered if a second person confirms it."""

    note: str = ""
    late_reason: str = ""
    actor: int | None = None
    confirmed_by: int | None = None


def judge_each(procedure: Procedure, cases: Sequence[Case], act: str, rights: Rights, ground: Ground, words: Said,
               facts: Mapping[int, Any]) -> dict[int, Verdict]:  # fmt: skip
    """The verdict of each case, by its id: the reasons say what, why and the mend."""
    lacking = _lacking(procedure, cases, act, rights)
    found: dict[int, Verdict] = {}
    for case in cases:
        step = procedure.transition(case.state, act)
        if step is None:
            found[case.pk] = Verdict((wrong_state(procedure, case, act),))
            continue
        reasons = [
            *_person(procedure, case, step, ground, words, lacking[step]),
            *_day(procedure, case, step, ground, words),
            *_proof(case, step, ground, words),
        ]
        verdict = Verdict(tuple(reasons))
        about = facts.get(case.pk)
        if step.condition:
            verdict &= step.condition(about, ground.on)
        for condition in step.conditions:
            verdict &= condition.holds(about, ground.on)
        found[case.pk] = verdict
    return found


def _lacking(procedure: Procedure, cases: Sequence[Case], act: str, rights: Rights) -> dict[Transition, Any]:
    """Where the person may not take the step, for each way the act can be: one question a way."""
    found = {}
    for state in {case.state for case in cases}:
        if step := procedure.transition(state, act):
            where = {case.division_id for case in cases if case.state == state}
            found[step] = rights.lacking(step.who, step.level, where)
    return found


def refusals(verdict: Verdict) -> list[str]:
    """Why not, in words: the reasons, and what nobody knows."""
    return [*(said(one) for one in verdict.reasons), *(_("缺少：%(name)s") % {"name": said(name)} for name in verdict.missing)]  # fmt: skip


def wrong_state(procedure: Procedure, case: Case, act: str) -> str:
    """An act that is not due, and what is."""
    now = procedure.state(case.state)
    possible = listed(_(step.label) for step in procedure.ways_from(case.state))
    label = next((step.label for step in procedure.transitions if step.act == act), act)
    if not possible:
        return _("“%(act)s”不能办理：该事项已是“%(state)s”") % {"act": _(label), "state": _(now.label)}
    return _("“%(act)s”不能办理：该事项现为“%(state)s”，可办理：%(acts)s") % {
        "act": _(label), "state": _(now.label), "acts": possible,
    }  # fmt: skip


def _person(procedure: Procedure, case: Case, step: Transition, ground: Ground, words: Said, lacking: Any) -> list[str]:
    if case.division_id in lacking:
        if step.level:
            return [_("“%(act)s”须由%(level)s的岗位办理，您现在的岗位不能在该区划办理") % {
                "act": _(step.label), "level": _(LEVELS[step.level])}]  # fmt: skip
        return [_("您的岗位不能在该区划办理“%(act)s”") % {"act": _(step.label)}]
    if words.actor is None:
        return [_("“%(act)s”须由具名人员办理，系统不能代办") % {"act": _(step.label)}] if procedure.strict else []
    done = ground.steps.get(case.pk, [])
    if any(act in step.others_than and actor == words.actor for act, actor in done):
        return [_("“%(act)s”须由另一人办理：您已办理过前一环节") % {"act": _(step.label)}]
    return _too_few(procedure, case, step, ground, words, done)


def _too_few(procedure: Procedure, case: Case, step: Transition, ground: Ground, words: Said,
             done: Sequence[tuple[str, int | None]]) -> list[str]:  # fmt: skip
    reasons = []
    for one in step.distinct:
        people = {actor for act, actor in done if act in one.acts and actor is not None}
        people |= {words.actor} if step.act in one.acts and words.actor is not None else set()
        number = max(LEAST_PEOPLE, int(ground.numbers.value(one.number, case.since, case.division_id)))
        if len(people) < number:
            labels = listed(dict.fromkeys(_(way.label) for way in procedure.transitions if way.act in one.acts))
            reasons.append(
                _("“%(act)s”之前须有 %(number)d 名不同的人办理“%(acts)s”，现有 %(there)d 名：请另请一人办理")
                % {"act": _(step.label), "number": number, "acts": labels, "there": len(people)}
            )
    return reasons


def _day(procedure: Procedure, case: Case, step: Transition, ground: Ground, words: Said) -> list[str]:
    if ground.on > ground.today:
        return [_("办理日期 %(day)s 在今天之后，请改为实际办理之日") % {"day": ground.on}]
    if ground.on < case.since:
        return [_("办理日期 %(day)s 早于上一环节的 %(since)s，请核对") % {"day": ground.on, "since": case.since}]
    if not step.stays and case.last_on and ground.on < case.last_on:
        return [_("办理日期 %(day)s 早于上一环节的 %(since)s，请核对") % {"day": ground.on, "since": case.last_on}]
    if step.least:
        if ground.is_paused(case) and ground.numbers.value(step.least.pauses, case.since, case.division_id):
            return [_("异议处理期间期限停止计算，“%(act)s”须待异议答复后办理") % {"act": _(step.label)}]
        earliest = ground.end_of(step.least, case, case.since)
        if ground.on < earliest:
            return [_("期限未满：“%(act)s”最早可于 %(day)s 办理") % {"act": _(step.label), "day": earliest}]
    late = days_late(procedure, case, step, ground)
    if procedure.strict and late and not words.late_reason.strip():
        return [_("“%(act)s”已逾期 %(days)d 天，请写明逾期原因") % {"act": _(step.label), "days": late}]
    return []


def days_late(procedure: Procedure, case: Case, step: Transition, ground: Ground) -> int:
    """By how many days the act comes after its deadline, or after that of the whole way."""
    limits = [case.due_on] if step.most else []
    if procedure.whole_to and not _is_past_whole(procedure, case.state):
        limits.append(case.whole_due_on)
    if procedure.strict and ground.is_paused(case):
        return 0
    return max([0, *((ground.on - limit).days for limit in limits if limit)])


def _is_past_whole(procedure: Procedure, state: str) -> bool:
    """Has a case in this state come to where the whole way's deadline ends?"""
    return state == procedure.whole_to or procedure.state(state).is_end


def is_back_dated(procedure: Procedure, case: Case, act: str, ground: Ground) -> bool:
    """Did the act happen so long before today that a second person must confirm it?"""
    if not procedure.strict:
        return False
    step = procedure.transition(case.state, act)
    name = (step.back_dating if step else "") or BACK_DATING
    days = int(ground.numbers.value(name, ground.today, case.division_id))
    return (ground.today - ground.on).days > days


def lacks_paper(case: Case, ground: Ground) -> bool:
    """Is the scanned paper of an act entered late not there?"""
    return not ground.files.get(case.pk, {}).get(PAPER)


def _proof(case: Case, step: Transition, ground: Ground, words: Said) -> list[str]:
    reasons = [] if words.note.strip() or not step.needs_note else [_("“%(act)s”须写明理由") % {"act": _(step.label)}]
    there = ground.subject_files.get(case.subject, set())
    if lacking := [kind for kind in step.attachments if kind not in there]:
        reasons.append(_("“%(act)s”须先上传：%(kinds)s") % {"act": _(step.label), "kinds": "、".join(lacking)})
    held = ground.files.get(case.pk, {})
    short = []
    for one in step.evidence:
        least = int(ground.numbers.value(one.least, case.since, case.division_id))
        if held.get(one.kind, 0) < least:
            short.append(
                _(one.label) if least == 1 else _("%(kind)s %(count)d 份") % {"kind": _(one.label), "count": least}
            )
    if short:
        reasons.append(_("“%(act)s”须先在案卷中上传：%(kinds)s") % {"act": _(step.label), "kinds": listed(short)})
    return reasons


def due_days(procedure: Procedure, case: Case, state: str, since: date, ground: Ground) -> date | None:
    """By when a case should leave a state: the earliest of its acts' deadlines, its time-outs and the whole way's."""
    limits = [ground.end_of(step.most, case, since) for step in procedure.ways_from(state) if step.most]
    limits += [ground.end_of(out.days, case, since) for out in procedure.time_outs if out.before == state]
    if procedure.whole and case.whole_due_on and not _is_past_whole(procedure, state):
        limits.append(case.whole_due_on)
    return min(limits, default=None)
