"""Comparison over the API: sources, files, pairs that wait, letters and their answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Field, File, Form, Query, Router, Schema, Status, UploadedFile

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.places import places
from fupin.core.rest.files import FILE
from fupin.core.rest.paging import Page, Paging, page
from fupin.divisions.queries import tree
from fupin.quality.comparison import jobs, operations, queries
from fupin.quality.comparison.letters import answers
from fupin.quality.comparison.letters import operations as letters
from fupin.quality.comparison.letters import queries as letter_queries
from fupin.quality.comparison.letters.models import Letter
from fupin.quality.comparison.letters.steps import PERMISSION
from fupin.quality.comparison.models import Candidate, Exchange
from fupin.quality.comparison.sources import needs_authorisation
from fupin.quality.comparison.words import Stage

router = Router(tags=["comparison"])
_EXCHANGE = ("source", "way", "on", "file_name", "sha256", "is_complete", "state", "refusal", "remarks", "rows",
             "matched_exact", "matched_scored", "undecided", "findings", "opened", "reopened", "closed", "keep_until",
             "deleted_at")  # fmt: skip
_LETTER = ("source", "way", "whom", "on", "number", "addressee", "basis", "purpose", "due_on", "state", "households",
           "persons", "left_out", "as_of", "prepared_at", "sha256", "keep_until", "deleted_at")  # fmt: skip


class SourceOut(Schema):
    """A source of another department, and how fresh its newest comparison in the reader's area is."""

    name: str
    label: str
    department: str
    office: str
    """code of the division whose own source it is; empty for one that everybody has"""
    columns: list[str]
    rules: list[str]
    means: str
    legal_basis: str
    freshness_days: int
    needs_authorisation: bool
    last_on: date | None
    is_due: bool


@router.get("/comparison-sources", response=list[SourceOut], summary="List sources of departments")
def list_sources(request: HttpRequest) -> list[dict[str, Any]]:
    """What other departments hold: columns, the rules that hits feed, the legal basis, and when it was last compared."""
    scopes.require(request.user, "quality.exchange")
    english, today = scopes.is_english(), clock.today()
    return [
        {"name": one.name, "label": one.label_en if english else one.label,
         "department": one.department_en if english else one.department,
         "office": places().code(each.office) if each.office else "",
         "columns": [column.name for column in one.all_columns], "rules": list(one.rules),
         "means": one.means_en if english else one.means,
         "legal_basis": one.legal_basis_en if english else one.legal_basis, "freshness_days": one.freshness_days,
         "needs_authorisation": needs_authorisation(one, on=today), "last_on": each.last_on, "is_due": each.is_due}
        for each in queries.freshness(request.user, today=today) for one in (each.source,)
    ]  # fmt: skip


class ComparisonOut(Schema):
    """A file, or the answer to a letter, compared with the register."""

    id: str
    source: str
    division: str
    way: str
    letter: str
    on: date
    file_name: str
    sha256: str
    is_complete: bool
    state: str
    refusal: str
    remarks: list[str]
    rows: int
    matched_exact: int
    matched_scored: int
    undecided: int
    findings: int
    opened: int
    reopened: int
    closed: int
    returned: dict[str, int]
    """of an answer to a letter: lines by what they say, and those that nobody can use"""
    unread: list[str]
    """headings of columns that were not read"""
    keep_until: date
    deleted_at: datetime | None


class ComparisonList(Page[ComparisonOut]):
    """A page of comparisons."""


def _exchange(row: Exchange) -> dict[str, Any]:
    return {
        "id": str(row.pk), "division": places().code(row.division_id), "letter": str(row.letter_id or ""),
        "returned": row.preview.get("returned", {}).get("counts", {}),
        "unread": [heading for heading, _near in row.preview.get("unread", [])], **{name: getattr(row, name) for name in _EXCHANGE},
    }  # fmt: skip


@router.get("/comparisons", response=ComparisonList, summary="List comparisons")
def list_comparisons(request: HttpRequest, asked: Query[Paging]) -> dict[str, Any]:
    """The comparisons of the reader's area, the newest first; a department sees what it handed in itself."""
    scopes.require(request.user, "quality.exchange")
    return page(queries.exchanges_for(request.user), order=("-id",), shape=_exchange, asked=asked)


class FileIn(Schema):
    """Which source, for which area, as of which day; the key of an exchange where the file brings tokens."""

    source: str = Field(max_length=42)
    division: str = Field(max_length=15, description="code")
    on: date | None = None
    exchange_key: str = Field("", max_length=80)
    is_complete: bool = False


