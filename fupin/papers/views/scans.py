"""Stacks of scans on screen: what became of each page, and the tray where a person files what the machine could not."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.refusals import NotFound, Refused
from fupin.core.shown_files import answer_with
from fupin.papers import jobs, queries
from fupin.papers.models import PaperPage, ScanPage, ScanStack
from fupin.papers.operations import filing
from fupin.papers.views.papers import label_of
from fupin.papers.words import FATES, Fate

TONES = {Fate.FILED: "good", Fate.TRAY: "warn", Fate.REFUSED: "wrong", Fate.AGAIN: "quiet", Fate.DROPPED: "quiet"}
PAGE = 60


def _context(request: HttpRequest, stack: ScanStack) -> dict[str, Any]:
    job = jobs.reading_of(stack)
    failed = job.message if job is not None and job.state in ("failed", "interrupted") else ""
    rows = list(stack.pages.select_related("page__paper").order_by("file", "number"))
    counts = [(label, TONES[fate], sum(row.fate == fate for row in rows)) for fate, label in FATES.items()]
    lines = [(row, TONES[Fate(row.fate)], label_of(row.page.paper.document) if row.page else "") for row in rows]
    return {"stack": stack, "job": job, "failed": failed, "at_work": stack.state == "reading" and not failed,
            "counts": [one for one in counts if one[2]], "lines": lines}  # fmt: skip


@login_required
@require_GET
def stack(request: HttpRequest, pk: int) -> HttpResponse:
    """One stack: what became of each of its pages."""
    return render(request, "papers/stack.html", _context(request, queries.stack_of(request.user, pk)))


@login_required
@require_GET
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """The moving part of the page while the stack is read."""
    context = _context(request, queries.stack_of(request.user, pk))
    response = render(request, "papers/parts/state.html", context)
    if not context["at_work"]:
        response["HX-Refresh"] = "true"
    return response


@login_required
@require_GET
def tray(request: HttpRequest) -> HttpResponse:
    """The pages that wait for a person."""
    scopes.require(request.user, queries.FILE)
    mark = request.GET.get("after", "")
    rows = queries.tray(request.user)
    found = list((rows.filter(pk__gt=int(mark)) if mark.isdecimal() and len(mark) < 19 else rows)[: PAGE + 1])
    context = {"rows": found[:PAGE], "next": found[PAGE - 1].pk if len(found) > PAGE else None}
    return render(request, "papers/tray.html", context)


@login_required
@require_GET
def picture(request: HttpRequest, pk: int) -> HttpResponse:
    """The picture of a page of the tray."""
    row = queries.waiting_page(request.user, pk)
    if row.picture is None:
        raise NotFound(_("没有这一页，或它已经处理"), "page")
    return answer_with(row.picture)


@login_required
@require_http_methods(["GET", "POST"])
def file_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The picture, and beside it where it may belong: by the code typed from it, or by the number of a household or the code of a case."""
    row = queries.waiting_page(request.user, pk)
    refused: tuple[str, ...] = ()
    if request.method == "POST":
        try:
            said = _act(request, row)
        except Refused as refusal:
            if isinstance(refusal, NotFound) and refusal.code not in ("paper", "page", "refused"):
                raise
            refused = refusal.reasons
        else:
            messages.success(request, said)
            following = queries.tray(request.user).first()
            address = reverse("papers:tray_page", args=[following.pk]) if following else reverse("papers:tray")
            return HttpResponseRedirect(address)
    context = {"row": row, "refused": refused, "found": _found(request, row), "number": request.GET.get("number", "")}
    return render(request, "papers/tray_page.html", context, status=422 if refused else 200)


def _act(request: HttpRequest, row: ScanPage) -> str:
    given, user, on = request.POST, request.user, clock.today()
    if given.get("act") == "discard":
        filing.discard(row=row, by=user, on=on, reason=given.get("reason", ""))
        return _("已丢弃。")
    if given.get("page", "").isdecimal() and len(given["page"]) < 20:
        page = queries.page_of(user, int(given["page"]), queries.FILE)
    else:
        page = queries.page_by_text(user, given.get("code", ""))
    filing.file_by_hand(row=row, page=page, by=user, on=on, replace=given.get("act") == "replace")
    return _("已归档。")


def _found(request: HttpRequest, row: ScanPage) -> list[tuple[PaperPage, str]]:
    """The pages that a scan may be: the one its code named, or those of the household or case that was asked for."""
    number = request.GET.get("number", "").strip()
    if number:
        papers = queries.papers_at(request.user, number)
        return [(page, label_of(paper.document)) for paper in papers for page in paper.pages.all()]
    return [(row.page, label_of(row.page.paper.document))] if row.page is not None else []
