"""Decisions of collection: when a round may open and close, what a visit must say, who is drawn, how sure a rate is."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, sqrt

from fupin.core.reasons import LEAST_REASON
from fupin.core.verdicts import YES, Verdict
from fupin.core.verdicts import Sentence as _
from fupin.quality.campaigns.words import OUTCOMES, RUNNING, State

Z95 = 1.959963984540054
"""The normal deviate of a 95% interval."""


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """What a round's steps are judged by."""

    period_from: date
    period_to: date
    households: int = 0
    unfinished: int = 0
    unchecked: int = 0
    """households drawn for a spot check and not checked yet"""
    wrong_villages: int = 0
    """villages above the limit that nobody had collected again"""


def may_open(facts: RoundFacts, on: date) -> Verdict:
    """A round opens within its period: not before it begins, not after it is over."""
    if on < facts.period_from:
        return Verdict((_("采集期 {day} 才开始，请到时再开启或修改采集期", day=facts.period_from),))
    if on > facts.period_to:
        return Verdict((_("采集期已于 {day} 结束，请另建一轮", day=facts.period_to),))
    return YES


def may_check(facts: RoundFacts, on: date) -> Verdict:
    """Checking begins when the list is there: a round without a household has not been filled yet."""
    if not facts.households:
        return Verdict((_("采集名单还没有生成，请稍后再办"),))
    return YES


def may_close(facts: RoundFacts, on: date) -> Verdict:
    """A round closes when every household is collected or left out with a reason, and every spot check has its end."""
    reasons = list(may_check(facts, on).reasons)
    if facts.unfinished:
        reasons.append(_("还有 {count} 户未采集，也未批准不采集", count=facts.unfinished))
    if facts.unchecked:
        reasons.append(_("还有 {count} 户抽查样本未核查", count=facts.unchecked))
    if facts.wrong_villages:
        reasons.append(_("{count} 个嘎查村抽查差错率超过上限，尚未要求重新采集", count=facts.wrong_villages))
    return Verdict(tuple(reasons))


@dataclass(frozen=True, slots=True)
class Visit:
    """What an officer says of a visit. `changed`: the register was changed for it."""

    outcome: str
    visited_on: date | None
    spoke_to: str = ""
    note: str = ""
    changed: bool = False


def may_record(visit: Visit, *, stage: str, state: str, is_gone: bool, opened_on: date | None, today: date,
               changes: int) -> Verdict:  # fmt: skip
    """Nothing is skipped: a household is collected with the day of the visit and who was spoken to, the day lies within the
    round, and "with changes" only where the register was changed in it."""
    if visit.outcome not in OUTCOMES:
        return Verdict((_("没有“{outcome}”这种走访结果", outcome=visit.outcome),))
    reasons = []
    if stage not in RUNNING or opened_on is None:
        reasons.append(_("这一轮采集没有开启或已经结束"))
    if is_gone:
        reasons.append(_("该户已不在采集范围内"))
    if state == State.COLLECTED:
        reasons.append(_("该户已采集；要改的请由苏木乡镇要求重新采集"))
    return Verdict((*reasons, *_day(visit, opened_on, today), *_said(visit, changes)))


def _day(visit: Visit, opened_on: date | None, today: date) -> Iterable[str]:
    if visit.visited_on is None:
        yield _("请填写走访日期")
    elif visit.visited_on > today:
        yield _("走访日期 {day} 在今天之后", day=visit.visited_on)
    elif opened_on is not None and visit.visited_on < opened_on:
        yield _("走访日期 {day} 早于本轮开启之日 {opened}", day=visit.visited_on, opened=opened_on)


def _said(visit: Visit, changes: int) -> Iterable[str]:
    if visit.outcome in (State.VISITED, State.COLLECTED) and len(visit.spoke_to.strip()) < 2:
        yield _("请填写受访人姓名")
    if visit.outcome in (State.REFUSED, State.MOVED) and len(visit.note.strip()) < LEAST_REASON:
        yield _("拒绝采集、已搬走的须写明情况（至少 {count} 个字）", count=LEAST_REASON)
    if visit.outcome == State.COLLECTED and visit.changed and not changes:
        yield _("登记册中没有本轮的修改：请先修改登记，或选“无变化”")
    if visit.outcome == State.COLLECTED and not visit.changed and changes:
        yield _("登记册在本轮有 {count} 处修改：请选“有变化，已改登记”", count=changes)


