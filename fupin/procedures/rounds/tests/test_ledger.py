"""The table of before and after: every change stands on its line, and whatever happens it adds up to the last person."""

import random
from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fupin.accounts import scopes
from fupin.core.refusals import NotAllowed, Refused
from fupin.divisions.queries import tree
from fupin.procedures.rounds import reading
from fupin.procedures.rounds.reading import BEGIN, END
from fupin.procedures.rounds.words import Line, Stock
from fupin.registry.models import Household, HouseholdFact, Membership, RegisterStatus
from fupin.registry.operations import members as member_acts
from fupin.registry.operations import moves
from fupin.registry.operations.members import Leaving, NewMember
from fupin.registry.operations.moves import Merging, Moving, Splitting
from fupin.registry.tests.households import family, member

pytestmark = pytest.mark.django_db
FIRST, AFTER, UNTIL = date(2016, 1, 1), date(2016, 12, 31), date(2017, 12, 31)
DAY = date(2017, 6, 1)
BY = scopes.SYSTEM


def status(household, code, on, **more):
    RegisterStatus.objects.open().filter(household=household).update(valid_to=on)
    if code is not None:
        RegisterStatus.objects.create(household=household, status=code, valid_from=on, **more)


def poor(village, on=FIRST):
    made = family(village, by=BY, on=on)
    status(made, "04", on)
    return made


def head_of(household):
    return Membership.objects.open().get(household=household, relation="01").person_id


def son_of(household):
    return Membership.objects.open().get(household=household, relation="03").person_id


def sheet(cast, division=None, stock=Stock.REGISTERED):
    found = reading.statement(division=(division or cast.banner).pk, stock=stock, after=AFTER, until=UNTIL)
    one = found.of((division or cast.banner).pk)
    assert one.residual == (0, 0), (one, found.entries)
    return one


def test_who_is_identified_returns_or_exits_stands_on_its_line_with_all_members(cast):
    joined, returned, exited = (
        family(cast.village, by=BY, on=FIRST),
        family(cast.village, by=BY, on=FIRST),
        poor(cast.village),
    )
    status(returned, "05", FIRST)
    status(joined, "04", DAY)
    status(returned, "02", DAY)
    status(exited, "05", DAY)
    found = sheet(cast)
    assert (found[BEGIN], found[END]) == ((1, 3), (2, 6))
    assert (found[Line.JOINED], found[Line.RETURNED], found[Line.EXITED]) == ((1, 3), (1, 3), (-1, -3))


def test_a_household_of_the_old_year_that_only_got_new_values_is_no_change(cast):
    household = poor(cast.village)
    HouseholdFact.objects.filter(household=household).update(valid_to=DAY)
    HouseholdFact.objects.create(household=household, village=cast.village, valid_from=DAY, remark="改")
    assert (sheet(cast)[BEGIN], sheet(cast)[END]) == ((1, 3), (1, 3))


def test_births_marriages_and_deaths_are_persons_without_a_household(cast):
    household = poor(cast.village)
    born, bride = member("新生", "99", "20170501"), member("其其格", "12", "19920101", "2")
    member_acts.add_members(
        members=[NewMember(household.pk, born, "06"), NewMember(household.pk, bride, "05")], by=BY, on=DAY
    )
    member_acts.remove_members(leavings=[Leaving(son_of(household), "02")], by=BY, on=DAY + timedelta(days=1))
    wife = Membership.objects.open().get(household=household, relation="02").person_id
    member_acts.remove_members(leavings=[Leaving(wife, "01")], by=BY, on=DAY + timedelta(days=2))
    found = sheet(cast)
    lines = (Line.BORN, Line.MARRIED_IN, Line.MARRIED_OUT, Line.DIED)
    assert [found[line] for line in lines] == [(0, 1), (0, 1), (0, -1), (0, -1)]
    assert found[END] == (1, 3)


def test_the_last_death_takes_the_household_along(cast):
    household = poor(cast.village)
    persons = list(
        Membership.objects.open().filter(household=household).order_by("-relation").values_list("person_id", flat=True)
    )
    for person in persons:
        member_acts.remove_members(leavings=[Leaving(person, "01")], by=BY, on=DAY)
    found = sheet(cast)
    assert (found[Line.DIED], found[Line.GONE], found[END]) == ((0, -3), (-1, 0), (0, 0))


