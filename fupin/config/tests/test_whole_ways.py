"""The whole way of a household on the real boards, in each edition: in until 2020, monitored from 2021."""

from datetime import date, timedelta

import pytest

from fupin.core import clock
from fupin.notices.models import Notice
from fupin.notices.operations import prove
from fupin.notices.tests.hung import photograph
from fupin.procedures import operations
from fupin.procedures.tests.cases import at_home, card_of, passed, poor, state_of, taken
from fupin.procedures.works import Lead
from fupin.registry import cards
from fupin.registry.operations import AccountSheet, Line, enter_accounts
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db
MARGINAL = "100A03002"


@pytest.fixture
def it_is(monkeypatch, tmp_path, settings):
    settings.DATA_FOLDER = tmp_path
    return lambda day: monkeypatch.setattr(clock, "today", lambda: day)


def came_down(case, act, place, by, it_is):
    """The list of a place is proved and ends after its days; returns the day on which its act is taken."""
    notice = Notice.objects.get(place=place, state="posted")
    prove(notices=[notice], files=[photograph()], by=by, on=notice.posted_on)
    over = notice.until + timedelta(days=1)
    it_is(over)
    taken(case, act, by, over)
    return over


def test_until_2020_a_household_comes_in_by_two_lists_and_an_announcement(cast, it_is):
    day = date(2016, 3, 1)
    it_is(day)
    household = family(cast.village, by=cast.village_officer, on=date(2014, 1, 1))
    sheet = AccountSheet(household.pk, 2015, date(2014, 10, 1), date(2015, 10, 1), 3, [Line("a1", 600_000)])
    enter_accounts(sheets=[sheet], by=cast.village_officer, on=day)
    cards.refresh([household.pk])
    lead = Lead(household.pk, "registered", "01", "因病支出大", "宝音")
    (case,) = operations.open_leads(leads=[lead], by=cast.village_officer, on=day)
    at_home(cast, case, day)
    passed(cast, case, day)
    taken(case, "post", cast.village_officer, day)
    day = came_down(case, "close", "village", cast.village_officer, it_is)
    taken(case, "check", cast.township_officer, day)
    taken(case, "post_township", cast.township_officer, day)
    day = came_down(case, "close_township", "township", cast.township_officer, it_is)
    taken(case, "compare", cast.banner_officer, day, note="未发现疑点")
    taken(case, "decide", cast.banner_officer, day)
    taken(case, "announce", cast.banner_officer, day)
    taken(case, "enter", cast.second_banner_officer, day)
    assert (state_of(case), card_of(household).status) == ("entered", "04")
    assert {notice.place for notice in Notice.objects.all()} == {"village", "township", "banner"}


def test_from_2021_a_household_is_monitored_after_one_list_of_its_village(cast, it_is):
    day = date(2025, 3, 3)
    it_is(day)
    household = poor(cast.village, by=cast.village_officer)
    (case,) = operations.open_leads(
        leads=[Lead(household.pk, MARGINAL, "01", "因病支出大", "宝音", "01")], by=cast.village_officer, on=day
    )
    at_home(cast, case, day, "authorisation")
    taken(case, "compare", cast.banner_officer, day, note="未发现疑点")
    passed(cast, case, day)
    taken(case, "post", cast.village_officer, day)
    day = came_down(case, "close", "village", cast.village_officer, it_is)
    taken(case, "check", cast.township_officer, day)
    taken(case, "decide", cast.banner_officer, day)
    taken(case, "enter", cast.second_banner_officer, day)
    assert (state_of(case), card_of(household).monitor_kind) == ("entered", MARGINAL)
    assert {notice.place for notice in Notice.objects.all()} == {"village"}
