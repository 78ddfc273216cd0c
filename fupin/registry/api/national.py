"""The national register over the API: exports, what differs, what must still be keyed in there, take-overs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.refusals import NotFound
from fupin.core.rest.files import FILE
from fupin.core.rest.paging import Page, Paging, page
from fupin.divisions.models import Division
from fupin.divisions.queries import tree
from fupin.registry.models import KeyingItem, NationalExport, NationalRow, TakeOver
from fupin.registry.national import operations, queries, taking_over
from fupin.registry.national.keying_file import MOST_IN_FILE, take

router = Router(tags=["national register"])


class ExportOut(Schema):
    """An export of the national register and what its comparison showed."""

    id: str
    kind: str
    name: str
    map_version: str
    division: str
    as_of: date
    uploaded_at: datetime
    compared_at: datetime | None
    counts: dict[str, Any]
    message: str
    job: str | None


class ExportList(Page[ExportOut]):
    """A page of exports, the newest first."""


def _export(row: NationalExport) -> dict[str, Any]:
    own = ("kind", "name", "map_version", "as_of", "uploaded_at", "compared_at", "counts", "message")
    return {name: getattr(row, name) for name in own} | {
        "id": str(row.pk), "division": tree().by_id(row.division_id).code,
        "job": str(row.job_id) if row.job_id else None,
    }  # fmt: skip


@router.get("/national/exports", response=ExportList, summary="List national exports")
def list_exports(request: HttpRequest, asked: Query[Paging]) -> dict[str, Any]:
    """The exports that were taken in for divisions in scope."""
    scopes.require(request.user, queries.PERMISSION)
    return page(queries.exports_for(request.user), order=("-id",), shape=_export, asked=asked)


class ExportIn(Schema):
    """For which division, and from which day, an export is."""

    division: str = Field(max_length=15)
    as_of: date | None = None


@router.post("/national/exports", response={202: ExportOut}, summary="Take a national export in")
def take_export_in(
    request: HttpRequest, response: HttpResponse, data: Form[ExportIn], file: File[UploadedFile]
) -> Status[dict[str, Any]]:
    """Keep an export as it is and compare it in the background."""
    scopes.require(request.user, "national.import")
    division = Division.objects.get(pk=tree().by_code(data.division).id)
    made = operations.take_in(file=file, name=file.name or "", division=division, as_of=data.as_of or clock.today(),
                              by=request.user)  # fmt: skip
    response["Location"] = f"/api/v1/national/exports/{made.pk}"
    return Status(202, _export(made))


def _found(request: HttpRequest, id: int) -> NationalExport:
    scopes.require(request.user, queries.PERMISSION)
    row = queries.exports_for(request.user).filter(pk=id).first()
    if row is None:
        raise NotFound(_("没有这份导出"), "export")
    return row


@router.get("/national/exports/{id}", response=ExportOut, summary="Read a national export")
def read_export(request: HttpRequest, id: int) -> dict[str, Any]:
    """What one export showed: matched, new there, gone there, different, by field."""
    return _export(_found(request, id))


class RowOut(Schema):
    """A row without counterpart: new there, or gone there."""

    outcome: str
    number: str
    household_number: str
    village: str
    name: str
    is_taken_over: bool


class RowList(Page[RowOut]):
    """A page of rows without counterpart."""


class RowFilter(Paging):
    """Which rows."""

    outcome: str = Field("new", pattern="^(new|gone)$")


def _row(row: NationalRow) -> dict[str, Any]:
    return {"outcome": row.outcome, "number": row.number, "household_number": row.household_number,
            "village": tree().by_id(row.village_id).code, "name": row.name,
            "is_taken_over": row.taken_over_at is not None}  # fmt: skip


@router.get("/national/exports/{id}/rows", response=RowList, summary="Rows without counterpart")
def list_rows(request: HttpRequest, id: int, asked: Query[RowFilter]) -> dict[str, Any]:
    """What is new there, or gone there, in the villages in scope."""
    rows = queries.rows_for(request.user, _found(request, id), asked.outcome)
    return page(rows, order=("number", "id"), shape=_row, asked=asked, filters={"id": id, "outcome": asked.outcome})


class ItemOut(Schema):
    """One field, or a whole record, to be keyed in there: open, done, or theirs (they are right)."""

    id: str
    kind: str
    household: str
    number: str
    name: str
    field: str
    label: str
    screen: str
    here: str
    there: str
    state: str


class ItemList(Page[ItemOut]):
    """A page of the keying list."""


class ItemFilter(Paging):
    """Which items."""

    state: str = Field("open", pattern="^(open|done|theirs)$")
    field: str = ""


def _item(row: KeyingItem) -> dict[str, Any]:
    own = ("kind", "number", "name", "field", "label", "screen", "here", "there", "state")
    return {name: getattr(row, name) for name in own} | {"id": str(row.pk), "household": row.household.number}


@router.get("/national/keying-items", response=ItemList, summary="The keying list")
def list_items(request: HttpRequest, asked: Query[ItemFilter]) -> dict[str, Any]:
    """What an officer must still key into the national register, in the villages in scope."""
    scopes.require(request.user, queries.PERMISSION)
    rows = queries.items_for(request.user).filter(state=asked.state).select_related("household")
    if asked.field:
        rows = rows.filter(field=asked.field)
    order = ("village", "number", "kind", "subject_id", "order", "id")
    return page(rows, order=tuple("village_id" if name == "village" else name for name in order), shape=_item,
                asked=asked, filters=asked.dict(exclude={"limit", "cursor"}))  # fmt: skip


class DecisionIn(Schema):
    """Items, and whether the national register is right about them (`theirs`) or ours after all."""

    items: list[int] = Field(min_length=1, max_length=500)
    theirs: bool


class DecisionOut(Schema):
    """How many items changed."""

    changed: int


@router.post("/national/keying-items/decide", response=DecisionOut, summary="Decide differences")
def decide_items(request: HttpRequest, data: DecisionIn) -> dict[str, int]:
    """Say of differences who is right; the trail keeps who said so."""
    scopes.require(request.user, queries.PERMISSION)
    return {"changed": operations.decide(items=data.items, theirs=data.theirs, by=request.user)}


@router.get("/national/keying-items/file", summary="The keying list as a workbook", openapi_extra={"responses": FILE})
def keying_file(request: HttpRequest, state: str = "open", field: str = "", export: str = "") -> FileResponse:
    """What must still be keyed into the national system, in the order of its screens; stands in the trail."""
    scopes.require(request.user, "registry.export")
    items = queries.keying_list(request.user, state=state, field=field, export=export)[:MOST_IN_FILE]
    return FileResponse(take(items, by=request.user), as_attachment=True, filename="keying-items.xlsx")


class TakeOverOut(Schema):
    """A batch of households of an export that one person asks to enter and another confirms."""

    id: str
    export: str
    division: str
    numbers: list[str]
    document: str
    on: date
    asked_by: str
    confirmed_by: str
    confirmed_at: datetime | None
    refused_at: datetime | None
    counts: dict[str, Any]


class TakeOverList(Page[TakeOverOut]):
    """A page of take-overs, the newest first."""


def _batch(row: TakeOver) -> dict[str, Any]:
    own = ("numbers", "document", "on", "confirmed_at", "refused_at", "counts")
    return {name: getattr(row, name) for name in own} | {
        "id": str(row.pk), "export": str(row.export_id), "division": tree().by_id(row.division_id).code,
        "asked_by": str(row.asked_by), "confirmed_by": str(row.confirmed_by or ""),
    }  # fmt: skip


@router.get("/national/take-overs", response=TakeOverList, summary="List take-overs")
def list_batches(request: HttpRequest, asked: Query[Paging]) -> dict[str, Any]:
    """The batches of divisions in scope."""
    scopes.require(request.user, queries.PERMISSION)
    return page(queries.take_overs_for(request.user), order=("-id",), shape=_batch, asked=asked)


class TakeOverIn(Schema):
    """Households that are new in an export, by their national numbers, with the document and the day."""

    numbers: list[str] = Field(min_length=1, max_length=2000)
    document: str = Field(max_length=200)
    on: date | None = None


@router.post("/national/exports/{id}/take-overs", response={201: TakeOverOut}, summary="Ask for a take-over")
def ask_take_over(request: HttpRequest, id: int, data: TakeOverIn) -> Status[dict[str, Any]]:
    """Ask for households to be entered into the register; a second person confirms."""
    export = _found(request, id)
    batch = taking_over.ask(export=export, numbers=data.numbers, document=data.document,
                            on=data.on or clock.today(), by=request.user)  # fmt: skip
    return Status(201, _batch(batch))


def _taken(request: HttpRequest, id: int) -> TakeOver:
    scopes.require(request.user, queries.PERMISSION)
    row = queries.take_overs_for(request.user).filter(pk=id).first()
    if row is None:
        raise NotFound(_("没有这批接收"), "take_over")
    return row


@router.post("/national/take-overs/{id}/confirm", response=TakeOverOut, summary="Confirm a take-over")
def confirm_take_over(request: HttpRequest, id: int) -> dict[str, Any]:
    """Enter the households, as the second person."""
    taking_over.confirm(batch=_taken(request, id), by=request.user)
    return _batch(_taken(request, id))


@router.post("/national/take-overs/{id}/refuse", response=TakeOverOut, summary="Refuse a take-over")
def refuse_take_over(request: HttpRequest, id: int) -> dict[str, Any]:
    """Send the batch back."""
    taking_over.refuse(batch=_taken(request, id), by=request.user)
    return _batch(_taken(request, id))
