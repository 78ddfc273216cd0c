"""Every declared record type over the API: the same lists, rights, versions and acts as on the screens."""

from __future__ import annotations

import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status

from fupin.core import audit
from fupin.core.cells import label_of
from fupin.core.ledgers import acts, files, history, listing, records, register
from fupin.core.ledgers.declaration import Ledger, Revision
from fupin.core.ledgers.hidden import is_sealed
from fupin.core.refusals import Refused
from fupin.core.rest import values, versions
from fupin.core.rest.files import FILE
from fupin.core.rest.paging import Paging, page_size

router = Router(tags=["ledgers"])


class ColumnOut(Schema):
    """One column of a record type."""

    name: str
    label: str
    type: str
    unit: str
    codes: str
    required: bool
    key: bool
    writable: bool
    sealed: bool
    """masked when read; a change names the whole number"""


class LedgerOut(Schema):
    """A record type: what it is for, its columns, which acts it offers."""

    name: str
    label: str
    note: str
    acts: list[str]
    columns: list[ColumnOut]


def _ledger(ledger: Ledger) -> dict[str, Any]:
    columns = [
        {"name": one.name, "label": label_of(one), "type": one.kind.value, "unit": one.unit, "codes": one.codes,
         "required": one.required, "key": one.key, "writable": one in ledger.writable, "sealed": is_sealed(one)}
        for one in ledger.columns
    ]  # fmt: skip
    offered = [act for act in ("create", "update", "remove") if ledger.offers(act)]
    return {"name": ledger.name, "label": ledger.title(), "note": ledger.explanation(), "acts": offered,
            "columns": columns}  # fmt: skip


def _seen(request: HttpRequest, name: str) -> Ledger:
    """The record type, where the user may see any of it. Raises NotFound."""
    ledger = register.find(name)
    register.require_sight(request.user, ledger)
    return ledger


@router.get("/ledgers", response=list[LedgerOut], summary="List record types")
def list_ledgers(request: HttpRequest) -> list[dict[str, Any]]:
    """The record types that the user may see, with their columns."""
    return [_ledger(each) for each in register.all_ledgers() if register.may_see(request.user, each)]


@router.get("/ledgers/{name}", response=LedgerOut, summary="Read a record type")
def read_ledger(request: HttpRequest, name: str) -> dict[str, Any]:
    """One record type with its columns."""
    return _ledger(_seen(request, name))


class Rows(Schema):
    """A page of rows: `id`, `version` and a property for each column."""

    items: list[dict[str, Any]]
    next: str | None


class RowsFilter(Paging):
    """A page of rows; further parameters are columns (`kind=a,b`, `year_from=`, `year_to=`) and `q` for a search."""

    q: str = ""


def _asked(request: HttpRequest, ledger: Ledger, cursor: str) -> listing.Asked:
    query = request.GET.copy()
    query.pop("before", None)
    query["after"] = cursor
    columns = {each.name for each in listing.filter_columns(ledger)}
    own = {"limit", "cursor", "q", "after", "format"}
    known = own | columns | {f"{each}_{end}" for each in columns for end in ("from", "to")}
    if unknown := sorted(set(query) - known):
        raise Refused(_("不能按这些字段筛选：%(names)s") % {"names": "、".join(unknown)}, "filter")
    return listing.read(ledger, query)


@router.get("/ledgers/{name}/rows", response=Rows, summary="List rows")
def list_rows(request: HttpRequest, name: str, asked: Query[RowsFilter]) -> dict[str, Any]:
    """The rows in scope in the order of the record type; columns in the query narrow them."""
    ledger = _seen(request, name)
    found = listing.page(ledger, _asked(request, ledger, asked.cursor), user=request.user, size=page_size(asked.limit))
    return {"items": [records.record(ledger, row) for row in found.rows], "next": found.next or None}


class RowCount(Schema):
    """How many rows."""

    count: int


@router.get("/ledgers/{name}/count", response=RowCount, summary="Count rows")
def count_rows(request: HttpRequest, name: str) -> dict[str, int]:
    """The exact number of rows that a list with these filters has."""
    ledger = _seen(request, name)
    return {"count": listing.total(ledger, _asked(request, ledger, ""), user=request.user)}


class ExportFilter(Schema):
    """The form of the file; further parameters are columns, as for the list."""

    format: str = Field("xlsx", pattern="^(xlsx|csv)$")
    q: str = ""


