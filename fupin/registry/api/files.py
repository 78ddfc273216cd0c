"""Files of the register over the API: photos and documents of households, the list of households as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from ninja import Field, File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile

from fupin.accounts import scopes
from fupin.core import attachments, clock
from fupin.core.cells import harmless
from fupin.core.models import Attachment
from fupin.core.refusals import Refused
from fupin.core.rest.files import FILE
from fupin.core.workbooks.lists import as_csv
from fupin.registry import exports, operations, queries, words
from fupin.registry.api import households, shapes
from fupin.registry.models import Household
from fupin.registry.queries import lists

router = Router(tags=["files"])
CHUNK = 1_000


class AttachmentOut(Schema):
    """A photo or document: what it is by its content, not by its name."""

    id: str
    kind: str
    name: str
    media_type: str
    size: int
    sha256: str
    width: int | None
    height: int | None
    taken_on: date | None
    created_at: datetime


class CitedByOut(Schema):
    """An item of an income account."""

    year: int
    item: str


class AttachmentLine(AttachmentOut):
    """A photo or document with the income items that rest on it."""

    cited_by: list[CitedByOut]


def _shape(row: Attachment) -> dict[str, Any]:
    return {name: getattr(row, name) for name in AttachmentOut.model_fields} | {"id": str(row.pk)}


def _subject(household: Household) -> str:
    return f"household:{household.pk}"


@router.get("/households/{number}/attachments", response=list[AttachmentLine], summary="List photos and documents")
def list_attachments(request: HttpRequest, number: str) -> list[dict[str, Any]]:
    """The photos and documents of a household, oldest first."""
    rows = attachments.attachments_of(_subject(households.in_sight(request, number)))
    cited = queries.cited_by(rows)
    return [
        _shape(row) | {"cited_by": [{"year": year, "item": item} for year, item in cited.get(row.pk, [])]}
        for row in rows
    ]


class AttachIn(Schema):
    """What the file shows: family, house, water, income, signature, authorisation, other."""

    kind: str


@router.post("/households/{number}/attachments", response={201: AttachmentOut}, summary="Add a photo or document")
def attach(
    request: HttpRequest, response: HttpResponse, number: str, data: Form[AttachIn], file: File[UploadedFile]
) -> Status[dict[str, Any]]:
    """A JPEG, PNG, WebP, PDF, Word or Excel file, told by its content; where a photo was taken is removed."""
    household, fact = households.writable_fact(request, number)
    if data.kind not in words.ATTACHMENTS:
        raise Refused(_("材料类别应为：%(kinds)s") % {"kinds": "、".join(words.ATTACHMENTS)}, "kind")
    row = attachments.store(file, subject=_subject(household), kind=data.kind, by=request.user, on=clock.today(),
                            division=fact.village_id)  # fmt: skip
    response["Location"] = f"/api/v1/households/{number}/attachments/{row.pk}"
    return Status(201, _shape(row))


@router.get("/households/{number}/attachments/{id}", summary="Download a photo or document",
            openapi_extra={"responses": FILE})  # fmt: skip
def download(request: HttpRequest, number: str, id: int) -> HttpResponse:
    """The bytes of a photo or document."""
    row = attachments.one_of(_subject(households.in_sight(request, number)), id)
    answer = HttpResponse(attachments.read(row), content_type=row.media_type)
    answer["Content-Disposition"] = content_disposition_header(True, row.name) or ""
    answer["ETag"] = f'"{row.sha256[:40]}"'
    return answer


class DetachIn(Schema):
    """Why a file is taken away, and that it is known that income items rest on it."""

    reason: str = Field(max_length=200)
    although_cited: bool = False


@router.post("/households/{number}/attachments/{id}/remove", response={204: None}, summary="Remove a photo or document")
def detach(request: HttpRequest, number: str, id: int, data: DetachIn) -> Status[None]:
    """Take away a file that does not belong here, for good; the trail keeps its digest and the reason.

    One that income items rest on is refused without `although_cited`; the accounts then show it as withdrawn.
    """
    household = households.writable(request, number)
    operations.withdraw_file(household=household.pk, file=id, by=request.user, reason=data.reason, on=clock.today(),
                             although_cited=data.although_cited)  # fmt: skip
    return Status(204, None)


@router.get("/households/export", summary="Export households", openapi_extra={"responses": FILE})
def export_households(request: HttpRequest, asked: Query[households.HouseholdFilter]) -> StreamingHttpResponse:
    """Every household that a list with these filters has, as CSV: codes, yuan, masked numbers; stands in the trail.

    A long list is refused here: POST /households/exports makes it in the background.
    """
    scopes.require(request.user, exports.PERMISSION)
    wanted = _wanted(request, asked, "csv")
    if exports.is_long(request.user, wanted.filters, wanted.on):
        sentence = _("名单超过 %(most)d 户，请用 POST /households/exports 在后台导出")
        raise Refused(sentence % {"most": exports.AT_ONCE}, "too_long")
    exports.note(request.user, wanted, _narrowed_to(asked))
    answer = StreamingHttpResponse(
        as_csv(lines(request.user, wanted.filters, (), wanted.on)), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{wanted.name}"'
    return answer


class ExportIn(households.HouseholdFilter):
    """Which households, and the form of the file."""

    format: str = Field("csv", pattern="^(xlsx|csv)$")


class ExportOut(Schema):
    """The job that makes the file: `/jobs/{id}` says how far it is, `/jobs/{id}/result` gives the file for 72 hours."""

    job: str


@router.post("/households/exports", response={202: ExportOut}, summary="Export households in the background")
def ask_for_export(request: HttpRequest, response: HttpResponse, data: ExportIn) -> Status[dict[str, str]]:
    """The same file however long the list is, made by a worker and kept sealed for who asked for it."""
    scopes.require(request.user, exports.PERMISSION)
    job = exports.ask_for(request.user, _wanted(request, data, data.format), _narrowed_to(data))
    response["Location"] = f"/api/v1/jobs/{job.pk}"
    return Status(202, {"job": str(job.pk)})


def _wanted(request: HttpRequest, asked: households.HouseholdFilter, form: str) -> exports.Wanted:
    return exports.Wanted("program", households.filters_of(request, asked), (), shapes.day(asked.on), form)


def _narrowed_to(asked: households.HouseholdFilter) -> str:
    """The filters as the trail keeps them: what was searched for may be a person's number."""
    return str({name: value for name, value in asked.dict(exclude={"q", "format"}).items() if value})


def lines(user: Any, filters: lists.Filters, chosen: Sequence[str], on: date) -> Iterator[list[str]]:
    """The header and every row in codes, a chunk of the list at a time; always with all columns."""
    own = list(shapes.HouseholdLine.model_fields)
    more = [column for column in shapes.HOUSEHOLD if column.name not in own]
    names = (*own, *(column.name for column in more))
    yield list(names)
    after = ""
    while True:
        page = lists.list_page(user, filters, on=on, today=clock.today(), after=after, size=CHUNK, with_facts=True,
                               permission=exports.PERMISSION)  # fmt: skip
        for row in page.rows:
            said = shapes.line(row) | (shapes.facts(tuple(more), row.fact) if row.fact else {})
            yield [_text(said.get(name)) for name in names]
        after = page.after
        if not after:
            return


def _text(value: Any) -> str:
    """A value as a cell of the file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return harmless(",".join(value) if isinstance(value, list) else str(value))
