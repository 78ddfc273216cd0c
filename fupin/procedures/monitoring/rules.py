"""What must hold in monitoring: facts in, verdict out; what nobody knows does not pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from fupin.core.reasons import LEAST_REASON
from fupin.core.verdicts import YES, Name, Verdict
from fupin.core.verdicts import Sentence as _
from fupin.policy.guarantees import guarantees
from fupin.procedures.monitoring.words import Answer


@dataclass(frozen=True, slots=True)
class Visited:
    """What a visit to a warning found, as it is handed in; whether the household is in hand by other means."""

    answer: str
    raised_on: date
    due_on: date
    visited_on: date
    finding: str
    late_reason: str = ""
    is_in_hand: bool = False


def may_answer(visited: Visited) -> Verdict:
    """Is the answer whole: a visit after the warning, what was found, and, where it is late, why?

    No risk has its reason, and "known" asks that the household is monitored or in an open case. Late is taken.
    """
    reasons: list[str] = []
    if visited.visited_on < visited.raised_on:
        reasons.append(_("入户日期 {visited} 早于预警日期 {raised}，请核对",
                         visited=visited.visited_on, raised=visited.raised_on))  # fmt: skip
    if visited.answer not in tuple(Answer):
        reasons.append(_("请选择核实结论"))
    if len(visited.finding.strip()) < LEAST_REASON:
        reasons.append(_("请写明入户看到的情况和理由（不少于 {least} 个字）", least=LEAST_REASON))
    if visited.visited_on > visited.due_on and not visited.late_reason.strip():
        reasons.append(_("已超过入户期限 {day}，请写明逾期原因", day=visited.due_on))
    if visited.answer == Answer.KNOWN and not visited.is_in_hand:
        reasons.append(_("该户既不是监测对象，也没有办理中的识别案卷，不能选“已在监测或办理中”"))
    if visited.answer == Answer.LEAD and visited.is_in_hand:
        reasons.append(_("该户已是监测对象或已有办理中的识别案卷，请选“已在监测或办理中”"))
    return Verdict(tuple(reasons))


@dataclass(frozen=True, slots=True)
class Account:
    """A year's income account beside the line of that year."""

    year: int
    per_head_fen: int
    line_fen: int


def is_stably_above(accounts: Sequence[Account], years: int, newest: int) -> Verdict:
    """Did the income a head lie above the line in each of the last `years` accounts, the newest of them `newest` or later?

    An account that is missing leaves it unknown.
    """
    last = sorted(accounts, key=lambda one: one.year, reverse=True)[:years]
    missing: list[str] = []
    if not last or last[0].year < newest:
        missing.append(_("{year} 年收入核算（请先填写收入核算表）", year=newest))
    gaps = [one.year for place, one in enumerate(last) if one.year != last[0].year - place]
    if last and (len(last) < years or gaps):
        missing.append(
            _(
                "连续 {years} 年的收入核算（现有 {known} 年）",
                years=years,
                known="、".join(str(one.year) for one in last),
            )
        )
    against = tuple(
        _("{year} 年人均纯收入 {income} 元，未超过监测范围 {line} 元，收入不稳定", year=one.year,
          income=f"{one.per_head_fen / 100:.2f}", line=f"{one.line_fen / 100:.2f}")
        for one in last if one.per_head_fen <= one.line_fen
    )  # fmt: skip
    return Verdict(against, tuple(missing))


GUARANTEES = {key: Name(one.label, one.label_en) for key, one in guarantees().items()}


def are_guarantees_met(lights: dict[str, str]) -> Verdict:
    """Is each of the six lights green? What is not found out, or contradicts itself, does not pass."""
    against = [
        _("{name}未达标，保障问题未解决", name=name) for key, name in GUARANTEES.items() if lights.get(key) == "unmet"
    ]
    against += [
        _("{name}的记录与核查结论矛盾，请先核实", name=name)
        for key, name in GUARANTEES.items()
        if lights.get(key) == "conflict"
    ]
    missing = [
        _("{name}的结论（未查明）", name=name)
        for key, name in GUARANTEES.items()
        if lights.get(key, "unknown") == "unknown"
    ]
    return Verdict(tuple(against), tuple(missing))


@dataclass(frozen=True, slots=True)
class Standing:
    """A household in the register, as clearing of its risk and a return to poverty look at it."""

    status: str = ""
    monitor_kind: str = ""
    is_risk_cleared: bool | None = None
    identified_on: date | None = None
    months: int = 6
    years: int = 2
    newest: int = 0
    accounts: tuple[Account, ...] = ()
    lights: dict[str, str] = field(default_factory=dict)
    self_paid_fen: int | None = None
    expense_limit_fen: int | None = None
    has_no_labour: bool | None = None
    open_signals: int = 0


def is_due(one: Standing, on: date) -> Verdict:
    """Has the household been on the list for the months that are set? The months run from the day it was listed."""
    if one.identified_on is None:
        return Verdict(missing=(_("识别时间"),))
    earliest = months_after(one.identified_on, one.months)
    if on < earliest:
        return Verdict((_("识别未满 {months} 个月，{day} 起方可消除风险", months=one.months, day=earliest),))
    return YES


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise ValueError(day)


def is_income_stable(one: Standing) -> Verdict:
    """Stably above the line, and no unavoidable expense beyond control."""
    found = is_stably_above(one.accounts, one.years, one.newest)
    if (
        one.self_paid_fen is not None
        and one.expense_limit_fen is not None
        and one.self_paid_fen >= one.expense_limit_fen
    ):
        found &= Verdict((_("合规自付支出 {paid} 元，刚性支出尚不可控", paid=f"{one.self_paid_fen / 100:.2f}"),))
    return found


def is_risk_gone(one: Standing) -> Verdict:
    """No warning waits, and the household has somebody who can work: where nobody can, it is followed and not cleared."""
    reasons = []
    if one.open_signals:
        reasons.append(_("该户还有 {count} 条预警没有核实，请先入户核实", count=one.open_signals))
    if one.has_no_labour:
        reasons.append(_("整户无劳动能力，落实兜底保障后暂不标注风险消除，持续跟踪"))
    return Verdict(tuple(reasons))
