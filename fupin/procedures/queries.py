"""Reads of procedures: cases through the gate, what waits for whom, and what the conditions of many cases look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core.models import Attachment, Case, StepAsked, StepTaken
from fupin.core.refusals import NotFound
from fupin.procedures import publicity
from fupin.procedures.identification.rules import Facts, Vote
from fupin.procedures.identification.steps import HANGING, POSTS, TABLES
from fupin.procedures.models import Identification, Meeting, MeetingItem, Verification
from fupin.procedures.words import MINUTES, REGISTERED, VIEW, Checked
from fupin.quality.models import Ticket
from fupin.quality.words import State as TicketState
from fupin.registry.models import HouseholdCard
from fupin.rulebook import queries as rulebook

PAGE = 50
_CHUNK = 2_000
_AFTER_DOWN = (*POSTS, "take_back", "send_back", "reject")
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of cases is narrowed to: `show` is mine, late, open or ended; `state` a state of the tables."""

    show: str = ""
    state: str = ""
    division: int | None = None


def cases_for(user: Any, permission: str = VIEW) -> QuerySet[Identification]:
    """The cases of the own area."""
    rows = Identification.objects.select_related("case", "household")
    return scopes.within(user, rows, division="village", permission=permission)


def case_for(user: Any, pk: int, permission: str = VIEW) -> Identification:
    """One case. Raises NotFound alike for what is not there and what is out of reach."""
    found = cases_for(user, permission).filter(pk=pk).first() if 0 < pk <= _LARGEST_ID else None
    if found is None:
        raise NotFound(_("没有这份案卷，或它不在您的工作范围内"))
    return found


def chosen(user: Any, pks: Iterable[int]) -> list[Identification]:
    """Many cases, in the order of their ids. Raises NotFound where one is out of reach."""
    wanted = sorted(set(pks))
    found: list[Identification] = []
    for start in range(0, len(wanted), _CHUNK):
        found += cases_for(user).filter(pk__in=wanted[start : start + _CHUNK]).order_by("pk")
    if len(found) < len(wanted):
        raise NotFound(_("有 %(count)d 份案卷不存在或不在您的工作范围内") % {"count": len(wanted) - len(found)})
    return found


def matching(user: Any, wanted: Wanted, *, on: date, permission: str = VIEW) -> QuerySet[Identification]:
    """The cases that are asked for, by their deadline."""
    rows = tasks_of(user) if wanted.show == "mine" else cases_for(user, permission)
    if wanted.show in ("open", "late"):
        rows = rows.filter(case__ended_on=None)
    if wanted.show == "late":
        rows = rows.filter(case__due_on__lt=on)
    if wanted.show == "ended":
        rows = rows.exclude(case__ended_on=None)
    if wanted.state:
        rows = rows.filter(case__state=wanted.state)
    if wanted.division is not None:
        rows = rows.filter(village__in=scopes.below([wanted.division]))
    return rows.order_by(F("case__due_on").asc(nulls_last=True), "pk")


def tasks_of(user: Any) -> QuerySet[Identification]:
    """The open cases in which something waits for a posting of this person, at its level and in its area."""
    ways: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for table in TABLES.tables:
        for step in table.transitions:
            if step.act not in ("withdraw", "reject", "send_back", "take_back", "vote_down"):
                ways.setdefault((step.who, step.level), set()).add((table.edition, step.before))
    asked = Q(pk__in=[])
    for (permission, level), states in ways.items():
        scope = scopes.scope_of(user, permission, level)
        if scope.roots is not None and not scope.roots:
            continue
        there = Q(pk__in=[])
        for edition in {one for one, _state in states}:
            of_edition = [state for one, state in states if one == edition]
            there |= Q(case__edition=edition, case__state__in=of_edition)
        asked |= there if scope.roots is None else there & Q(village__in=scopes.below(scope.roots))
    return cases_for(user).filter(case__ended_on=None).filter(asked)


def history_of(case: Case) -> list[StepTaken]:
    """The steps taken, the first first."""
    return list(StepTaken.objects.filter(case=case).order_by("pk"))


def asked_of(case: Case) -> StepAsked | None:
    """The act entered late that waits for a second person."""
    return StepAsked.objects.filter(case=case, state="waiting").first()


def files_of(subject: str) -> list[Attachment]:
    """The files of a case or a meeting, the newest first."""
    return list(Attachment.objects.filter(subject=subject).order_by("-pk"))


def file_of(subjects: Sequence[str], pk: int) -> Attachment:
    """One file of one of these subjects. Raises NotFound."""
    row = Attachment.objects.filter(pk=pk, subject__in=subjects).first() if 0 < pk <= _LARGEST_ID else None
    if row is None:
        raise NotFound(_("没有这份材料"))
    return row


def meetings_for(user: Any) -> QuerySet[Meeting]:
    """The meetings of the own area, the newest first."""
    return scopes.within(user, Meeting.objects.all(), division="division", permission=VIEW).order_by("-held_on", "-pk")


