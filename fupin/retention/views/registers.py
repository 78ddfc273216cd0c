"""Registers of destruction on screen: listed, looked through, decided by a second person, printed, taken along."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.refusals import Refused
from fupin.divisions.queries import tree
from fupin.retention import jobs, queries, shown, workbook
from fupin.retention.models import Destruction
from fupin.retention.operations import deciding
from fupin.retention.words import CONFIRM, TONES, VIEW, State

PAGE = 50
MOST_PRINTED = 2_000
"""Lines of a printed register; a longer one is printed from its workbook."""


def _head(row: Destruction) -> dict[str, Any]:
    label = shown.class_label(row.evidence) if row.evidence else _("各类材料")
    return {
        "row": row,
        "place": tree().full_name(row.division_id),
        "label": label,
        "tone": TONES.get(State(row.state), "quiet"),
    }


@login_required
@require_GET
def destructions(request: HttpRequest) -> HttpResponse:
    """The registers of the own area, the newest first."""
    scopes.require(request.user, VIEW)
    page = Paginator(queries.destructions_for(request.user), PAGE).get_page(request.GET.get("page"))
    return render(
        request, "retention/destructions.html", {"lines": [_head(row) for row in page.object_list], "page": page}
    )


@login_required
@require_http_methods(["GET", "POST"])
def destruction(request: HttpRequest, pk: int) -> HttpResponse:
    """One register: its files, and for the second person the decision."""
    row = queries.destruction_of(request.user, pk)
    refused: tuple[str, ...] = ()
    if request.method == "POST":
        try:
            messages.success(request, _decide(request, row))
            return HttpResponseRedirect(reverse("retention:destruction", args=[pk]))
        except Refused as refusal:
            refused = refusal.reasons
    page, now = Paginator(row.items.order_by("position"), PAGE).get_page(request.GET.get("page")), tree()
    lines = [
        (one, shown.kind_label(one.subject), shown.class_label(one.evidence), now.full_name(one.division_id))
        for one in page.object_list
    ]
    context = {
        **_head(row), "lines": lines, "page": page, "refused": refused, "is_own": row.proposed_by == request.user.pk,
        "may_confirm": scopes.may(request.user, CONFIRM, row.division_id),
    }  # fmt: skip
    return render(request, "retention/destruction.html", context, status=422 if refused else 200)


def _decide(request: HttpRequest, row: Destruction) -> str:
    act, note, on = request.POST.get("act", ""), request.POST.get("note", ""), clock.today()
    if act == "confirm":
        row = deciding.confirm(row=row, seen=request.POST.get("digest", ""), by=request.user, on=on, note=note)
        jobs.ask_to_destroy(row, by=request.user)
        return _("已复核，正在销毁；办完后可打印销毁清册。")
    if act == "refuse":
        deciding.refuse(row=row, by=request.user, on=on, note=note)
        return _("已退回。")
    if act == "withdraw":
        deciding.withdraw(row=row, by=request.user, on=on)
        return _("已撤回。")
    raise Refused(_("请选择复核通过、不通过或撤回。"), "act")


@login_required
@require_GET
def register(request: HttpRequest, pk: int) -> HttpResponse:
    """The register as it is printed, signed by who supervised the destruction, and kept for ever."""
    row = queries.destruction_of(request.user, pk)
    items = list(row.items.order_by("position")[:MOST_PRINTED])
    lines = [(one, shown.class_label(one.evidence)) for one in items]
    context = {**_head(row), "lines": lines, "more": row.count - len(items), "office": tree().full_name(row.division_id),
               "is_done": row.state == State.DONE}  # fmt: skip
    return render(request, "retention/register.html", context)


@login_required
@require_GET
def register_file(request: HttpRequest, pk: int) -> FileResponse:
    """The register as a workbook, all of its files with their digests."""
    row = queries.destruction_of(request.user, pk)
    name = _("销毁清册") + f"-{row.code}.xlsx"
    return FileResponse(workbook.register(request.user, row), as_attachment=True, filename=name)
