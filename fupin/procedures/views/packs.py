"""Visit packs on screen and on paper: one household, or all of a village that somebody has to go to, as one print."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fupin.accounts import scopes
from fupin.core import audit, clock
from fupin.core.refusals import NotFound, Refused
from fupin.divisions.queries import tree
from fupin.procedures import packs
from fupin.procedures.views import shown
from fupin.registry.queries import household_for

SEE = "quality.view"
MOST = 300
"""Packs of one print: a village, or a part of a large one."""


@require_GET
def pack(request: HttpRequest, number: str) -> HttpResponse:
    """What a visit to one household settles; on a phone as on paper."""
    household, _fact = household_for(request.user, number)
    scopes.require(request.user, SEE)
    return _page(request, [household.pk], None, 1)


@require_GET
def village(request: HttpRequest) -> HttpResponse:
    """The packs of all households of a village that somebody has to go to."""
    scopes.require(request.user, SEE)
    place = _place(request)
    if tree().by_id(place).level == "township":
        return _choose(request, place)
    due = packs.due_in(request.user, place)
    audit.record(by=request.user, act="procedures.pack", subject=f"division:{place}", division=place,
                 detail={"households": len(due[:MOST])})  # fmt: skip
    return _page(request, due[:MOST], place, len(due))


def _choose(request: HttpRequest, township: int) -> HttpResponse:
    """A township prints village by village."""
    villages = [(one.short_code, one.name) for one in tree().below(township, "village")]
    return render(request, "procedures/packs_villages.html", {"villages": villages, "place": shown.place_of(township)})


def _place(request: HttpRequest) -> int:
    """The village (or township) asked for, else the only one that the reader works in. Raises NotFound, Refused."""
    code, own = request.GET.get("division", ""), scopes.divisions(request.user, SEE)
    if code:
        node = tree().find(code) if code.isascii() and code.isdecimal() else None
        if node is None or not scopes.may(request.user, SEE, node.id):
            raise NotFound(_("没有这个区划，或它不在您的工作范围内"))
        place = node.id
    else:
        place = own[0] if own and len(own) == 1 else tree().root.id
    if tree().by_id(place).level not in ("township", "village"):
        raise Refused(_("请选择一个嘎查村，或其苏木乡镇"))
    return place


def _page(request: HttpRequest, households: list[int], place: int | None, count: int) -> HttpResponse:
    found = packs.packs(
        request.user, households, on=clock.today(),
        address=lambda number: request.build_absolute_uri(reverse("registry:household", args=[number])),
    )  # fmt: skip
    context: dict[str, Any] = {
        "packs": [(one, mark_safe(one.qr), shown.place_of(one.card.village_id)) for one in found],  # noqa: S308 (made by segno)
        "place": shown.place_of(place) if place else "", "count": count, "more": count - len(found), "on": clock.today(),
    }  # fmt: skip
    return render(request, "procedures/packs.html", context)
