"""Identification as it was until 2020: home, review, two notices, comparison, announcement, entry by another person."""

from datetime import date, timedelta

import pytest

from fupin.core.models import Case, StepTaken
from fupin.core.refusals import Refused
from fupin.procedures import operations
from fupin.procedures.models import CaseFile
from fupin.procedures.tests.cases import at_home, card_of, passed, state_of, taken
from fupin.procedures.works import Lead
from fupin.registry import cards
from fupin.registry.models import RegisterStatus
from fupin.registry.operations import AccountSheet, Line, enter_accounts
from fupin.registry.tests.households import family

BEGAN = date(2016, 3, 1)
"""A Tuesday; the whole way has twenty working days."""


def later(days):
    return BEGAN + timedelta(days=days)


def told(refused, *given, **more):
    with pytest.raises(Refused) as refusal:
        refused(*given, **more)
    return "；".join(refusal.value.reasons)


@pytest.fixture
def household(cast, it_is):
    it_is(BEGAN)
    made = family(cast.village, by=cast.village_officer, on=date(2014, 1, 1))
    sheet = AccountSheet(made.pk, 2015, date(2014, 10, 1), date(2015, 10, 1), 3, [Line("a1", 600_000)])
    enter_accounts(sheets=[sheet], by=cast.village_officer, on=BEGAN)
    cards.refresh([made.pk])
    return made


@pytest.fixture
def case(cast, household):
    lead = Lead(household.pk, "registered", "01", "因病支出大", "宝音", "01")
    return operations.open_leads(leads=[lead], by=cast.village_officer, on=BEGAN)[0]


def posted(cast, case):
    at_home(cast, case, BEGAN)
    passed(cast, case, BEGAN)
    taken(case, "post", cast.village_officer, BEGAN)


def checked(cast, case, it_is):
    posted(cast, case)
    it_is(later(8))
    taken(case, "close", cast.village_officer, later(8))
    taken(case, "check", cast.township_officer, later(8))


def announced(cast, case, it_is):
    checked(cast, case, it_is)
    taken(case, "post_township", cast.township_officer, later(8))
    it_is(later(16))
    taken(case, "close_township", cast.township_officer, later(16))
    taken(case, "compare", cast.banner_officer, later(16), note="无车辆、房产")
    taken(case, "decide", cast.banner_officer, later(16))
    taken(case, "announce", cast.banner_officer, later(16))


def test_the_whole_way_of_2016_makes_a_registered_household(cast, household, case, it_is, board):
    announced(cast, case, it_is)
    taken(case, "enter", cast.second_banner_officer, later(16))
    assert state_of(case) == "entered"
    assert Case.objects.get(pk=case).edition == "2014"
    status = RegisterStatus.objects.get(household=household, valid_to=None)
    assert (status.status, status.standard, status.identified_on) == ("04", "01", later(16))
    assert card_of(household).status == "04"
    assert {place for place, _subject in board.hung} == {"village", "township", "banner"}
    assert not StepTaken.objects.filter(case=case, days_late__gt=0).exists()


def test_what_the_decision_of_2016_stood_on_is_the_line_of_2016(cast, case, it_is):
    announced(cast, case, it_is)
    kept = CaseFile.objects.get(pk=case)
    assert kept.per_head_fen == 200_000
    assert kept.compared_note == "无车辆、房产"
    assert kept.per_head_fen < kept.line_fen < 400_000


@pytest.mark.parametrize("act", ["check", "post_township", "compare", "decide", "announce", "enter"])
def test_nothing_of_the_township_or_banner_comes_before_the_village_s_notice_is_over(cast, case, act):
    posted(cast, case)
    for by in (cast.township_officer, cast.banner_officer, cast.second_banner_officer):
        assert "不能办理" in told(taken, case, act, by, BEGAN)


def test_each_notice_hangs_seven_whole_days(cast, case, it_is):
    posted(cast, case)
    it_is(later(7))
    assert "期限未满" in told(taken, case, "close", cast.village_officer, later(7))
    it_is(later(8))
    taken(case, "close", cast.village_officer, later(8))
    taken(case, "check", cast.township_officer, later(8))
    taken(case, "post_township", cast.township_officer, later(8))
    it_is(later(15))
    assert "期限未满" in told(taken, case, "close_township", cast.township_officer, later(15))


def test_without_the_second_notice_the_banner_does_not_compare(cast, case, it_is):
    checked(cast, case, it_is)
    assert "不能办理" in told(taken, case, "compare", cast.banner_officer, later(8))
    assert "不能办理" in told(taken, case, "decide", cast.banner_officer, later(8))


def test_who_announced_and_decided_does_not_enter(cast, case, it_is):
    announced(cast, case, it_is)
    assert "另一人" in told(taken, case, "enter", cast.banner_officer, later(16))


def test_a_household_of_2016_is_not_led_in_as_monitored(cast, household):
    lead = Lead(household.pk, "100A03002", "01", "因病支出大", "宝音", "01")
    assert "类别不在" in told(operations.open_leads, leads=[lead], by=cast.village_officer, on=BEGAN)


def test_over_its_deadline_the_way_goes_on_with_the_reason(cast, case, it_is):
    posted(cast, case)
    it_is(later(40))
    assert "逾期" in told(taken, case, "close", cast.village_officer, later(40))
    taken(case, "close", cast.village_officer, later(40), late_reason="白灾封路")
    assert StepTaken.objects.get(case=case, act="close").days_late > 0


def test_a_list_taken_down_is_posted_again_or_reviewed_again_and_not_before(cast, case, it_is, board):
    posted(cast, case)
    it_is(later(2))
    for act, by in (("post", cast.village_officer), ("take_back", cast.township_officer)):
        assert "撤下原公示" in told(taken, case, act, by, later(2), note="异议成立")
    board.down.add(f"case:{case}")
    taken(case, "take_back", cast.township_officer, later(2), note="异议成立")
    assert "民主评议" in told(taken, case, "review", cast.village_officer, later(2))
    passed(cast, case, later(2))
    assert state_of(case) == "reviewed"
