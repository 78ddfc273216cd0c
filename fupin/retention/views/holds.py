"""Holds on screen: listed, set, lifted by another person."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.refusals import Refused
from fupin.divisions.queries import tree
from fupin.retention import queries, shown
from fupin.retention.forms import HoldForm
from fupin.retention.operations import holding
from fupin.retention.words import HOLD, VIEW

PAGE = 50


@login_required
@require_http_methods(["GET", "POST"])
def holds(request: HttpRequest) -> HttpResponse:
    """The holds of the own area; the form sets another one."""
    scopes.require(request.user, HOLD if request.method == "POST" else VIEW)
    form = HoldForm(request.POST or None) if scopes.may(request.user, HOLD) else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            row = holding.hold(**form.cleaned_data, by=request.user, on=clock.today())
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(request, _("已冻结，解除前其材料不会销毁。"))
            return HttpResponseRedirect(reverse("retention:hold", args=[row.pk]))
    rows = queries.holds_for(request.user)
    if request.GET.get("show") != "all":
        rows = rows.filter(lifted_on=None)
    page, now = Paginator(rows, PAGE).get_page(request.GET.get("page")), tree()
    lines = [(row, shown.kind_label(row.subject), now.full_name(row.division_id)) for row in page.object_list]
    context = {"form": form, "lines": lines, "page": page, "show": request.GET.get("show", "")}
    return render(request, "retention/holds.html", context, status=422 if form is not None and form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """One hold; whoever has not set it may lift it."""
    row = queries.hold_of(request.user, pk)
    refused: tuple[str, ...] = ()
    if request.method == "POST":
        try:
            holding.lift(row=row, reason=request.POST.get("reason", ""), by=request.user, on=clock.today())
        except Refused as refusal:
            refused = refusal.reasons
        else:
            messages.success(request, _("已解除冻结，材料按保管期限办理。"))
            return HttpResponseRedirect(reverse("retention:hold", args=[pk]))
    context = {
        "row": row, "kind": shown.kind_label(row.subject), "place": tree().full_name(row.division_id), "refused": refused,
        "may_lift": row.lifted_on is None and scopes.may(request.user, HOLD, row.division_id), "is_own": row.set_by == request.user.pk,
    }  # fmt: skip
    return render(request, "retention/hold.html", context, status=422 if refused else 200)
