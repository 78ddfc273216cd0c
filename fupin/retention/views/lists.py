"""The catalogue and what is due, with the form that proposes a destruction."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fupin.accounts import scopes
from fupin.accounts.queries import division_in_reach
from fupin.core import clock
from fupin.core.refusals import NotFound, Refused
from fupin.divisions.models import Division
from fupin.divisions.queries import tree
from fupin.policy.english import english
from fupin.retention import queries, shown, workbook
from fupin.retention.operations import deciding
from fupin.retention.words import PROPOSE, VIEW

PAGE = 50


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The catalogue of classes with the period that holds here; above it what is due and what waits."""
    scopes.require(request.user, VIEW)
    tops = scopes.divisions(request.user, VIEW)
    place = tops[0] if tops else tree().root.id
    say = english if scopes.is_english() else str
    lines: list[dict[str, Any]] = [
        {"line": one, "label": shown.class_label(one.evidence.name), "period": shown.period(one), "counted": shown.counted(one),
         "source": say(one.source.title), "document": say(one.source.document), "note": say(one.evidence.note)}
        for one in queries.catalogue(request.user, on=clock.today(), division=place)
    ]  # fmt: skip
    context = {
        "lines": lines, "due": sum(one["line"].due for one in lines), "place": tree().full_name(place),
        "waiting": queries.to_confirm(request.user).count(), "holds": queries.holds_for(request.user).filter(lifted_on=None).count(),
        "registers": queries.destructions_for(request.user)[:5],
    }  # fmt: skip
    return render(request, "retention/home.html", context)


def _wanted(request: HttpRequest) -> dict[str, Any]:
    """What the list is narrowed to."""
    code = request.GET.get("division", "") or request.POST.get("division", "")
    place = division_in_reach(request.user, code, VIEW).pk if code.strip() else None
    return {"division": place, "evidence": request.GET.get("evidence", "") or request.POST.get("evidence", "")}


@login_required
@require_http_methods(["GET", "POST"])
def due(request: HttpRequest) -> HttpResponse:
    """What is due, page by page; an archivist puts chosen files, or all of them, on a register of destruction."""
    scopes.require(request.user, PROPOSE if request.method == "POST" else VIEW)
    wanted = _wanted(request)
    refused: tuple[str, ...] = ()
    if request.method == "POST":
        try:
            row = _propose(request, wanted)
        except NotFound:
            raise
        except Refused as refusal:
            refused = refusal.reasons
        else:
            messages.success(request, _("已提出销毁申请，待另一人复核。"))
            return HttpResponseRedirect(reverse("retention:destruction", args=[row.pk]))
    return _listed(request, wanted, refused)


def _listed(request: HttpRequest, wanted: dict[str, Any], refused: tuple[str, ...]) -> HttpResponse:
    rows, mark, now = queries.due_for(request.user, **wanted), request.GET.get("after", ""), tree()
    total = rows.count()
    rows = rows.order_by("attachment")
    found = list((rows.filter(attachment__gt=int(mark)) if mark.isdecimal() and len(mark) < 20 else rows)[: PAGE + 1])
    lines = [(row, one, now.full_name(row.division_id), shown.class_label(row.evidence), shown.kind_label(row.attachment.subject))
             for row, one in queries.with_holds(found[:PAGE], clock.today())]  # fmt: skip
    place = wanted["division"]
    context = {
        "lines": lines, "total": total, "next": found[PAGE - 1].pk if len(found) > PAGE else None, "refused": refused,
        "classes": shown.classes(), "evidence": wanted["evidence"], "place": now.full_name(place) if place else "",
        "division": now.by_id(place).short_code if place else "", "may_propose": scopes.may(request.user, PROPOSE),
        "reason": request.POST.get("reason", ""),
    }  # fmt: skip
    return render(request, "retention/due.html", context, status=422 if refused else 200)


def _propose(request: HttpRequest, wanted: dict[str, Any]) -> Any:
    tops = scopes.divisions(request.user, PROPOSE)
    place = wanted["division"] or (tops[0] if tops else tree().root.id)
    chosen = {int(one) for one in request.POST.getlist("chosen") if one.isdecimal() and len(one) < 20}
    return deciding.propose(
        division=Division.objects.get(pk=place), evidence=wanted["evidence"], reason=request.POST.get("reason", ""),
        chosen=None if request.POST.get("act") == "all" else chosen, by=request.user, on=clock.today(),
    )  # fmt: skip


@login_required
@require_GET
def due_file(request: HttpRequest) -> FileResponse:
    """What is due as a workbook, all of it."""
    scopes.require(request.user, VIEW)
    file = workbook.due(request.user, on=clock.today(), **_wanted(request))
    return FileResponse(file, as_attachment=True, filename=_("到期材料") + ".xlsx")
