"""Papers over the API: printed, handed back as scans, what lacks, marks that a person saw."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from ninja import Field, File, Query, Router, Schema, Status
from ninja.files import UploadedFile

from fupin.accounts import scopes
from fupin.accounts.queries import division_of_code
from fupin.core import attachments
from fupin.core.clock import today
from fupin.core.documents import declared, word
from fupin.core.refusals import NotFound
from fupin.core.rest.files import FILE
from fupin.core.rest.paging import Page, Paging, page
from fupin.papers import jobs, queries, subjects
from fupin.papers.models import Paper, ScanPage
from fupin.papers.operations import filing, printing, scanning

router = Router(tags=["papers"])
TYPES = {"pdf": "application/pdf", "docx": word.DOCX, "zip": "application/zip"}


class MarkOut(Schema):
    """A mark that a page must bear; `seen` is null before a person looked."""

    id: str
    mark: str
    who: str
    needed: int
    seen: int | None


class PaperPageOut(Schema):
    """A page of a paper; `is_filed` once its scan came back."""

    id: str
    number: int
    label: str
    is_filed: bool
    filed_on: date | None
    marks: list[MarkOut]


class PaperOut(Schema):
    """A printed paper with what it lacks, in sentences."""

    code: str
    document: str
    edition: str
    subject: str
    number: str
    title: str
    step: str
    standing: str
    printed_on: date
    lacks: list[str]
    pages: list[PaperPageOut]


class PaperList(Page[PaperOut]):
    """A page of papers."""


def _shape(row: Paper) -> dict[str, Any]:
    pages = [
        {"id": str(one.pk), "number": one.number, "label": one.label, "is_filed": one.scan_id is not None, "filed_on": one.filed_on,
         "marks": [{"id": str(mark.pk), "mark": mark.mark, "who": mark.who, "needed": mark.count, "seen": mark.seen}
                   for mark in one.marks.all()]}
        for one in row.pages.all()
    ]  # fmt: skip
    names = ("code", "document", "edition", "number", "title", "step", "standing", "printed_on")
    lacks = queries.lack_of(row).said if row.returns and row.standing == "open" else []
    return {name: getattr(row, name) for name in names} | {
        "subject": f"{row.subject_kind}:{row.number}", "lacks": lacks, "pages": pages,
    }  # fmt: skip


class LackingFilter(Paging):
    """Which papers that lack something: below a division, of a document."""

    division: str = ""
    document: str = ""


@router.get("/papers-lacking", response=PaperList, summary="Papers that lack a page or a mark")
def list_lacking(request: HttpRequest, asked: Query[LackingFilter]) -> dict[str, Any]:
    """The open papers of the own area that lack a page, or a mark that a person has not seen."""
    scopes.require(request.user, queries.SEE)
    division = division_of_code(asked.division).pk if asked.division else None
    rows = queries.lacking(request.user, division=division, document=asked.document)
    filters = {"division": asked.division, "document": asked.document}
    return page(rows, order=("village", "id"), shape=_shape, asked=asked, filters=filters)


@router.get("/papers/{code}", response=PaperOut, summary="One paper")
def read_paper(request: HttpRequest, code: str) -> dict[str, Any]:
    """A paper by the code on any of its pages, or by its first ten characters."""
    return _shape(queries.paper_of(request.user, code))


class PrintIn(Schema):
    """What is printed: a document, the kind of subjects, their numbers, `pdf` or `docx`."""

    document: str
    kind: str = "household"
    numbers: list[str] = Field(min_length=1, max_length=50)
    format: str = "pdf"


@router.post("/papers", summary="Print papers", openapi_extra={"responses": FILE})
def print_papers(request: HttpRequest, data: PrintIn) -> HttpResponse:
    """The papers in one file. The same words again keep their codes."""
    scopes.require(request.user, queries.PRINT)
    kind = subjects.kind(data.kind)
    ids = [kind.find(request.user, number, queries.PRINT).pk for number in dict.fromkeys(data.numbers)]
    made = printing.print_papers(
        document=data.document, kind=data.kind, ids=ids, by=request.user, on=today(), form=data.format
    )
    answer = HttpResponse(made.data, content_type=TYPES[made.name.rpartition(".")[2]])
    answer["Content-Disposition"] = content_disposition_header(True, made.name) or ""
    return answer


class DropIn(Schema):
    """Why a paper is taken out of use."""

    reason: str


@router.post("/papers/{code}/drop", response={204: None}, summary="Drop a paper")
def drop_paper(request: HttpRequest, code: str, data: DropIn) -> Status[None]:
    """A paper that was printed in vain is listed as lacking no more."""
    row = queries.paper_of(request.user, code, queries.PRINT)
    printing.drop(papers=[row], by=request.user, on=today(), reason=data.reason)
    return Status(204, None)


class MarksIn(Schema):
    """How many of each mark a person sees on the page: mark id → number."""

    seen: dict[str, int]


@router.post("/paper-pages/{id}/marks", response={204: None}, summary="Tick marks")
def tick_marks(request: HttpRequest, id: int, data: MarksIn) -> Status[None]:
    """What a person saw on the scan of a page; nothing is guessed."""
    one = queries.page_of(request.user, id, queries.FILE)
    seen = {int(key): value for key, value in data.seen.items() if key.isdecimal() and len(key) < 20}
    filing.tick(page=one, seen=seen, by=request.user, on=today())
    return Status(204, None)


class StackOut(Schema):
    """A stack of scans: `reading` or `done`, and what became of its pages by fate."""

    id: str
    name: str
    state: str
    pages: int


@router.post("/scan-stacks", response={201: StackOut, 200: StackOut}, summary="Hand in scans")
def hand_in(request: HttpRequest, files: File[list[UploadedFile]]) -> Status[dict[str, Any]]:
    """PDF of many pages, or pictures; each page files itself by its code. The same files again are the same stack (200)."""
    stack, is_new = scanning.take_in(files=files, by=request.user, on=today())
    if is_new:
        jobs.ask_to_read(stack, by=request.user)
    return Status(201 if is_new else 200, _stack(stack))


def _stack(stack: Any) -> dict[str, Any]:
    return {"id": str(stack.pk), "name": stack.name, "state": stack.state, "pages": stack.count}


@router.get("/scan-stacks/{id}", response=StackOut, summary="One stack")
def read_stack(request: HttpRequest, id: int) -> dict[str, Any]:
    """How far the reading of a stack is."""
    return _stack(queries.stack_of(request.user, id))


class ScanPageOut(Schema):
    """A page of a stack: `filed`, `again`, `tray`, `refused` or `dropped`, with the reason."""

    id: str
    file: str
    page: int
    fate: str
    reason: str
    paper: str | None


class ScanPageList(Page[ScanPageOut]):
    """A page of scanned pages."""


@router.get("/scan-stacks/{id}/pages", response=ScanPageList, summary="Pages of a stack")
def list_pages(request: HttpRequest, id: int, asked: Query[Paging]) -> dict[str, Any]:
    """What became of each page, in the order in which it lay."""
    stack = queries.stack_of(request.user, id)
    rows = stack.pages.select_related("page__paper")
    return page(rows, order=("file", "number", "id"), shape=_scan, asked=asked, filters={"stack": id})


def _scan(row: ScanPage) -> dict[str, Any]:
    paper = row.page.paper.code if row.page is not None else None
    return {
        "id": str(row.pk),
        "file": row.file_name,
        "page": row.number,
        "fate": row.fate,
        "reason": row.reason,
        "paper": paper,
    }


class FileIn(Schema):
    """Where a page of the tray belongs: the code on it as a person reads it; `replace` puts it in the filed scan's place."""

    code: str
    replace: bool = False