def meeting_for(user: Any, pk: int, permission: str = VIEW) -> Meeting:
    """One meeting. Raises NotFound."""
    rows = scopes.within(user, Meeting.objects.all(), division="division", permission=permission)
    found = rows.filter(pk=pk).first() if 0 < pk <= _LARGEST_ID else None
    if found is None:
        raise NotFound(_("没有这次会议，或它不在您的工作范围内"))
    return found


def to_review(meeting: Meeting, *, waiting_only: bool = False) -> list[Identification]:
    """The open cases of the meeting's village that wait for a review, and those that it has voted on."""
    waiting = [(one.edition, step.before) for one in TABLES.tables for step in one.transitions if step.act == "review"]
    asked = Q(pk__in=[]) if waiting_only else Q(case__meeting_items__meeting=meeting)
    for edition, state in waiting:
        asked |= Q(case__edition=edition, case__state=state, case__ended_on=None)
    rows = Identification.objects.select_related("case", "household").filter(asked, village=meeting.division_id)
    return list(rows.distinct().order_by("pk"))


def cards_of(rows: Iterable[Identification]) -> dict[int, HouseholdCard]:
    """The cards of the cases' households."""
    return HouseholdCard.objects.in_bulk([one.household_id for one in rows])


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
    about = Identification.objects.in_bulk([case.pk for case in cases])
    cards = cards_of(about.values())
    lines = _lines(about.values(), on) if act == "decide" else {}
    votes = _votes(cases, on) if act in ("review", "vote_down") else {}
    visits, borne_out = _verifications(cases, by) if act in ("verify", "conclude") else (set(), {})
    tickets = _open_tickets(about.values()) if act == "compare" else {}
    hangs, closing = _publicity(cases, act, on)
    down = _taken_down(cases, act, on)
    found = {}
    for case in cases:
        one = about[case.pk]
        card = cards.get(one.household_id)
        found[case.pk] = Facts(
            kind=one.kind, status=card.status if card else "", monitor_kind=card.monitor_kind if card else "",
            risks=one.risks, per_head_fen=card.per_head_fen if card else None, line_fen=lines.get(case.pk),
            visited=case.pk in visits, borne_out=borne_out.get(case.pk, {}), compared=one.compared_on is not None,
            open_tickets=tickets.get(one.household_id, 0), vote=votes.get(case.pk),
            hangs=hangs.get(case.pk, {}), publicity=closing.get(case.pk, {}), is_down=case.pk in down,
        )  # fmt: skip
    return found


def line_name(kind: str) -> str:
    """The parameter of the line by which a household of a kind is judged."""
    return "lines.poverty_line" if kind == REGISTERED else "lines.monitoring_line"


def _lines(rows: Iterable[Identification], on: date) -> dict[int, int]:
    villages: dict[str, set[int]] = {}
    for one in rows:
        villages.setdefault(line_name(one.kind), set()).add(one.village_id)
    known = {name: rulebook.values(name, on=on, divisions=there) for name, there in villages.items()}
    return {one.pk: int(known[line_name(one.kind)][one.village_id] * 100) for one in rows}


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


def _open_tickets(rows: Iterable[Identification]) -> dict[int, int]:
    """How many questions about each household are not closed."""
    found = Ticket.objects.filter(household__in=[one.household_id for one in rows]).exclude(state=TicketState.CLOSED)
    return dict(found.order_by().values_list("household").annotate(count=Count("pk")))


def _publicity(
    cases: Sequence[Case], act: str, on: date
) -> tuple[dict[int, dict[str, date]], dict[int, dict[str, Any]]]:
    """Since when each case hangs where the act asks for it, or whether its list may come down."""
    place = next((where for post, (where, after) in POSTS.items() if act in (post, after)), "")
    if not place:
        return {}, {}
    subjects = {f"case:{case.pk}": case.pk for case in cases}
    if act in POSTS:
        found = publicity.publicity().standing(place=place, subjects=subjects, on=on)
        return {subjects[subject]: {place: one.posted_on} for subject, one in found.items()}, {}
    since = {f"case:{case.pk}": case.since for case in cases}
    known = publicity.publicity().standing(place=place, subjects=subjects, on=on)
    return {}, {
        subjects[subject]: {place: one.verdict} for subject, one in known.items() if one.posted_on >= since[subject]
    }


def _taken_down(cases: Sequence[Case], act: str, on: date) -> set[int]:
    """Of the cases whose list hung: those whose list has been taken down."""
    if act not in _AFTER_DOWN:
        return set()
    hung: dict[str, dict[str, int]] = {}
    for case in cases:
        if case.state in HANGING:
            hung.setdefault(HANGING[case.state], {})[f"case:{case.pk}"] = case.pk
    found: set[int] = set()
    for place, subjects in hung.items():
        known = publicity.publicity().standing(place=place, subjects=subjects, on=on)
        found |= {subjects[subject] for subject, one in known.items() if one.is_down}
    return found
