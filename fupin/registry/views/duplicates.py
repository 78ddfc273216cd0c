"""Suspected duplicates on screen: both persons side by side, told apart with a reason."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.models import Job
from fupin.core.refusals import Refused
from fupin.core.sentences import together
from fupin.registry import duplicates

PAGE = 50
WHY = {"number": gettext_lazy("姓名相同，证件号码相近"), "birth": gettext_lazy("姓名、出生日期相同")}


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The pairs that wait in the own area, page by page."""
    scopes.require(request.user, "registry.view")
    mark = request.GET.get("after", "")
    rows = duplicates.open_pairs(request.user)
    found = list((rows.filter(pk__gt=int(mark)) if mark.isdecimal() and len(mark) < 20 else rows)[: PAGE + 1])
    seen = duplicates.both_seen(request.user, found[:PAGE])
    lines = [(row.pk, WHY[row.kind], [_shown(side) for side in both]) for row, both in seen]
    context = {
        "lines": lines, "next": found[PAGE - 1].pk if len(found) > PAGE else None,
        "job": Job.objects.filter(key=duplicates.KIND).first(), "may_change": scopes.may(request.user, "registry.change"),
    }  # fmt: skip
    return render(request, "registry/duplicates.html", context)


def _shown(side: duplicates.Side) -> dict[str, Any]:
    return {"side": side, "place": duplicates.place_of(side)}


@login_required
@require_POST
def tell_apart(request: HttpRequest, pk: int) -> HttpResponse:
    """Two different people, for a reason that the trail keeps."""
    scopes.require(request.user, "registry.change")
    try:
        duplicates.tell_apart(pairs=[pk], reason=request.POST.get("reason", ""), by=request.user, on=clock.today())
        messages.success(request, _("已登记为不同的人，不再提示。"))
    except Refused as refusal:
        if refusal.code != "reason":
            raise
        messages.error(request, together(refusal.reasons))
    return HttpResponseRedirect(reverse("registry:duplicates"))


@login_required
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Look anew, in the background."""
    scopes.require(request.user, "registry.change")
    duplicates.ask(by=request.user)
    messages.success(request, _("已安排查找，完成后刷新本页。"))
    return HttpResponseRedirect(reverse("registry:duplicates"))
