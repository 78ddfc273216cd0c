"""Procedures over the API: cases read and taken on, one or many, by the same checks; verifications, meetings, votes, files."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.places import places
from fupin.core.refusals import Refused
from fupin.core.rest.paging import Page, Paging, page
from fupin.divisions.queries import tree
from fupin.procedures import meetings, operations, queries
from fupin.procedures.all_works import WORKS
from fupin.procedures.meetings import Found, Held, Voted
from fupin.procedures.models import CaseFile, Meeting
from fupin.procedures.words import IDENTIFICATION, VIEW, WORK
from fupin.procedures.works import Lead
from fupin.registry.queries import household_for

router = Router(tags=["procedures"])


class CaseOut(Schema):
    """A case of a procedure. `household` is empty for a place."""

    id: str
    code: str
    procedure: str
    household: str
    village: str
    edition: str
    kind: str
    origin: str
    state: str
    since: date
    began_on: date | None
    due_on: date | None
    whole_due_on: date | None
    ended_on: date | None
    round: int
    version: int


class CaseList(Page[CaseOut]):
    """A page of cases."""


class CasesAsked(Paging):
    """What the list is narrowed to: `show` is mine, late, open, ended or empty for all."""

    show: str = Field("", max_length=10)
    state: str = Field("", max_length=40)
    procedure: str = Field("", max_length=40)


class LeadIn(Schema):
    """A case to begin. Identification: `kind` from the code list monitor_kind, until 2020 "registered"; `risks` from risk_cause."""

    household: str = Field(max_length=20)
    kind: str = Field(max_length=12)
    procedure: str = Field(IDENTIFICATION, max_length=40)
    origin: str = Field("", max_length=4)
    statement: str = Field("", max_length=500)
    applicant: str = Field("", max_length=60)
    risks: list[str] = Field(default_factory=list, max_length=10)
    on: date | None = None


class StepIn(Schema):
    """A step in cases: all or none, or with `partly` those that allow it. `on` is the day it happened."""

    cases: list[str] = Field(max_length=500)
    act: str = Field(max_length=40)
    on: date | None = None
    note: str = Field("", max_length=500)
    late_reason: str = Field("", max_length=300)
    partly: bool = False


class RefusedOut(Schema):
    """A case that did not allow the act, with every reason."""

    case: str
    reasons: list[str]


class DoneOut(Schema):
    """What became of an act: taken, asked for because it happened too long ago, refused."""

    taken: list[str]
    asked: list[str]
    refused: list[RefusedOut]


class TakenOut(Schema):
    """A step that was taken."""

    act: str
    state: str
    happened_on: date
    entered_at: datetime
    days_late: int
    late_reason: str
    note: str


class LateIn(Schema):
    """A second person's word on an act entered late: "confirm" or "refuse" (with the reason)."""

    decision: str = Field(pattern="^(confirm|refuse)$")
    note: str = Field("", max_length=300)


class VerificationIn(Schema):
    """A verification. `photo` and `signature` are ids of files in the case."""

    kind: str = Field(max_length=16)
    person: str = Field(max_length=60)
    finding: str = Field(max_length=500)
    place: str = Field(max_length=120)
    agrees: bool | None = None
    photo: str = Field("", max_length=20, pattern="^[0-9]*$")
    signature: str = Field("", max_length=20, pattern="^[0-9]*$")
    on: date | None = None


class IdOut(Schema):
    """The id of what was entered."""

    id: str


class MeetingIn(Schema):
    """A meeting as its paper minutes say; `kind`: representatives, villagers, group."""

    village: str = Field(max_length=15)
    kind: str = Field(max_length=20)
    held_on: date
    place: str = Field(max_length=100)
    chair: str = Field(max_length=60)
    called: int = Field(ge=1, le=9999)
    present: int = Field(ge=1, le=9999)


class MeetingOut(Schema):
    """A meeting."""

    id: str
    village: str
    kind: str
    held_on: date
    called: int
    present: int
    version: int


class MeetingList(Page[MeetingOut]):
    """A page of meetings."""


class VoteIn(Schema):
    """How a meeting voted on a case."""

    case: str = Field(max_length=20, pattern="^[0-9]+$")
    votes_for: int = Field(ge=0, le=9999)
    votes_against: int = Field(0, ge=0, le=9999)
    abstained: int = Field(0, ge=0, le=9999)
    remark: str = Field("", max_length=300)


class VotesIn(Schema):
    """The votes of a meeting."""

    votes: list[VoteIn] = Field(max_length=500)


def _case(row: CaseFile) -> dict[str, Any]:
    one = row.case
    names = ("edition", "state", "since", "began_on", "due_on", "whole_due_on", "ended_on", "round", "version")
    return {"id": str(row.pk), "code": one.code or "", "procedure": one.procedure, "household": row.household.number if row.household else "",
            "village": places().code(row.division_id), "kind": row.kind, "origin": row.origin,
            **{name: getattr(one, name) for name in names}}  # fmt: skip


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


@router.get("/cases", response=CaseList, summary="List cases")
def list_cases(request: HttpRequest, asked: Query[CasesAsked]) -> dict[str, Any]:
    """The cases of the reader's area, the oldest first."""
    scopes.require(request.user, VIEW)
    rows = queries.matching(request.user, queries.Wanted(asked.show, asked.state, asked.procedure), on=clock.today())
    return page(rows, order=("pk",), shape=_case, asked=asked)


