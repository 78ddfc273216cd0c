"""Batches of households to be taken over: asked for by one person, confirmed by another."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fupin.accounts import scopes
from fupin.core.refusals import NotFound, Refused
from fupin.divisions.queries import tree
from fupin.registry.national import queries, taking_over


@login_required
@require_GET
def take_overs(request: HttpRequest) -> HttpResponse:
    """The batches, with the acts that this person may do on them."""
    scopes.require(request.user, queries.PERMISSION)
    rows = [
        (
            batch, tree().full_name(batch.division_id),
            not batch.confirmed_at and not batch.refused_at and scopes.may(request.user, "national.import", batch.division_id),
            batch.asked_by_id == request.user.pk,
        )
        for batch in queries.take_overs_for(request.user)[:50]
    ]  # fmt: skip
    return render(request, "registry/national/take_overs.html", {"rows": rows})


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm a batch, or send it back."""
    scopes.require(request.user, "national.import")
    batch = queries.take_over_for(request.user, pk)
    try:
        if request.POST.get("decision") == "confirm":
            counts = taking_over.confirm(batch=batch, by=request.user)
            messages.success(request, _("已接收 %(households)d 户 %(persons)d 人") % counts)
        else:
            taking_over.refuse(batch=batch, by=request.user)
            messages.success(request, _("已退回"))
    except NotFound:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("national:take_overs")
