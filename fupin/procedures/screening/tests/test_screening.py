"""A screening of a banner: key groups are visited, all others confirmed, suspects go on; nothing is left out."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fupin.core import clock, jobs
from fupin.core.models import AuditEntry, Case
from fupin.core.refusals import NotAllowed, NotFound, Refused, Stale
from fupin.procedures.screening import filling, operations, queries, rounds
from fupin.procedures.screening.jobs import ask_to_fill
from fupin.procedures.screening.operations import Answer, Visit
from fupin.procedures.screening.queries import Wanted
from fupin.procedures.screening.tables import ScreeningHousehold, ScreeningRound
from fupin.procedures.screening.tests.made import drafted, hit, homes, line_of, opened
from fupin.procedures.tests.cases import led, poor
from fupin.procedures.works import Lead
from fupin.registry.models import HouseholdCard


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def households(cast):
    return homes(cast.village, 4, by=cast.village_officer)


def answers(rows, to_visit=(), reason="家庭情况有变化"):
    return [Answer(one.pk, one.pk in to_visit, reason if one.pk in to_visit else "", one.version) for one in rows]


def confirm(cast, given):
    return operations.confirm(answers=given, day=clock.today(), by=cast.village_officer, on=clock.today())


def visited(cast, row):
    seen = Visit(row.pk, clock.today(), "乌云", "未发现风险", row.version)
    return operations.visit(visits=[seen], by=cast.village_officer, on=clock.today())


LEAD = Lead(None, "100A03002", "02", "排查发现因病支出大", "宝音", "01")


def test_the_list_holds_every_household_of_the_banner_and_key_groups_are_to_be_visited(cast, households):
    found_by_condition = homes(cast.village, 1, by=cast.village_officer, disability_card_year=clock.today().year)[0]
    hit(households[1], cast.village)
    row = opened(cast)
    assert row.households.count() == 5
    assert (line_of(households[0]).state, line_of(households[0]).groups) == ("to_confirm", "")
    assert (line_of(households[1]).state, line_of(households[1]).groups) == ("to_visit", ",illness,")
    assert (line_of(found_by_condition).state, line_of(found_by_condition).groups) == ("to_visit", ",disability,")
    assert row.extract


def test_a_hit_counts_for_its_days_and_not_when_it_was_withdrawn(cast, households):
    hit(households[0], cast.village, days=365)
    hit(households[1], cast.village, days=366)
    hit(households[2], cast.village, state="closed", closed_on=clock.today(), closed_why="withdrawn")
    opened(cast)
    assert [line_of(one).groups for one in households] == [",illness,", "", "", ""]


def test_the_list_is_kept_up_and_done_twice_comes_to_the_same(cast, households):
    row = opened(cast)
    late = homes(cast.village, 1, by=cast.village_officer)[0]
    HouseholdCard.objects.filter(pk=households[0].pk).delete()
    hit(households[1], cast.village, "CMP-018")
    found = filling.refresh(pk=row.pk, by=None, on=clock.today())
    assert (found["added"], found["left"], found["grouped"]) == (1, 1, 1)
    assert line_of(late).joined_on == clock.today()
    assert line_of(households[0]).left_on == clock.today()
    assert line_of(households[1]).state == "to_visit"
    assert not any(filling.refresh(pk=row.pk, by=None, on=clock.today()).values())


def test_what_was_said_of_a_household_stays_when_a_hit_comes_later(cast, households):
    row = opened(cast)
    confirm(cast, answers([line_of(households[0])]))
    hit(households[0], cast.village)
    filling.refresh(pk=row.pk, by=None, on=clock.today())
    assert line_of(households[0]).state == "unchanged"


def test_the_list_is_made_by_the_job(cast, households):
    row = rounds.step(pk=drafted(cast).pk, act="open", by=cast.banner_officer, on=clock.today())
    ask_to_fill(row, by=cast.banner_officer)
    jobs.run_pending()
    assert row.households.count() == 4


def test_one_press_confirms_a_page_and_lists_the_ticked_to_be_visited(cast, households):
    opened(cast)
    rows = [line_of(one) for one in households]
    done = confirm(cast, answers(rows, {rows[0].pk}))
    assert done == {"unchanged": 3, "to_visit": 1}
    assert [line_of(one).state for one in households] == ["to_visit", "unchanged", "unchanged", "unchanged"]
    assert AuditEntry.objects.filter(act="screening.confirm").count() == 3
    assert AuditEntry.objects.filter(act="screening.to_visit").count() == 1


def test_a_press_sent_twice_is_entered_once(cast, households):
    opened(cast)
    given = answers([line_of(one) for one in households])
    assert confirm(cast, given) == confirm(cast, given)
    assert AuditEntry.objects.filter(act="screening.confirm").count() == 4


def test_a_page_that_another_has_answered_meanwhile_is_refused_in_words(cast, households):
    opened(cast)
    row = line_of(households[0])
    confirm(cast, answers([row], {row.pk}))
    with pytest.raises(Stale, match="刚被他人登记"):
        operations.confirm(answers=answers([row]), day=clock.today(), by=cast.village_team, on=clock.today())


def test_a_key_group_in_the_press_stops_all_of_it(cast, households):
    hit(households[0], cast.village)
    opened(cast)
    with pytest.raises(NotAllowed, match="重点人群"):
        confirm(cast, answers([line_of(one) for one in households]))
    assert not ScreeningHousehold.objects.filter(state="unchanged").exists()


def test_thirty_households_ask_the_database_as_often_as_three(cast):
    many = homes(cast.village, 33, by=cast.village_officer)
    opened(cast)

    def asked(some):
        given = answers([line_of(one) for one in some])
        with CaptureQueriesContext(connection) as found:
            confirm(cast, given)
        return len(found)

    assert asked(many[3:]) == asked(many[:3])


def test_what_was_confirmed_by_mistake_is_taken_back_household_by_household(cast, households):
    opened(cast)
    confirm(cast, answers([line_of(one) for one in households]))
    operations.undo(lines=[line_of(households[0]).pk], by=cast.village_officer, on=clock.today())
    assert [line_of(one).state for one in households] == ["to_confirm", "unchanged", "unchanged", "unchanged"]
    assert line_of(households[0]).happened_on is None
    assert AuditEntry.objects.filter(act="screening.undo").count() == 1


def test_a_suspect_is_a_lead_of_identification_that_says_from_which_screening_it_came(cast, households):
    row = opened(cast)
    line = line_of(households[0])
    pk = operations.suspect(line=line.pk, lead=LEAD, by=cast.village_officer, on=clock.today())
    case = Case.objects.get(pk=pk)
    assert (case.procedure, case.state, case.parent) == ("identification", "lead", f"screening:{row.pk}")
    assert (line_of(households[0]).state, line_of(households[0]).case_id) == ("lead", pk)
    with pytest.raises(NotAllowed, match="已转识别核查"):
        operations.suspect(line=line.pk, lead=LEAD, by=cast.village_officer, on=clock.today())


def test_a_household_whose_case_is_open_is_tied_to_it(cast):
    household = poor(cast.village, by=cast.village_officer)
    case = led(cast, household)
    opened(cast)
    assert operations.suspect(line=line_of(household).pk, lead=LEAD, by=cast.village_officer, on=clock.today()) == case
    assert Case.objects.filter(procedure="identification").count() == 1


def test_a_round_closes_when_each_is_confirmed_visited_or_a_lead_and_not_before(cast, households):
    hit(households[0], cast.village)
    row = opened(cast)
    rest = [line_of(one) for one in households[1:]]
    confirm(cast, answers(rest, {rest[0].pk}))
    operations.suspect(line=rest[0].pk, lead=LEAD, by=cast.village_officer, on=clock.today())
    with pytest.raises(NotAllowed, match="还有 1 户没有入户"):
        rounds.step(pk=row.pk, act="close", by=cast.banner_officer, on=clock.today())
    visited(cast, line_of(households[0]))
    assert rounds.step(pk=row.pk, act="close", by=cast.banner_officer, on=clock.today()).stage == "closed"
    with pytest.raises(NotAllowed, match="已经结束"):
        operations.undo(lines=[rest[1].pk], by=cast.village_officer, on=clock.today())


def test_the_counts_of_a_round_add_up_to_its_households(cast, households):
    hit(households[0], cast.village)
    row = opened(cast)
    confirm(cast, answers([line_of(households[1])]))
    all_ = queries.totals(queries.matching(cast.banner_officer, Wanted(row.pk)))
    assert (all_.households, all_.unchanged, all_.to_confirm, all_.to_visit) == (4, 1, 2, 1)
    below = queries.counts(cast.banner_officer, Wanted(row.pk), by_village=True)
    assert sum(one.households for one in below) == 4


def test_the_next_village_reaches_none_of_it(cast, households):
    row = opened(cast)
    line = line_of(households[0])
    with pytest.raises(NotFound):
        operations.confirm(answers=answers([line]), day=clock.today(), by=cast.other_village_officer, on=clock.today())
    assert not queries.matching(cast.other_village_officer, Wanted(row.pk)).exists()


def test_a_township_drafts_no_screening_and_what_is_wrong_is_said_at_once(cast):
    with pytest.raises(Refused, match="旗县及以上"):
        drafted(cast, division=cast.township.pk)
    with pytest.raises(Refused) as refusal:
        drafted(cast, name=" ", form="1900", before=0, after=-1)
    assert len(refusal.value.reasons) == 3
    assert drafted(cast).pk == drafted(cast).pk
    assert ScreeningRound.objects.count() == 1


def test_a_day_before_the_opening_is_refused(cast, households):
    opened(cast, days=3)
    early = clock.today() - timedelta(days=4)
    with pytest.raises(NotAllowed, match="早于开启之日"):
        operations.confirm(
            answers=answers([line_of(households[0])]), day=early, by=cast.village_officer, on=clock.today()
        )
