"""Two people act on the same households at once: the second waits, then goes by what the first has left."""

import pytest
from django.db import connection

from fupin.core.refusals import NotFound, Refused, Stale
from fupin.core.tests.at_once import after_one_another
from fupin.registry.models import HouseholdFact, Membership
from fupin.registry.operations import (
    Leaving,
    Merging,
    NewMember,
    PersonChange,
    add_members,
    change_persons,
    merge_households,
    remove_members,
)
from fupin.registry.tests.households import DAY, family, member
from fupin.registry.tests.test_operations import LATER

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def three(cast):
    return [
        family(cast.village, by=cast.village_officer, members=[member(name, "01", "19350101"), member("子", "03")])
        for name in ("那顺", "宝音", "巴图")
    ]


def merge(cast, household, into):
    merge_households(mergings=[Merging(household.pk, into.pk)], by=cast.village_officer, on=LATER)


def test_nobody_joins_a_household_that_is_being_merged_away(cast, three):
    first, second, third = three
    (met,) = after_one_another(lambda: merge(cast, second, third), lambda: merge(cast, first, second))
    assert isinstance(met, NotFound)
    assert Membership.objects.open().filter(household=first).count() == 2
    assert not Membership.objects.open().filter(household=second).exists()


def test_nobody_is_born_into_a_household_that_is_being_merged_away(cast, three):
    first, second, _third = three
    child = NewMember(second.pk, member("其其格", "08", "20180801", "2"), "06")
    (met,) = after_one_another(
        lambda: merge(cast, second, first),
        lambda: add_members(members=[child], by=cast.village_officer, on=LATER),
    )
    assert isinstance(met, NotFound)
    assert not Membership.objects.open().exclude(household__facts__in=HouseholdFact.objects.open()).exists()


def test_who_is_being_taken_into_another_household_leaves_that_one_or_nowhere(cast, three):
    first, second, _third = three
    son = Membership.objects.open().get(household=second, relation="03").person
    met = after_one_another(
        lambda: merge(cast, second, first),
        lambda: remove_members(leavings=[Leaving(son.pk, "02")], by=cast.village_officer, on=LATER),
    )
    still_there = Membership.objects.open().filter(person=son, household=first).exists()
    assert still_there == bool(met)
    assert all(isinstance(one, Stale) for one in met)
    assert not HouseholdFact.objects.open().filter(household=second).exists()


def test_a_person_who_changes_household_meanwhile_is_read_anew(cast, three):
    first, second, _third = three
    son = Membership.objects.open().get(household=second, relation="03").person
    met = after_one_another(
        lambda: merge(cast, second, first),
        lambda: change_persons(changes=[PersonChange(son.pk, {"labour": "02"})], by=cast.village_officer, on=LATER),
    )
    assert [type(one) for one in met] == ([] if connection.vendor == "sqlite" else [Stale])


def test_somebody_who_comes_back_is_taken_in_once(cast, three):
    first, second, third = three
    card = member("其其格", "99", "19950505", "2")
    (number,) = add_members(members=[NewMember(first.pk, card, "05")], by=cast.village_officer, on=DAY)
    person = Membership.objects.get(person__number=number).person
    Membership.objects.filter(person=person).update(valid_to=LATER, left_by="02")

    def take_in(household):
        add_members(members=[NewMember(household.pk, card, "05")], by=cast.village_officer, on=LATER)

    (met,) = after_one_another(lambda: take_in(second), lambda: take_in(third))
    assert isinstance(met, Refused)
    assert Membership.objects.open().get(person=person).household == second