@router.get("/ledgers/{name}/export", summary="Export rows", openapi_extra={"responses": FILE})
def export_rows(request: HttpRequest, name: str, asked: Query[ExportFilter]) -> FileResponse:
    """Every row that a list with these filters has, in the form that the import reads back; stands in the trail."""
    ledger = _seen(request, name)
    with tempfile.TemporaryDirectory(prefix="fupin-ledger-") as folder:
        path = Path(folder) / f"{ledger.name}.{asked.format}"
        count = files.export(ledger, _asked(request, ledger, ""), path, user=request.user)
        audit.record(by=request.user, act=f"{ledger.name}.export", subject=f"ledger:{ledger.name}",
                     detail={"rows": count})  # fmt: skip
        return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)


@router.get("/ledgers/{name}/rows/{key}", response=dict[str, Any], summary="Read a row")
def read_row(request: HttpRequest, response: HttpResponse, name: str, key: str) -> dict[str, Any]:
    """One row. The ETag names its version."""
    ledger = _seen(request, name)
    return _row(ledger, acts.get(ledger, key, user=request.user), response)


def _row(ledger: Ledger, row: Any, response: HttpResponse) -> dict[str, Any]:
    found = records.record(ledger, row)
    versions.tag(response, found["version"])
    return found


class RowIn(Schema):
    """Values by column name, in force from a day (today)."""

    values: dict[str, Any]
    on: date | None = None


def _values(ledger: Ledger, data: RowIn) -> dict[str, Any]:
    known = {column.name for column in ledger.writable}
    if unknown := sorted(set(data.values) - known):
        raise Refused([_("没有名为“%(name)s”的可填字段") % {"name": each} for each in unknown], "invalid")
    return values.read(ledger.writable, data.values, context=listing.context(data.on))


@router.post("/ledgers/{name}/rows", response={201: dict[str, Any]}, summary="Enter a row")
def create_row(request: HttpRequest, response: HttpResponse, name: str, data: RowIn) -> Status[dict[str, Any]]:
    """A new row, which is answered."""
    ledger = _seen(request, name)
    (row,) = acts.create(ledger, [_values(ledger, data)], by=request.user, on=data.on)
    made = _row(ledger, row, response)
    response["Location"] = f"/api/v1/ledgers/{name}/rows/{made['id']}"
    return Status(201, made)


@router.patch("/ledgers/{name}/rows/{key}", response=dict[str, Any], summary="Change a row")
def change_row(request: HttpRequest, response: HttpResponse, name: str, key: str, data: RowIn) -> dict[str, Any]:
    """Change the values that are named; needs If-Match."""
    ledger = _seen(request, name)
    row = acts.get(ledger, key, user=request.user)
    register.require_change(request.user, ledger, ledger.division_of(row))
    revision = Revision(key, _values(ledger, data), versions.expected_text(request))
    acts.update(ledger, [revision], by=request.user, on=data.on)
    return _row(ledger, acts.get(ledger, key, user=request.user), response)


@router.delete("/ledgers/{name}/rows/{key}", response={204: None}, summary="Remove a row")
def remove_row(request: HttpRequest, name: str, key: str) -> Status[None]:
    """Take a row out that should not be there; needs If-Match. The trail keeps what it was."""
    ledger = _seen(request, name)
    row = acts.get(ledger, key, user=request.user)
    register.require_change(request.user, ledger, ledger.division_of(row))
    versions.require_text(request, records.version(ledger, row))
    acts.remove(ledger, [key], by=request.user)
    return Status(204, None)


class NumberIn(Schema):
    """Which sealed column, and what for: the purpose goes into the trail before the number is shown."""

    field: str
    purpose: str = Field(max_length=200)


class NumberOut(Schema):
    """The whole number."""

    value: str


@router.post("/ledgers/{name}/rows/{key}/reveal", response=NumberOut, summary="Reveal a number of a row")
def reveal_number(request: HttpRequest, name: str, key: str, data: NumberIn) -> dict[str, str]:
    """The whole number of a sealed column, for a purpose that is logged."""
    return {"value": acts.reveal(_seen(request, name), key, data.field, purpose=data.purpose, by=request.user)}


class HistoryLine(Schema):
    """One act on a row: label, old and new value of each column that it changed."""

    at: datetime
    happened_on: date
    actor: str
    posting: str
    act: str
    values: list[list[str]]


@router.get("/ledgers/{name}/rows/{key}/history", response=list[HistoryLine], summary="History of a row")
def row_history(request: HttpRequest, name: str, key: str) -> list[dict[str, Any]]:
    """The acts on one row, the latest first."""
    ledger = _seen(request, name)
    row = acts.get(ledger, key, user=request.user)
    return [
        {"at": one.at, "happened_on": one.happened_on, "actor": one.actor, "posting": one.posting, "act": one.act,
         "values": [list(each) for each in one.values]}
        for one in history.history(ledger, row)
    ]  # fmt: skip
