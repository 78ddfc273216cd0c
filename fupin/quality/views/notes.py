"""Notes at entry: which rules a household and its members break as they stand now. They warn and never stand in the way."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from fupin.accounts import scopes
from fupin.core import clock
from fupin.quality import recheck
from fupin.quality.applying import rule_among
from fupin.quality.words import SEVERITIES, Severity
from fupin.registry.models import PersonFact
from fupin.registry.queries import household_for
from fupin.rulebook import own_rules

_GRAVEST = list(Severity)


@dataclass(frozen=True, slots=True)
class Note:
    """A rule that a record breaks: what it is called, whom it is about, what to check."""

    rule: str
    label: str
    asks: str
    who: str
    severity: str


@require_GET
def notes(request: HttpRequest, number: str) -> HttpResponse:
    """The part of a page that says what to check; nothing where nothing is found."""
    household, _fact = household_for(request.user, number)
    scopes.require(request.user, "quality.view")
    on, english = clock.today(), scopes.is_english()
    found = sorted(
        recheck.findings_of([household.pk], on), key=lambda one: (_GRAVEST.index(Severity(one.severity)), one.rule)
    )
    persons = {one.subject_id for one in found if one.subject_kind == "person"}
    names = dict(PersonFact.objects.filter(person__in=persons, valid_to=None).values_list("person_id", "name"))
    own, lines = own_rules.in_force(on), []
    for one in found:
        known = rule_among(own, one.rule, one.village_id)
        lines.append(Note(
            one.rule, known.label_en if english else known.label, known.asks_en if english else known.asks,
            names.get(one.subject_id, "") if one.subject_kind == "person" else "", str(SEVERITIES[Severity(one.severity)]),
        ))  # fmt: skip
    return render(request, "quality/parts/notes.html", {"lines": lines})
