"""The audit viewer: who did what to whom, within the reader's divisions."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from fupin.accounts import queries, scopes, trail, trail_file
from fupin.accounts.forms import TrailForm


@require_GET
def trail_page(request: HttpRequest) -> HttpResponse:
    """One page of the trail, the newest first."""
    scopes.require(request.user, "audit.view")
    form = TrailForm(request.GET or None)
    before = request.GET.get("before", "")
    rows, following = trail.page(request.user, _wanted(request, form), before=int(before) if before.isdigit() else None)
    return render(
        request, "accounts/trail.html", {"form": form, "rows": rows, "following": following, "starts": not before}
    )


def _wanted(request: HttpRequest, form: TrailForm) -> trail.Wanted:
    if not form.is_valid():
        return trail.Wanted()
    data = form.cleaned_data
    place = queries.division_in_reach(request.user, data["place"], "audit.view").pk if data["place"] else None
    return trail.Wanted(
        trail.subject_of(data["subject"]), data["person"], data["act"], place, data["since"], data["until"]
    )


@require_GET
def export(request: HttpRequest) -> StreamingHttpResponse:
    """What was asked for, all of it, as CSV; taking it along stands in the trail itself."""
    scopes.require(request.user, "audit.view")
    return trail_file.take(request.user, _wanted(request, TrailForm(request.GET)), told=request.GET.urlencode())
