"""Publicity over the API: notices posted, proved, taken down; objections taken and answered."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, File, Query, Router, Schema, Status
from ninja.files import UploadedFile

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.places import places
from fupin.core.rest.paging import Page, Paging, page
from fupin.core.sentences import said as in_words
from fupin.divisions.queries import tree
from fupin.notices import operations, queries
from fupin.notices.choosing import WHOM, lines
from fupin.notices.models import Notice, Objection
from fupin.notices.operations import Said, Wanted
from fupin.notices.queries import Narrowed
from fupin.notices.words import BY_HAND, KINDS, MOST_TEXT, OUTCOMES, PLACES, STATES

router = Router(tags=["notices"])


class NoticeOut(Schema):
    """A notice. `may_close` says whether the next step may be taken, `reasons` what stands against it."""

    id: str
    code: str
    kind: str = Field(description=", ".join(KINDS))
    division: str
    place: str = Field(description=", ".join(PLACES))
    subject: str
    title: str
    posted_on: date
    days: int
    counts_holidays: bool
    first_day_counts: bool
    pauses: bool
    planned_until: date
    until: date
    state: str = Field(description=", ".join(STATES))
    households: int
    persons: int
    objections_open: int
    photographs: int
    taken_down_on: date | None
    sha256: str


class NoticeWholeOut(NoticeOut):
    """A notice with its sheet as it was posted."""

    sheet: str
    may_close: bool
    reasons: list[str]


class NoticeList(Page[NoticeOut]):
    """A page of notices."""


_NAMES = (
    "code", "kind", "place", "subject", "title", "posted_on", "days", "counts_holidays", "first_day_counts", "pauses",
    "planned_until", "until", "state", "households", "persons", "objections_open", "photographs", "taken_down_on", "sha256",
)  # fmt: skip


def _notice(row: Notice) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "division": places().code(row.division_id),
        **{name: getattr(row, name) for name in _NAMES},
    }


def _whole(row: Notice) -> dict[str, Any]:
    verdict = queries.whole_verdict(row, on=clock.today())
    return {**_notice(row), "sheet": queries.sheet_of(row), "may_close": bool(verdict),
            "reasons": [in_words(text) for text in verdict.reasons]}  # fmt: skip


class NoticesAsked(Paging):
    """What the list is narrowed to."""

    division: str = Field("", max_length=15, description="code of a division in reach")
    kind: str = Field("", max_length=16)
    state: str = Field("", max_length=12)
    show: str = Field("", max_length=12, description="objections: some are open; unproved: no photograph yet")


@router.get("/notices", response=NoticeList, summary="List notices")
def list_notices(request: HttpRequest, asked: Query[NoticesAsked]) -> dict[str, Any]:
    """Those of the reader's area, the newest first."""
    scopes.require(request.user, queries.VIEW)
    division = tree().by_code(asked.division).id if asked.division else None
    rows = queries.narrowed(request.user, Narrowed(division, asked.kind, asked.state, asked.show))
    return page(rows, order=("-id",), shape=_notice, asked=asked, filters=asked.dict(exclude={"limit", "cursor"}))


class NoticeIn(Schema):
    """A notice to be posted. `whom` chooses the households, `named` lists them by their numbers."""

    kind: str = Field(max_length=16, description=", ".join(KINDS))
    division: str = Field(max_length=15, description="code")
    place: str = Field("village", max_length=10, description=", ".join(PLACES))
    whom: str = Field("named", max_length=12, description=", ".join(WHOM))
    named: list[str] = Field(
        [], max_length=2_000, description="household numbers; villages or banners where those exit"
    )
    title: str = Field("", max_length=120)
    note: str = Field("", max_length=MOST_TEXT)
    contact: str = Field("", max_length=120)


class NoticesIn(Schema):
    """Notices of one day: all are posted, or none."""

    posted_on: date
    notices: list[NoticeIn] = Field(max_length=500, min_length=1)


@router.post("/notices", response={201: list[NoticeOut]}, summary="Post notices")
def post_notices(request: HttpRequest, data: NoticesIn) -> Status[list[dict[str, Any]]]:
    """Rendered once; what is posted never changes."""
    scopes.require(request.user, "notices.post")
    wanted = [_wanted(one, request.user, data.posted_on) for one in data.notices]
    made = operations.post(notices=wanted, by=request.user, on=data.posted_on)
    return Status(201, [_notice(row) for row in made])


