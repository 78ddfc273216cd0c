"""Openings on screen: which banners still take the register status from files; closing by two people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
from fupin.divisions.queries import tree
from fupin.registry import openings
from fupin.registry.models import Opening

ACTS = {"ask": openings.ask_close, "confirm": openings.confirm_close, "withdraw": openings.withdraw}


@dataclass(frozen=True, slots=True)
class Line:
    """A banner with its opening: whether it stands, who asked, and whether this user may confirm."""

    id: int
    name: str
    is_open: bool
    row: Opening | None
    may_confirm: bool


def lines_for(user: Any) -> list[Line]:
    """The banners of the user's scope, in the order of their codes."""
    tops = scopes.divisions(user, "registry.open")
    today = tree()
    roots = [today.root.id] if tops is None else tops
    banners = {node.id: node for root in roots for node in today.below(root, "banner")}
    rows = {row.division_id: row for row in Opening.objects.filter(division_id__in=banners)}
    standing = openings.in_opening(banners)
    return [
        Line(node.id, today.full_name(node.id), node.id in standing, row, bool(row and row.closing_asked_by != user.pk))
        for node in banners.values()
        for row in [rows.get(node.id)]
    ]


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Which banners are still in opening."""
    if not scopes.may(request.user, "registry.open"):
        raise NotFound(_("没有这一页"))
    return render(request, "registry/openings.html", {"lines": lines_for(request.user)})


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
        messages.error(request, "；".join(refusal.reasons))
    return HttpResponseRedirect(reverse("registry:openings"))
