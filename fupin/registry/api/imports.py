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
from fupin.core import clock, codes
from fupin.core.imports import runs, work
from fupin.core.imports.declaration import intake, intakes
from fupin.core.imports.models import ImportRun
from fupin.core.imports.rejecting import rejects_file
from fupin.core.refusals import NotFound, Refused
from fupin.core.rest.paging import Page, Paging, page
from fupin.core.workbooks.stamps import Stamp, version_of
from fupin.core.workbooks.writing import write_template
from fupin.divisions.queries import tree

router = Router(tags=["imports"])

MOST_FILES = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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


def _own(request: HttpRequest, id: int) -> ImportRun:
    """An import of one's own. Raises NotFound."""
    scopes.require(request.user, "registry.import")
    run = ImportRun.objects.filter(pk=id, user_id=request.user.pk).first()
    if run is None:
        raise NotFound(_("没有这次导入"))
    return run


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
    record = intake(data.ledger)
    scopes.require(request.user, record.permission)
    if len(files) > MOST_FILES:
        raise Refused(_("一次最多 %(most)d 个文件") % {"most": MOST_FILES}, "files")
    with tempfile.TemporaryDirectory(prefix="fupin-upload-") as folder:
        run = runs.open_run(
            ledger=record.ledger, files=[_given(Path(folder), at, each) for at, each in enumerate(files)],
            by=request.user, on=data.on or clock.today(), sheet=data.sheet, max_rejected=data.max_rejected,
            division=tree().by_code(data.division).id if data.division else None,
            divisions=scopes.divisions(request.user, record.permission),
        )  # fmt: skip
    work.ask_for(run, by=request.user)
    run.refresh_from_db()
    response["Location"] = f"/api/v1/imports/{run.pk}"
    return Status(202, _line(run))


def _given(folder: Path, at: int, upload: UploadedFile) -> runs.Given:
    path = folder / str(at)
    with path.open("wb") as file:
        for block in upload.chunks():
            file.write(block)
    return runs.Given(path, Path(upload.name or "").name[:120])


@router.get("/imports/{id}", response=ImportDetail, summary="Read an import")
def read_import(request: HttpRequest, id: int) -> dict[str, Any]:
    """How far one import is, and what it would change or has changed."""
    return _detail(_own(request, id))


@router.post("/imports/{id}/accept", response={202: ImportOut}, summary="Accept an import")
def accept_import(request: HttpRequest, id: int) -> Status[dict[str, Any]]:
    """Let a checked import be written, in the background."""
    run = runs.accept(run=_own(request, id), by=request.user)
    work.ask_for(run, by=request.user)
    run.refresh_from_db()
    return Status(202, _line(run))


@router.post("/imports/{id}/resume", response={202: ImportOut}, summary="Resume an import")
def resume_import(request: HttpRequest, id: int) -> Status[dict[str, Any]]:
    """Let an import that lost its process go on after the last chunk that was written."""
    run = _own(request, id)
    if not runs.is_interrupted(run):
        raise Refused(_("这次导入没有中断，不必继续"), "state")
    work.ask_for(run, by=request.user)
    run.refresh_from_db()
    return Status(202, _line(run))


@router.post("/imports/{id}/cancel", response=ImportOut, summary="Cancel an import")
def cancel_import(request: HttpRequest, id: int) -> dict[str, Any]:
    """Throw an import away that has not been accepted."""
    return _line(runs.cancel(run=_own(request, id), by=request.user))


_FILE = {200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}, "description": "workbook"}}


@router.get("/imports/{id}/rejects", summary="Rejected rows", openapi_extra={"responses": _FILE})
def import_rejects(request: HttpRequest, id: int) -> Any:
    """The rejected rows as a workbook with the wrong cells marked; it can be imported once corrected."""
    run = _own(request, id)
    with tempfile.TemporaryDirectory(prefix="fupin-rejects-") as folder:
        path = Path(folder) / "rejects.xlsx"
        rejects_file(run, path)
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"rejects-{run.pk}.xlsx", content_type=XLSX)


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
    record = intake(ledger)
    scopes.require(request.user, record.permission)
    with tempfile.TemporaryDirectory(prefix="fupin-template-") as folder:
        path = Path(folder) / "template.xlsx"
        stamp = Stamp(ledger, version_of(record.columns))
        place = codes.within(scopes.divisions(request.user, record.permission))
        write_template(path, label=record.label, columns=record.columns, stamp=stamp, place=place)
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"{ledger}.xlsx", content_type=XLSX)
