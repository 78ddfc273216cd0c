"""Warnings for the tests of monitoring, made by the product's own operations."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from fupin.procedures.monitoring import warnings
from fupin.procedures.monitoring.tables import AreaEvent, Referral, Signal
from fupin.procedures.monitoring.warnings import Answered, Told
from fupin.procedures.tests.cases import MARGINAL, ago
from fupin.quality.models import Ticket
from fupin.registry.models import Household

FOUND = "三口人靠打工，近期住院自付两万元"


def question(household: Household, village: Any, rule: str = "CMP-013", fingerprint: str = "1" * 64) -> Ticket:
    """An open question that a rule found about a household."""
    return Ticket.objects.create(
        rule=rule, severity="W", subject_kind="household", subject_id=household.pk, household=household, village=village,
        fingerprint=fingerprint, opened_on=ago(3), due_on=ago(0), judged_at=timezone.now(),
    )  # fmt: skip


def told(cast: Any, household: Household, *, on: Any = None, origin: str = "helper") -> Signal:
    """A report of a helper."""
    said = Told(household.pk, origin, "女主人住院，花费很大", "包村干部", "01")
    return warnings.report(told=said, by=cast.village_officer, on=on or ago(0))


def visited(answer: str = "no_risk", **more: Any) -> Answered:
    """What a visit found."""
    return Answered(answer, **({"visited_on": ago(0), "finding": FOUND, "kind": MARGINAL} | more))


def known_referral(cast: Any, household: Household) -> Referral:
    """A hand-over of a household, for whoever looks at addresses."""
    known = Referral.objects.filter(household=household).first()
    return known or Referral.objects.create(
        household=household, village=cast.village, way="to", kind="01", reason="收入低", handed_on=ago(1)
    )


def known_warning(cast: Any, household: Household) -> Signal:
    """A warning about a household, for whoever looks at addresses."""
    known = Signal.objects.filter(household=household).first()
    return known or told(cast, household)


def known_event(cast: Any) -> AreaEvent:
    """An area risk of the village, for whoever looks at addresses."""
    known = AreaEvent.objects.first()
    if known:
        return known
    made = AreaEvent.objects.create(
        kind="01",
        name="白灾",
        document="旗政办发〔2026〕1号",
        declared_on=ago(1),
        visit_by=ago(-6),
        banner=cast.village,
    )
    made.places.create(division=cast.village)
    return made
