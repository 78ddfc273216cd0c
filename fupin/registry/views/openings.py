"""Openings on screen: which banners still take the register status from files; closing by two people."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.refusals import NotAllowed, NotFound
from fupin.core.sentences import together
from fupin.registry import openings

ACTS = {"ask": openings.ask_close, "confirm": openings.confirm_close, "withdraw": openings.withdraw}


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Which banners are still in opening."""
    if not scopes.may(request.user, "registry.open"):
        raise NotFound(_("没有这一页"))
    return render(request, "registry/openings.html", {"lines": openings.lines_for(request.user)})


@login_required
@require_POST
def act(request: HttpRequest, division: int, act: str) -> HttpResponse:
    """Ask to close, confirm, or take the request back."""
    if act not in ACTS:
        raise NotFound(_("没有这一页"))
    said = {
        "ask": _("已申请关闭期初，待另一人确认。"),
        "confirm": _("期初已关闭，此后建档状态按程序变动。"),
        "withdraw": _("已撤回申请。"),
    }
    try:
        ACTS[act](division=division, by=request.user, on=clock.today())
        messages.success(request, said[act])
    except NotAllowed as refusal:
        messages.error(request, together(refusal.reasons))
    return HttpResponseRedirect(reverse("registry:openings"))
