"""The six lights on the page of a household, each opening its explanation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from fupin.accounts.scopes import is_english
from fupin.core import days
from fupin.core.refusals import NotFound
from fupin.policy.english import english
from fupin.quality.guarantees.lights import Light, Line, lights_of
from fupin.quality.guarantees.words import MARKS, MEANT, OUTCOMES
from fupin.registry.queries import HouseholdPage, household_page


@dataclass(frozen=True, slots=True)
class Shown:
    """A light as the page shows it: in the words of the screen, with the finding that stands beside it."""

    light: Light
    label: str
    outcome: Any
    says: str
    lines: tuple[tuple[Line, str, Any], ...]
    by_records: Any
    finding: Any
    source: str


@require_GET
def lights(request: HttpRequest, number: str) -> HttpResponse:
    """The lights of a household as of the day looked at; a household that has gone keeps what was recorded."""
    on = days.as_of(request)
    page = household_page(request.user, number, on)
    try:
        shown = [_shown(one, page) for one in lights_of(page.household.pk, on)]
    except NotFound:
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204)
        raise
    template = "quality/parts/lights.html" if request.headers.get("HX-Request") else "quality/lights.html"
    return render(request, template, {"shown": shown, "number": number, "on": on, "page": page})


def _shown(light: Light, page: HouseholdPage) -> Shown:
    one, in_english, source = light.guarantee, is_english(), light.standard.source
    told = [text for text in (source.title, source.document, source.clause) if text]
    return Shown(
        light, one.label_en if in_english else one.label, OUTCOMES[light.outcome],
        light.standard.says_en if in_english else light.standard.says,
        tuple((line, MARKS[line.outcome], MEANT[line.outcome]) for line in light.lines),
        MEANT.get(light.by_records, ""), page.findings.get(one.name),
        " ".join(english(text) if in_english else text for text in told),
    )  # fmt: skip