def may_leave_out(*, stage: str, state: str, reason: str) -> Verdict:
    """The township leaves a household out with a reason; what is collected is not left out."""
    reasons = []
    if stage not in RUNNING:
        reasons.append(_("这一轮采集没有开启或已经结束"))
    if state in (State.COLLECTED, State.LEFT_OUT):
        reasons.append(_("该户已采集或已批准不采集"))
    if len(reason.strip()) < LEAST_REASON:
        reasons.append(_("请写明不采集的原因（至少 {count} 个字）", count=LEAST_REASON))
    return Verdict(tuple(reasons))


def todays_share(left: int, today: date, period_to: date) -> int:
    """How many to visit today so that the rest fits into the days that are left; all of them on the last day and after."""
    return ceil(left / max((period_to - today).days + 1, 1))


Member = tuple[str, int, int]
"""A household that may be drawn: its number, its township, who collected it."""


def draw(population: Iterable[Member], *, seed: int, share: float, least: int) -> list[str]:
    """A random sample of household numbers, stratified by township and officer. The same population and seed give the same
    sample, in whatever order the households come."""
    strata: dict[tuple[int, int], list[str]] = defaultdict(list)
    for number, township, officer in population:
        strata[township, officer].append(number)
    chance = random.Random(seed)  # noqa: S311 (a sample that can be drawn again, no secret)
    drawn: list[str] = []
    for key in sorted(strata):
        numbers = sorted(strata[key])
        drawn += chance.sample(numbers, min(len(numbers), max(least, ceil(share * len(numbers)))))
    return sorted(drawn)


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of the compared fields were wrong, and within which bounds the true rate lies with 95%."""

    wrong: int
    compared: int
    low: float
    high: float

    @property
    def value(self) -> float | None:
        return self.wrong / self.compared if self.compared else None


def rate(wrong: int, compared: int) -> Rate:
    """The rate with its Wilson interval, which also holds for few fields and for none wrong."""
    if not compared:
        return Rate(0, 0, 0.0, 1.0)
    p, z2 = wrong / compared, Z95 * Z95
    middle = (p + z2 / (2 * compared)) / (1 + z2 / compared)
    half = Z95 * sqrt(p * (1 - p) / compared + z2 / (4 * compared * compared)) / (1 + z2 / compared)
    return Rate(wrong, compared, max(middle - half, 0.0), min(middle + half, 1.0))


def is_to_be_collected_again(found: Rate, most: float) -> bool:
    """More wrong than the limit: the village is collected again. At the limit it is not."""
    return found.value is not None and found.value > most


def may_spot_check(*, stage: str, is_checked: bool, collected_by: int | None, checker: int | None, checked_on: date | None,
                   visited_on: date | None, today: date, asked: Sequence[str], answers: Mapping[str, bool]) -> Verdict:  # fmt: skip
    """A drawn household is checked by another person than collected it, after the visit, field by field."""
    reasons = []
    if stage not in RUNNING:
        reasons.append(_("这一轮采集没有开启或已经结束"))
    if is_checked:
        reasons.append(_("该户已经核查"))
    if collected_by is not None and collected_by == checker:
        reasons.append(_("抽查须由另一人办理：该户是您本人采集的"))
    if checked_on is None:
        reasons.append(_("请填写核查日期"))
    elif checked_on > today:
        reasons.append(_("核查日期 {day} 在今天之后", day=checked_on))
    elif visited_on is not None and checked_on < visited_on:
        reasons.append(_("核查日期 {day} 早于采集走访之日 {visited}", day=checked_on, visited=visited_on))
    missing = len([name for name in asked if name not in answers])
    if missing:
        reasons.append(_("还有 {count} 项没有填对错", count=missing))
    return Verdict(tuple(reasons))
