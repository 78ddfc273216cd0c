"""The keying list (回录清单) and the decisions on it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fupin.accounts import scopes
from fupin.core import audit
from fupin.divisions.queries import tree
from fupin.registry.models import KeyingItem
from fupin.registry.national import operations, queries
from fupin.registry.national.keying_file import workbook
from fupin.registry.national.words import STATES

_ORDER = ("number", "kind", "subject_id", "order", "id")
MOST_IN_FILE = 50_000


@login_required
@require_GET
def keying(request: HttpRequest) -> HttpResponse:
    """What must still be keyed in there, record by record in the order of its screens."""
    scopes.require(request.user, queries.PERMISSION)
    chosen = {name: request.GET.get(name, "") for name in ("state", "field", "export")}
    chosen["state"] = chosen["state"] or "open"
    items = _chosen(request.user, chosen)
    page, after = _page(items, request.GET.get("after", ""))
    context = {
        "items": [(item, tree().full_name(item.village_id, since="township")) for item in page],
        "after": after, "chosen": chosen, "states": STATES, "progress": queries.progress(request.user),
        "may_decide": scopes.may(request.user, "registry.change"), "label": page[0].label if page and chosen["field"] else "",
    }  # fmt: skip
    return render(request, "registry/national/keying.html", context)


def _chosen(user: Any, chosen: dict[str, str]) -> QuerySet[KeyingItem]:
    items = queries.items_for(user).order_by(*_ORDER)
    if chosen["state"] in STATES:
        items = items.filter(state=chosen["state"])
    if chosen["field"]:
        items = items.filter(field=chosen["field"])
    return items.filter(last_export=int(chosen["export"])) if chosen["export"].isdigit() else items


def _page(items: QuerySet[KeyingItem], after: str) -> tuple[list[KeyingItem], str]:
    """A page after a place in the order, and the place where the next begins."""
    parts = after.split("~")
    if len(parts) == len(_ORDER):
        beyond, equal = Q(), dict[str, str]()
        for name, part in zip(_ORDER, parts, strict=True):
            beyond |= Q(**equal, **{f"{name}__gt": part})
            equal[name] = part
        items = items.filter(beyond)
    page = list(items[: queries.PAGE + 1])
    last = page[queries.PAGE - 1] if len(page) > queries.PAGE else None
    return page[: queries.PAGE], "~".join(str(getattr(last, name)) for name in _ORDER) if last else ""


@login_required
@require_GET
def keying_file(request: HttpRequest) -> FileResponse:
    """The open list as a workbook to work from."""
    scopes.require(request.user, "registry.export")
    chosen = {name: request.GET.get(name, "") for name in ("state", "field", "export")}
    items = _chosen(request.user, chosen | {"state": chosen["state"] or "open"})[:MOST_IN_FILE]
    roots = scopes.divisions(request.user, queries.PERMISSION)
    place = "、".join(tree().name(pk) for pk in roots) if roots else tree().root.name
    audit.record(
        by=request.user, act="national.keying.file", subject="national:keying", division=roots[0] if roots else None
    )
    return FileResponse(workbook(items, place), as_attachment=True, filename=f"{_('回录清单')}.xlsx")


@login_required
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """The national register is right in the chosen lines, or is not after all."""
    scopes.require(request.user, "registry.change")
    theirs = request.POST.get("decision") == "theirs"
    chosen = [int(pk) for pk in request.POST.getlist("item") if pk.isdigit()]
    changed = operations.decide(items=chosen, theirs=theirs, by=request.user)
    messages.success(request, _("已处理 %(count)d 条") % {"count": changed})
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, None) else "national:keying")