@router.post("/cases", response={201: CaseOut}, summary="Begin a case of a household")
def open_case(request: HttpRequest, data: LeadIn) -> Status[dict[str, Any]]:
    """A case for a household that has none open."""
    household, _fact = household_for(request.user, data.household)
    if data.procedure not in WORKS or WORKS[data.procedure].subject != "household":
        raise Refused(_("没有这一程序"), "procedure")
    lead = Lead(household.pk, data.kind, data.origin, data.statement, data.applicant, ",".join(data.risks))
    (pk,) = operations.open_leads(leads=[lead], by=request.user, on=data.on or clock.today(), work=data.procedure)
    return Status(201, _case(queries.case_for(request.user, pk)))


@router.get("/cases/{id}", response=CaseOut, summary="Read a case")
def read_case(request: HttpRequest, id: int) -> dict[str, Any]:
    """One case."""
    scopes.require(request.user, VIEW)
    return _case(queries.case_for(request.user, id))


@router.get("/cases/{id}/steps", response=list[TakenOut], summary="Read the steps taken in a case")
def read_steps(request: HttpRequest, id: int) -> list[dict[str, Any]]:
    """Every step with the day it happened and the moment it was entered."""
    scopes.require(request.user, VIEW)
    names = ("act", "happened_on", "entered_at", "days_late", "late_reason", "note")
    return [
        {"state": one.to_state, **{name: getattr(one, name) for name in names}}
        for one in queries.history_of(queries.case_for(request.user, id).case)
    ]


@router.post("/case-steps", response=DoneOut, summary="Take a step in cases")
def take_step(request: HttpRequest, data: StepIn) -> dict[str, Any]:
    """Each case is checked as on screen. Without `partly` one refusal stops all."""
    scopes.require(request.user, WORK)
    done = operations.act(cases=[_number(pk) for pk in data.cases], act=data.act, by=request.user, on=data.on or clock.today(),
                          note=data.note, late_reason=data.late_reason, partly=data.partly)  # fmt: skip
    return {"taken": [str(pk) for pk in done.taken], "asked": [str(pk) for pk in done.asked],
            "refused": [{"case": str(pk), "reasons": reasons} for pk, reasons in done.refused.items()]}  # fmt: skip


@router.post("/cases/{id}/late-entry", response=CaseOut, summary="Decide on an act entered late")
def decide_late(request: HttpRequest, id: int, data: LateIn) -> dict[str, Any]:
    """Another person than the one who asked."""
    row = queries.case_for(request.user, id, WORK)
    asked = [one for one in (queries.asked_of(row.case),) if one is not None]
    if data.decision == "confirm":
        operations.confirm_late(asked=asked, by=request.user)
    else:
        operations.refuse_late(asked=asked, by=request.user, note=data.note)
    return _case(queries.case_for(request.user, id))


@router.post("/cases/{id}/files", response={201: IdOut}, summary="Put a file into a case")
def add_file(request: HttpRequest, id: int, file: File[UploadedFile], kind: Form[str]) -> Status[dict[str, str]]:
    """A photograph, a scan: kinds application, authorisation, visit_form, visit_photo, signature, reply, withdrawal …"""
    row = meetings.attach(case=id, file=file, kind=kind, by=request.user, on=clock.today())
    return Status(201, {"id": str(row.pk)})


@router.post("/cases/{id}/verifications", response={201: IdOut}, summary="Enter a verification")
def add_verification(request: HttpRequest, id: int, data: VerificationIn) -> Status[dict[str, str]]:
    """A home visit is entered by who made it."""
    files = {name: _number(getattr(data, name)) or None for name in ("photo", "signature")}
    found = Found(id, data.kind, data.person, data.finding, data.place, data.agrees, **files)
    (row,) = meetings.verify(found=[found], by=request.user, on=data.on or clock.today())
    return Status(201, {"id": str(row.pk)})


def _meeting(row: Meeting) -> dict[str, Any]:
    names = ("kind", "held_on", "called", "present", "version")
    return {
        "id": str(row.pk),
        "village": places().code(row.division_id),
        **{name: getattr(row, name) for name in names},
    }


@router.get("/meetings", response=MeetingList, summary="List meetings")
def list_meetings(request: HttpRequest, asked: Query[Paging]) -> dict[str, Any]:
    """The meetings of the reader's area, the newest first."""
    scopes.require(request.user, VIEW)
    return page(queries.meetings_for(request.user), order=("-id",), shape=_meeting, asked=asked)


@router.post("/meetings", response={201: MeetingOut}, summary="Enter a meeting")
def add_meeting(request: HttpRequest, data: MeetingIn) -> Status[dict[str, Any]]:
    """As the paper minutes say, which stay the original."""
    held = Held(**data.dict(exclude={"village"}), village=tree().by_code(data.village).id)
    return Status(201, _meeting(meetings.hold(held=held, by=request.user, on=clock.today())))


@router.post("/meetings/{id}/votes", response=MeetingOut, summary="Enter votes")
def add_votes(request: HttpRequest, id: int, data: VotesIn) -> dict[str, Any]:
    """For, against and abstained add up to those present."""
    row = queries.meeting_for(request.user, id)
    votes = [Voted(int(one.case), one.votes_for, one.votes_against, one.abstained, one.remark) for one in data.votes]
    meetings.vote(meeting=row, votes=votes, by=request.user, on=clock.today())
    return _meeting(queries.meeting_for(request.user, id))


@router.post("/meetings/{id}/files", response={201: IdOut}, summary="Put the minutes to a meeting")
def add_minutes(request: HttpRequest, id: int, file: File[UploadedFile], kind: Form[str]) -> Status[dict[str, str]]:
    """Kinds minutes, scene."""
    row = queries.meeting_for(request.user, id)
    kept = meetings.attach_to_meeting(meeting=row, file=file, kind=kind, by=request.user, on=clock.today())
    return Status(201, {"id": str(kept.pk)})
