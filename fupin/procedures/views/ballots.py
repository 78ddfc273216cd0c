"""The meeting's own screen, for one phone or a projector: household after household, votes entered as they are counted.

It says of a household what the village's sheet may say (head, persons, group, category), never a number, a phone, an
account, an illness or a reason. What is typed stays on the device until it has been entered: a lost line loses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fupin.core import clock
from fupin.core.refusals import NotFound, Refused
from fupin.procedures import meetings, queries
from fupin.procedures.conditions import reaches
from fupin.procedures.meetings import Voted
from fupin.procedures.models import Meeting, MeetingItem
from fupin.procedures.views import shown
from fupin.procedures.words import MEET
from fupin.registry.models import HouseholdFact
from fupin.rulebook import queries as rulebook


@dataclass(frozen=True, slots=True)
class Rule:
    """A share that a kind of meeting must reach, and the document that says so."""

    share: str
    source: str

    @property
    def text(self) -> str:
        """The share as it is said: 2/3."""
        return self.share.lstrip(">=")


@dataclass(frozen=True, slots=True)
class Result:
    """How a household was voted on, judged by the meeting's quorum and majority."""

    item: MeetingItem
    is_quorate: bool
    is_passed: bool


@dataclass(frozen=True, slots=True)
class Ballot:
    """A household as the meeting sees it."""

    line: shown.Line
    group: str
    result: Result | None
    waits: bool


@require_GET
def screen(request: HttpRequest, pk: int) -> HttpResponse:
    """All households of the meeting in one page, shown one after the other: no line is needed between them."""
    row = queries.meeting_for(request.user, pk, MEET)
    quorum, majority = rules_of(row)
    context = {
        "row": row, "place": shown.place_of(row.division_id), "ballots": _ballots(row, quorum, majority),
        "quorum": quorum, "majority": majority, "is_quorate": reaches(row.present, row.called, quorum.share),
    }  # fmt: skip
    return render(request, "procedures/ballots.html", context)


def rules_of(row: Meeting) -> tuple[Rule, Rule]:
    """Quorum and majority of the kind of meeting, as they held on its day."""
    quorum, majority = (
        rulebook.in_force(f"procedures.{name}_{row.kind}", on=row.held_on) for name in ("quorum", "majority")
    )
    return Rule(str(quorum.value), _cited(quorum)), Rule(str(majority.value), _cited(majority))


def _cited(found: Any) -> str:
    source = found.source
    return "".join(part for part in (source.title, source.clause) if part)


def _ballots(row: Meeting, quorum: Rule, majority: Rule) -> list[Ballot]:
    lines = shown.lines_of(queries.to_review(row), on=clock.today())
    items = {item.case_id: item for item in row.items.all()}  # type: ignore[attr-defined]
    waiting = {one.pk for one in queries.to_review(row, waiting_only=True)}
    homes = [line.row.household_id for line in lines if line.row.household_id]
    groups = dict(HouseholdFact.objects.open().filter(household__in=homes).values_list("household_id", "village_group"))
    return [
        Ballot(line, groups.get(line.row.household_id or 0) or "", result_of(row, items.get(line.row.pk), quorum, majority),
               line.row.pk in waiting)
        for line in lines
    ]  # fmt: skip


def result_of(row: Meeting, item: MeetingItem | None, quorum: Rule, majority: Rule) -> Result | None:
    """What a vote comes to."""
    if item is None:
        return None
    passed = reaches(item.votes_for, row.present, majority.share)
    return Result(item, reaches(row.present, row.called, quorum.share), passed)


@require_POST
def ballot(request: HttpRequest, pk: int, case: int) -> HttpResponse:
    """The count of one household. Asked by the page itself, the answer is the result or what stands against it."""
    row = queries.meeting_for(request.user, pk, MEET)
    reasons: list[str] = []
    try:
        meetings.vote(meeting=row, votes=[_voted(request, case)], by=request.user, on=clock.today())
    except NotFound:
        raise
    except Refused as refusal:
        reasons = list(refusal.reasons)
    if not request.headers.get("HX-Request") and not reasons:
        return HttpResponseRedirect(f"{reverse('procedures:ballots', args=[pk])}#ballot-{case}")
    quorum, majority = rules_of(row)
    item = row.items.filter(case=case).first()  # type: ignore[attr-defined]
    context = {"row": row, "quorum": quorum, "majority": majority, "reasons": reasons,
               "result": None if reasons else result_of(row, item, quorum, majority)}  # fmt: skip
    part = "procedures/parts/ballot.html" if request.headers.get("HX-Request") else "procedures/ballot_refused.html"
    return render(request, part, context, status=422 if reasons else 200)


def _voted(request: HttpRequest, case: int) -> Voted:
    numbers: list[int] = []
    for name in ("for", "against", "abstained"):
        text = request.POST.get(name, "").strip() or "0"
        if not (text.isascii() and text.isdecimal() and len(text) < 5):
            raise Refused(_("票数应为 0 以上的整数"))
        numbers.append(int(text))
    yes, no, none = numbers
    return Voted(case, yes, no, none)
