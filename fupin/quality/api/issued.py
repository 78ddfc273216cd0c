"""Lists issued from above over the API: handed in, columns said, lines read and decided, the filled file asked for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, File, Form, Query, Router, Schema, Status, UploadedFile

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.places import places
from fupin.core.rest.paging import Page, Paging, page
from fupin.divisions.queries import tree
from fupin.quality.issued import deciding, jobs, queries, taking
from fupin.quality.issued.models import IssuedLine, IssuedList
from fupin.quality.issued.words import MOST_REASON
from fupin.registry.models import HouseholdCard, Person

router = Router(tags=["issued-lists"])


class ListLine(Schema):
    """A list: reading, mapping (its columns are to be confirmed), matching, out, replaced, refused or deleted."""

    id: str
    title: str
    sender: str
    on: date
    due_on: date | None
    division: str
    file_name: str
    sha256: str
    state: str
    refusal: str
    replaces: str
    made_at: datetime
    given_back_at: datetime | None


class SheetOut(Schema):
    """A sheet of a list: its header rows (from 1), its headings, and what each column (from 0) holds."""

    title: str
    top: int
    bottom: int
    headings: list[str]
    columns: dict[str, str]
    lines: int
    is_read: bool
    is_known: bool


class Figures(Schema):
    """How far a list is, in lines."""

    lines: int
    out: int
    open: int
    answered: int
    closed: int
    several: int
    nobody: int
    returned: int
    found_before: int


class ListOut(ListLine):
    """A list with its sheets, its figures and what its reader should know."""

    sheets: list[SheetOut]
    answers: dict[str, str]
    remarks: list[str]
    figures: Figures


class ListPage(Page[ListLine]):
    """A page of lists, the newest first."""


def _line(one: IssuedList) -> dict[str, Any]:
    own = ("title", "sender", "on", "due_on", "file_name", "sha256", "state", "refusal", "made_at", "given_back_at")
    return {name: getattr(one, name) for name in own} | {
        "id": str(one.pk), "division": places().code(one.division_id), "replaces": str(one.replaces_id or ""),
    }  # fmt: skip


def _whole(one: IssuedList) -> dict[str, Any]:
    sheets = [{**each, "top": each["top"] + 1, "bottom": each["bottom"] + 1} for each in one.sheets]
    return _line(one) | {
        "sheets": sheets,
        "answers": one.answers,
        "remarks": one.remarks,
        "figures": queries.standing(one),
    }


@router.get("/issued-lists", response=ListPage, summary="List issued lists")
def list_issued(request: HttpRequest, asked: Query[Paging]) -> dict[str, Any]:
    """The lists of the reader's area, the newest first."""
    scopes.require(request.user, "quality.issue")
    return page(queries.lists_for(request.user), order=("-id",), shape=_line, asked=asked)


class TakeIn(Schema):
    """Who sent the list when, for which area, and the list that it renews."""

    sender: str = Field(max_length=taking.MOST_SENDER)
    division: str = Field(description="code of a division in reach")
    title: str = Field("", max_length=taking.MOST_TITLE)
    on: date | None = None
    due_on: date | None = None
    replaces: int | None = None


@router.post("/issued-lists", response={202: ListLine, 200: ListLine}, summary="Hand in an issued list")
def take_in_list(request: HttpRequest, data: Form[TakeIn], file: File[UploadedFile]) -> Status[dict[str, Any]]:
    """Take a sender's .xlsx or .csv in, to be read in the background; the same file again is the list that is there."""
    scopes.require(request.user, "quality.issue")
    one, is_new = taking.take_in(
        data=file.read(), name=file.name or "", division=tree().by_code(data.division).id, title=data.title,
        sender=data.sender, due_on=data.due_on, replaces=data.replaces, by=request.user, on=data.on or clock.today(),
    )  # fmt: skip
    if is_new:
        jobs.ask(jobs.READ, one, by=request.user)
    return Status(202 if is_new else 200, _line(one))


@router.get("/issued-lists/{id}", response=ListOut, summary="Read an issued list")
def read_list(request: HttpRequest, id: int) -> dict[str, Any]:
    """One list: its sheets with what their columns seem to hold, and how far it is."""
    scopes.require(request.user, "quality.issue")
    return _whole(queries.list_of(request.user, id))


class ColumnsIn(Schema):
    """Sheet → column (from 0) → role; sheets that are not named are not read. `answers`: how our answers are written."""

    columns: dict[str, dict[str, str]]
    answers: dict[str, str] = {}