@router.post("/scan-pages/{id}/file", response={204: None}, summary="File a page by hand")
def file_page(request: HttpRequest, id: int, data: FileIn) -> Status[None]:
    """A page of the tray is filed where a person says it belongs."""
    row = queries.waiting_page(request.user, id)
    filing.file_by_hand(
        row=row, page=queries.page_by_text(request.user, data.code), by=request.user, on=today(), replace=data.replace
    )
    return Status(204, None)


@router.get("/paper-pages/{id}/scan", summary="The picture of a page", openapi_extra={"responses": FILE})
def read_scan(request: HttpRequest, id: int) -> HttpResponse:
    """The scan of a page as it was filed, for who may see its subject."""
    one = queries.page_of(request.user, id)
    if one.scan is None:
        raise NotFound(_("这一页还没有扫描件"), "scan")
    return HttpResponse(attachments.read(one.scan), content_type=one.scan.media_type)


class DocumentOut(Schema):
    """A document that can be printed today, of which kinds of subjects."""

    name: str
    label: str
    label_en: str
    subjects: list[str]
    pages: int


@router.get("/paper-documents", response=list[DocumentOut], summary="Documents")
def list_documents(request: HttpRequest) -> list[dict[str, Any]]:
    """The documents that are used today."""
    scopes.require(request.user, queries.SEE)
    day = today()
    return [
        {"name": one.name, "label": one.label, "label_en": one.label_en, "subjects": list(one.subjects),
         "pages": len(edition.pages)}
        for one in declared.documents(on=day) if (edition := one.edition(day)) is not None
    ]  # fmt: skip
