"""The desk: what is due, what waits, what changed; the search over everything; the day that is looked at."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fupin.accounts import scopes
from fupin.core import clock, days
from fupin.core.refusals import NotAllowed, Refused
from fupin.desk import queries
from fupin.desk.jobs import line_of
from fupin.divisions.queries import tree
from fupin.registry.search import search

SUGGESTED = 8
PLACES = 10


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The first page after signing in: each line opens the act, not a list of lists."""
    permissions = scopes.permissions_of(request.user)
    is_english = (get_language() or "").startswith("en")
    sees_households = "registry.view" in permissions
    context = {
        "changed": queries.changed_since_yesterday(request.user, is_english=is_english) if sees_households else [],
        "brought": queries.imports_since_yesterday(request.user, is_english=is_english) if sees_households else [],
        "work": [line_of(row, request.user) for row in queries.my_work(request.user)], "sees_households": sees_households, "on": clock.today(),
    }  # fmt: skip
    return render(request, "desk/home.html", context)


@login_required
@require_GET
def due(request: HttpRequest) -> HttpResponse:
    """What waits for this person, in a request of its own: the gaps of a region are counted over all its households."""
    return render(request, "desk/parts/due.html", {"due": queries.due(request.user, clock.today())})


@login_required
@require_GET
def standing(request: HttpRequest) -> HttpResponse:
    """The figures of the own area, in a request of their own: a region takes longer than a village."""
    scopes.require(request.user, "registry.view")
    context = {"figures": queries.standing(request.user), "on": clock.today(), "list": reverse("registry:households")}
    return render(request, "desk/parts/standing.html", context)


@login_required
@require_GET
def search_everywhere(request: HttpRequest) -> HttpResponse:
    """Households, persons and divisions that answer to what was typed."""
    return render(request, "desk/search.html", _found(request, 50))


@login_required
@require_GET
def suggest(request: HttpRequest) -> HttpResponse:
    """The first hits while typing."""
    return render(request, "desk/parts/suggestions.html", _found(request, SUGGESTED))


def _found(request: HttpRequest, most: int) -> dict[str, Any]:
    if not scopes.may(request.user, "registry.view"):
        raise NotAllowed(_("您现在的岗位没有这项权限，请联系安全管理员。"), "permission")
    text = request.GET.get("q", "").strip()
    names = tree()
    hits = [
        (hit, "".join(node.name for node in names.path(hit.village_id)[-2:]))
        for hit in search(request.user, text, most)
    ]
    places = names.mentioning(text, PLACES) if len(text) > 1 else []
    return {"q": text, "hits": hits[:most], "places": [(node, names.full_name(node.id)) for node in places]}


@login_required
@require_POST
def as_of(request: HttpRequest) -> HttpResponse:
    """Look at the register as of another day, or of today again; then back to the page one came from."""
    text = request.POST.get("day", "")
    try:
        days.choose(request, date.fromisoformat(text) if text else None)
    except ValueError:
        raise Refused(_("“%(text)s”不是日期，应为 2018-12-31 的样子") % {"text": text}) from None
    target = request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if is_ours else "/")
