"""Papers at a glance: scans handed in, what is lacking village by village, printing for a whole village, the Excel list."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fupin.accounts import scopes
from fupin.accounts.queries import division_of_code
from fupin.core import clock
from fupin.core.documents import declared, pdf
from fupin.core.refusals import Refused
from fupin.divisions.queries import tree
from fupin.papers import jobs, queries, subjects, workbook
from fupin.papers.forms import StackForm
from fupin.papers.operations import scanning

PAGE = 50


@login_required
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Hand scans in; below, what waits, what lacks, what came so far."""
    scopes.require(request.user, queries.FILE if request.method == "POST" else queries.SEE)
    may_file = scopes.may(request.user, queries.FILE)
    form = StackForm(request.POST or None, request.FILES or None) if may_file else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            return _take_in(request, form.cleaned_data["files"])
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
    if code := request.GET.get("code", "").strip():
        return HttpResponseRedirect(reverse("papers:paper", args=[queries.paper_of(request.user, code).code]))
    now = tree()
    context = {
        "form": form, "waiting": queries.tray(request.user).count() if may_file else 0, "why_not": pdf.why_not(),
        "stacks": queries.stacks_for(request.user).order_by("-id")[:10] if may_file else [],
        "lacking": [(now.full_name(village), now.by_id(village).short_code, count) for village, count in queries.counts(request.user)[:200]],
        "documents": [(one.name, _label(one.name)) for one in declared.documents("household", clock.today())] if scopes.may(request.user, queries.PRINT) else [],
        "villages": _villages(request.user),
        "may_change": scopes.may(request.user, "rulebook.change"),
    }  # fmt: skip
    return render(request, "papers/home.html", context, status=400 if form is not None and form.errors else 200)


def _take_in(request: HttpRequest, files: list[Any]) -> HttpResponse:
    stack, is_new = scanning.take_in(files=files, by=request.user, on=clock.today())
    if is_new:
        jobs.ask_to_read(stack, by=request.user)
    else:
        messages.info(request, _("这些扫描件已经上传过，没有重复归档，这就是那一批。"))
    return HttpResponseRedirect(reverse("papers:stack", args=[stack.pk]))


def _villages(user: Any) -> list[tuple[str, str]]:
    """The villages of a township or village post, where papers are printed for all households at once."""
    now, roots = tree(), scopes.divisions(user, queries.PRINT)
    found = []
    for root in roots or []:
        node = now.by_id(root)
        if node.level in ("township", "village"):
            found += [node] if node.level == "village" else list(now.below(root, "village"))
    return [(one.short_code, one.name) for one in found]


@login_required
@require_POST
def print_many(request: HttpRequest) -> HttpResponse:
    """Have a document of every household of a village printed; the file waits among the jobs."""
    given = request.POST
    scopes.require(request.user, queries.PRINT)
    if declared.document(given.get("document", "")) is None or not given.get("division"):
        raise Refused(_("请选择文书和有农牧户的嘎查村"), "document")
    division = division_of_code(given.get("division", ""))
    scopes.require(request.user, queries.PRINT, division)
    ids = subjects.kind("household").within(request.user, division.pk, queries.PRINT)
    if not ids:
        raise Refused(_("请选择文书和有农牧户的嘎查村"), "document")
    jobs.ask_to_print(document=given["document"], kind="household", ids=ids, form=given.get("form", "pdf"), by=request.user,
                      division=division.pk)  # fmt: skip
    messages.success(request, _("正在打印 %(count)d 户，做好后在“作业”中下载。") % {"count": len(ids)})
    return HttpResponseRedirect(reverse("desk:jobs"))


def _wanted(request: HttpRequest) -> dict[str, Any]:
    code, document = request.GET.get("division", ""), request.GET.get("document", "")
    return {"division": division_of_code(code).pk if code else None, "document": document}


@login_required
@require_GET
def lacking(request: HttpRequest) -> HttpResponse:
    """The papers that lack a page or a mark, village by village."""
    scopes.require(request.user, queries.SEE)
    wanted, mark = _wanted(request), request.GET.get("after", "")
    rows = queries.lacking(request.user, **wanted)
    village, _dash, pk = mark.partition("-")
    if village.isdecimal() and pk.isdecimal() and len(mark) < 40:
        rows = queries.after(rows, int(village), int(pk))
    found = list(rows[: PAGE + 1])
    now = tree()
    context = {
        "lines": [(row, now.full_name(row.village_id), _label(row.document), queries.lack_of(row).said) for row in found[:PAGE]],
        "next": f"{found[PAGE - 1].village_id}-{found[PAGE - 1].pk}" if len(found) > PAGE else None,
        "documents": [(one.name, _label(one.name)) for one in declared.documents()], "chosen": wanted["document"],
        "place": now.full_name(wanted["division"]) if wanted["division"] else "",
    }  # fmt: skip
    return render(request, "papers/lacking.html", context)


def _label(name: str) -> str:
    found = declared.document(name)
    return name if found is None else (found.label_en if scopes.is_english() else found.label)


@login_required
@require_GET
def lacking_file(request: HttpRequest) -> HttpResponse | FileResponse:
    """The same as a workbook, all of it."""
    scopes.require(request.user, queries.SEE)
    file = workbook.lacking(request.user, **_wanted(request))
    return FileResponse(file, as_attachment=True, filename=_("文书欠缺清单") + ".xlsx")