@router.post("/comparisons", response={201: ComparisonOut}, summary="Hand in a department's file")
def hand_in(request: HttpRequest, data: Form[FileIn], file: File[UploadedFile]) -> Status[dict[str, Any]]:
    """The file is sealed and read in the background; look again until it is `ready`, then have it compared."""
    scopes.require(request.user, "quality.exchange")
    place, day = tree().by_code(data.division).id, data.on or clock.today()
    scopes.require(request.user, "quality.exchange", place)
    made = operations.take_in(
        source=queries.source_of(data.source, on=day, division=place), pieces=file.chunks(), name=file.name or "",
        by=request.user, division=place, on=day, key=data.exchange_key,
        is_complete=data.is_complete,
    )  # fmt: skip
    jobs.ask_to_read(made, by=request.user)
    return Status(201, _exchange(made))


@router.get("/comparisons/{id}", response=ComparisonOut, summary="Read a comparison")
def read_comparison(request: HttpRequest, id: int) -> dict[str, Any]:
    """One comparison with what came of it."""
    scopes.require(request.user, "quality.exchange")
    return _exchange(queries.exchange_of(request.user, id))


@router.post("/comparisons/{id}/compare", response=ComparisonOut, summary="Compare a file")
def compare(request: HttpRequest, id: int) -> dict[str, Any]:
    """Have a file that was read compared, in the background; one that is compared already stays as it is."""
    scopes.require(request.user, "quality.exchange")
    row = queries.exchange_of(request.user, id)
    if row.state in (Stage.READY, Stage.MATCHING):
        jobs.ask_to_compare(row, by=request.user)
    return _exchange(row)


@router.get("/comparisons/{id}/returned-lines", summary="Take lines of an answer that are to be looked at",
            openapi_extra={"responses": FILE})  # fmt: skip
def take_wrong(request: HttpRequest, id: int) -> StreamingHttpResponse:
    """Of the answer to a letter every line that cannot be used as it is, numbers covered, as a workbook."""
    scopes.require(request.user, PERMISSION)
    row = queries.exchange_of(request.user, id)
    answer = StreamingHttpResponse(answers.take_wrong(exchange=row, by=request.user),
                                   content_type="application/octet-stream")  # fmt: skip
    answer.headers["Content-Disposition"] = f'attachment; filename="returned-lines-{row.pk}.xlsx"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


class PairOut(Schema):
    """A row that may be about somebody, for a person to decide: what it says, and what each agreement weighs."""

    id: str
    comparison: str
    person: str
    village: str
    probability: float
    said: dict[str, Any]
    weights: list[tuple[str, str, float]]


class PairList(Page[PairOut]):
    """A page of pairs."""


def _pair(row: Candidate) -> dict[str, Any]:
    english = scopes.is_english()
    said = {
        name: value for name, value in queries.said(row).items() if name in operations.SAID and name != "village_id"
    }
    return {
        "id": str(row.pk), "comparison": str(row.exchange_id), "person": row.person.number,
        "village": places().code(row.village_id), "probability": row.probability, "said": said,
        "weights": queries.reasons(row, english=english),
    }  # fmt: skip


@router.get("/comparison-pairs", response=PairList, summary="List pairs that wait")
def list_pairs(request: HttpRequest, asked: Query[Paging]) -> dict[str, Any]:
    """The pairs of the reader's area that nobody has decided; id numbers are masked."""
    scopes.require(request.user, "quality.review")
    rows = queries.open_candidates(request.user).select_related("person")
    return page(rows, order=("id",), shape=_pair, asked=asked)


class DecisionIn(Schema):
    """One person or two, and why."""

    same: bool
    reason: str = Field(max_length=200)


@router.post("/comparison-pairs/{id}/decide", response={204: None}, summary="Decide a pair")
def decide(request: HttpRequest, id: int, data: DecisionIn) -> Status[None]:
    """Holds for every later file; the file is compared once more where they are one."""
    scopes.require(request.user, "quality.review")
    rows = list(queries.open_candidates(request.user).filter(pk=id).select_related("exchange"))
    operations.decide(candidates=rows or [Candidate(pk=id)], is_same=data.same, reason=data.reason, by=request.user,
                      on=clock.today())  # fmt: skip
    if data.same:
        jobs.ask_to_compare(rows[0].exchange, by=scopes.SYSTEM)
    return Status(204, None)


class LetterOut(Schema):
    """A letter to a department with its list; households left out are counted by reason."""

    id: str
    source: str
    division: str
    way: str
    whom: str
    on: date
    number: str
    addressee: str
    basis: str
    purpose: str
    due_on: date
    state: str
    is_overdue: bool
    households: int
    persons: int
    left_out: dict[str, int]
    as_of: datetime | None
    prepared_at: datetime | None
    sha256: str
    answers: list[str]
    keep_until: date
    deleted_at: datetime | None


class LetterList(Page[LetterOut]):
    """A page of letters."""


def _letter(row: Letter) -> dict[str, Any]:
    return {
        "id": str(row.pk), "division": places().code(row.division_id),
        "is_overdue": letter_queries.is_overdue(row, today=clock.today()),
        "answers": [str(one.pk) for one in row.answers.all()], **{name: getattr(row, name) for name in _LETTER},
    }  # fmt: skip


