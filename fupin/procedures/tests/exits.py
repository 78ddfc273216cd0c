"""Exits for the tests: a registered household of 2014 that has everything an exit asks for in 2018, and its lawful way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from fupin.procedures import meetings, operations
from fupin.procedures.exits.work import KIND
from fupin.procedures.meetings import Found
from fupin.procedures.tests.cases import passed, put, taken
from fupin.procedures.works import Lead
from fupin.registry import cards
from fupin.registry.models import GuaranteeFinding, Household, RegisterStatus
from fupin.registry.operations import AccountSheet, Line, enter_accounts
from fupin.registry.tests.households import family, member

BEGAN = date(2018, 11, 1)
HOME = {"house_grade": "A", "is_house_dangerous": False, "is_water_safe": True, "is_water_difficult": False}
_INSURED = {"has_resident_medical": True, "has_employee_medical": False}


def later(days: int) -> date:
    return BEGAN + timedelta(days=days)


def registered(cast: Any, *, yuan: int = 6000, village: Any = None, findings: tuple[str, ...] = ("food", "clothing"),
               **values: Any) -> Household:  # fmt: skip
    """A household registered in 2014 with its account of 2018, so much a head, and what was found at the home."""
    people = [member("宝音", "01", **_INSURED), member("乌云", "02", "19620305", "2", **_INSURED)]
    made = family(
        village or cast.village, by=cast.village_officer, on=date(2014, 1, 1), members=people, **(HOME | values)
    )
    RegisterStatus.objects.create(
        household=made, status="04", identified_on=date(2014, 1, 1), valid_from=date(2014, 1, 1)
    )
    sheet = AccountSheet(made.pk, 2018, date(2017, 10, 1), date(2018, 10, 1), 2, [Line("a1", yuan * 200)])
    enter_accounts(sheets=[sheet], by=cast.village_officer, on=BEGAN)
    GuaranteeFinding.objects.bulk_create(
        GuaranteeFinding(household=made, guarantee=one, outcome="met", evidence="看过", valid_from=date(2018, 5, 1))
        for one in findings
    )
    cards.refresh([made.pk])
    return made


def proposed(cast: Any, *households: Household, on: date = BEGAN) -> list[int]:
    """The households on the list of intended exits, by their cases."""
    leads = [Lead(one.pk, KIND, statement="收入稳定", applicant="村两委") for one in households]
    return operations.open_leads(leads=leads, by=cast.village_officer, on=on, work="exit")


def visited(cast: Any, pk: int, on: date = BEGAN, *, agrees: bool = True) -> None:
    """Committee and team have been there, neighbours and records bear it out, leavers were checked with care."""
    for by in (cast.village_officer, cast.village_team):
        photo, signature = put(f"case:{pk}", "visit_photo", "signature")
        meetings.verify(found=[Found(pk, "home", str(by), "已稳定脱贫", "家中", True, photo, signature)], by=by, on=on)
        taken(pk, "verify", by, on)
    kinds = ("neighbours", "records", "again_leaver")
    meetings.verify(by=cast.village_officer, on=on, found=[
        Found(pk, kind, "邻居", "情况属实", "村部", agrees or kind != "again_leaver") for kind in kinds
    ])  # fmt: skip


def signed(pk: int) -> None:
    """The papers of the verification with both signatures."""
    put(f"case:{pk}", "visit_form", "visit_photo", "committee_signature", "team_signature")


def verified(cast: Any, pk: int, on: date = BEGAN) -> None:
    """Reviewed, visited by two, concluded with the signatures."""
    passed(cast, pk, on)
    visited(cast, pk, on)
    signed(pk)
    taken(pk, "conclude", cast.village_officer, on)


def posted(cast: Any, pk: int, on: date = BEGAN) -> None:
    verified(cast, pk, on)
    put(f"case:{pk}", "exit_consent")
    taken(pk, "agree", cast.village_officer, on)
    taken(pk, "post", cast.village_officer, on)


def checked(cast: Any, pk: int, it_is: Callable[[date], None]) -> None:
    posted(cast, pk)
    it_is(later(8))
    taken(pk, "close", cast.village_officer, later(8))
    taken(pk, "check", cast.township_officer, later(8))


def announced(cast: Any, pk: int, it_is: Callable[[date], None]) -> None:
    checked(cast, pk, it_is)
    taken(pk, "decide", cast.banner_officer, later(8))
    taken(pk, "announce", cast.banner_officer, later(8))
