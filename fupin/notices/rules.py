"""Decisions on publicity: until when a notice hangs, when it may close, what may stand on it. Days are those of Asia/Shanghai."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from fupin.core.verdicts import Sentence as _
from fupin.core.verdicts import Verdict
from fupin.notices.words import Outcome, State

_DAY = timedelta(days=1)
_LONGEST = 3_660
_NUMBERS = re.compile(r"\d[\d\s\-—]{9,}[\dXx]")
"""What could be an identity number, a phone or an account: eleven digits and more, however they are set apart."""
_WIDE = {ord("０") + digit: str(digit) for digit in range(10)} | {ord("－"): "-", ord("　"): " "}


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a notice hangs: days, whether holidays and the first day count, whether an objection stops the days."""

    days: int
    counts_holidays: bool = True
    first_day_counts: bool = False
    pauses: bool = True


@dataclass(frozen=True, slots=True)
class Objected:
    """An objection as it counts for the days: from its day to the day of its answer, None while it is open."""

    raised_on: date
    answered_on: date | None = None
    outcome: str = ""

    @property
    def is_open(self) -> bool:
        return self.answered_on is None


@dataclass(frozen=True, slots=True)
class Hung:
    """What is known of a notice when it is asked whether it may close."""

    terms: Terms
    posted_on: date
    state: str
    photographs: int
    objections: tuple[Objected, ...] = ()
    photographs_least: int = 1
    taken_down_on: date | None = None


def last_day(posted_on: date, terms: Terms, objections: Iterable[Objected], *, on: date,
             is_working: Callable[[date], bool]) -> date:  # fmt: skip
    """The last day on which the notice has to hang, as it stands on `on`: an open objection is taken as answered then.

    A day on whose end an objection lay open does not count where objections stop the days.
    """
    stops = [(one.raised_on, one.answered_on or on) for one in objections] if terms.pauses else []
    day = posted_on if terms.first_day_counts else posted_on + _DAY
    left = terms.days
    for _step in range(_LONGEST):
        stopped = any(start <= day < end for start, end in stops)
        left -= not stopped and (terms.counts_holidays or is_working(day))
        if left <= 0:
            return day
        day += _DAY
    raise ValueError(f"no end of {terms} from {posted_on}")


def days_left(until: date, *, on: date) -> int:
    """Calendar days from today up to and including the last one; nothing once it is over."""
    return max((until - on).days + 1, 0)


def may_close(hung: Hung, *, on: date, is_working: Callable[[date], bool]) -> Verdict:
    """Is publicity over and done with? The whole last day belongs to it: closed at the earliest on the day after."""
    if hung.state == State.TAKEN_DOWN:
        return Verdict((_("公示已于 {day} 撤下，须重新公示", day=hung.taken_down_on),))
    if on < hung.posted_on:
        return Verdict((_("{day} 早于张贴之日 {posted}，请核对系统日期", day=on, posted=hung.posted_on),))
    reasons: list[str] = []
    waiting = [one for one in hung.objections if one.is_open]
    if waiting:
        reasons.append(_("有 {count} 件异议没有答复，须先查清并答复", count=len(waiting)))
    until = last_day(hung.posted_on, hung.terms, hung.objections, on=on, is_working=is_working)
    if on <= until:
        reasons.append(_("公示期未满，应公示至 {day}", day=until))
    if any(one.outcome == Outcome.UPHELD for one in hung.objections):
        reasons.append(_("异议成立：请撤下公示，更正后重新公示"))
    if hung.photographs < hung.photographs_least:
        reasons.append(
            _("缺少张贴照片，应有 {least} 张，现有 {count} 张", least=hung.photographs_least, count=hung.photographs)
        )
    return Verdict(tuple(reasons))


def may_object(*, state: str, posted_on: date, until: date, has_open: bool, pauses: bool, taken_down_on: date | None,
               raised_on: date, today: date) -> Verdict:  # fmt: skip
    """Is an objection of that day in time? To the last minute of the last day, also where it is entered later."""
    if raised_on > today:
        return Verdict((_("提出日期 {day} 晚于今天", day=raised_on),))
    if raised_on < posted_on:
        return Verdict((_("提出日期 {day} 早于张贴之日 {posted}", day=raised_on, posted=posted_on),))
    if state == State.TAKEN_DOWN and taken_down_on is not None and raised_on > taken_down_on:
        return Verdict((_("公示已于 {day} 撤下", day=taken_down_on),))
    if raised_on > until and not (has_open and pauses):
        return Verdict((_("公示已于 {day} 期满；期满后请向苏木乡镇或旗县反映", day=until),))
    return Verdict()


def may_answer(*, raised_on: date, answered_on: date, today: date, reason: str, least: int, outcome: str) -> Verdict:
    """May an objection be answered so? Its answer cannot lie before it: that would give back days that were stopped."""
    reasons: list[str] = []
    if outcome not in set(Outcome):
        reasons.append(_("请选择处理结果"))
    if len(reason.strip()) < least:
        reasons.append(_("请写明调查情况和理由（至少 {count} 个字）", count=least))
    if answered_on > today:
        reasons.append(_("答复日期 {day} 晚于今天", day=answered_on))
    if answered_on < raised_on:
        reasons.append(_("答复日期 {day} 早于提出日期 {raised}", day=answered_on, raised=raised_on))
    return Verdict(tuple(reasons))


def may_post(*, on: date, today: date, back_dating: int, is_confirmed: bool) -> Verdict:
    """May a notice be entered as posted on that day? What lies longer back needs a second person beforehand."""
    if on > today:
        return Verdict((_("张贴日期 {day} 晚于今天", day=on),))
    if not is_confirmed and on < today - timedelta(days=back_dating):
        return Verdict(
            (_("张贴日期 {day} 早于今天超过 {days} 天，不能补登；请按实际张贴重新公示", day=on, days=back_dating),)
        )
    return Verdict()


def looks_like_a_number(text: str) -> bool:
    """Could a text hold an identity number, a phone or an account?"""
    return _NUMBERS.search(text.translate(_WIDE)) is not None


def shown_on_internet(*, form: str, state: str, until: date, has_open: bool, pauses: bool, on: date) -> str:
    """What the internet is told of a notice now: `served`, `gone` (taken down or over), or `hidden` (not meant for it)."""
    if form == "none":
        return "hidden"
    is_over = on > until and not (has_open and pauses)
    return "gone" if state != State.POSTED or is_over else "served"


def masked_name(name: str) -> str:
    """A name of which the family part stays: 宝〇, 乌〇〇."""
    plain = name.strip()
    return plain[:1] + "〇" * max(min(len(plain) - 1, 3), 1) if plain else ""


def only_allowed(fields: Collection[str], allowed: Collection[str]) -> tuple[str, ...]:
    """The fields of the sheet that the list of what a sheet may show knows; nothing else ever stands on one."""
    return tuple(field for field in fields if field in allowed)
