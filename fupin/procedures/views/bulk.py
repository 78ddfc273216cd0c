"""One act for many cases: those that were ticked, or all of a list across its pages; what was refused as a workbook."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fupin.accounts import scopes
from fupin.core import audit, clock
from fupin.core.cells import harmless
from fupin.core.refusals import NotFound, Refused
from fupin.core.sentences import together
from fupin.core.workbooks.lists import write_workbook
from fupin.procedures import operations, queries
from fupin.procedures.forms import StepForm
from fupin.procedures.models import CaseFile
from fupin.procedures.views import shown
from fupin.procedures.words import EXPORT, WORK

MOST_AT_ONCE = 500
_KEPT = "procedures_refused"


@require_POST
def many(request: HttpRequest) -> HttpResponse:
    """One act for many cases, each with every check: those that may are done, each of the others says why not."""
    scopes.require(request.user, WORK)
    form = StepForm(request.POST)
    back = HttpResponseRedirect(reverse("procedures:home"))
    if not form.is_valid():
        messages.warning(request, _("请先选择要办理的案卷"))
        return back
    data = form.cleaned_data
    try:
        chosen = _chosen(request, data["act"])
        done = operations.act(cases=chosen, act=data["act"], by=request.user, on=data["on"] or clock.today(),
                              note=data["note"], late_reason=data["late_reason"], partly=True)  # fmt: skip
    except NotFound:
        raise
    except Refused as refusal:
        messages.error(request, together(refusal.reasons))
        return back
    rows = shown.lines_of(queries.chosen(request.user, done.refused), on=clock.today())
    refused = [(line, done.refused[line.row.pk]) for line in rows]
    name = _named(chosen, data["act"])
    request.session[_KEPT] = {"act": name, "refused": [[line.row.pk, reasons] for line, reasons in refused]}
    return render(request, "procedures/many.html", {"done": done, "refused": refused, "act": name,
                                                    "may_export": scopes.may(request.user, EXPORT)})  # fmt: skip


def _chosen(request: HttpRequest, act: str) -> list[int]:
    """The cases that were ticked; or, across all pages, those of the list that stand where the act begins.

    Raises Refused where there are none, or more than are done at once.
    """
    if request.POST.get("all"):
        rows = queries.due_for(queries.matching(request.user, shown.wanted_of(request), on=clock.today()), act)
        found = list(rows.values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    else:
        found = [int(text) for text in request.POST.getlist("chosen") if text.isdecimal() and len(text) < 19]
    if not found:
        raise Refused(_("请先选择要办理的案卷"))
    if len(found) > MOST_AT_ONCE:
        raise Refused(_("一次最多办理 %(most)d 份，请先筛选，再分批办理") % {"most": MOST_AT_ONCE})
    return found


def _named(chosen: Sequence[int], act: str) -> str:
    """The act in the words of the first case's procedure."""
    first = CaseFile.objects.filter(pk=chosen[0]).select_related("case").first()
    return shown.act_of(first.case.procedure, act) if first else act


@require_GET
def refusals(request: HttpRequest) -> FileResponse:
    """What the last act of this person on many cases refused, as a workbook: each case with every reason. Raises NotFound."""
    scopes.require(request.user, EXPORT)
    kept: dict[str, Any] = request.session.get(_KEPT) or {}
    reasons = {int(pk): said for pk, said in kept.get("refused", [])}
    if not reasons:
        raise NotFound(_("没有未办理的案卷清单，请先批量办理"))
    rows = queries.cases_for(request.user, EXPORT).filter(pk__in=reasons).order_by("pk")
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    write_workbook(_rows(list(rows), kept["act"], reasons), file, _("未办理的案卷"))
    file.seek(0)
    audit.record(by=request.user, act="procedures.export", subject="export:procedures", detail={"rows": len(reasons)})
    return FileResponse(file, as_attachment=True, filename=f"refused-{clock.today():%Y%m%d}.xlsx")


def _rows(rows: Sequence[CaseFile], act: str, reasons: dict[int, list[str]]) -> Iterator[list[str]]:
    yield [_("案卷编号"), _("户编号"), _("户主"), _("嘎查村"), _("状态"), _("案卷期限"), _("操作"), _("未办理的原因")]
    for line in shown.lines_of(rows, on=clock.today()):
        one = line.row.case
        yield [harmless(text) for text in (
            one.code or "", line.number, line.name, line.place, line.state, str(one.due_on or ""), act,
            "；".join(reasons[line.row.pk]))]  # fmt: skip
