"""Areas at risk: declared, followed village by village, ended."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.refusals import Refused
from fupin.core.sentences import together
from fupin.divisions.queries import tree
from fupin.procedures.monitoring import areas, queries
from fupin.procedures.monitoring.areas import Declared
from fupin.procedures.monitoring.forms import EventForm
from fupin.procedures.monitoring.views import shown
from fupin.procedures.words import DECIDE, VIEW


@require_GET
def events(request: HttpRequest) -> HttpResponse:
    """The area risks that touch the own area."""
    scopes.require(request.user, VIEW)
    rows = queries.events_for(request.user)[:200]
    context = {"lines": [(one, shown.coded("area_risk", one.kind)) for one in rows],
               "may_declare": scopes.may(request.user, DECIDE)}  # fmt: skip
    return render(request, "procedures/monitoring/events.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Declare an area at risk."""
    scopes.require(request.user, DECIDE)
    form = EventForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        declared = Declared(
            data["kind"], data["name"], data["document"], data["divisions"], data["herders_only"], data["days"]
        )
        try:
            event = areas.declare(declared=declared, by=request.user, on=data["on"])
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(request, _("已宣布，%(count)d 户列入待入户清单。") % {"count": event.households})
            return HttpResponseRedirect(reverse("monitoring:event", args=[event.pk]))
    return render(request, "procedures/monitoring/event_new.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
def event(request: HttpRequest, pk: int) -> HttpResponse:
    """An area risk: its villages with how many homes were visited, and relief given."""
    row = queries.event_for(request.user, pk)
    progress = queries.progress_of(request.user, row)
    nodes = tree()
    context = {
        "event": row, "kind": shown.coded("area_risk", row.kind),
        "places": [nodes.full_name(one.division_id, "township") for one in row.places.all()],
        "progress": [(one, shown.place_of(one.village)) for one in progress],
        "homes": sum(one.homes for one in progress), "visited": sum(one.visited for one in progress),
        "at_risk": sum(one.at_risk for one in progress),
        "reliefs": queries.reliefs_for(request.user).filter(event=row).count(), "today": clock.today(),
        "may_end": not row.ended_on and scopes.may(request.user, DECIDE, row.banner_id),
    }  # fmt: skip
    return render(request, "procedures/monitoring/event.html", context)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End an area risk."""
    row = queries.event_for(request.user, pk)
    scopes.require(request.user, DECIDE, row.banner_id)
    try:
        areas.end_event(event=row, by=request.user, on=clock.today())
    except Refused as refusal:
        messages.error(request, together(refusal.reasons))
    else:
        messages.success(request, _("已结束。"))
    return HttpResponseRedirect(reverse("monitoring:event", args=[pk]))
