"""Long work over the API: how far it is, what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema, Status

from fupin.accounts.work import visible_jobs
from fupin.core import audit, jobs, results
from fupin.core.models import Job
from fupin.core.refusals import NotFound
from fupin.core.rest.files import FILE
from fupin.core.rest.paging import Page, Paging, page

router = Router(tags=["jobs"])


class JobOut(Schema):
    """A job: waiting, running, done, failed or interrupted; `done` of `total` in its phase."""

    id: str
    kind: str
    state: str
    phase: str
    done: int
    total: int
    attempts: int
    message: str
    result: dict[str, Any]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class JobList(Page[JobOut]):
    """A page of jobs, the newest first."""


class JobFilter(Paging):
    """Which jobs."""

    kind: str = ""
    state: str = ""


def _shape(row: Job) -> dict[str, Any]:
    return {name: getattr(row, name) for name in JobOut.model_fields} | {"id": str(row.pk)}


@router.get("/jobs", response=JobList, summary="List jobs")
def list_jobs(request: HttpRequest, asked: Query[JobFilter]) -> dict[str, Any]:
    """One's own jobs, and those of the divisions that one operates, the newest first."""
    rows = visible_jobs(request.user)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.state:
        rows = rows.filter(state=asked.state)
    return page(rows, order=("-id",), shape=_shape, asked=asked, filters=asked.dict(exclude={"limit", "cursor"}))


def _visible(request: HttpRequest, id: int) -> Job:
    row = visible_jobs(request.user).filter(pk=id).first()
    if row is None:
        raise NotFound(_("没有这项作业。"), "job")
    return row


@router.get("/jobs/{id}", response=JobOut, summary="Read a job")
def read_job(request: HttpRequest, id: int) -> dict[str, Any]:
    """How far one job is, and its result: one's own, or of a division that one operates."""
    return _shape(_visible(request, id))


@router.post("/jobs/{id}/resume", response={202: JobOut}, summary="Resume a job")
def resume_job(request: HttpRequest, id: int) -> Status[dict[str, Any]]:
    """Let an interrupted or failed job go on from where it was: one's own, or of a division that one operates."""
    row = jobs.resume(row=_visible(request, id))
    audit.record(by=request.user, act="core.resume_job", subject=f"job:{row.pk}", division=row.division_id)
    return Status(202, _shape(row))


@router.get("/jobs/{id}/result", summary="Result file of a job", openapi_extra={"responses": FILE})
def job_result(request: HttpRequest, id: int) -> StreamingHttpResponse:
    """The file that one's own job has made, for 72 hours after its end; stands in the trail."""
    found = results.take(_visible(request, id), by=request.user)
    shown = content_disposition_header(True, found.name) or ""
    headers = {"Content-Disposition": shown, "Content-Length": str(found.size)}
    return StreamingHttpResponse(found.pieces, content_type="application/octet-stream", headers=headers)