def test_a_move_counts_in_both_villages_and_not_in_the_banner_that_holds_them(cast):
    household = poor(cast.village)
    moves.move_households(movings=[Moving(household.pk, cast.other_village.pk)], by=BY, on=DAY)
    assert sheet(cast, cast.village)[Line.MOVED_OUT] == (-1, -3)
    assert sheet(cast, cast.other_village)[Line.MOVED_IN] == (1, 3)
    assert sheet(cast)[Line.MOVED_OUT] == sheet(cast)[Line.MOVED_IN] == (0, 0)
    assert sheet(cast)[END] == (1, 3)


def test_a_household_that_splits_adds_a_household_and_nobody(cast):
    household = poor(cast.village)
    moves.split_households(splittings=[Splitting(household.pk, son_of(household), {})], by=BY, on=DAY)
    found = sheet(cast)
    assert (found[Line.REGROUPED], found[Line.JOINED], found[END]) == ((1, 0), (0, 0), (2, 3))


def test_households_that_merge_keep_everybody(cast):
    one, other = poor(cast.village), poor(cast.village)
    moves.merge_households(mergings=[Merging(other.pk, one.pk)], by=BY, on=DAY)
    found = sheet(cast)
    assert (found[Line.REGROUPED], found[Line.GONE], found[END]) == ((-1, 0), (0, 0), (1, 6))


def test_who_comes_from_a_household_merged_across_villages_moves(cast):
    one, other = poor(cast.village), poor(cast.other_village)
    moves.merge_households(mergings=[Merging(other.pk, one.pk)], by=BY, on=DAY)
    assert sheet(cast, cast.village)[Line.MOVED_IN] == (0, 3)
    assert (sheet(cast)[Line.REGROUPED], sheet(cast)[END]) == ((-1, 0), (1, 6))


def test_monitored_households_join_when_found_and_leave_when_their_risk_is_cleared(cast):
    new, cleared = (family(cast.village, by=BY, on=FIRST) for _ in range(2))
    status(new, "", DAY, monitor_kind="100A03002")
    status(cleared, "", FIRST, monitor_kind="100A03001")
    status(cleared, "", DAY, monitor_kind="100A03001", is_risk_cleared=True)
    found = sheet(cast, stock=Stock.MONITORED)
    assert (found[BEGIN], found[Line.JOINED], found[Line.EXITED], found[END]) == ((1, 3), (1, 3), (-1, -3), (1, 3))


def test_a_household_whose_risk_comes_back_returned(cast):
    household = family(cast.village, by=BY, on=FIRST)
    status(household, "", FIRST, monitor_kind="100A03001", is_risk_cleared=True)
    status(household, "", DAY, monitor_kind="100A03001", is_risk_cleared=False)
    assert sheet(cast, stock=Stock.MONITORED)[Line.RETURNED] == (1, 3)


def test_a_status_that_ends_without_a_reason_is_a_residual_with_its_household(cast):
    household, other = poor(cast.village), poor(cast.village)
    status(household, None, DAY)
    status(other, "05", DAY)
    found = reading.statement(division=cast.banner.pk, stock=Stock.REGISTERED, after=AFTER, until=UNTIL)
    assert found.of(cast.banner.pk).residual == (-1, -3)
    assert set(found.households(cast.banner.pk, Line.UNEXPLAINED)) == {household.pk}


def test_two_statuses_at_once_are_a_residual_with_its_household(cast):
    household = poor(cast.village)
    poor(cast.village)
    RegisterStatus.objects.create(household=household, status="04", valid_from=DAY, valid_to=UNTIL + timedelta(days=9))
    found = reading.statement(division=cast.banner.pk, stock=Stock.REGISTERED, after=AFTER, until=UNTIL)
    assert found.of(cast.banner.pk).residual == (1, 3)
    assert set(found.odd) == {household.pk}


def test_households_behind_a_line_are_told_with_their_changes(cast):
    household = poor(cast.village)
    status(household, "05", DAY)
    found = reading.statement(division=cast.village.pk, stock=Stock.REGISTERED, after=AFTER, until=UNTIL)
    ((pk, changes),) = found.households(cast.village.pk, Line.EXITED).items()
    assert (pk, changes[0].day, changes[0].persons) == (household.pk, DAY.isoformat(), -3)


