"""Monitored and exited households for the tests, and the lawful way of clearing a risk."""

from __future__ import annotations

from datetime import date
from typing import Any

from fupin.core import clock
from fupin.procedures import operations
from fupin.procedures.monitoring.rules import months_after
from fupin.procedures.tests.cases import BEGAN, MARGINAL, ago, borne_out, put, reviewed, step, visit
from fupin.procedures.works import Lead
from fupin.registry import cards
from fupin.registry.models import Household, RegisterStatus
from fupin.registry.operations import AccountSheet, Finding, Line, enter_accounts, record_findings
from fupin.registry.tests.households import family, member

SOUND = {"house_grade": "A", "is_house_dangerous": False, "is_water_safe": True, "is_water_difficult": False}
CLEARING, RETURNING = "risk_clearing", "poverty_return"


def sound(
    cast: Any, *, yuan: int = 20_000, years: tuple[int, ...] = (1, 2), insured: Any = True, **facts: Any
) -> Household:
    """A household whose six guarantees are met, with an account of each of the last years."""
    members = [
        member("宝音", "01", has_resident_medical=insured),
        member("乌云", "02", "19620305", "2", has_resident_medical=True),
    ]
    made = family(cast.village, by=cast.village_officer, on=date(2018, 1, 1), members=members, **(SOUND | facts))
    record_findings(by=cast.village_officer, on=date(2018, 2, 1), findings=[
        Finding(made.pk, name, "met", "入户查看粮食衣被", "包村干部") for name in ("food", "clothing")
    ])  # fmt: skip
    this = clock.today().year
    sheets = [
        AccountSheet(
            made.pk, this - one, date(this - one - 1, 10, 1), date(this - one, 10, 1), 2, [Line("a1", yuan * 200)]
        )
        for one in years
    ]
    enter_accounts(sheets=sheets, by=cast.village_officer, on=clock.today())
    return made


def put_on_list(household: Household, *, since: date, **values: Any) -> Household:
    """The household has the status from a day, as an opening would have written it."""
    given = {"monitor_kind": MARGINAL, "is_risk_cleared": False, "identified_on": since} | values
    RegisterStatus.objects.create(household=household, valid_from=since, **given)
    cards.refresh([household.pk])
    return household


def listed(cast: Any, *, months: int = 8, **more: Any) -> Household:
    """A sound household that has been monitored for so many months."""
    return put_on_list(sound(cast, **more), since=months_after(ago(0), -months))


def proposed(cast: Any, household: Household, *, work: str = CLEARING, kind: str = "01", on: date | None = None) -> int:
    """The case by which its risk is to be cleared."""
    lead = Lead(household.pk, kind, statement="收入稳定，保障均已落实", applicant="包村干部")
    return operations.open_leads(leads=[lead], by=cast.village_officer, on=on or ago(BEGAN), work=work)[0]


def concluded(cast: Any, pk: int) -> None:
    """Visited by two, borne out, concluded."""
    visit(pk, cast.village_officer)
    visit(pk, cast.village_team)
    borne_out(pk, cast.village_officer)
    put(f"case:{pk}", "visit_form", "visit_photo")
    step(pk, "conclude", cast.village_officer)


def announced(cast: Any, pk: int) -> None:
    """The whole lawful way up to the banner's announcement."""
    concluded(cast, pk)
    reviewed(cast, pk)
    step(pk, "review", cast.village_officer, 11)
    step(pk, "post", cast.village_officer, 11)
    step(pk, "close", cast.village_officer, 5)
    step(pk, "check", cast.township_officer, 5)
    step(pk, "decide", cast.banner_officer, 4)
    step(pk, "announce", cast.banner_officer, 4)