def _letter_of(request: HttpRequest, id: int) -> Letter:
    scopes.require(request.user, PERMISSION)
    return letter_queries.letter_of(request.user, id)


class LettersAsked(Paging):
    """What the list is narrowed to: `late`, not answered by its day; `waiting`, for the reader as the second person."""

    show: Literal["", "late", "waiting"] = ""


@router.get("/comparison-letters", response=LetterList, summary="List letters")
def list_letters(request: HttpRequest, asked: Query[LettersAsked]) -> dict[str, Any]:
    """The letters of the reader's area, the newest first."""
    scopes.require(request.user, PERMISSION)
    rows = letter_queries.shown(request.user, asked.show, today=clock.today()).prefetch_related("answers")
    return page(rows, order=("-id",), shape=_letter, asked=asked, filters={"show": asked.show})


class LetterSaid(Schema):
    """What a letter is to be. What the source says itself (department, legal basis) need not be given."""

    number: str = Field(max_length=60)
    purpose: str = Field(max_length=200)
    on: date | None = None
    due_on: date | None = None
    addressee: str = Field("", max_length=80)
    basis: str = Field("", max_length=300)
    whom: Literal["both", "registered", "monitored", "all"] = "both"
    way: Literal["file", "tokens"] = "file"


class LetterIn(LetterSaid):
    """The same with its source and area, which stay."""

    source: str = Field(max_length=42)
    division: str = Field(max_length=15, description="code")


@router.post("/comparison-letters", response={201: LetterOut}, summary="Draft a letter")
def draft_letter(request: HttpRequest, data: LetterIn) -> Status[dict[str, Any]]:
    """The list is drawn up in the background: `prepared_at` says when it stands."""
    scopes.require(request.user, PERMISSION)
    given = data.dict(exclude={"source", "division", "on"})
    place, day = tree().by_code(data.division).id, data.on or clock.today()
    scopes.require(request.user, PERMISSION, place)
    source = queries.source_of(data.source, on=day, division=place)
    made = letters.draft(wanted=letters.Wanted(source=source, division=place, on=day, **given), by=request.user)
    jobs.ask_to_prepare(made, by=request.user)
    return Status(201, _letter(made))


@router.get("/comparison-letters/{id}", response=LetterOut, summary="Read a letter")
def read_letter(request: HttpRequest, id: int) -> dict[str, Any]:
    """One letter."""
    return _letter(_letter_of(request, id))


@router.put("/comparison-letters/{id}", response=LetterOut, summary="Say a draft of a letter anew")
def change_letter(request: HttpRequest, id: int, data: LetterSaid) -> dict[str, Any]:
    """Only while it is a draft, or was sent back; its list is void and drawn up again in the background."""
    row, given = _letter_of(request, id), data.dict(exclude={"on"})
    wanted = letters.Wanted(source=queries.source_by(row), division=row.division_id,
                            on=data.on or clock.today(), **given)  # fmt: skip
    row = letters.change(letter=row, wanted=wanted, by=request.user)
    jobs.ask_to_prepare(row, by=request.user)
    return _letter(row)


class LetterActIn(Schema):
    """What is done; some acts need a note."""

    act: Literal["submit", "confirm", "send_back", "send", "close", "give_up", "drop"]
    note: str = Field("", max_length=300)


@router.post("/comparison-letters/{id}/acts", response=LetterOut, summary="Lead a letter on")
def act_on_letter(request: HttpRequest, id: int, data: LetterActIn) -> dict[str, Any]:
    """Hand in, confirm as the second person, send, close; refused with every reason."""
    row = _letter_of(request, id)
    return _letter(letters.act(letter=row, act=data.act, by=request.user, on=clock.today(), note=data.note))


class PurposeIn(Schema):
    """What the list is taken for; it goes into the trail before the list is given."""

    purpose: str = Field(max_length=200)


@router.post("/comparison-letters/{id}/list", summary="Take a letter's list", openapi_extra={"responses": FILE})
def take_list(request: HttpRequest, id: int, data: PurposeIn) -> HttpResponse | StreamingHttpResponse:
    """The workbook with whole numbers, once a second person has confirmed the letter."""
    row = _letter_of(request, id)
    answer = StreamingHttpResponse(letters.take(letter=row, purpose=data.purpose, by=request.user),
                                   content_type="application/octet-stream")  # fmt: skip
    answer.headers["Content-Disposition"] = f'attachment; filename="letter-{row.pk}.xlsx"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.post("/comparison-letters/{id}/answers", response={201: ComparisonOut}, summary="Hand in an answer")
def hand_in_answer(request: HttpRequest, id: int, file: File[UploadedFile]) -> Status[dict[str, Any]]:
    """What came back, read in the background; the same file again is the same answer."""
    row = _letter_of(request, id)
    made = answers.take_in(letter=row, pieces=file.chunks(), name=file.name or "", by=request.user, on=clock.today())
    if made.state == Stage.READING:
        jobs.ask_to_read(made, by=request.user)
    return Status(201, _exchange(made))