def test_what_lies_in_other_banners_is_not_counted(cast):
    status(poor(tree_village(cast, "150521")), "05", DAY)
    assert sheet(cast)[Line.EXITED] == (0, 0)


def tree_village(cast, banner):
    from fupin.divisions.models import Division

    return Division.objects.get(pk=tree().administrative_villages(tree().by_code(banner).id)[0].id)


def test_a_table_put_away_says_the_same_for_every_division(cast):
    status(poor(cast.village), "05", DAY)
    moves.move_households(movings=[Moving(poor(cast.village).pk, cast.other_village.pk)], by=BY, on=DAY)
    found = reading.statement(division=cast.banner.pk, stock=Stock.REGISTERED, after=AFTER, until=UNTIL)
    back = reading.restored(reading.kept(found), found.tree)
    for division in (cast.banner, cast.township, cast.other_township, cast.village, cast.other_village):
        assert back.of(division.pk).figures == found.of(division.pk).figures


class Life:
    """Households to which things happen at random, by the office's own acts."""

    def __init__(self, cast, seed):
        self.cast, self.dice, self.day = cast, random.Random(seed), AFTER - timedelta(days=20)
        self.villages = [cast.village, cast.other_village]
        self.homes = [poor(self.dice.choice(self.villages)) for _ in range(3)] + [family(cast.village, by=BY, on=FIRST)]

    def happen(self, what):
        self.day += timedelta(days=self.dice.choice([0, 1, 30]))
        standing = [one for one in self.homes if HouseholdFact.objects.open().filter(household=one).exists()]
        if standing:
            # An act that the register refuses did not happen.
            with suppress(Refused, NotAllowed, IntegrityError), transaction.atomic():
                getattr(self, what)(self.dice.choice(standing), standing)

    def anybody(self, household):
        return self.dice.choice(
            list(Membership.objects.open().filter(household=household).values_list("person_id", flat=True))
        )

    def born(self, household, _all):
        code = self.dice.choice(["05", "06", "07", "11"])
        new = NewMember(household.pk, member("新", "99", "20160101"), code)
        member_acts.add_members(members=[new], by=BY, on=self.day)

    def left(self, household, _all):
        person = self.anybody(household)
        others = (
            Membership.objects.open()
            .filter(household=household)
            .exclude(person=person)
            .values_list("person_id", flat=True)
        )
        leaving = Leaving(person, self.dice.choice(["01", "02", "04", "08"]), next(iter(others), None))
        member_acts.remove_members(leavings=[leaving], by=BY, on=self.day)

    def exits(self, household, _all):
        status(household, self.dice.choice(["05", "99"]), self.day)

    def enters(self, household, _all):
        status(household, self.dice.choice(["04", "02"]), self.day)

    def moves(self, household, _all):
        moves.move_households(movings=[Moving(household.pk, self.dice.choice(self.villages).pk)], by=BY, on=self.day)

    def splits(self, household, _all):
        new = moves.split_households(
            splittings=[Splitting(household.pk, self.anybody(household), {})], by=BY, on=self.day
        )
        self.homes += Household.objects.filter(number__in=new)

    def merges(self, household, standing):
        moves.merge_households(mergings=[Merging(household.pk, self.dice.choice(standing).pk)], by=BY, on=self.day)


ACTS = ("born", "left", "exits", "enters", "moves", "splits", "merges")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.sampled_from(ACTS), min_size=3, max_size=16), seed=st.integers(0, 2**20))
def test_whatever_happens_the_table_adds_up_to_the_last_person(cast, acts, seed):
    with transaction.atomic():
        life = Life(cast, seed)
        for act in acts:
            life.happen(act)
        found = reading.statement(division=cast.banner.pk, stock=Stock.REGISTERED, after=AFTER, until=UNTIL)
        divisions = [cast.banner.pk, cast.township.pk, cast.other_township.pk, cast.village.pk, cast.other_village.pk]
        for division, one in found.sheets(divisions).items():
            assert one.residual == (0, 0), (division, one, found.entries)
        assert not found.odd
        transaction.set_rollback(True)
