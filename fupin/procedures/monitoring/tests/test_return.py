"""Until 2020 an exited household that fell under the line again is registered anew as returned, by procedure."""

from datetime import date, timedelta

import pytest

from fupin.core.refusals import Refused
from fupin.procedures import meetings
from fupin.procedures.meetings import Found
from fupin.procedures.monitoring.held import is_poor_again
from fupin.procedures.monitoring.rules import GUARANTEES, Account, Standing
from fupin.procedures.monitoring.tests.standings import RETURNING, proposed, put_on_list
from fupin.procedures.tests.cases import card_of, passed, put, taken
from fupin.registry import cards
from fupin.registry.models import RegisterStatus
from fupin.registry.operations import AccountSheet, Line, enter_accounts
from fupin.registry.tests.households import family

DAY = date(2019, 6, 3)


def reasons_of(refused, *given, **more):
    with pytest.raises(Refused) as refusal:
        refused(*given, **more)
    return "；".join(refusal.value.reasons)


def exited(cast, *, yuan=2000):
    made = family(cast.village, by=cast.village_officer, on=date(2016, 1, 1))
    sheet = AccountSheet(made.pk, 2018, date(2017, 10, 1), date(2018, 10, 1), 3, [Line("a1", yuan * 300)])
    enter_accounts(sheets=[sheet], by=cast.village_officer, on=DAY)
    put_on_list(made, since=date(2017, 12, 1), status="03", monitor_kind="", is_risk_cleared=None, exit_year=2017)
    cards.refresh([made.pk])
    return made


def visited(cast, case):
    for by in (cast.village_officer, cast.village_team):
        photo, signature = put(f"case:{case}", "visit_photo", "signature")
        meetings.verify(found=[Found(case, "home", str(by), "情况属实", "家中", True, photo, signature)], by=by, on=DAY)
        taken(case, "verify", by, DAY)
    meetings.verify(by=cast.village_officer, on=DAY, found=[
        Found(case, kind, "邻居", "情况属实", "村部", True) for kind in ("neighbours", "records")
    ])  # fmt: skip
    put(f"case:{case}", "visit_form", "visit_photo")
    taken(case, "conclude", cast.village_officer, DAY)


def test_the_whole_way_registers_the_household_as_returned(cast, it_is):
    it_is(DAY)
    household = exited(cast)
    case = proposed(cast, household, work=RETURNING, kind="returned", on=DAY)
    visited(cast, case)
    passed(cast, case, DAY)
    day = DAY
    for act, by, days in (
        ("post", cast.village_officer, 0), ("close", cast.village_officer, 20), ("check", cast.township_officer, 0),
        ("post_township", cast.township_officer, 0), ("close_township", cast.township_officer, 20),
        ("compare", cast.banner_officer, 0), ("decide", cast.banner_officer, 0), ("announce", cast.banner_officer, 0),
        ("return", cast.second_banner_officer, 0),
    ):  # fmt: skip
        day += timedelta(days=days)
        it_is(day)
        taken(case, act, by, day)
    status = RegisterStatus.objects.get(household=household, valid_to=None)
    assert (status.status, status.return_year, status.exit_year, status.source) == ("02", 2019, 2017, f"case:{case}")
    assert card_of(household).status == "02"


def test_only_who_has_exited_returns_and_only_until_2020(cast, it_is):
    it_is(DAY)
    bare = family(cast.village, by=cast.village_officer, on=date(2016, 1, 1))
    assert "已脱贫户" in reasons_of(proposed, cast, bare, work=RETURNING, kind="returned", on=DAY)
    household = exited(cast)
    it_is(date(2021, 1, 1))
    assert "没有施行" in reasons_of(proposed, cast, household, work=RETURNING, kind="returned", on=date(2021, 1, 1))


def test_above_the_line_and_guarantees_not_found_out_is_not_known(cast, it_is):
    it_is(DAY)
    household = exited(cast, yuan=9000)
    case = proposed(cast, household, work=RETURNING, kind="returned", on=DAY)
    assert "未查明" in reasons_of(visited, cast, case)


@pytest.mark.parametrize(
    ("income", "lights", "outcome"),
    [
        (2999, {}, "yes"), (3000, dict.fromkeys(GUARANTEES, "met"), "no"), (3000, {"housing": "unmet"}, "yes"),
        (3000, {}, "unknown"), (None, dict.fromkeys(GUARANTEES, "met"), "unknown"),
    ],
)  # fmt: skip
def test_who_is_poor_again(income, lights, outcome):
    accounts = () if income is None else (Account(2018, income, 3000),)
    assert is_poor_again(Standing(status="03", accounts=accounts, lights=lights), DAY).outcome == outcome
    assert is_poor_again(Standing(status="04", accounts=accounts, lights=lights), DAY).outcome == "no"
