"""Rounds for the tests of collection, made by the product's own operations."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from fupin.core import clock
from fupin.quality.campaigns import operations
from fupin.quality.campaigns.models import CollectionHousehold, CollectionRound
from fupin.quality.campaigns.operations import Draft, Line
from fupin.quality.campaigns.rules import Visit
from fupin.registry import cards
from fupin.registry.models import Household, RegisterStatus
from fupin.registry.tests.households import DAY, family


def registered(village: Any, *, by: Any, **more: Any) -> Household:
    """A family that is registered and has not exited."""
    made = family(village, by=by, **more)
    RegisterStatus.objects.create(household=made, status="01", valid_from=DAY)
    cards.refresh([made.pk])
    return made


def drafted(cast: Any, *, before: int = 20, after: int = 20, **more: Any) -> CollectionRound:
    """A round of the banner that is drafted and whose period lies around today."""
    today = clock.today()
    data = {"name": "上半年采集", "division": cast.banner.pk, "kind": "first_half", "form": "2021", "who": "registered",
            "period_from": today - timedelta(days=before), "period_to": today + timedelta(days=after)}  # fmt: skip
    return operations.draft(data=Draft(**(data | more)), by=cast.banner_officer, on=today - timedelta(days=before))


def opened(cast: Any, *, days: int = 10, **more: Any) -> CollectionRound:
    """The same, opened some days ago, with its list."""
    row = drafted(cast, **more)
    on = clock.today() - timedelta(days=days)
    row = operations.step(pk=row.pk, act="open", by=cast.banner_officer, on=on)
    operations.refresh(pk=row.pk, by=cast.banner_officer, on=on)
    row.refresh_from_db()
    return row


def line_of(household: Household) -> CollectionHousehold:
    return CollectionHousehold.objects.select_related("round").get(household=household)


def visit(line: CollectionHousehold, by: Any, outcome: str = "collected", *, on: date | None = None, who: str = "乌云",
          note: str = "", changed: bool = False, version: int | None = None) -> int:  # fmt: skip
    """What somebody says of a visit of today."""
    said = Visit(outcome, on or clock.today(), who, note, changed)
    return operations.record(lines=[Line(line.pk, said, version)], by=by, on=clock.today())
