"""What the conditions of a step look at, read for many cases at once: a constant number of questions a thousand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, F

from fupin.core.models import Attachment, Case
from fupin.procedures import publicity
from fupin.procedures.all_works import WORKS
from fupin.procedures.conditions import Facts, Vote
from fupin.procedures.models import CaseFile, MeetingItem, Verification
from fupin.procedures.queries import cards_of
from fupin.procedures.words import MINUTES, Checked
from fupin.procedures.works import Work
from fupin.quality.models import Ticket
from fupin.quality.words import State as TicketState
from fupin.registry.models import RegisterStatus
from fupin.rulebook import queries as rulebook

_CHUNK = 2_000
_AFTER_DOWN = ("take_back", "send_back", "reject")
Read = Callable[[Sequence[Case]], Mapping[int, Facts]]


def facts_of(act: str, *, by: Any, on: date) -> Read:
    """What the conditions of an act look at, for many cases at once: a constant number of questions a thousand."""

    def read(cases: Sequence[Case]) -> dict[int, Facts]:
        found: dict[int, Facts] = {}
        for start in range(0, len(cases), _CHUNK):
            found |= _facts(cases[start : start + _CHUNK], act, by, on)
        return found

    return read


def _facts(cases: Sequence[Case], act: str, by: Any, on: date) -> dict[int, Facts]:
    about = CaseFile.objects.in_bulk([case.pk for case in cases])
    cards = cards_of(about.values())
    cleared = _cleared(about.values())
    votes = _votes(cases, on) if act in ("review", "vote_down") else {}
    visits, borne_out = _verifications(cases, by) if act in ("verify", "conclude") else (set(), {})
    tickets = _open_tickets(about.values()) if act == "compare" else {}
    found = {}
    for work, its in _by_work(cases).items():
        lines = _lines(WORKS[work], [about[case.pk] for case in its], on) if act in WORKS[work].lined else {}
        hangs, closing = _publicity(WORKS[work], its, act, on)
        down = _taken_down(WORKS[work], its, act, on)
        own = WORKS[work].read(act, its, about, by, on)
        for case in its:
            one = about[case.pk]
            card = cards.get(one.household_id or 0)
            found[case.pk] = Facts(
                kind=one.kind, status=card.status if card else "", monitor_kind=card.monitor_kind if card and card.pk not in cleared else "",
                risks=one.risks, per_head_fen=card.per_head_fen if card else None, line_fen=lines.get(case.pk),
                visited=case.pk in visits, borne_out=borne_out.get(case.pk, {}), compared=one.compared_on is not None,
                open_tickets=tickets.get(one.household_id or 0, 0), vote=votes.get(case.pk), own=own.get(case.pk),
                hangs=hangs.get(case.pk, {}), publicity=closing.get(case.pk, {}), is_down=case.pk in down,
            )  # fmt: skip
    return found


def _cleared(rows: Iterable[CaseFile]) -> set[int]:
    """The households that were monitored once and whose risk is cleared: they may become monitored again."""
    ids = [one.household_id for one in rows if one.household_id]
    found = RegisterStatus.objects.open().filter(household__in=ids, is_risk_cleared=True)
    return set(found.values_list("household_id", flat=True))


def _by_work(cases: Sequence[Case]) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for case in cases:
        found.setdefault(case.procedure, []).append(case)
    return found


def _lines(work: Work, rows: Iterable[CaseFile], on: date) -> dict[int, int]:
    places: dict[str, set[int]] = {}
    for one in rows:
        places.setdefault(work.line(one.kind), set()).add(one.division_id)
    known = {name: rulebook.values(name, on=on, divisions=there) for name, there in places.items()}
    return {one.pk: int(known[work.line(one.kind)][one.division_id] * 100) for one in rows}


def _votes(cases: Sequence[Case], on: date) -> dict[int, Vote]:
    """The last vote on each case in its present round, with what its kind of meeting asks."""
    items = MeetingItem.objects.filter(case__in=[case.pk for case in cases], round=F("case__round"))
    latest = {item.case_id: item for item in items.select_related("meeting").order_by("meeting__held_on", "pk")}
    subjects = {f"meeting:{item.meeting_id}" for item in latest.values()}
    counts = Attachment.objects.filter(subject__in=subjects, kind=MINUTES).order_by().values_list("subject")
    minutes = dict(counts.annotate(count=Count("pk")))
    shares: dict[tuple[str, date], tuple[str, str]] = {}
    since = {case.pk: case.since for case in cases}
    found = {}
    for pk, item in latest.items():
        meeting = item.meeting
        key = (meeting.kind, meeting.held_on)
        if key not in shares:
            shares[key] = (
                str(rulebook.value(f"procedures.quorum_{meeting.kind}", on=meeting.held_on)),
                str(rulebook.value(f"procedures.majority_{meeting.kind}", on=meeting.held_on)),
            )
        found[pk] = Vote(meeting.held_on, since[pk], meeting.called, meeting.present, item.votes_for, item.votes_against,
                         item.abstained, minutes.get(f"meeting:{meeting.pk}", 0), *shares[key])  # fmt: skip
    return found


def _verifications(cases: Sequence[Case], by: Any) -> tuple[set[int], dict[int, dict[str, bool | None]]]:
    """In which cases this person has entered a home visit of this round; and what was borne out, the last word of each kind."""
    rows = Verification.objects.filter(case__in=[case.pk for case in cases], round=F("case__round")).order_by("pk")
    visits: set[int] = set()
    borne_out: dict[int, dict[str, bool | None]] = {}
    for row in rows:
        if row.kind == Checked.HOME and row.user_id == getattr(by, "pk", None):
            visits.add(row.case_id)
        borne_out.setdefault(row.case_id, {})[row.kind] = row.agrees
    return visits, borne_out


def _open_tickets(rows: Iterable[CaseFile]) -> dict[int, int]:
    """How many questions about each household are not closed."""
    found = Ticket.objects.filter(household__in=[one.household_id for one in rows if one.household_id]).exclude(
        state=TicketState.CLOSED
    )
    return dict(found.order_by().values_list("household").annotate(count=Count("pk")))


def _publicity(
    work: Work, cases: Sequence[Case], act: str, on: date
) -> tuple[dict[int, dict[str, date]], dict[int, dict[str, Any]]]:
    """Since when each case hangs where the act asks for it, or whether its list may come down."""
    place = next((where for post, (where, after) in work.posts.items() if act in (post, after)), "")
    if not place:
        return {}, {}
    subjects = {f"case:{case.pk}": case.pk for case in cases}
    if act in work.posts:
        found = publicity.publicity().standing(place=place, subjects=subjects, on=on)
        return {subjects[subject]: {place: one.posted_on} for subject, one in found.items()}, {}
    since = {f"case:{case.pk}": case.since for case in cases}
    known = publicity.publicity().standing(place=place, subjects=subjects, on=on)
    return {}, {
        subjects[subject]: {place: one.verdict} for subject, one in known.items() if one.posted_on >= since[subject]
    }


def _taken_down(work: Work, cases: Sequence[Case], act: str, on: date) -> set[int]:
    """Of the cases whose list hung: those whose list has been taken down."""
    if act not in (*work.posts, *_AFTER_DOWN):
        return set()
    hung: dict[str, dict[str, int]] = {}
    for case in cases:
        if case.state in work.hanging:
            hung.setdefault(work.hanging[case.state], {})[f"case:{case.pk}"] = case.pk
    found: set[int] = set()
    for place, subjects in hung.items():
        known = publicity.publicity().standing(place=place, subjects=subjects, on=on)
        found |= {subjects[subject] for subject, one in known.items() if one.is_down}
    return found
