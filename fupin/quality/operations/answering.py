"""Answers to tickets: corrected, true, not ours; and what a second person says to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.core import attachments, clock
from fupin.core.models import Attachment
from fupin.core.refusals import Refused, Stale
from fupin.core.verdicts import Verdict
from fupin.quality import queries, rules
from fupin.quality.models import Ticket, TicketAct, TicketEvidence
from fupin.quality.operations import writing
from fupin.quality.operations.deadlines import Deadlines
from fupin.quality.operations.rechecking import Recheck, look_again
from fupin.quality.operations.settling import act_of, reset
from fupin.quality.words import EVIDENCE, MOST_REASON, Answer, State, Why

MOST_AT_ONCE = 500
"""Tickets that are answered or checked in one go."""


@dataclass(slots=True)
class Answered:
    """What became of answered tickets, by their ids."""

    closed: list[int]
    waiting: list[int]
    still_found: list[int]


@dataclass(frozen=True, slots=True)
class _Given:
    """An answer as it was given."""

    answer: Answer
    reason: str
    by: Any
    on: date


def answer(
    *, tickets: Collection[int], answer: str, reason: str = "", files: Sequence[Any] = (), by: Any, on: date,
    base_version: int | None = None, recheck: Recheck = Recheck(),  # noqa: B008 (frozen)
) -> Answered:  # fmt: skip
    """Answer tickets of the own area. What was corrected is judged again at once: closed, or back with what is found.

    `files` are uploads that the answer rests on. A late answer is taken and marked. Raises NotFound, Refused with every
    reason, Stale where a single ticket has changed since `base_version`.
    """
    given = _Given(_answer(answer), reason.strip()[:MOST_REASON], by, on)
    _check(tickets, on)
    moment = timezone.now()
    seen = list(queries.tickets_for(by, "quality.answer").filter(pk__in=tickets))
    # Before the transaction: nobody waits while five hundred households are judged.
    now = look_again(seen, on, recheck) if given.answer != Answer.ELSEWHERE else {}
    with transaction.atomic():
        rows = queries.held_tickets(by, tickets, "quality.answer")
        _allow(rules.may_answer(one.state, given.answer, given.reason, files=len(files)) for one in rows)
        check_version(rows, base_version)
        return _write(rows, given, now, _keep(files, rows[0], given), moment)


def _write(
    rows: Sequence[Ticket], given: _Given, now: Mapping[int, Any], files: Sequence[Attachment], moment: Any
) -> Answered:
    done, deadlines = Answered([], [], []), Deadlines(given.on)
    acts: list[TicketAct] = []
    for one in rows:
        one.answer, one.reason, one.answered_on = given.answer, given.reason, given.on
        one.answered_by_id, one.days_late = getattr(given.by, "pk", None), rules.days_late(one.due_on, given.on)
        late = one.days_late
        if one.pk in now:
            one.judged_at = max(one.judged_at, moment)
        act = _answered(one, given, now, deadlines, done)
        acts.append(act_of(one, act, answer=given.answer, reason=given.reason, days_late=late))
    writing.update_tickets(rows)
    details = [_told(one) for one in acts]
    writing.note(acts, by=given.by, on=given.on, details=details)
    TicketEvidence.objects.bulk_create(
        TicketEvidence(act=act, attachment=file, name=file.name, sha256=file.sha256) for act in acts for file in files
    )
    return done


def _answered(one: Ticket, given: _Given, now: Mapping[int, Any], deadlines: Deadlines, done: Answered) -> str:
    """What an answer does to a ticket; returns the act."""
    got = now.get(one.pk)
    if got is not None:
        one.fingerprint, one.rule_version = got.fingerprint, got.version
    if one.pk in now and got is None:
        one.state, one.closed_on, one.level = State.CLOSED, given.on, 0
        one.closed_why = Why.CORRECTED if given.answer == Answer.CORRECTED else Why.PASSED
        done.closed.append(one.pk)
        return "correct" if given.answer == Answer.CORRECTED else "pass"
    if given.answer == Answer.CORRECTED and got is not None:
        one.answer = one.reason = ""
        one.answered_by_id = one.answered_on = None
        one.days_late = 0
        done.still_found.append(one.pk)
        return "still_found"
    one.state, one.level = State.ANSWERED, 0
    one.due_on = deadlines.of("quality.review_days", one.village_id)
    done.waiting.append(one.pk)
    return {Answer.CORRECTED: "report", Answer.TRUE: "confirm", Answer.ELSEWHERE: "pass_on"}[given.answer]


def review(
    *, tickets: Collection[int], accepts: bool, reason: str = "", by: Any, on: date, base_version: int | None = None
) -> int:
    """Accept answers, or send them back with the reason and a new deadline; another person than who answered.

    Returns how many. Raises NotFound, Refused with every reason, Stale.
    """
    _check(tickets, on)
    said, deadlines = reason.strip()[:MOST_REASON], Deadlines(on)
    with transaction.atomic():
        rows = queries.held_tickets(by, tickets, "quality.review")
        pk = getattr(by, "pk", None)
        _allow(
            rules.may_review(one.state, one.answered_by_id, pk, reason=said, accepts=accepts, answer=one.answer)
            for one in rows
        )
        check_version(rows, base_version)
        for one in rows:
            if accepts:
                one.state, one.closed_on, one.level = State.CLOSED, on, 0
                one.closed_why = rules.WHY[Answer(one.answer)]
                one.confirmed = one.fingerprint if one.answer == Answer.TRUE else ""
            else:
                reset(one, due_on=deadlines.of("quality.send_back_days", one.village_id))
        writing.update_tickets(rows)
        acts = [act_of(one, "accept" if accepts else "send_back", reason=said) for one in rows]
        writing.note(acts, by=by, on=on, details=[_told(one) for one in acts])
    return len(rows)


def check_version(rows: Sequence[Ticket], base_version: int | None) -> None:
    """Raises Stale where a single ticket is no longer as it was read."""
    if base_version is not None and any(one.version != base_version for one in rows):
        raise Stale(_("该问题刚被他人办理，请刷新后再办"))


def _told(act: TicketAct) -> dict[str, Any]:
    told = {"state": act.state, "reason": act.reason, "days_late": act.days_late}
    return {name: value for name, value in told.items() if value}


def _answer(text: str) -> Answer:
    if text not in tuple(Answer):
        raise Refused(_("请选择答复：已更正、情况属实或不属本辖区"), "answer")
    return Answer(text)


def _check(tickets: Collection[int], on: date) -> None:
    if on > clock.today():
        raise Refused(_("日期 %(day)s 晚于今天，请填写实际发生的日期") % {"day": on})
    if not tickets:
        raise Refused(_("请先选择要办理的问题"), "tickets")
    if len(tickets) > MOST_AT_ONCE:
        raise Refused(_("一次最多办理 %(most)d 个问题，请分批办理") % {"most": MOST_AT_ONCE}, "tickets")


def _allow(verdicts: Iterable[Verdict]) -> None:
    reasons = dict.fromkeys(reason for verdict in verdicts for reason in verdict.reasons)
    if reasons:
        raise Refused(reasons)


def _keep(files: Sequence[Any], first: Ticket, given: _Given) -> list[Attachment]:
    """The uploads, kept once: with the first of the tickets that one answer is given to."""
    return [
        attachments.store(file, subject=f"ticket:{first.pk}", kind=EVIDENCE, by=given.by, on=given.on,
                          division=first.village_id)
        for file in files
    ]  # fmt: skip
