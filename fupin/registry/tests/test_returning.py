"""Somebody who left joins another household: the person stays who it is."""

from datetime import date, timedelta

import pytest

from fupin.core.models import AuditEntry
from fupin.core.refusals import Refused
from fupin.registry.models import HouseholdCard, Membership, Person, PersonFact
from fupin.registry.operations import Leaving, NewMember, add_members, remove_members
from fupin.registry.tests.households import family, member

LEFT = date(2018, 9, 1)
DAUGHTER = "其其格"


@pytest.fixture
def bride(cast):
    """A daughter who has married out of one household, the numbers on her card, and the household she comes into."""
    card = member(DAUGHTER, "03", "19950505", "2", education="03")
    home = family(cast.village, by=cast.village_officer, members=[member("宝音", "01"), card])
    other = family(cast.other_village, by=cast.banner_officer)
    person = Membership.objects.open().get(household=home, relation="03").person
    remove_members(leavings=[Leaving(person.pk, "02")], by=cast.village_officer, on=LEFT)
    return person, {**card, "relation": "04"}, other


def test_she_keeps_her_number_and_history_in_the_new_household(cast, bride):
    person, card, other = bride
    new = NewMember(other.pk, {**card, "education": "05"}, "05")
    assert add_members(members=[new], by=cast.banner_officer, on=LEFT) == [person.number]
    places = Membership.objects.filter(person=person).order_by("valid_from")
    assert [(row.left_by, row.joined_by, row.relation) for row in places][1:] == [("", "05", "04")]
    assert places[0].valid_to == places[1].valid_from == LEFT
    assert PersonFact.objects.on(LEFT).get(person=person).education == "05"
    assert PersonFact.objects.on(LEFT - timedelta(days=1)).get(person=person).education == "03"
    assert Person.objects.filter(facts__name=DAUGHTER).distinct().count() == 1
    assert HouseholdCard.objects.get(household=other).persons == 4
    assert AuditEntry.objects.filter(act="registry.person.return", subject=f"person:{person.pk}").count() == 1


def test_who_joins_for_the_first_time_beside_her_gets_a_new_number(cast, bride):
    person, card, other = bride
    child = NewMember(other.pk, member("苏日娜", "99", "20180801", "2"), "06")
    numbers = add_members(members=[child, NewMember(other.pk, card, "05")], by=cast.banner_officer, on=LEFT)
    assert numbers[1] == person.number
    assert numbers[0] != person.number


def test_she_cannot_arrive_before_she_left(cast, bride):
    _person, card, other = bride
    with pytest.raises(Refused, match="才离开原户"):
        add_members(members=[NewMember(other.pk, card, "05")], by=cast.banner_officer, on=LEFT - timedelta(days=1))


def test_who_still_belongs_to_a_household_has_to_leave_it_first(cast, bride):
    _person, _card, other = bride
    head = member("巴图", "01", "19700101")
    family(cast.village, by=cast.village_officer, members=[head])
    with pytest.raises(Refused, match="减少成员"):
        add_members(members=[NewMember(other.pk, {**head, "relation": "99"}, "07")], by=cast.banner_officer, on=LEFT)


def test_a_person_who_died_does_not_come_back(cast):
    card = member("那顺", "03", "19900910")
    home = family(cast.village, by=cast.village_officer, members=[member("宝音", "01"), card])
    person = Membership.objects.open().get(household=home, relation="03").person
    remove_members(leavings=[Leaving(person.pk, "01")], by=cast.village_officer, on=LEFT)
    with pytest.raises(Refused, match="因死亡减少"):
        add_members(members=[NewMember(home.pk, card, "07")], by=cast.village_officer, on=LEFT)


def test_the_same_card_twice_in_one_act_is_refused(cast, bride):
    _person, card, other = bride
    twice = [NewMember(other.pk, card, "05"), NewMember(other.pk, card, "05")]
    with pytest.raises(Refused, match="重复"):
        add_members(members=twice, by=cast.banner_officer, on=LEFT)
