"""Lists, pages, history and search of the register."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fupin.accounts import scopes
from fupin.core.refusals import NotFound
from fupin.divisions.models import DivisionFact
from fupin.divisions.operations import Revision, revise
from fupin.registry import sheets, words
from fupin.registry.models import IncomeAccount, RegisterStatus, SearchKey
from fupin.registry.operations import (
    Finding,
    HouseholdChange,
    Leaving,
    change_household,
    move_households,
    record_findings,
    remove_members,
)
from fupin.registry.operations.moves import Moving
from fupin.registry.queries import (
    Filters,
    count_rows,
    history_of,
    household_page,
    list_page,
    person_page,
)
from fupin.registry.search import search
from fupin.registry.tests.households import DAY, family, id_number, member

TODAY = date(2018, 12, 31)
LATER = date(2018, 9, 1)


def numbers(user, filters=None, on=TODAY, **more):
    page = list_page(user, filters or Filters(), on=on, today=TODAY, **more)
    return [row.number for row in page.rows]


def test_every_coded_column_of_the_files_is_bound_to_the_same_list():
    bound = {**words.HOUSEHOLD_CODES, **words.STATUS_CODES}
    persons = {**words.PERSON_CODES, **words.MEMBERSHIP_CODES}
    for column in sheets.HOUSEHOLDS:
        if column.codes:
            assert bound[column.name] == column.codes, column.name
    for column in sheets.PERSONS:
        if column.codes and column.name != "document_kind":
            assert persons[column.name] == column.codes, column.name


def test_the_words_of_a_field_follow_the_regime_of_the_day():
    assert ("01", "一般贫困户") in words.choices("household_kind", date(2018, 12, 31))
    assert ("01", "一般农户") in words.choices("household_kind", date(2026, 1, 1))
    assert words.label("household_kind", "01", date(2018, 1, 1)) == "一般贫困户"
    assert words.label("health", "02,04") == "长期慢性病、残疾"
    assert words.word("household", date(2018, 1, 1)) == "贫困户"
    assert "贫困户" not in words.word("household", date(2026, 1, 1))


def test_a_list_shows_the_own_area_and_counts_what_it_shows(cast):
    mine = family(cast.village, by=cast.village_officer)
    family(cast.other_village, by=cast.other_village_officer)
    assert numbers(cast.village_officer) == [mine.number]
    assert len(numbers(cast.banner_officer)) == 2
    assert numbers(cast.other_banner_officer) == []
    for user, count in ((cast.village_officer, 1), (cast.banner_officer, 2), (cast.security_admin, 0)):
        assert count_rows(user, Filters(), on=TODAY, today=TODAY) == count


def test_filters_narrow_by_status_cause_size_income_and_one_member(cast):
    ill = family(cast.village, by=cast.village_officer, main_cause="01", fuel="02", is_herder=True)
    alone = family(cast.village, by=cast.village_officer, members=[member("那顺", "01", health="02,04", labour="04")])
    RegisterStatus.objects.create(household=ill, status="04", valid_from=DAY)
    from fupin.registry import cards

    IncomeAccount.objects.create(
        household=ill, year=2018, window_from=DAY, window_to=LATER, counted_persons=3, per_head_fen=250_000
    )
    cards.refresh([ill.pk])
    cases = [
        (Filters(state="registered"), [ill]),
        (Filters(state="ordinary"), [alone]),
        (Filters(state="exited"), []),
        (Filters(codes={"main_cause": "01"}), [ill]),
        (Filters(codes={"main_cause": "-"}), [alone]),
        (Filters(codes={"fuel": "02"}), [ill]),
        (Filters(codes={"is_herder": "1"}), [ill]),
        (Filters(codes={"is_herder": "-"}), [alone]),
        (Filters(persons_from=3), [ill]),
        (Filters(persons_to=2), [alone]),
        (Filters(income_below_fen=250_001), [ill]),
        (Filters(income_below_fen=250_000), []),
        (Filters(members={"health": "04"}), [alone]),
        (Filters(members={"health": "04", "labour": "01"}), []),
        (Filters(members={"relation": "02"}), [ill]),
        (Filters(division=cast.other_village.pk), []),
        (Filters(division=cast.township.pk), [ill, alone]),
    ]
    for filters, found in cases:
        assert numbers(cast.banner_officer, filters) == [one.number for one in found], filters
        assert count_rows(cast.banner_officer, filters, on=TODAY, today=TODAY) == len(found)


def test_pages_follow_by_key_both_ways(cast):
    made = [family(cast.village, by=cast.village_officer, members=[member("甲", "01")]).number for _ in range(5)]
    first = list_page(cast.village_officer, Filters(), on=TODAY, today=TODAY, size=2)
    assert ([row.number for row in first.rows], first.before) == (made[:2], "")
    second = list_page(cast.village_officer, Filters(), on=TODAY, today=TODAY, size=2, after=first.after)
    assert [row.number for row in second.rows] == made[2:4]
    last = list_page(cast.village_officer, Filters(), on=TODAY, today=TODAY, size=2, after=second.after)
    assert ([row.number for row in last.rows], last.after) == (made[4:], "")
    back = list_page(cast.village_officer, Filters(), on=TODAY, today=TODAY, size=2, before=last.before)
    assert [row.number for row in back.rows] == made[2:4]


def test_what_is_rare_is_sought_a_stretch_at_a_time_and_the_first_answer_says_where_it_stopped(cast):
    common = [family(cast.village, by=cast.village_officer, members=[member("甲", "01")]).number for _ in range(3)]
    rare = family(cast.village, by=cast.village_officer, members=[member("乙", "01", health="04")]).number
    filters = Filters(members={"health": "04"})
    for officer in (cast.region_officer, cast.league_officer, cast.banner_officer):
        page = list_page(officer, filters, on=TODAY, today=TODAY, at_most=2)
        assert (page.rows, page.after, page.stopped_at) == ([], "", common[1])
        assert numbers(officer, filters) == [rare]
        assert list_page(officer, filters, on=TODAY, today=TODAY, at_most=3).stopped_at == common[2]
        whole = list_page(officer, filters, on=TODAY, today=TODAY, at_most=4)
        assert ([row.number for row in whole.rows], whole.stopped_at) == ([rare], "")
        full = list_page(officer, Filters(members={"relation": "01"}), on=TODAY, today=TODAY, at_most=2, size=1)
        assert (full.after, full.stopped_at) == (common[0], "")


def test_a_village_that_comes_to_another_banner_takes_its_households_into_lists_and_searches_there(cast):
    household = family(cast.village, by=cast.village_officer, members=[member("那仁图雅", "01")])
    neighbour = DivisionFact.objects.open().filter(code__startswith="150521", division__level="township").first()
    assert numbers(cast.other_banner_officer) == []
    revise(revisions=[Revision(cast.village.pk, parent=neighbour.division_id)], by=None, on=TODAY)
    assert numbers(cast.other_banner_officer) == [household.number]
    assert [hit.number for hit in search(cast.other_banner_officer, "那仁图雅")] == [household.number]
    assert numbers(cast.banner_officer) == []
    assert search(cast.banner_officer, "那仁图雅") == []
    assert numbers(cast.league_officer) == [household.number]


def test_an_earlier_day_is_shown_as_it_was(cast):
    household = family(cast.village, by=cast.village_officer, main_cause="01")
    RegisterStatus.objects.create(household=household, status="04", valid_from=DAY, valid_to=LATER)
    RegisterStatus.objects.create(household=household, status="05", valid_from=LATER)
    change_household(changes=[HouseholdChange(household.pk, {"main_cause": "04"})], by=cast.village_officer, on=LATER)
    wife = household.memberships.get(relation="02")
    remove_members(leavings=[Leaving(wife.person_id, "02")], by=cast.village_officer, on=LATER)
    before = list_page(cast.village_officer, Filters(state="registered"), on=DAY, today=TODAY).rows
    assert [(row.head_name, row.persons, row.status, row.main_cause) for row in before] == [("宝音", 3, "04", "01")]
    assert numbers(cast.village_officer, on=date(2018, 2, 28)) == []
    assert numbers(cast.village_officer, Filters(persons_from=3), on=DAY) == [household.number]
    assert numbers(cast.village_officer, Filters(persons_from=4), on=DAY) == []
    page = household_page(cast.village_officer, household.number, DAY)
    assert (len(page.members), page.status.status, page.fact.main_cause) == (3, "04", "01")
    page = household_page(cast.village_officer, household.number, LATER)
    assert (len(page.members), page.status.status, page.fact.main_cause) == (2, "05", "04")
    assert [row.person_id for row in page.former] == [wife.person_id]


def test_a_page_of_another_area_is_not_there(cast):
    household = family(cast.village, by=cast.village_officer)
    for stranger in (cast.other_village_officer, cast.other_banner_officer, cast.system_admin, cast.nobody):
        with pytest.raises(NotFound):
            household_page(stranger, household.number, TODAY)
    with pytest.raises(NotFound):
        household_page(cast.village_officer, "15052210020099999", TODAY)
    with pytest.raises(NotFound, match="2018-03-01 起"):
        household_page(cast.village_officer, household.number, date(2018, 2, 1))


def test_who_moved_away_is_seen_where_they_live_now(cast):
    household = family(cast.village, by=cast.village_officer)
    move_households(movings=[Moving(household.pk, cast.other_village.pk)], by=cast.banner_officer, on=LATER)
    assert household_page(cast.other_village_officer, household.number, TODAY).fact.village_id == cast.other_village.pk
    with pytest.raises(NotFound):
        household_page(cast.village_officer, household.number, TODAY)


def test_the_number_of_queries_does_not_grow_with_the_household(cast):
    small = family(cast.village, by=cast.village_officer, members=[member("甲", "01")])
    large = family(
        cast.village, by=cast.village_officer, members=[member("乙", "01"), *(member("丙", "99") for _ in range(7))]
    )
    record_findings(findings=[Finding(large.pk, "water", "met", "自来水")], by=cast.village_officer, on=DAY)
    counts = []
    for household in (small, large):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            household_page(cast.village_officer, household.number, TODAY)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 14


def test_the_number_of_queries_of_a_list_does_not_grow_with_its_rows(cast):
    cast.village_officer.holdings_today = scopes.read_holdings(cast.village_officer)  # as a request reads them, once
    counts = []
    for wanted in (1, 6):
        while len(numbers(cast.village_officer)) < wanted:
            family(cast.village, by=cast.village_officer, members=[member("甲", "01")])
        for on in (TODAY, DAY):
            with CaptureQueriesContext(connection) as queries:
                numbers(cast.village_officer, on=on)
            counts.append(len(queries))
    assert counts[0] == counts[2] <= 2
    assert counts[1] == counts[3] <= 6


def test_every_value_tells_where_it_came_from_and_who_changed_it(cast):
    household = family(cast.village, by=cast.village_officer, main_cause="01", fuel="01")
    change_household(changes=[HouseholdChange(household.pk, {"fuel": "03"})], by=cast.township_officer, on=LATER)
    wrong = HouseholdChange(household.pk, {"main_cause": "02"}, is_correction=True)
    change_household(changes=[wrong], by=cast.township_officer, on=LATER)
    fuel = history_of("household", household.pk, "fuel")
    assert [(one.value, one.valid_from, one.valid_to) for one in fuel] == [("03", LATER, None), ("01", DAY, LATER)]
    assert fuel[0].entered_by == "township_officer"
    cause = history_of("household", household.pk, "main_cause")
    correction = next(one for one in cause if one.is_correction)
    assert (correction.corrected_from, correction.value) == ("01", "02")
    with pytest.raises(KeyError):
        history_of("household", household.pk, "password")


@pytest.mark.parametrize("typed", ["宝音", "baoyin", "by", "BaoYin", "宝", "bao", "乌云", "wuyun", "batee", "bte"])
def test_any_member_is_found_by_name_pinyin_and_initials(cast, typed):
    household = family(cast.village, by=cast.village_officer)
    assert household.number in {hit.number for hit in search(cast.banner_officer, typed)}
    assert search(cast.other_banner_officer, typed) == []
    assert search(cast.other_village_officer, typed) == []
    assert search(cast.system_admin, typed) == []


def test_a_name_that_an_import_is_about_to_bring_finds_nobody_yet(cast):
    household = family(cast.village, by=cast.village_officer)
    (key, *_others) = SearchKey.objects.filter(household_id=household.pk)
    SearchKey.objects.create(
        key="未来人", banner_id=key.banner_id, village_id=key.village_id, household_id=household.pk, person_id=1
    )
    assert search(cast.banner_officer, "未来人") == []


def test_numbers_are_found_whole_and_household_numbers_from_their_beginning(cast):
    number = id_number()
    members = [{**member("宝音", "01"), "id_number": number}]
    household = family(cast.village, by=cast.village_officer, members=members, phone="13800138000")
    person = household.memberships.get().person
    for typed, matched in (
        (number, "id"), (number[:6] + " " + number[6:], "id"), ("138 0013 8000", "phone"), (person.number, "person"),
        (household.number, "household"), (household.number[:14], "household"),
    ):  # fmt: skip
        hits = search(cast.village_officer, typed)
        assert [(hit.number, hit.matched) for hit in hits] == [(household.number, matched)], typed
        assert search(cast.other_village_officer, typed) == [], typed
    assert search(cast.village_officer, number[:17]) == []
    assert search(cast.village_officer, "   ") == []


def test_a_person_is_shown_with_every_household_there_was(cast):
    household = family(cast.village, by=cast.village_officer)
    person = household.memberships.get(relation="02").person
    page = person_page(cast.village_officer, person.number, TODAY)
    assert (page.member.fact.name, page.household.number, page.is_member) == ("乌云", household.number, True)
    assert page.member.age(TODAY) == 56
    with pytest.raises(NotFound):
        person_page(cast.other_village_officer, person.number, TODAY)


def test_an_earlier_day_is_walked_through_the_region_a_stretch_at_a_time_too(cast):
    common = [family(cast.village, by=cast.village_officer, members=[member("甲", "01")]).number for _ in range(3)]
    rare = family(cast.village, by=cast.village_officer, members=[member("乙", "01", health="04")]).number
    filters = Filters(members={"health": "04"})

    def page(filters=filters, **asked):
        return list_page(cast.region_officer, filters, on=LATER, today=TODAY, **asked)

    assert (page(at_most=2).rows, page(at_most=2).stopped_at) == ([], common[1])
    assert page(at_most=3).stopped_at == common[2]
    assert ([row.number for row in page(at_most=4).rows], page(at_most=4).stopped_at) == ([rare], "")
    assert [row.number for row in page(after=common[1], at_most=2).rows] == [rare]
    first = page(Filters(), at_most=4, size=2)
    assert ([row.number for row in first.rows], first.after) == (common[:2], common[1])
    assert [row.number for row in page(Filters(), after=first.after, at_most=4, size=2).rows] == [common[2], rare]


def test_a_page_of_an_earlier_day_costs_the_region_no_more_than_its_own_households(cast):
    for name in "甲乙丙":
        family(cast.village, by=cast.village_officer, members=[member(name, "01")])

    def plan(size):
        with CaptureQueriesContext(connection) as asked:
            list_page(cast.region_officer, Filters(), on=LATER, today=TODAY, size=size, at_most=2)
        return [one["sql"] for one in asked.captured_queries if "registry_householdfact" in one["sql"]]

    (rows,) = plan(1)
    # The households are chosen before their facts are read.
    assert '"registry_household"' in rows.partition("IN (SELECT")[2]
    assert "LIMIT 4" in rows
