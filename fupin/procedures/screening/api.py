"""Screening over the API: rounds and their steps, households, what is said of them."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.places import places
from fupin.core.rest.paging import Page, Paging, page
from fupin.divisions.queries import tree
from fupin.procedures.screening import jobs, operations, queries, rounds
from fupin.procedures.screening.operations import Answer, Visit
from fupin.procedures.screening.queries import Wanted
from fupin.procedures.screening.tables import ScreeningHousehold, ScreeningRound
from fupin.procedures.screening.words import MOST_AT_ONCE, MOST_NOTE
from fupin.procedures.words import VIEW
from fupin.procedures.works import Lead

router = Router(tags=["screening"])
_ID = "^[0-9]{1,18}$"


class ScreeningIn(Schema):
    """A screening to be drafted; `form` is the version of the collection form that visits use."""

    name: str = Field(max_length=80)
    division: str = Field(max_length=15, description="code of a banner, a league or the region")
    period_from: date
    period_to: date
    form: str = Field(max_length=20)


class ScreeningOut(Schema):
    """A screening, with how far it is in the reader's area."""

    id: str
    name: str
    division: str
    period_from: date
    period_to: date
    form: str
    stage: str
    groups: list[str]
    opened_on: date | None
    closed_on: date | None
    households: int
    unchanged: int
    visited: int
    leads: int
    to_confirm: int
    to_visit: int


class ScreeningList(Page[ScreeningOut]):
    """A page of screenings."""


class ScreeningStepIn(Schema):
    """A step of a round; "drop" needs the note."""

    act: Literal["open", "drop", "close"]
    note: str = Field("", max_length=MOST_NOTE)


class ScreenedOut(Schema):
    """A household in a screening; `case` where it was passed on to identification."""

    id: str
    household: str
    village: str
    groups: list[str]
    state: str
    reason: str
    happened_on: date | None
    case: str
    version: int


class ScreenedList(Page[ScreenedOut]):
    """A page of households."""


class ScreenedAsked(Paging):
    """What the list is narrowed to: a state, or unfinished, finished; a key group; the code of a division."""

    state: str = Field("", max_length=12)
    group: str = Field("", max_length=40)
    division: str = Field("", max_length=15)


class AnswerIn(Schema):
    """What is said of a household: no change, or to be visited with the reason."""

    household: str = Field(pattern=_ID, description="id of the household in the screening")
    to_visit: bool = False
    reason: str = Field("", max_length=MOST_NOTE)
    version: int | None = None


class AnswersIn(Schema):
    """Answers of one press: all or none. `on` is the day of the screening."""

    answers: list[AnswerIn] = Field(max_length=MOST_AT_ONCE)
    on: date | None = None


class ScreenedCounts(Schema):
    """How many were confirmed and how many are to be visited."""

    unchanged: int
    to_visit: int


class VisitIn(Schema):
    """A visit that found no risk."""

    happened_on: date
    spoke_to: str = Field(max_length=60)
    finding: str = Field(max_length=MOST_NOTE)
    version: int | None = None


class SuspectIn(Schema):
    """A suspect as identification takes it down."""

    kind: str = Field(max_length=12)
    origin: str = Field("02", max_length=4)
    statement: str = Field(max_length=500)
    applicant: str = Field(max_length=60)
    risks: list[str] = Field(default_factory=list, max_length=10)
    on: date | None = None
    version: int | None = None


def _round(user: Any, row: ScreeningRound) -> dict[str, Any]:
    found = queries.totals(queries.matching(user, Wanted(row.pk)))
    names = ("name", "period_from", "period_to", "form", "stage", "opened_on", "closed_on")
    counted = ("households", "unchanged", "visited", "leads", "to_confirm", "to_visit")
    return {"id": str(row.pk), "division": places().code(row.division_id), "groups": queries.groups_of(row.groups),
            **{name: getattr(row, name) for name in names}, **{name: getattr(found, name) for name in counted}}  # fmt: skip


