"""Screens of divisions: the browser, the map, the large screen, merge and split, boundaries."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fupin.core.days import as_of, looks_back
from fupin.core.ledgers.register import rights
from fupin.core.refusals import NotAllowed, Refused
from fupin.divisions import boundaries, lives, measures, operations, queries, screens
from fupin.divisions.forms import BoundaryForm, MergeForm, SplitForm
from fupin.divisions.tree import Node

CHANGE = "divisions.change"
SCREEN_SECONDS = 15


@login_required
@require_GET
def browse(request: HttpRequest) -> HttpResponse:
    """The division that the user's sight begins with."""
    (first, *_rest) = screens.tops(request.user, queries.tree(as_of(request)))
    return redirect("divisions:page", first.short_code)


@login_required
@require_GET
def map_start(request: HttpRequest) -> HttpResponse:
    """The map of where the user's sight begins."""
    (first, *_rest) = screens.tops(request.user, queries.tree(as_of(request)))
    return redirect("divisions:map_of", first.short_code)


def _seen(request: HttpRequest, code: str, screen: str) -> dict[str, Any]:
    """The division with its children under the measure asked for: what every screen here begins with."""
    on = as_of(request)
    tree = queries.tree(on)
    node = screens.visible(request.user, code, tree)
    found, offered = screens.compare_known(request.user, node, tree, request.GET.get("measure", ""), on, screen=screen)
    by = request.GET.get("by", "code")
    return {
        "node": node, "on": on, "path": screens.path(node, tree, screens.tops(request.user, tree)),
        "full_name": tree.full_name(node.id), "found": found, "rows": screens.ordered(found, by), "by": by,
        "measure": found.measure, "measures": offered,
    }  # fmt: skip


@login_required
@require_GET
def page(request: HttpRequest, code: str) -> HttpResponse:
    """One division: figures, what lies below, designations, reference figures, history."""
    context = _seen(request, code, "divisions:page")
    node: Node = context["node"]
    may_change = rights().may(request.user, CHANGE, node.id) and not looks_back(request)
    context |= {
        "kind": lives.kind(node), "figures": measures.figures(request.user, node.id, context["on"]),
        "links": measures.links(request.user, node.id), "designations": lives.designations(node),
        "reference_figures": lives.reference_figures(node), "history": lives.history(node),
        "may_change": may_change, "siblings": node.parent_id is not None,
        "villages": queries.tree(context["on"]).village_count(node.id),
    }  # fmt: skip
    return render(request, "divisions/page.html", context)


@login_required
@require_GET
def map_page(request: HttpRequest, code: str) -> HttpResponse:
    """The divisions below one as a map or tiles, under one measure, with their table beside."""
    context = _seen(request, code, "divisions:map_of")
    context |= {
        "chart": screens.chart(context["found"], context["node"]),
        "tiles": screens.without_boundary(context["found"]),
        "take": screens.take(context["found"], context["node"], context["on"]),
        "may_change": rights().may(request.user, CHANGE, context["node"].id),
    }
    return render(request, "divisions/map.html", context)


@login_required
@require_GET
def wall(request: HttpRequest, code: str) -> HttpResponse:
    """The large dark screen that runs by itself: measure after measure, then the next division."""
    context = _seen(request, code, "divisions:wall")
    context |= {
        "chart": screens.chart(context["found"], context["node"]),
        "tiles": screens.without_boundary(context["found"]),
        "rows": screens.ordered(context["found"], "-value")[:12],
        "next": screens.next_on_wall(request.user, context), "seconds": SCREEN_SECONDS,
    }  # fmt: skip
    return render(request, "divisions/wall.html", context)


@login_required
@require_GET
def shapes(request: HttpRequest, code: str) -> HttpResponse:
    """The boundaries of the divisions below one, as GeoJSON."""
    tree = queries.tree(as_of(request))
    node = screens.visible(request.user, code, tree)
    answer = JsonResponse(boundaries.shapes(tree.children(node.id)), json_dumps_params={"ensure_ascii": False})
    answer["Cache-Control"] = "private, max-age=300"
    return answer


def _changed(request: HttpRequest, code: str) -> Node:
    """The division that the user may change today. Raises NotFound, NotAllowed."""
    node = screens.visible(request.user, code, queries.tree())
    if looks_back(request):
        raise NotAllowed(_("正在查看过去的日期，不能办理变更，请先回到今天"), "past")
    if not rights().may(request.user, CHANGE, node.id):
        raise NotAllowed(_("您现在的岗位没有变更行政区划的权限"), "permission")
    return node


@login_required
def merge(request: HttpRequest, code: str) -> HttpResponse:
    """Merge neighbours into this division."""
    node = _changed(request, code)
    form = MergeForm(node, queries.tree(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            for id in data["predecessors"]:
                screens.require_change(request.user, id)
            operations.merge(predecessors=data["predecessors"], into=node.id, by=request.user, on=data["on"],
                             document=data["document"])  # fmt: skip
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(request, _("已办理合并"))
            return redirect("divisions:page", code)
    return _form(request, node, form, _("将其他区划并入%(name)s") % {"name": node.name})


@login_required
def split(request: HttpRequest, code: str) -> HttpResponse:
    """Split this division."""
    node = _changed(request, code)
    form = _split_form(request, node)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            operations.split(division=node.id, into=form.parts(), keeps=data["keeps"], children=form.children(),
                             by=request.user, on=data["on"], document=data["document"])  # fmt: skip
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(request, _("已办理拆分"))
            return redirect("divisions:browse")
    return _form(request, node, form, _("拆分%(name)s") % {"name": node.name})


def _split_form(request: HttpRequest, node: Node) -> SplitForm:
    """As many new divisions as were asked for; one more keeps what was typed."""
    asked = request.POST.get("parts", "")
    parts = int(asked) if asked.isdigit() else 1
    if "more" in request.POST:
        typed = {**request.POST.dict(), "keeps": "keeps" in request.POST}
        return SplitForm(node, queries.tree(), initial=typed, parts=parts + 1, english=screens.english())
    return SplitForm(node, queries.tree(), request.POST or None, parts=parts, english=screens.english())


@login_required
def boundaries_form(request: HttpRequest) -> HttpResponse:
    """Load an office's official boundaries in place of the shipped ones."""
    (first, *_rest) = screens.tops(request.user, queries.tree())
    node = _changed(request, first.short_code)
    form = BoundaryForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            names = boundaries.replace(document=form.cleaned_data["file"].read(), source=form.cleaned_data["source"],
                                       by=request.user, may=lambda id: rights().may(request.user, CHANGE, id))  # fmt: skip
        except Refused as refusal:
            form.add_error("file", list(refusal.reasons))
        else:
            messages.success(request, _("已更新 %(count)d 个区划的边界") % {"count": len(names)})
            return redirect("divisions:map")
    return _form(request, node, form, _("载入官方边界"), multipart=True)


def _form(request: HttpRequest, node: Node, form: Any, heading: str, *, multipart: bool = False) -> HttpResponse:
    context = {"node": node, "form": form, "heading": heading, "multipart": multipart}
    return render(request, "divisions/form.html", context, status=422 if form.is_bound and form.errors else 200)
