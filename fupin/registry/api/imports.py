"""Staged imports over the API: give files, look at the preview, accept or cancel, take the rejects back."""

from __future__ import annotations

import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.imports import runs, work
from fupin.core.imports.declaration import intake, intakes
from fupin.core.imports.models import ImportRun
from fupin.core.imports.rejecting import rejects_file
from fupin.core.refusals import Refused
from fupin.core.rest.paging import Page, Paging, page
from fupin.divisions.queries import tree
from fupin.registry.intake import giving

router = Router(tags=["imports"])


class ImportOut(Schema):
    """An import: staging, ready (waits for acceptance), merging, done, refused or cancelled; its counts."""

    id: str
    ledger: str
    state: str
    is_interrupted: bool
    on: date
    files: list[str]
    read: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    reasons: dict[str, int]
    refusal: str
    phase: str
    done: int
    total: int
    job: str | None
    created_at: datetime
    finished_at: datetime | None


class ImportList(Page[ImportOut]):
    """A page of imports, the newest first."""


class ImportDetail(ImportOut):
    """An import with its preview: how the sheets were read, changed values, rejected rows, totals before and after."""

    findings: list[Any]
    preview: dict[str, Any]


def _line(run: ImportRun) -> dict[str, Any]:
    own = ("ledger", "state", "read", "created", "updated", "unchanged", "rejected", "reasons", "refusal", "phase",
           "done", "total", "created_at", "finished_at")  # fmt: skip
    return {name: getattr(run, name) for name in own} | {
        "id": str(run.pk), "on": run.holds_on, "files": [each["name"] for each in run.files],
        "is_interrupted": runs.is_interrupted(run), "job": str(run.job_id) if run.job_id else None,
    }  # fmt: skip


def _detail(run: ImportRun) -> dict[str, Any]:
    return _line(run) | {"findings": run.findings, "preview": run.preview}


@router.get("/imports", response=ImportList, summary="List imports")
def list_imports(request: HttpRequest, asked: Query[Paging]) -> dict[str, Any]:
    """One's own imports, the newest first."""
    scopes.require(request.user, "registry.import")
    return page(ImportRun.objects.filter(user_id=request.user.pk), order=("-id",), shape=_line, asked=asked)


class ImportIn(Schema):
    """What the files hold, from which day on it holds, and the limits."""

    ledger: str
    on: date | None = None
    division: str = Field("", description="rows outside are rejected")
    sheet: str = ""
    max_rejected: float | None = Field(None, ge=0, le=100, description="percent; above it nothing is imported")


@router.post("/imports", response={202: ImportOut}, summary="Give files to import")
def start_import(
    request: HttpRequest, response: HttpResponse, data: Form[ImportIn], files: File[list[UploadedFile]]
) -> Status[dict[str, Any]]:
    """Take files in and check them in the background; nothing changes before the import is accepted."""
    scopes.require(request.user, "registry.import")
    run = giving.take_in(
        ledger=data.ledger, uploads=files, by=request.user, on=data.on or clock.today(), sheet=data.sheet,
        max_rejected=data.max_rejected, division=tree().by_code(data.division).id if data.division else None,
    )  # fmt: skip
    response["Location"] = f"/api/v1/imports/{run.pk}"
    return Status(202, _line(run))


@router.get("/imports/{id}", response=ImportDetail, summary="Read an import")
def read_import(request: HttpRequest, id: int) -> dict[str, Any]:
    """How far one import is, and what it would change or has changed."""
    return _detail(giving.own_run(request.user, id))


@router.post("/imports/{id}/accept", response={202: ImportOut}, summary="Accept an import")
def accept_import(request: HttpRequest, id: int) -> Status[dict[str, Any]]:
    """Let a checked import be written, in the background."""
    run = giving.accept(run=giving.own_run(request.user, id), by=request.user)
    return Status(202, _line(run))


@router.post("/imports/{id}/resume", response={202: ImportOut}, summary="Resume an import")
def resume_import(request: HttpRequest, id: int) -> Status[dict[str, Any]]:
    """Let an import that lost its process go on after the last chunk that was written."""
    run = giving.own_run(request.user, id)
    if not runs.is_interrupted(run):
        raise Refused(_("这次导入没有中断，不必继续"), "state")
    work.ask_for(run, by=request.user)
    run.refresh_from_db()
    return Status(202, _line(run))


@router.post("/imports/{id}/cancel", response=ImportOut, summary="Cancel an import")
def cancel_import(request: HttpRequest, id: int) -> dict[str, Any]:
    """Throw an import away that has not been accepted."""
    return _line(runs.cancel(run=giving.own_run(request.user, id), by=request.user))


_FILE = {200: {"content": {giving.XLSX: {"schema": {"type": "string", "format": "binary"}}}, "description": "workbook"}}


@router.get("/imports/{id}/rejects", summary="Rejected rows", openapi_extra={"responses": _FILE})
def import_rejects(request: HttpRequest, id: int) -> Any:
    """The rejected rows as a workbook with the wrong cells marked; it can be imported once corrected."""
    run = giving.own_run(request.user, id)
    with tempfile.TemporaryDirectory(prefix="fupin-rejects-") as folder:
        path = Path(folder) / "rejects.xlsx"
        rejects_file(run, path)
        return FileResponse(
            path.open("rb"), as_attachment=True, filename=f"rejects-{run.pk}.xlsx", content_type=giving.XLSX
        )


class IntakeOut(Schema):
    """A record type that files are imported into."""

    ledger: str
    label: str


@router.get("/import-templates", response=list[IntakeOut], summary="List import templates")
def list_templates(request: HttpRequest) -> list[dict[str, str]]:
    """The record types that the user may import."""
    scopes.require(request.user, "registry.import")
    english = scopes.is_english()
    return [
        {"ledger": each.ledger, "label": each.label_en if english else each.label}
        for each in intakes().values()
        if scopes.may(request.user, each.permission)
    ]


@router.get("/import-templates/{ledger}", summary="Import template", openapi_extra={"responses": _FILE})
def import_template(request: HttpRequest, ledger: str) -> Any:
    """The import workbook of a record type: headers, drop-downs of codes, notes, an example row."""
    with giving.template_of(intake(ledger), request.user) as path:
        return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type=giving.XLSX)
