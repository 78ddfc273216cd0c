"""The lights of a household over the API."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from fupin.accounts.scopes import is_english
from fupin.core import clock
from fupin.quality.guarantees.lights import Light, lights_of
from fupin.registry.queries import household_page

router = Router(tags=["guarantees"])


class LightAsked(Schema):
    """As of which day: today where none is named."""

    on: date | None = None


class ValueOut(Schema):
    """A value of the record, with the label of its field."""

    label: str
    value: str


class PartOut(Schema):
    """A part of the standard, or a member held against it."""

    text: str
    outcome: str = Field(description="met, unmet or unknown")
    values: list[ValueOut]


class LightOut(Schema):
    """One guarantee of a household, judged from its records."""

    guarantee: str = Field(description="codes: guarantee")
    light: str = Field(description="met, unmet, conflict (records and finding say opposite things) or unknown")
    standard: str
    source: str
    by_records: str
    finding: str | None = Field(None, description="codes: guarantee_outcome; what an officer found")
    found_on: date | None = None
    missing: list[str]
    parts: list[PartOut]


@router.get("/households/{number}/guarantees", response=list[LightOut], summary="Judge the guarantees of a household")
def judge_guarantees(request: HttpRequest, number: str, asked: Query[LightAsked]) -> list[dict[str, Any]]:
    """The six lights as of a day, each with the parts of its standard and the record's own values."""
    on = asked.on or clock.today()
    page = household_page(request.user, number, on)
    return [_out(one, page.findings.get(one.guarantee.name)) for one in lights_of(page.household.pk, on)]


def _out(light: Light, finding: Any) -> dict[str, Any]:
    source = light.standard.source
    return {
        "guarantee": light.guarantee.name, "light": light.outcome,
        "standard": light.standard.says_en if is_english() else light.standard.says,
        "source": " ".join(one for one in (source.title, source.document, source.clause) if one),
        "by_records": light.by_records, "finding": finding.outcome if finding else None,
        "found_on": finding.valid_from if finding else None, "missing": list(light.missing),
        "parts": [
            {"text": line.said, "outcome": line.outcome,
             "values": [{"label": label, "value": value} for label, value in line.values]}
            for line in light.lines
        ],
    }  # fmt: skip
