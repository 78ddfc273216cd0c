"""Information officers and grid officers: how many, where nobody is, who has how much work; issued by a list."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from fupin.accounts import appointing, officers, officers_file, queries, scopes, workload
from fupin.accounts.forms import AppointForm, OfficerFilterForm
from fupin.core.refusals import Refused

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The officers of an area, one page, each with what lies in the own area."""
    scopes.require(request.user, "accounts.view")
    form, wanted = _asked(request)
    after = request.GET.get("after", "")
    rows, following = officers.page(request.user, wanted, after=after)
    context = {
        "form": form, "rows": rows, "following": following, "starts": not after, "loads": workload.loads(),
        "levels": officers.levels(request.user), "may_change": scopes.may(request.user, "accounts.change"),
    }  # fmt: skip
    return render(request, "accounts/officers.html", context)


def _asked(request: HttpRequest) -> tuple[OfficerFilterForm, officers.OfficerFilter]:
    form = OfficerFilterForm(request.GET or None)
    if not form.is_valid():
        return form, officers.OfficerFilter()
    data = form.cleaned_data
    return form, officers.OfficerFilter(data["level"], _place(request, data["place"]), data["q"])


def _place(request: HttpRequest, text: str) -> int | None:
    return queries.division_in_reach(request.user, text, "accounts.view").pk if text.strip() else None


@require_GET
def villages(request: HttpRequest) -> HttpResponse:
    """Village by village: how many officers of either kind, and the villages that have none."""
    scopes.require(request.user, "accounts.view")
    lacking = request.GET.get("lacking", "")
    lacking = lacking if lacking in ("information", officers.GRID) else ""
    after, text = request.GET.get("after", ""), request.GET.get("place", "")
    rows, following = officers.villages(request.user, place=_place(request, text), lacking=lacking, after=after)
    context = {"rows": rows, "following": following, "starts": not after, "lacking": lacking, "place": text,
               "levels": officers.levels(request.user)}  # fmt: skip
    return render(request, "accounts/officers_villages.html", context)


@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """What the list shows, all of it, with the villages on a second sheet."""
    scopes.require(request.user, "accounts.view")
    _form, wanted = _asked(request)
    file = officers_file.take(request.user, wanted, told=request.GET.urlencode())
    return FileResponse(file, as_attachment=True, filename="officers.xlsx")


@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """The workbook in which officers are issued."""
    scopes.require(request.user, "accounts.change")
    return HttpResponse(appointing.template(), content_type=XLSX, headers={
        "Content-Disposition": 'attachment; filename="officers-list.xlsx"'})  # fmt: skip


@never_cache
@require_http_methods(["GET", "POST"])
def appoint(request: HttpRequest) -> HttpResponse:
    """Issue officers by a list: all of it or nothing; the passwords of new accounts are shown this once."""
    scopes.require(request.user, "accounts.change")
    form = AppointForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        file: Any = form.cleaned_data["file"]
        try:
            lines = appointing.read(file, file.name)
            made = appointing.appoint(lines=lines, by=request.user, on=form.cleaned_data["on"])
        except Refused as refusal:
            form.add_error("file", list(refusal.reasons))
        else:
            posts = {row.pk: row for row in queries.lines(queries.visible_postings(request.user).filter(
                pk__in=[one.posting.pk for one in made]))}  # fmt: skip
            rows = [(posts[one.posting.pk], one.password) for one in made]
            told = _("名单 %(lines)d 行：办理 %(made)d 项任职，其余此前已在任。") % {
                "lines": len(lines),
                "made": len(made),
            }
            return render(request, "accounts/officers_made.html", {"rows": rows, "told": told})
    return render(request, "accounts/officers_form.html", {"form": form}, status=422 if form.errors else 200)