def _line(row: ScreeningHousehold) -> dict[str, Any]:
    names = ("state", "reason", "happened_on", "version")
    return {"id": str(row.pk), "household": row.number, "village": places().code(row.village_id),
            "groups": queries.groups_of(row.groups), "case": str(row.case_id or ""),
            **{name: getattr(row, name) for name in names}}  # fmt: skip


@router.get("/screenings", response=ScreeningList, summary="List screenings")
def list_screenings(request: HttpRequest, asked: Query[Paging]) -> dict[str, Any]:
    """The screenings of the reader's area, the newest first."""
    scopes.require(request.user, VIEW)
    rows = queries.rounds_for(request.user)
    return page(rows, order=("-id",), shape=lambda row: _round(request.user, row), asked=asked)


@router.post("/screenings", response={201: ScreeningOut}, summary="Draft a screening")
def draft_screening(request: HttpRequest, data: ScreeningIn) -> Status[dict[str, Any]]:
    """Only banners and above run screenings."""
    said = rounds.Draft(**data.dict(exclude={"division"}), division=tree().by_code(data.division).id)
    return Status(201, _round(request.user, rounds.draft(data=said, by=request.user, on=clock.today())))


@router.get("/screenings/{id}", response=ScreeningOut, summary="Read a screening")
def read_screening(request: HttpRequest, id: int) -> dict[str, Any]:
    """One screening."""
    scopes.require(request.user, VIEW)
    return _round(request.user, queries.round_for(request.user, id))


@router.post("/screenings/{id}/step", response=ScreeningOut, summary="Take a screening on")
def take_screening_on(request: HttpRequest, id: int, data: ScreeningStepIn) -> dict[str, Any]:
    """Opened, the list of households is made in the background. It closes when none is left."""
    row = rounds.step(pk=id, act=data.act, by=request.user, on=clock.today(), note=data.note)
    if data.act == "open":
        jobs.ask_to_fill(row, by=request.user)
    return _round(request.user, row)


@router.get("/screenings/{id}/households", response=ScreenedList, summary="List the households of a screening")
def list_screened(request: HttpRequest, id: int, asked: Query[ScreenedAsked]) -> dict[str, Any]:
    """Those of the reader's area, in the order of their numbers."""
    scopes.require(request.user, VIEW)
    row = queries.round_for(request.user, id)
    place = tree().by_code(asked.division).id if asked.division else None
    rows = queries.matching(request.user, Wanted(row.pk, asked.state, asked.group, place))
    return page(rows, order=("number", "id"), shape=_line, asked=asked)


@router.post("/screening-answers", response=ScreenedCounts, summary="Confirm households of a screening")
def answer_screening(request: HttpRequest, data: AnswersIn) -> dict[str, int]:
    """No change, or to be visited: all or none."""
    on = clock.today()
    answers = [Answer(int(one.household), one.to_visit, one.reason, one.version) for one in data.answers]
    return operations.confirm(answers=answers, day=data.on or on, by=request.user, on=on)


@router.post("/screening-households/{id}/visit", response=ScreenedOut, summary="Enter a visit of a screening")
def enter_visit(request: HttpRequest, id: int, data: VisitIn) -> dict[str, Any]:
    """A visit that found no risk."""
    operations.visit(visits=[Visit(line=id, **data.dict())], by=request.user, on=clock.today())
    return _line(queries.line_for(request.user, id))


@router.post(
    "/screening-households/{id}/suspect", response=ScreenedOut, summary="Pass a household on to identification"
)
def pass_on(request: HttpRequest, id: int, data: SuspectIn) -> dict[str, Any]:
    """A case is begun, or the open one is tied to the screening."""
    lead = Lead(None, data.kind, data.origin, data.statement, data.applicant, ",".join(data.risks))
    operations.suspect(line=id, lead=lead, by=request.user, on=data.on or clock.today(), version=data.version)
    return _line(queries.line_for(request.user, id))


@router.post("/screening-households/{id}/undo", response=ScreenedOut, summary="Take back what was said of a household")
def take_back(request: HttpRequest, id: int) -> dict[str, Any]:
    """As long as the round runs; a lead is ended in its case."""
    operations.undo(lines=[id], by=request.user, on=clock.today())
    return _line(queries.line_for(request.user, id))
