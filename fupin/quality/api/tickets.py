"""Tickets over the API: listed, read, answered, checked, handed out, counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, File, Form, Query, Router, Schema, UploadedFile
from pydantic import TypeAdapter, ValidationError

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.places import places
from fupin.core.refusals import NotFound, Refused, Stale
from fupin.core.rest import versions
from fupin.core.rest.paging import Page, Paging, page
from fupin.divisions.queries import tree
from fupin.quality import operations, queries
from fupin.quality.comparison import facts
from fupin.quality.models import Ticket
from fupin.quality.queries import Wanted
from fupin.quality.words import MOST_REASON, Answer

router = Router(tags=["tickets"])
MOST_TEXT = 500_000
"""Characters of one request: five hundred answers with long words."""


class TicketLine(Schema):
    """A ticket in a list."""

    id: str
    rule: str
    severity: str
    subject_kind: str
    household: str
    person: str
    village: str
    state: str
    level: int
    opened_on: date
    due_on: date
    assigned_to: str
    answer: str
    closed_on: date | None
    closed_why: str
    version: int


class ActOut(Schema):
    """What was done with a ticket."""

    act: str
    on: date
    entered_at: datetime
    by: str
    answer: str
    reason: str
    state: str
    days_late: int
    evidence: list[str]


class DepartmentRow(Schema):
    """One row of a department's file: where it stands, how it was found to be about the person, label and text."""

    where: str
    how: str
    values: list[tuple[str, str]]


class DepartmentSays(Schema):
    """What a department's file says of the person of a ticket, numbers covered; `absent`: the person is not in it."""

    source: str
    department: str
    file: str
    on: date
    rows: list[DepartmentRow]
    more: int
    beside: list[tuple[str, str]] = Field(description="what the register held when the file was compared")
    absent: bool


class TicketOut(TicketLine):
    """A ticket with its answer and what was done with it, the newest first."""

    rule_version: int
    fingerprint: str
    reason: str
    answered_on: date | None
    days_late: int
    reopened: int
    department_says: list[DepartmentSays]
    history: list[ActOut]


class TicketList(Page[TicketLine]):
    """A page of tickets."""


class Filters(Schema):
    """What a list is narrowed to."""

    state: Literal["", "open", "answered", "closed", "unclosed", "replied"] = ""
    severity: Literal["", "E", "W", "I"] = ""
    rule: str = Field("", max_length=40)
    division: str = Field("", max_length=15, description="code of a division in reach")
    mine: bool = False
    overdue: bool = False
    issued: int | None = Field(None, ge=1, lt=2**63, description="id of a list issued from above")


class Asked(Filters, Paging):
    """The same with the page."""


def _wanted(request: HttpRequest, asked: Filters) -> Wanted:
    scopes.require(request.user, "quality.view")
    division = tree().by_code(asked.division).id if asked.division else None
    return Wanted(state=asked.state, severity=asked.severity, rule=asked.rule, division=division, mine=asked.mine,
                  overdue=asked.overdue, issued=asked.issued)  # fmt: skip


@router.get("/tickets", response=TicketList, summary="List tickets")
def list_tickets(request: HttpRequest, asked: Query[Asked]) -> dict[str, Any]:
    """The tickets of the reader's area, the most urgent first."""
    rows = queries.matching(request.user, _wanted(request, asked)).select_related("assigned_to")
    found = page(rows, order=("due_on", "id"), shape=lambda row: row, asked=asked,
                 filters=asked.dict(exclude={"limit", "cursor"}))  # fmt: skip
    subjects = queries.subjects(found["items"])
    found["items"] = [_line(row, subjects[row.pk]) for row in found["items"]]
    return found


def _line(row: Ticket, subject: queries.Subject) -> dict[str, Any]:
    return {
        "id": str(row.pk), "household": subject.household, "person": subject.person,
        "village": places().code(row.village_id), "assigned_to": row.assigned_to.username if row.assigned_to else "",
        **{name: getattr(row, name) for name in (
            "rule", "severity", "subject_kind", "state", "level", "opened_on", "due_on", "answer", "closed_on",
            "closed_why", "version",
        )},
    }  # fmt: skip


class CountOut(Schema):
    """Sent, answered (closed ones too), closed and overdue of one line."""

    key: str
    sent: int
    answered: int
    closed: int
    overdue: int


class CountsAsked(Filters):
    """What is counted, and by what."""

    by: Literal["division", "rule", "officer", "week"] = "division"


@router.get("/ticket-counts", response=list[CountOut], summary="Count tickets")
def count_tickets(request: HttpRequest, asked: Query[CountsAsked]) -> list[dict[str, Any]]:
    """By division (the next below the one asked for), rule, officer (account id, 0 for nobody) or week of sending."""
    found = queries.counts(request.user, _wanted(request, asked), asked.by, clock.today())
    return [{"key": str(one.key), "sent": one.sent, "answered": one.answered, "closed": one.closed, "overdue": one.late}
            for one in found]  # fmt: skip


@router.get("/tickets/{id}", response=TicketOut, summary="Read a ticket")
def read_ticket(request: HttpRequest, response: HttpResponse, id: int) -> dict[str, Any]:
    """One ticket with its history; the ETag is what an act names in If-Match."""
    scopes.require(request.user, "quality.view")
    return _whole(request, response, id)


def _whole(request: HttpRequest, response: HttpResponse, id: int) -> dict[str, Any]:
    row = queries.ticket_for(request.user, id)
    versions.tag(response, row.version)
    history = [
        {"act": act.act, "on": act.on, "entered_at": act.entered_at, "by": who, "answer": act.answer,
         "reason": act.reason, "state": act.state, "days_late": act.days_late, "evidence": [file.name for file in files]}
        for act, who, files in queries.history(row)
    ]  # fmt: skip
    more = ("rule_version", "fingerprint", "reason", "answered_on", "days_late", "reopened")
    said = [_department(one) for one in facts.told([row]).get(row.pk, [])]
    return _line(row, queries.subjects([row])[row.pk]) | {name: getattr(row, name) for name in more} | {
        "department_says": said, "history": history,
    }  # fmt: skip


