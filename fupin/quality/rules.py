"""Decisions about tickets: what a finding does to one, when it is due, how far it has gone up, who may close it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from fupin.core.reasons import LEAST_REASON
from fupin.core.verdicts import Sentence as _
from fupin.core.verdicts import Verdict
from fupin.quality.words import Answer, Level, State, Why


class Found(NamedTuple):
    """A finding: a rule, at a version, surely holds for a subject; the fingerprint is of the values that it read."""

    rule: str
    version: int
    severity: str
    subject_kind: str
    subject_id: int
    household_id: int | None
    village_id: int
    fingerprint: str


class Standing(NamedTuple):
    """A ticket as a decision needs it. `confirmed` is the fingerprint that somebody confirmed as true and a second
    person accepted."""

    state: str
    version: int
    fingerprint: str
    confirmed: str
    answer: str


class Turn(StrEnum):
    """What becomes of a ticket when its rule was judged again."""

    OPEN = "open"
    REOPEN = "reopen"
    RETURN = "return"
    """answered and not yet accepted, but the values of the answer are no longer those of the record"""
    PASS = "pass"  # noqa: S105 (the name of an act)
    SWITCH_OFF = "switch_off"
    """nobody looked: the office has switched the rule off there"""
    KEEP = "keep"


def turn(ticket: Standing | None, found: Found | None, *, asks_anew: bool = False, is_off: bool = False) -> Turn:
    """What a judgement does to a ticket. `asks_anew`: the rule's version wants answers to former versions again;
    `is_off`: the rule is switched off where the record lies."""
    if found is None:
        if ticket is None or ticket.state == State.CLOSED:
            return Turn.KEEP
        return Turn.SWITCH_OFF if is_off else Turn.PASS
    if ticket is None:
        return Turn.OPEN
    is_newer = asks_anew and found.version > ticket.version
    if ticket.state == State.CLOSED:
        return Turn.KEEP if ticket.confirmed == found.fingerprint and not is_newer else Turn.REOPEN
    if ticket.state == State.ANSWERED and ticket.answer != Answer.ELSEWHERE:
        return Turn.KEEP if ticket.fingerprint == found.fingerprint and not is_newer else Turn.RETURN
    return Turn.KEEP


def level(state: str, due_on: date | None, on: date, *, days_more: int) -> Level:
    """How far up a ticket has gone. What the village owes counts at the township once its day is over, and at the banner
    `days_more` later; what the township owes (the review) counts at the banner at once."""
    if state == State.CLOSED or due_on is None or on <= due_on:
        return Level.NONE
    if state == State.ANSWERED or (on - due_on).days > days_more:
        return Level.BANNER
    return Level.TOWNSHIP


def days_late(due_on: date | None, on: date) -> int:
    """How many days after its day an answer comes; nought where it is in time."""
    return max((on - due_on).days, 0) if due_on is not None else 0


def may_answer(state: str, answer: str, reason: str, *, files: int) -> Verdict:
    """An open ticket is answered; "true" with a reason and evidence, "not ours" with a reason."""
    reasons = []
    if state == State.ANSWERED:
        reasons.append(_("该问题已经答复，正等待复核"))
    elif state == State.CLOSED:
        reasons.append(_("该问题已经办结"))
    if answer != Answer.CORRECTED and len(reason.strip()) < LEAST_REASON:
        reasons.append(_("请写明情况（至少 {count} 个字）", count=LEAST_REASON))
    if answer == Answer.TRUE and not files:
        reasons.append(_("情况属实的，须上传佐证材料（照片、证件或证明）"))
    return Verdict(tuple(reasons))


def may_review(state: str, answered_by: int | None, reviewer: int | None, *, reason: str, accepts: bool,
               answer: str) -> Verdict:  # fmt: skip
    """An answer is checked by another person than gave it; what is sent back says why."""
    if state != State.ANSWERED:
        return Verdict((_("该问题不在待复核状态"),))
    reasons = []
    if answered_by is not None and answered_by == reviewer:
        reasons.append(_("复核须由另一人办理：该答复是您本人提交的"))
    if accepts and answer == Answer.ELSEWHERE:
        reasons.append(_("“不属本辖区”须改派给负责的人，或退回并说明理由"))
    if not accepts and len(reason.strip()) < LEAST_REASON:
        reasons.append(_("退回须写明理由（至少 {count} 个字）", count=LEAST_REASON))
    return Verdict(tuple(reasons))


WHY = {Answer.TRUE: Why.TRUE, Answer.CORRECTED: Why.CORRECTED}
"""Why a ticket is closed whose answer was accepted."""


@dataclass(slots=True)
class Officer:
    """Somebody who answers tickets of a village: for the parts named, or for all of it where none is."""

    user: int
    parts: frozenset[str]
    load: int


def officer_for(officers: Sequence[Officer], places: frozenset[str], earlier: int | None) -> Officer | None:
    """Who gets a ticket of a household that lies in these parts of the village.

    Whoever has other tickets of the household visits it anyway; else whoever answers for the part, else for the whole
    village; of several the one with the fewest open tickets.
    """
    own = [one for one in officers if one.parts and one.parts & places]
    able = own or [one for one in officers if not one.parts]
    same = next((one for one in able if one.user == earlier), None)
    return same or min(able, key=lambda one: (one.load, one.user), default=None)