def _wanted(one: NoticeIn, by: Any, on: date) -> Wanted:
    division = tree().by_code(one.division).id
    found = lines(kind=one.kind, division=division, whom=one.whom, named="\n".join(one.named), by=by, on=on)
    return Wanted(one.kind, division, one.place, found, one.title, one.note, one.contact)


@router.get("/notices/{id}", response=NoticeWholeOut, summary="Read a notice")
def read_notice(request: HttpRequest, id: int) -> dict[str, Any]:
    """One notice with its sheet."""
    scopes.require(request.user, queries.VIEW)
    return _whole(queries.notice_for(request.user, id))


@router.post("/notices/{id}/photographs", response=NoticeWholeOut, summary="Prove a posting")
def prove(request: HttpRequest, id: int, on: Query[date], files: File[list[UploadedFile]]) -> dict[str, Any]:
    """Photographs of the board, taken on that day."""
    row = queries.notice_for(request.user, id, "notices.post")
    operations.prove(notices=[row], files=files, by=request.user, on=on)
    row.refresh_from_db()
    return _whole(row)


class ReasonIn(Schema):
    """Why a notice is taken down."""

    reason: str = Field(max_length=300)


@router.post("/notices/{id}/take-down", response=NoticeWholeOut, summary="Take a notice down")
def take_down(request: HttpRequest, id: int, data: ReasonIn) -> dict[str, Any]:
    """From this second nobody is served it any more."""
    row = queries.notice_for(request.user, id, "notices.post")
    operations.take_down(notices=[row], reason=data.reason, by=request.user, on=clock.today())
    row.refresh_from_db()
    return _whole(row)


class ObjectionOut(Schema):
    """An objection, without who and what: those who answer read them on the screen, where each reading is recorded."""

    id: str
    receipt: str
    channel: str
    line: int | None
    raised_on: date
    due_on: date
    outcome: str
    answered_on: date | None
    answered_by: str


def _objection(row: Objection) -> dict[str, Any]:
    names = ("receipt", "channel", "raised_on", "due_on", "outcome", "answered_on")
    return {"id": str(row.pk), "line": row.line.position if row.line else None, "answered_by": row.answered_name,
            **{name: getattr(row, name) for name in names}}  # fmt: skip


@router.get("/notices/{id}/objections", response=list[ObjectionOut], summary="List the objections to a notice")
def list_objections(request: HttpRequest, id: int) -> list[dict[str, Any]]:
    """The oldest first."""
    scopes.require(request.user, queries.VIEW)
    return [_objection(row) for row in queries.objections_of(queries.notice_for(request.user, id))]


class ObjectionIn(Schema):
    """An objection on paper or by phone. `line` is the number on the sheet, none for the list as a whole."""

    channel: str = Field(max_length=8, description=", ".join(BY_HAND))
    raised_on: date
    line: int | None = None
    who: str = Field("", max_length=60)
    contact: str = Field("", max_length=60)
    what: str = Field(max_length=MOST_TEXT)


@router.post("/notices/{id}/objections", response={201: ObjectionOut}, summary="Take an objection")
def take_objection(request: HttpRequest, id: int, data: ObjectionIn) -> Status[dict[str, Any]]:
    """To the last minute of the last day, also where it is entered afterwards."""
    row = queries.notice_for(request.user, id, "notices.post")
    said = Said(data.what, data.line, data.who, data.contact)
    made = operations.raise_objection(notice=row, said=said, channel=data.channel, by=request.user, on=data.raised_on)
    return Status(201, _objection(made))


class AnswerIn(Schema):
    """What objections come to."""

    ids: list[int] = Field(max_length=500, min_length=1)
    outcome: str = Field(max_length=12, description=", ".join(OUTCOMES))
    reason: str = Field(max_length=MOST_TEXT)
    answered_on: date


@router.post("/notice-answers", response=list[ObjectionOut], summary="Answer objections")
def answer_objections(request: HttpRequest, data: AnswerIn) -> list[dict[str, Any]]:
    """All or none; by another person than posted the list."""
    scopes.require(request.user, "notices.answer")
    found = operations.answer(
        objections=data.ids, outcome=data.outcome, reason=data.reason, by=request.user, on=data.answered_on
    )
    return [_objection(row) for row in found]
