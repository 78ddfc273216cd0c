"""The trail over the API: read page by page, and taken along whole."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Query, Router, Schema

from fupin.accounts import queries, scopes, trail, trail_file
from fupin.core.rest.paging import Page, Paging, page

router = Router(tags=["accounts"])


class EntryOut(Schema):
    """One act of the trail; `detail` is null where the reader may not see the household."""

    id: str
    at: datetime
    happened_on: date
    actor: str
    posting: str
    channel: str
    act: str
    subject: str
    place: str
    detail: dict[str, str] | None


class EntryList(Page[EntryOut]):
    """A page of the trail, the newest first."""


class EntryFilter(Paging):
    """What of the trail; `since` and `until` are days, both included."""

    subject: str = ""
    person: str = ""
    act: str = ""
    division: str = ""
    since: date | None = None
    until: date | None = None


def _wanted(request: HttpRequest, asked: EntryFilter) -> trail.Wanted:
    place = queries.division_in_reach(request.user, asked.division, "audit.view").pk if asked.division else None
    subject = trail.subject_of(asked.subject)
    return trail.Wanted(subject, asked.person, asked.act, place, asked.since, asked.until)


@router.get("/audit-entries", response=EntryList, summary="Read the trail")
def list_entries(request: HttpRequest, asked: Query[EntryFilter]) -> dict[str, Any]:
    """Who did what to whom in the reader's divisions, the newest first."""
    scopes.require(request.user, "audit.view")
    filters = asked.dict(exclude={"limit", "cursor"})
    found = page(
        trail.entries(request.user, _wanted(request, asked)),
        order=("-id",),
        shape=lambda row: row,
        asked=asked,
        filters=filters,
    )
    lines = trail.lines(request.user, found["items"])
    found["items"] = [
        {"id": str(line.pk), "at": line.at, "happened_on": line.happened_on, "actor": line.actor,
         "posting": line.posting, "channel": line.channel, "act": line.act, "subject": line.subject,
         "place": line.place, "detail": None if line.detail is None else dict(line.detail)}
        for line in lines
    ]  # fmt: skip
    return found


_FILE = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "CSV"}}


@router.get("/audit-entries/export", summary="Take the trail along", openapi_extra={"responses": _FILE})
def export_entries(request: HttpRequest, asked: Query[EntryFilter]) -> StreamingHttpResponse:
    """Everything that was asked for as CSV, never cut; taking it along stands in the trail itself."""
    scopes.require(request.user, "audit.view")
    return trail_file.take(request.user, _wanted(request, asked))