def _department(one: facts.Told) -> dict[str, Any]:
    return {
        "source": one.label, "department": one.department, "file": one.file, "on": one.on, "more": one.more,
        "rows": [{"where": row.where, "how": row.how, "values": _pairs(row.values)} for row in one.rows],
        "beside": _pairs(one.beside), "absent": one.is_absent,
    }  # fmt: skip


def _pairs(values: Sequence[facts.Value]) -> list[tuple[str, str]]:
    return [(one.label, one.text) for one in values]


class AnswerOf(Schema):
    """What the officer says. "true" needs a reason and a file, "elsewhere" a reason."""

    answer: Literal["corrected", "true", "elsewhere"]
    reason: str = Field("", max_length=MOST_REASON)


class AnswerIn(AnswerOf):
    """The same to one ticket, of a day."""

    on: date | None = None


@router.post("/tickets/{id}/answer", response=TicketOut, summary="Answer a ticket")
def answer_ticket(
    request: HttpRequest,
    response: HttpResponse,
    id: int,
    data: Form[AnswerIn],
    file: File[UploadedFile | None] = None,
) -> dict[str, Any]:
    """What was corrected is judged again at once: closed, or still open with what is found; needs If-Match."""
    row = queries.ticket_for(request.user, id, "quality.answer")
    operations.answer(
        tickets=[row.pk], answer=data.answer, reason=data.reason, files=[file] if file else [], by=request.user,
        on=data.on or clock.today(), base_version=versions.expected(request),
    )  # fmt: skip
    return _whole(request, response, id)


class OneAnswer(AnswerOf):
    """What is said to one ticket, and of which version it was read (nothing: whichever stands now)."""

    id: int = Field(ge=1, lt=2**63)
    version: int | None = None


class AnswersIn(Schema):
    """Answers to several tickets; the files hold for those that say "true"."""

    answers: str = Field(
        max_length=MOST_TEXT, description='JSON list of {"id", "answer", "reason", "version"}, 500 at most'
    )


class OutcomeOut(Schema):
    """What became of one of them, with the reasons where it was refused."""

    id: str
    outcome: Literal["closed", "waiting", "still_found", "stale", "not_found", "refused"]
    reasons: list[str]


_ANSWERS: TypeAdapter[list[OneAnswer]] = TypeAdapter(list[OneAnswer])


@router.post("/ticket-answers", response=list[OutcomeOut], summary="Answer tickets")
def answer_tickets(
    request: HttpRequest, data: Form[AnswersIn], files: File[list[UploadedFile] | None] = None
) -> list[dict[str, Any]]:
    """Each ticket with its own answer and its own outcome: what cannot be answered is left as it is, all others are."""
    scopes.require(request.user, "quality.answer")
    asked = _asked(data.answers)
    said = {
        one.id: operations.Said(one.answer, one.reason, one.version, rests=one.answer == Answer.TRUE) for one in asked
    }
    done, refused = operations.answer_each(said=said, files=files or [], by=request.user, on=clock.today())
    became = {pk: name for name in ("closed", "waiting", "still_found") for pk in getattr(done, name)}
    return [
        {"id": str(pk), "outcome": became.get(pk) or _kind(refused[pk]),
         "reasons": refused[pk].reasons if pk in refused else ()}
        for pk in said
    ]  # fmt: skip


def _asked(text: str) -> list[OneAnswer]:
    try:
        asked = _ANSWERS.validate_json(text)
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Refused(
            _("answers 不是所要的 JSON 列表：%(place)s %(why)s") % {"place": place, "why": first["msg"]}, "answers"
        ) from None
    if len({one.id for one in asked}) != len(asked):
        raise Refused(_("同一个问题在一次提交中只能出现一次"), "answers")
    return asked


def _kind(refusal: Refused) -> str:
    return {Stale: "stale", NotFound: "not_found"}.get(type(refusal), "refused")


class ReviewIn(Schema):
    """What the second person says; sending back needs the reason."""

    accepts: bool
    reason: str = Field("", max_length=MOST_REASON)


@router.post("/tickets/{id}/review", response=TicketOut, summary="Check an answer")
def review_ticket(request: HttpRequest, response: HttpResponse, id: int, data: ReviewIn) -> dict[str, Any]:
    """Accept an answer or send it back, as another person than who gave it; needs If-Match."""
    row = queries.ticket_for(request.user, id, "quality.review")
    operations.review(tickets=[row.pk], accepts=data.accepts, reason=data.reason, by=request.user, on=clock.today(),
                      base_version=versions.expected(request))  # fmt: skip
    return _whole(request, response, id)


class AssignIn(Schema):
    """Who is to answer; nobody named: the officer of the village with the fewest open tickets."""

    officer: int | None = Field(None, description="account id")
    reason: str = Field("", max_length=MOST_REASON)


@router.post("/tickets/{id}/assign", response=TicketOut, summary="Assign a ticket")
def assign_ticket(request: HttpRequest, response: HttpResponse, id: int, data: AssignIn) -> dict[str, Any]:
    """Hand an open ticket, or one answered with "not ours", to somebody who may answer it there; needs If-Match."""
    row = queries.ticket_for(request.user, id, "quality.review")
    operations.assign(tickets=[row.pk], to=data.officer, reason=data.reason, by=request.user, on=clock.today(),
                      base_version=versions.expected(request))  # fmt: skip
    return _whole(request, response, id)
