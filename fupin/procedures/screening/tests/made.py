"""Screenings for the tests, made by the product's own operations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from fupin.core import clock
from fupin.procedures.screening import filling, rounds
from fupin.procedures.screening.tables import ScreeningHousehold, ScreeningRound
from fupin.quality.models import Ticket
from fupin.registry import cards
from fupin.registry.models import Household
from fupin.registry.operations import NewHousehold, register_households
from fupin.registry.tests.households import DAY, member


def drafted(cast: Any, *, before: int = 20, after: int = 20, **more: Any) -> ScreeningRound:
    """A screening of the banner that is drafted and whose period lies around today."""
    today = clock.today()
    data = {"name": "下半年排查", "division": cast.banner.pk, "form": "2021", "period_from": today - timedelta(days=before),
            "period_to": today + timedelta(days=after)}  # fmt: skip
    return rounds.draft(data=rounds.Draft(**(data | more)), by=cast.banner_officer, on=today - timedelta(days=before))


def opened(cast: Any, *, days: int = 10) -> ScreeningRound:
    """The same, opened some days ago, with its list."""
    on = clock.today() - timedelta(days=days)
    row = rounds.step(pk=drafted(cast).pk, act="open", by=cast.banner_officer, on=on)
    filling.refresh(pk=row.pk, by=cast.banner_officer, on=clock.today())
    row.refresh_from_db()
    return row


def homes(village: Any, count: int, *, by: Any, **values: Any) -> list[Household]:
    """So many households of one person each."""
    new = [
        NewHousehold(village=village.pk, members=[member("宝音", "01", **values)], values={}, is_synthetic=True)
        for _ in range(count)
    ]  # fmt: skip
    numbers = register_households(households=new, by=by, on=DAY)
    made = list(Household.objects.filter(number__in=numbers).order_by("number"))
    cards.refresh([one.pk for one in made])
    return made


def hit(household: Household, village: Any, rule: str = "CMP-013", *, days: int = 5, **more: Any) -> Ticket:
    """A hit of a comparison that was opened some days ago."""
    on = clock.today() - timedelta(days=days)
    return Ticket.objects.create(
        rule=rule, severity="W", subject_kind="household", subject_id=household.pk, household=household, village=village,
        fingerprint="0" * 64, opened_on=on, due_on=on + timedelta(days=10), judged_at=timezone.now(), **more,
    )  # fmt: skip


def line_of(household: Household) -> ScreeningHousehold:
    return ScreeningHousehold.objects.select_related("round").get(household=household)
