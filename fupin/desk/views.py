"""The desk: what is due, what waits, what changed; and the day that is looked at."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from fupin.core import days
from fupin.core.refusals import Refused


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The first page after signing in."""
    return render(request, "desk/home.html", {})


@login_required
@require_POST
def as_of(request: HttpRequest) -> HttpResponse:
    """Look at the register as of another day, or of today again; then back to the page one came from."""
    text = request.POST.get("day", "")
    try:
        days.choose(request, date.fromisoformat(text) if text else None)
    except ValueError:
        raise Refused(f"“{text}”不是日期，应为 2018-12-31 的样子") from None
    target = request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if is_ours else "/")
