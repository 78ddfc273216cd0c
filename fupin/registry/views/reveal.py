"""A sealed number on screen: asked for with a purpose, shown once, never kept in the page's address."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from fupin.accounts import scopes
from fupin.core.refusals import Refused
from fupin.registry import operations, queries


@never_cache
@require_http_methods(["GET", "POST"])
def household(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Reveal a field of a household."""
    record, fact = queries.household_for(request.user, number)
    back = reverse("registry:household", args=[number])
    return _answer(request, "household", record.pk, name, fact.village_id, back)


@never_cache
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Reveal a field of a person."""
    record, membership = queries.person_for(request.user, number)
    _household, fact = queries.household_for(request.user, membership.household.number)
    return _answer(request, "person", record.pk, name, fact.village_id, reverse("registry:person", args=[number]))


def _answer(request: HttpRequest, kind: str, subject: int, name: str, division: int, back: str) -> HttpResponse:
    scopes.require(request.user, "registry.reveal", division)
    context: dict[str, Any] = {"back": back, "purpose": request.POST.get("purpose", "")}
    if request.method == "POST":
        try:
            context["value"] = operations.reveal(
                kind=kind, subject=subject, name=name, purpose=context["purpose"], by=request.user
            )
        except Refused as refusal:
            context["problems"] = refusal.reasons
    template = "core/parts/reveal.html" if request.headers.get("HX-Request") else "core/reveal.html"
    return render(request, template, context, status=422 if context.get("problems") else 200)
