"""The papers of a subject: printed, laid open page by page, marks ticked on the picture, taken out of use."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.documents import declared, page_codes, pdf, word
from fupin.core.refusals import NotFound, Refused
from fupin.core.sentences import together
from fupin.core.shown_files import answer_with
from fupin.papers import queries, subjects
from fupin.papers.models import Paper
from fupin.papers.operations import filing, printing

TYPES = {"pdf": "application/pdf", "docx": word.DOCX, "zip": "application/zip"}


def label_of(name: str) -> str:
    """What a document is called in the reader's language."""
    found = declared.document(name)
    return name if found is None else (found.label_en if scopes.is_english() else found.label)


def line_of(row: Paper) -> dict[str, Any]:
    """A printed paper as lists show it."""
    lacks = queries.lack_of(row).said if row.returns and row.standing == "open" else []
    tone = "quiet" if row.standing != "open" or not row.returns else ("warn" if lacks else "good")
    state = (
        row.get_standing_display()
        if row.standing != "open"
        else (_("留户") if not row.returns else _("欠缺") if lacks else _("齐全"))
    )
    return {"row": row, "label": label_of(row.document), "lacks": lacks, "tone": tone, "state": state,
            "code": f"{row.code[:5]}-{row.code[5:]}"}  # fmt: skip


@login_required
@require_GET
def of_subject(request: HttpRequest, kind: str, number: str) -> HttpResponse:
    """The card on the page of a household or a case: what can be printed, what was printed and lacks something."""
    subject, rows = queries.papers_of(request.user, kind, number)
    documents = (
        declared.documents(kind, clock.today()) if scopes.may(request.user, queries.PRINT, subject.village) else []
    )
    missing = pdf.missing([subject.title])
    context = {
        "subject": subject, "lines": [line_of(row) for row in rows], "why_not": pdf.why_not() if documents else "",
        "documents": [(one.name, label_of(one.name)) for one in documents], "missing": "、".join(missing),
    }  # fmt: skip
    return render(request, "papers/parts/of_subject.html", context)


@login_required
@require_POST
def print_one(request: HttpRequest, kind: str, number: str) -> HttpResponse:
    """Print a document of one subject: the file is the answer."""
    given = request.POST
    subject = subjects.kind(kind).find(request.user, number, queries.PRINT)
    try:
        if declared.document(given.get("document", "")) is None:
            raise Refused(_("请选择文书"), "document")
        made = printing.print_papers(document=given["document"], kind=kind, ids=[subject.pk], by=request.user,
                                     on=clock.today(), form=given.get("form", "pdf"))  # fmt: skip
    except Refused as refusal:
        if isinstance(refusal, NotFound):
            raise
        messages.error(request, together(refusal.reasons))
        return HttpResponseRedirect(subjects.kind(kind).address(number))
    return download(made.data, made.name)


def download(data: bytes, name: str) -> HttpResponse:
    """A file as the answer, under its name."""
    answer = HttpResponse(data, content_type=TYPES[name.rpartition(".")[2]])
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    return answer


@login_required
@require_GET
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """One paper, page by page, with what came back and what each page needs."""
    row = queries.paper_of(request.user, code)
    pages = [
        {"page": page, "code": page_codes.shown(page_codes.make(row.code, page.number, row.meaning)),
         "marks": [(mark, queries.mark_label(mark.mark)) for mark in page.marks.all()]}
        for page in row.pages.all()
    ]  # fmt: skip
    context = {**line_of(row), "pages": pages, "address": subjects.kind(row.subject_kind).address(row.number),
               "may_file": scopes.may(request.user, queries.FILE, row.village_id),
               "may_drop": row.standing != "dropped" and scopes.may(request.user, queries.PRINT, row.village_id)}  # fmt: skip
    return render(request, "papers/paper.html", context)


@login_required
@require_POST
def drop(request: HttpRequest, code: str) -> HttpResponse:
    """Take a paper out of use that was printed in vain."""
    row = queries.paper_of(request.user, code, queries.PRINT)
    try:
        printing.drop(papers=[row], by=request.user, on=clock.today(), reason=request.POST.get("reason", ""))
    except Refused as refusal:
        messages.error(request, together(refusal.reasons))
    else:
        messages.success(request, _("已作废。"))
    return HttpResponseRedirect(reverse("papers:paper", args=[row.code]))


@login_required
@require_GET
def scan(request: HttpRequest, pk: int) -> HttpResponse:
    """The picture of a page, for who may see its subject."""
    page = queries.page_of(request.user, pk)
    if page.scan is None:
        raise NotFound(_("这一页还没有扫描件"), "scan")
    return answer_with(page.scan)


@login_required
@require_http_methods(["GET", "POST"])
def tick(request: HttpRequest, pk: int) -> HttpResponse:
    """The picture of a page, and beside it how many of each mark a person sees on it."""
    page = queries.page_of(request.user, pk, queries.FILE)
    refused: tuple[str, ...] = ()
    if request.method == "POST":
        try:
            filing.tick(page=page, seen=_seen(request, page), by=request.user, on=clock.today())
        except Refused as refusal:
            refused = refusal.reasons
        else:
            messages.success(request, _("已记下核对结果。"))
            return HttpResponseRedirect(reverse("papers:paper", args=[page.paper.code]))
    marks = [(mark, queries.mark_label(mark.mark), range(mark.count + 1)) for mark in page.marks.order_by("pk")]
    context = {"page": page, "marks": marks, "label": label_of(page.paper.document), "refused": refused}
    return render(request, "papers/page.html", context, status=422 if refused else 200)


def _seen(request: HttpRequest, page: Any) -> dict[int, int]:
    """What was ticked; a mark that was left open stays as it was."""
    found = {}
    for mark in page.marks.all():
        text = request.POST.get(f"mark-{mark.pk}", "")
        if text.isdecimal() and len(text) < 4:
            found[mark.pk] = int(text)
    return found
