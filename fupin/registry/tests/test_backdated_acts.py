"""Acts entered late: a day before something later was registered is refused, and what was registered stays."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from fupin.core.refusals import Refused
from fupin.registry.models import Household, HouseholdFact, Membership, RegisterStatus
from fupin.registry.operations import (
    HouseholdChange,
    Leaving,
    Merging,
    NewMember,
    Splitting,
    add_members,
    change_heads,
    change_household,
    merge_households,
    remove_members,
    split_households,
)
from fupin.registry.tests.households import DAY, family, member

SUMMER = date(2018, 6, 1)
AUTUMN = date(2018, 9, 1)
BEFORE = DAY - timedelta(days=1)


def person_of(household, relation):
    return Membership.objects.open().get(household=household, relation=relation).person


def history(model=Membership, **of):
    order = ("valid_from", "person_id") if model is Membership else ("valid_from",)
    return list(model.objects.filter(**of).order_by(*order).values())


def bride_of(cast, household, on=AUTUMN):
    """A daughter-in-law who joined in autumn."""
    new = NewMember(household.pk, member("萨仁", "05", "19930101", "2"), "05")
    (number,) = add_members(members=[new], by=cast.village_officer, on=on)
    return Membership.objects.open().get(person__number=number).person


def test_nobody_leaves_before_the_day_of_joining(cast):
    household = family(cast.village, by=cast.village_officer)
    bride = bride_of(cast, household)
    kept = history(household=household)
    with pytest.raises(Refused, match=r"2018-09-01 起.*请填写 2018-09-01 或以后") as refusal:
        remove_members(leavings=[Leaving(bride.pk, "02")], by=cast.village_officer, on=SUMMER)
    assert bride.number in str(refusal.value)
    assert history(household=household) == kept
    remove_members(leavings=[Leaving(bride.pk, "02")], by=cast.village_officer, on=AUTUMN + timedelta(days=1))
    assert Membership.objects.get(person=bride).valid_from == AUTUMN


def test_who_joined_later_is_not_split_off_on_an_earlier_day(cast):
    household = family(cast.village, by=cast.village_officer)
    son, bride = person_of(household, "03"), bride_of(cast, household)
    kept = history(household=household)
    parts = [Splitting(household.pk, son.pk, {bride.pk: "02"})]
    with pytest.raises(Refused, match="2018-09-01 起"):
        split_households(splittings=parts, by=cast.village_officer, on=SUMMER)
    assert history(household=household) == kept
    assert Household.objects.count() == 1


def test_nobody_joins_another_household_before_the_day_of_joining_the_first(cast):
    first = family(cast.village, by=cast.village_officer)
    second = family(cast.village, by=cast.village_officer, members=[member("那顺", "01", "19350101")])
    bride_of(cast, second)
    kept = history()
    with pytest.raises(Refused, match="2018-09-01 起"):
        merge_households(mergings=[Merging(second.pk, first.pk)], by=cast.village_officer, on=SUMMER)
    assert history() == kept


def test_a_merge_before_a_later_fact_of_the_household_is_refused_and_the_fact_stays(cast):
    first = family(cast.village, by=cast.village_officer)
    second = family(cast.village, by=cast.village_officer, fuel="01", members=[member("那顺", "01", "19350101")])
    change_household(changes=[HouseholdChange(second.pk, {"fuel": "03"})], by=cast.village_officer, on=AUTUMN)
    kept = history(HouseholdFact, household=second)
    with pytest.raises(Refused, match="2018-09-01 起") as refusal:
        merge_households(mergings=[Merging(second.pk, first.pk)], by=cast.village_officer, on=SUMMER)
    assert second.number in str(refusal.value)
    assert history(HouseholdFact, household=second) == kept


def test_the_last_member_does_not_leave_before_a_later_fact_or_status(cast):
    household = family(cast.village, by=cast.village_officer, fuel="01", members=[member("宝音", "01")])
    RegisterStatus.objects.create(household=household, status="04", valid_from=AUTUMN)
    last = Leaving(person_of(household, "01").pk, "01")
    with pytest.raises(Refused, match="2018-09-01 起"):
        remove_members(leavings=[last], by=cast.village_officer, on=SUMMER)
    assert RegisterStatus.objects.open().filter(household=household).exists()
    change_household(changes=[HouseholdChange(household.pk, {"fuel": "03"})], by=cast.village_officer, on=AUTUMN)
    with pytest.raises(Refused, match="2018-09-01 起"):
        remove_members(leavings=[last], by=cast.village_officer, on=SUMMER)
    assert HouseholdFact.objects.filter(household=household).count() == 2


def test_on_the_very_day_of_a_later_fact_the_household_may_end(cast):
    household = family(cast.village, by=cast.village_officer, fuel="01", members=[member("宝音", "01")])
    change_household(changes=[HouseholdChange(household.pk, {"fuel": "03"})], by=cast.village_officer, on=AUTUMN)
    remove_members(leavings=[Leaving(person_of(household, "01").pk, "01")], by=cast.village_officer, on=AUTUMN)
    row = HouseholdFact.objects.get(household=household)
    assert (row.fuel, row.valid_to) == ("01", AUTUMN)


def test_a_head_who_follows_another_does_not_do_so_before_that_one(cast):
    household = family(cast.village, by=cast.village_officer)
    wife, son = person_of(household, "02"), person_of(household, "03")
    change_heads(heads={household.pk: wife.pk}, by=cast.village_officer, on=AUTUMN)
    kept = history(household=household)
    with pytest.raises(Refused, match="2018-09-01 起"):
        change_heads(heads={household.pk: son.pk}, by=cast.village_officer, on=SUMMER)
    assert history(household=household) == kept
    change_heads(heads={household.pk: son.pk}, by=cast.village_officer, on=AUTUMN)
    for day in (SUMMER, AUTUMN):
        assert Membership.objects.on(day).filter(household=household, relation="01").count() == 1


def test_who_leaves_on_the_day_of_another_relation_keeps_the_reason(cast):
    household = family(cast.village, by=cast.village_officer)
    head, wife = person_of(household, "01"), person_of(household, "02")
    change_heads(heads={household.pk: wife.pk}, by=cast.village_officer, on=AUTUMN)
    remove_members(leavings=[Leaving(head.pk, "01")], by=cast.village_officer, on=AUTUMN)
    row = Membership.objects.get(person=head)
    assert (row.relation, row.valid_to, row.left_by) == ("01", AUTUMN, "01")


def test_a_household_split_off_takes_over_what_held_then_and_what_came_later(cast):
    household = family(cast.village, by=cast.village_officer, fuel="01")
    RegisterStatus.objects.create(household=household, status="04", valid_from=AUTUMN)
    change_household(changes=[HouseholdChange(household.pk, {"fuel": "03"})], by=cast.village_officer, on=AUTUMN)
    parts = [Splitting(household.pk, person_of(household, "03").pk, {})]
    (number,) = split_households(splittings=parts, by=cast.village_officer, on=SUMMER)
    rows = HouseholdFact.objects.filter(household__number=number).order_by("valid_from")
    assert [(row.fuel, row.valid_from, row.valid_to) for row in rows] == [("01", SUMMER, AUTUMN), ("03", AUTUMN, None)]
    status = RegisterStatus.objects.get(household__number=number)
    assert (status.valid_from, status.entered_by) == (AUTUMN, "taken_over")


def test_nobody_joins_or_goes_into_a_household_before_it_was_registered(cast):
    household = family(cast.village, by=cast.village_officer)
    with pytest.raises(Refused, match=r"2018-03-01 起才在册.*请填写 2018-03-01 或以后"):
        bride_of(cast, household, on=BEFORE)
    assert Membership.objects.filter(household=household).count() == 3
    older = family(
        cast.village, by=cast.village_officer, on=date(2017, 1, 1), members=[member("那顺", "01", "19350101")]
    )
    with pytest.raises(Refused, match=f"{household.number}.*才在册"):
        merge_households(mergings=[Merging(older.pk, household.pk)], by=cast.village_officer, on=BEFORE)
    assert Membership.objects.open().filter(household=older).count() == 1


def test_a_household_that_joins_another_is_joined_by_none_in_the_same_act(cast):
    first, second, third = (
        family(cast.village, by=cast.village_officer, members=[member(name, "01", "19350101")])
        for name in ("那顺", "宝音", "巴图")
    )
    chain = [Merging(first.pk, second.pk), Merging(second.pk, third.pk)]
    for mergings in (chain, chain[::-1], [Merging(first.pk, second.pk), Merging(first.pk, third.pk)]):
        with pytest.raises(Refused, match="分次办理"):
            merge_households(mergings=mergings, by=cast.village_officer, on=AUTUMN)
    assert Membership.objects.open().filter(household__in=[first, second, third]).count() == 3
    both = [Merging(first.pk, third.pk), Merging(second.pk, third.pk)]
    merge_households(mergings=both, by=cast.village_officer, on=AUTUMN)
    assert Membership.objects.open().filter(household=third).count() == 3


def test_the_screen_says_why_a_day_is_too_early(cast, client_of):
    household = family(cast.village, by=cast.village_officer)
    bride = bride_of(cast, household)
    browser = client_of(cast.village_officer)
    page = browser.post(
        reverse("registry:remove_member", args=[household.number]),
        {"person": bride.pk, "left_by": "02", "happened_on": "2018-06-01", "version": "2"},
    )
    assert page.status_code == 422
    assert "请填写 2018-09-01 或以后" in page.content.decode()