@router.post("/issued-lists/{id}/columns", response={202: ListLine}, summary="Confirm a list's columns")
def map_list(request: HttpRequest, id: int, data: ColumnsIn) -> Status[dict[str, Any]]:
    """Say what the columns hold; the lines are then matched and sent to the villages in the background."""
    scopes.require(request.user, "quality.issue")
    one = queries.list_of(request.user, id)
    taking.map_columns(one=one, columns=data.columns, answers=data.answers, by=request.user, on=clock.today())
    jobs.ask(jobs.MATCH, one, by=request.user)
    return Status(202, _line(one))


class IssuedLineOut(Schema):
    """A line: where it stands in the sender's file, what it asks, what became of it. Numbers of people are masked."""

    id: str
    sheet: str
    row: int
    key: str
    question: str
    fate: str
    reason: str
    household: str
    person: str
    ticket: str
    ticket_state: str
    due_on: date | None
    found_before: bool
    candidates: list[str]


class LinesPage(Page[IssuedLineOut]):
    """A page of lines, in the sender's order."""


class LinesAsked(Paging):
    """Which lines."""

    fate: Literal["", "matched", "several", "nobody", "returned", "withdrawn"] = ""


@router.get("/issued-lists/{id}/lines", response=LinesPage, summary="List the lines of an issued list")
def list_lines(request: HttpRequest, id: int, asked: Query[LinesAsked]) -> dict[str, Any]:
    """The lines with whom they were matched to; `candidates` are household numbers."""
    scopes.require(request.user, "quality.issue")
    rows = queries.lines_of(request.user, queries.list_of(request.user, id), asked.fate)
    found = page(rows, order=("id",), shape=lambda row: row, asked=asked, filters={"fate": asked.fate})
    found["items"] = _lines(found["items"])
    return found


def _lines(rows: list[IssuedLine]) -> list[dict[str, Any]]:
    households = {row.household_id for row in rows} | {pair[0] for row in rows for pair in row.candidates}
    numbers = dict(HouseholdCard.objects.filter(pk__in=households - {None}).values_list("pk", "number"))
    persons = dict(Person.objects.filter(pk__in={row.person_id for row in rows} - {None}).values_list("pk", "number"))
    return [
        {
            "id": str(row.pk), "sheet": row.sheet, "row": row.row + 1, "key": "" if row.key.startswith("#") else queries.masked(row.key),
            "question": queries.said(row)["question"], "fate": row.fate, "reason": row.reason, "due_on": row.due_on,
            "household": numbers.get(row.household_id or 0, ""), "person": persons.get(row.person_id or 0, ""),
            "ticket": str(row.ticket_id or ""), "ticket_state": row.ticket.state if row.ticket else "",
            "found_before": row.was_found,
            "candidates": list(dict.fromkeys(numbers[pair[0]] for pair in row.candidates if pair[0] in numbers)),
        }
        for row in rows
    ]  # fmt: skip


class MatchIn(Schema):
    """Whom a line means: a household of the list's area by its number, and a member by theirs."""

    household: str = Field(max_length=20)
    person: str = Field("", max_length=24)


@router.post("/issued-lists/{id}/lines/{line}/match", response=IssuedLineOut, summary="Match a line by hand")
def match_line(request: HttpRequest, id: int, line: int, data: MatchIn) -> dict[str, Any]:
    """A ticket goes to the household's village."""
    scopes.require(request.user, "quality.issue")
    one = queries.list_of(request.user, id)
    row = deciding.match_by_hand(one=one, line=line, household=data.household, person=data.person, by=request.user,
                                 on=clock.today())  # fmt: skip
    return _lines([queries.lines_of(request.user, one).get(pk=row.pk)])[0]


class ReturnIn(Schema):
    """Lines that go back unanswered, and why: the reason stands in the file."""

    lines: list[int] = Field(max_length=deciding.MOST_AT_ONCE)
    reason: str = Field(max_length=MOST_REASON)


class ReturnedOut(Schema):
    """How many lines were returned."""

    returned: int


@router.post("/issued-lists/{id}/return", response=ReturnedOut, summary="Return lines to the sender")
def return_list_lines(request: HttpRequest, id: int, data: ReturnIn) -> dict[str, int]:
    """Only lines that nobody was matched to for sure."""
    scopes.require(request.user, "quality.issue")
    one = queries.list_of(request.user, id)
    return {"returned": deciding.return_lines(one=one, lines=data.lines, reason=data.reason, by=request.user,
                                              on=clock.today())}  # fmt: skip


class FillOut(Schema):
    """The job that fills the file; its result is taken at /jobs/{id}/result."""

    job: str


@router.post("/issued-lists/{id}/fill", response={202: FillOut}, summary="Fill the sender's file")
def fill_list(request: HttpRequest, id: int) -> Status[dict[str, str]]:
    """Have the answers written into the sender's own file."""
    scopes.require(request.user, "quality.issue")
    job = jobs.ask(jobs.GIVE_BACK, queries.list_of(request.user, id), by=request.user)
    return Status(202, {"job": str(job.pk)})
