"""Decisions of screening: when a round may open and close, which household may be confirmed, what a visit must say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from fupin.core.verdicts import YES, Verdict
from fupin.core.verdicts import Sentence as _
from fupin.procedures.screening.words import DONE, Stage, State


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """What a round's steps are judged by."""

    period_from: date
    period_to: date
    is_filled: bool = False
    to_confirm: int = 0
    to_visit: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """A household of a round as its acts are judged."""

    stage: str
    opened_on: date | None
    state: str
    groups: str = ""
    is_gone: bool = False


def may_open(facts: RoundFacts, on: date) -> Verdict:
    """A round opens within its period."""
    if on < facts.period_from:
        return Verdict((_("排查期 {day} 才开始，请到时再开启或修改排查期", day=facts.period_from),))
    if on > facts.period_to:
        return Verdict((_("排查期已于 {day} 结束，请另建一轮", day=facts.period_to),))
    return YES


def may_close(facts: RoundFacts, on: date) -> Verdict:
    """A round closes when each of its households is confirmed, visited or a lead."""
    if not facts.is_filled:
        return Verdict((_("排查名单还没有生成，请稍后再办"),))
    reasons = []
    if facts.to_confirm:
        reasons.append(_("还有 {count} 户没有确认", count=facts.to_confirm))
    if facts.to_visit:
        reasons.append(_("还有 {count} 户没有入户", count=facts.to_visit))
    return Verdict(tuple(reasons))


def _running(one: Standing, day: date | None, today: date) -> Iterable[str]:
    if one.stage != Stage.OPEN or one.opened_on is None:
        yield _("这一轮排查没有开启或已经结束")
    elif day is None:
        yield _("请填写排查日期")
    elif day > today:
        yield _("排查日期 {day} 在今天之后", day=day)
    elif day < one.opened_on:
        yield _("排查日期 {day} 早于开启之日 {opened}", day=day, opened=one.opened_on)
    if one.is_gone:
        yield _("该户已不在排查范围内")


def may_confirm(one: Standing, day: date | None, today: date) -> Verdict:
    """Only who belongs to no key group and waits for it is confirmed without a visit."""
    reasons = list(_running(one, day, today))
    if one.groups:
        reasons.append(_("该户属于重点人群，须入户排查"))
    elif one.state == State.TO_VISIT:
        reasons.append(_("该户已列入待入户，须入户排查；列错的请先撤销"))
    elif one.state in DONE:
        reasons.append(_("该户已有排查结果；要改的请先撤销"))
    return Verdict(tuple(reasons))


def may_mark(one: Standing, reason: str, today: date) -> Verdict:
    """A household is marked to be visited, with what the officer knows."""
    reasons = list(_running(one, today, today))
    if one.state in DONE:
        reasons.append(_("该户已有排查结果；要改的请先撤销"))
    if not reason.strip():
        reasons.append(_("请写明须入户的原因"))
    return Verdict(tuple(reasons))


def may_visit(one: Standing, day: date | None, spoke_to: str, finding: str, today: date) -> Verdict:
    """A visit says its day, who was spoken to and what was found; also who was confirmed before may be visited."""
    reasons = list(_running(one, day, today))
    if one.state in (State.VISITED, State.LEAD):
        reasons.append(_("该户已有排查结果；要改的请先撤销"))
    if not spoke_to.strip():
        reasons.append(_("请填写受访人"))
    if not finding.strip():
        reasons.append(_("请填写入户所见"))
    return Verdict(tuple(reasons))


def may_suspect(one: Standing, day: date | None, today: date) -> Verdict:
    """Any household that is not a lead yet may be passed on to identification."""
    reasons = list(_running(one, day, today))
    if one.state == State.LEAD:
        reasons.append(_("该户已转识别核查"))
    return Verdict(tuple(reasons))


def may_undo(one: Standing, today: date) -> Verdict:
    """What was said by mistake is taken back, as long as the round runs; a lead is ended in its own case."""
    reasons = list(_running(one, today, today))
    if one.state == State.LEAD:
        reasons.append(_("该户已转识别核查，请在案卷中办理"))
    elif one.state == State.TO_CONFIRM:
        reasons.append(_("该户还没有排查结果，无可撤销"))
    elif one.state == State.TO_VISIT and one.groups:
        reasons.append(_("该户属于重点人群，须入户排查"))
    return Verdict(tuple(reasons))


def undone(state: str, groups: str, reason: str) -> State:
    """Where a household stands after the last word on it was taken back: what was visited for a reason is still to be visited."""
    return State.TO_VISIT if state == State.VISITED and (groups or reason) else State.TO_CONFIRM
