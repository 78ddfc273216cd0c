"""The keying list (回录清单) and the decisions on it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fupin.accounts import scopes
from fupin.divisions.queries import tree
from fupin.registry.models import KeyingItem
from fupin.registry.national import operations, queries
from fupin.registry.national.keying_file import MOST_IN_FILE, take
from fupin.registry.national.words import STATES


@login_required
@require_GET
def keying(request: HttpRequest) -> HttpResponse:
    """What must still be keyed in there, record by record in the order of its screens."""
    scopes.require(request.user, queries.PERMISSION)
    chosen = {name: request.GET.get(name, "") for name in ("state", "field", "export")}
    chosen["state"] = chosen["state"] or "open"
    items = queries.keying_list(request.user, **chosen)
    page, after = _page(items, request.GET.get("after", ""))
    context = {
        "items": [(item, tree().full_name(item.village_id, since="township")) for item in page],
        "after": after, "chosen": chosen, "states": STATES, "progress": queries.progress(request.user),
        "may_decide": scopes.may(request.user, "registry.change"), "label": page[0].label if page and chosen["field"] else "",
    }  # fmt: skip
    return render(request, "registry/national/keying.html", context)


def _page(items: QuerySet[KeyingItem], after: str) -> tuple[list[KeyingItem], str]:
    """A page after a place in the order, and the place where the next begins."""
    parts = after.split("~")
    if len(parts) == len(queries.KEYING_ORDER):
        beyond, equal = Q(), dict[str, str]()
        for name, part in zip(queries.KEYING_ORDER, parts, strict=True):
            beyond |= Q(**equal, **{f"{name}__gt": part})
            equal[name] = part
        items = items.filter(beyond)
    page = list(items[: queries.PAGE + 1])
    last = page[queries.PAGE - 1] if len(page) > queries.PAGE else None
    return page[: queries.PAGE], "~".join(str(getattr(last, name)) for name in queries.KEYING_ORDER) if last else ""


@login_required
@require_GET
def keying_file(request: HttpRequest) -> FileResponse:
    """The open list as a workbook to work from."""
    scopes.require(request.user, "registry.export")
    chosen = {name: request.GET.get(name, "") for name in ("state", "field", "export")}
    items = queries.keying_list(request.user, **(chosen | {"state": chosen["state"] or "open"}))[:MOST_IN_FILE]
    return FileResponse(take(items, by=request.user), as_attachment=True, filename=_("回录清单") + ".xlsx")


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
