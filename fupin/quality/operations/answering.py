"""Answers to tickets: corrected, true, not ours; and what a second person says to them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.core import attachments, clock
from fupin.core.models import Attachment
from fupin.core.refusals import NotFound, Refused, Stale
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
class Said:
    """What is answered to one ticket. `version` is the one that was read (None: whichever stands now); `rests` says
    whether the answer rests on the files that come with it."""

    answer: str
    reason: str = ""
    version: int | None = None
    rests: bool = True


Refusals = dict[int, Refused]
"""Why tickets were not answered, by their ids."""


@dataclass(frozen=True, slots=True)
class _Given:
    """Answers as they were given."""

    said: Mapping[int, Said]
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
    said = dict.fromkeys(tickets, Said(_answer(answer), reason, base_version))
    done, _refused = _answer_all(said, files, by, on, recheck, _all_or_nothing, lambda done, refused: None)
    return done


def answer_each(
    *, said: Mapping[int, Said], files: Sequence[Any] = (), by: Any, on: date,
    recheck: Recheck = Recheck(), then: Callable[[Answered, Refusals], None] = lambda done, refused: None,  # noqa: B008
) -> tuple[Answered, Refusals]:  # fmt: skip
    """Answer each of these tickets with what is said to it, by the rules of `answer`; what cannot be answered is left as it
    is, and why. `files` are uploads, or files that are kept already; `then` runs in the same transaction, and what it
    raises undoes everything.
    """
    return _answer_all(said, files, by, on, recheck, lambda refused: None, then)


def _answer_all(
    said: Mapping[int, Said], files: Sequence[Any], by: Any, on: date, recheck: Recheck,
    mind: Callable[[Refusals], None], then: Callable[[Answered, Refusals], None],
) -> tuple[Answered, Refusals]:  # fmt: skip
    _check(said, on)
    given = _Given(
        {pk: replace(one, answer=_answer(one.answer), reason=one.reason.strip()[:MOST_REASON]) for pk, one in said.items()},
        by, on,
    )  # fmt: skip
    moment = timezone.now()
    mine = queries.tickets_for(by, "quality.answer")
    judged = [pk for pk, one in given.said.items() if one.answer != Answer.ELSEWHERE]
    seen = list(mine.filter(pk__in=_possible(judged)))
    # Before the transaction: nobody waits while five hundred households are judged.
    now = look_again(seen, on, recheck) if seen else {}
    with transaction.atomic():
        rows = list(mine.filter(pk__in=_possible(said)).order_by("pk").select_for_update(of=("self",)))
        refused = _refusals(rows, given, len(files))
        mind(refused)
        able = [one for one in rows if one.pk not in refused]
        done = _write(able, given, now, files, moment) if able else Answered([], [], [])
        then(done, refused)
    return done, refused


def _possible(pks: Iterable[int]) -> list[int]:
    return [pk for pk in pks if 0 < pk < 2**63]


def _all_or_nothing(refused: Refusals) -> None:
    """Raises NotFound, Refused with every reason, or Stale, where there is anything against the answers."""
    against = list(refused.values())
    for one in against:
        if isinstance(one, NotFound):
            raise one
    _allow(Verdict(one.reasons) for one in against if not isinstance(one, Stale))
    if against:
        raise against[0]


def _refusals(rows: Sequence[Ticket], given: _Given, files: int) -> Refusals:
    """What stands against each of the answers."""
    found: Refusals = {}
    there = {one.pk for one in rows}
    for pk in given.said:
        if pk not in there:
            found[pk] = queries.not_there()
    for one in rows:
        said = given.said[one.pk]
        verdict = rules.may_answer(one.state, said.answer, said.reason, files=files if said.rests else 0)
        if verdict.reasons:
            found[one.pk] = Refused(verdict.reasons)
        elif said.version is not None and one.version != said.version:
            found[one.pk] = _stale()
    return found


def _write(
    rows: Sequence[Ticket], given: _Given, now: Mapping[int, Any], files: Sequence[Any], moment: Any
) -> Answered:
    done, deadlines = Answered([], [], []), Deadlines(given.on)
    acts: list[TicketAct] = []
    for one in rows:
        said = given.said[one.pk]
        one.answer, one.reason, one.answered_on = said.answer, said.reason, given.on
        one.answered_by_id, one.days_late = getattr(given.by, "pk", None), rules.days_late(one.due_on, given.on)
        late = one.days_late
        if said.answer != Answer.ELSEWHERE and one.pk in now:
            one.judged_at = max(one.judged_at, moment)
        act = _answered(one, said.answer, given.on, now, deadlines, done)
        acts.append(act_of(one, act, answer=said.answer, reason=said.reason, days_late=late))
    writing.update_tickets(rows)
    details = [_told(one) for one in acts]
    writing.note(acts, by=given.by, on=given.on, details=details)
    resting = [act for act in acts if given.said[act.ticket_id].rests]
    kept = _keep(files, rows, given) if resting else []
    TicketEvidence.objects.bulk_create(
        TicketEvidence(act=act, attachment=file, name=file.name, sha256=file.sha256) for act in resting for file in kept
    )
    return done


def _answered(one: Ticket, answer: str, on: date, now: Mapping[int, Any], deadlines: Deadlines, done: Answered) -> str:
    """What an answer does to a ticket; returns the act."""
    got = now.get(one.pk)
    if got is not None:
        one.fingerprint, one.rule_version = got.fingerprint, got.version
    if one.pk in now and got is None:
        one.state, one.closed_on, one.level = State.CLOSED, on, 0
        one.closed_why = Why.CORRECTED if answer == Answer.CORRECTED else Why.PASSED
        done.closed.append(one.pk)
        return "correct" if answer == Answer.CORRECTED else "pass"
    if answer == Answer.CORRECTED and got is not None:
        one.answer = one.reason = ""
        one.answered_by_id = one.answered_on = None
        one.days_late = 0
        done.still_found.append(one.pk)
        return "still_found"
    one.state, one.level = State.ANSWERED, 0
    one.due_on = deadlines.of("quality.review_days", one.village_id)
    done.waiting.append(one.pk)
    return {Answer.CORRECTED: "report", Answer.TRUE: "confirm", Answer.ELSEWHERE: "pass_on"}[Answer(answer)]


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
        raise _stale()


def _stale() -> Stale:
    return Stale(_("该问题刚被他人办理，请刷新后再办"))


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


def _keep(files: Sequence[Any], rows: Sequence[Ticket], given: _Given) -> list[Attachment]:
    """The uploads, kept once: with the first of the tickets that one answer is given to."""
    first = next(one for one in rows if given.said[one.pk].rests)
    return [
        file if isinstance(file, Attachment) else
        attachments.store(file, subject=f"ticket:{first.pk}", kind=EVIDENCE, by=given.by, on=given.on,
                          division=first.village_id)
        for file in files
    ]  # fmt: skip
