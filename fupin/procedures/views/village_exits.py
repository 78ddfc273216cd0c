"""Village exits on screen: the poverty villages of the own area against the standards of the year; one is proposed here."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.refusals import NotFound, Refused
from fupin.core.sentences import together, told
from fupin.procedures import operations
from fupin.procedures.exits.villages import queries
from fupin.procedures.exits.villages.work import KIND, kinds_on
from fupin.procedures.words import APPLY, VIEW, VILLAGE_EXIT
from fupin.procedures.works import Lead
from fupin.quality.guarantees.words import OUTCOMES


@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """The poverty villages with what the register and the sheet of the year say of each."""
    scopes.require(request.user, VIEW)
    if request.method == "POST":
        return _propose(request)
    on, at = clock.today(), scopes.is_english()
    lines = [
        (one, [told(part.label[at], OUTCOMES[part.outcome]) for part in one.judged.parts if part.outcome != "met"],
         scopes.may(request.user, APPLY, one.village))
        for one in queries.candidates(request.user, on)
    ]  # fmt: skip
    context = {"lines": lines, "year": on.year, "is_in_force": bool(kinds_on(on))}
    return render(request, "procedures/exits/villages.html", context)


def _propose(request: HttpRequest) -> HttpResponse:
    scopes.require(request.user, APPLY)
    text = request.POST.get("village", "")
    village = int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
    lead = Lead(None, KIND, applicant=request.POST.get("applicant", ""), division=village)
    try:
        (pk,) = operations.open_leads(leads=[lead], by=request.user, on=clock.today(), work=VILLAGE_EXIT)
    except NotFound:
        raise
    except Refused as refusal:
        messages.error(request, together(refusal.reasons))
        return HttpResponseRedirect(reverse("procedures:village_exits"))
    return HttpResponseRedirect(reverse("procedures:case", args=[pk]))
