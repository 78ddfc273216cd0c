"""Rounds of collection: drafted, opened in time, filled and kept up, closed by a second person when nothing is left."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fupin.accounts.models import Posting
from fupin.core import clock, jobs
from fupin.core.models import AuditEntry
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.divisions import operations as divisions
from fupin.policy import collection as forms
from fupin.quality.campaigns import operations, queries
from fupin.quality.campaigns.jobs import ask_to_fill
from fupin.quality.campaigns.models import CollectionHousehold, CollectionRound
from fupin.quality.campaigns.queries import Wanted
from fupin.quality.campaigns.tests.rounds import drafted, line_of, opened, registered, visit
from fupin.registry.models import HouseholdCard
from fupin.registry.sheets import HOUSEHOLDS, PERSONS
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def household(cast):
    return registered(cast.village, by=cast.banner_officer)


def informs(user, division, **more):
    """Make somebody the information officer of a division."""
    Posting.objects.filter(user=user, division=division).update(duty="information", **more)


def take(row, act, by, **more):
    return operations.step(pk=row.pk, act=act, by=by, on=clock.today(), **more)


def test_every_version_of_the_form_asks_for_columns_that_the_register_has():
    for form in forms.forms().values():
        assert set(form.households) <= {column.name for column in HOUSEHOLDS}
        assert set(form.persons) <= {column.name for column in PERSONS}
        assert set(form.compared) <= {column.name for column in HOUSEHOLDS} | {"persons"}


def test_the_banner_drafts_and_opens_a_round_on_screen(cast, client_of, household):
    client, today = client_of(cast.banner_officer), clock.today()
    said = {"name": "下半年采集", "division": cast.banner.pk, "kind": "second_half", "form": "2021", "who": "registered",
            "period_from": str(today), "period_to": str(today)}  # fmt: skip
    twice = [client.post(reverse("campaigns:new"), said) for _time in range(2)]
    (row,) = CollectionRound.objects.all()
    assert [answer.url for answer in twice] == [reverse("campaigns:round", args=[row.pk])] * 2
    client.post(reverse("campaigns:step", args=[row.pk, "open"]))
    jobs.run_pending()
    page = client.get(reverse("campaigns:round", args=[row.pk])).content.decode()
    assert "采集进度" in page
    assert row.households.count() == 1


def test_a_round_that_opens_has_the_registered_households_and_no_other(cast, household):
    family(cast.village, by=cast.banner_officer)
    registered(cast.other_village, by=cast.banner_officer)
    row = opened(cast)
    assert row.stage == "open"
    assert row.households.count() == 2
    assert line_of(household).joined_on is None
    assert line_of(household).state == "todo"


@pytest.mark.parametrize(("before", "after", "sentence"), [(-1, 20, "才开始"), (20, -1, "已于")])
def test_a_round_opens_neither_before_nor_after_its_period(cast, before, after, sentence):
    row = drafted(cast, before=before, after=after)
    with pytest.raises(NotAllowed, match=sentence):
        take(row, "open", cast.banner_officer)


@pytest.mark.parametrize(("before", "after"), [(0, 20), (20, 0)])
def test_the_first_and_the_last_day_of_the_period_belong_to_it(cast, before, after):
    assert take(drafted(cast, before=before, after=after), "open", cast.banner_officer).stage == "open"


def test_a_round_is_run_by_its_own_banner_and_those_above(cast):
    row = drafted(cast)
    for other in (cast.other_banner_officer, cast.township_officer, cast.leader):
        with pytest.raises((NotFound, NotAllowed)):
            take(row, "open", other)
    assert take(row, "open", cast.league_officer).stage == "open"


def test_a_township_runs_no_round(cast):
    with pytest.raises(Refused, match="旗县"):
        drafted(cast, division=cast.township.pk)


def test_what_is_wrong_with_a_draft_is_said_all_at_once(cast):
    with pytest.raises(Refused) as refusal:
        drafted(cast, name=" ", who="condition", condition="no_such_field = 1", form="1900")
    assert len(refusal.value.reasons) == 3


def test_a_button_pressed_twice_drafts_once_and_other_words_are_another_draft(cast):
    assert drafted(cast).pk == drafted(cast).pk != drafted(cast, name="另一轮").pk


def test_a_condition_is_judged_over_the_extract_and_frozen(cast):
    herder = family(cast.village, by=cast.banner_officer, is_herder=True)
    family(cast.village, by=cast.banner_officer, is_herder=False)
    row = opened(cast, who="condition", condition="is_herder = TRUE")
    assert [one.household_id for one in row.households.all()] == [herder.pk]
    assert row.extract


def test_who_comes_later_is_added_and_who_leaves_is_marked(cast, household):
    row = opened(cast)
    late = registered(cast.village, by=cast.banner_officer)
    found = operations.refresh(pk=row.pk, by=None, on=clock.today())
    assert (found["added"], found["left"]) == (1, 0)
    assert line_of(late).joined_on == clock.today()
    HouseholdCard.objects.filter(pk=household.pk).delete()
    found = operations.refresh(pk=row.pk, by=None, on=clock.today())
    assert (found["added"], found["left"]) == (0, 1)
    assert line_of(household).left_on == clock.today()
    assert queries.totals(queries.matching(cast.banner_officer, Wanted(round=row.pk))).households == 1
    with pytest.raises(NotAllowed, match="不在采集范围内"):
        visit(line_of(household), cast.village_officer)


def test_a_list_brought_up_to_date_twice_is_the_same(cast, household):
    row = opened(cast)
    before = list(CollectionHousehold.objects.order_by("pk").values())
    assert not any(operations.refresh(pk=row.pk, by=None, on=clock.today()).values())
    assert list(CollectionHousehold.objects.order_by("pk").values()) == before


def test_the_list_is_filled_by_the_job_that_opening_asks_for(cast, client_of, household):
    row = drafted(cast)
    client_of(cast.banner_officer).post(f"/campaigns/{row.pk}/step/open/")
    assert not row.households.exists()
    jobs.run_pending()
    assert row.households.count() == 1
    ask_to_fill(row, by=None)
    jobs.run_pending()
    assert row.households.count() == 1


def test_a_round_with_open_households_does_not_close(cast, household):
    row = opened(cast)
    take(row, "check", cast.banner_officer)
    with pytest.raises(NotAllowed, match="还有 1 户未采集"):
        take(row, "close", cast.second_banner_officer)
    operations.leave_out(
        lines=[line_of(household).pk], reason="举家外出务工", by=cast.township_officer, on=clock.today()
    )
    assert take(row, "close", cast.second_banner_officer).closed_on == clock.today()


def test_older_rounds_stand_on_the_next_page(cast, client_of, monkeypatch):
    monkeypatch.setattr(queries, "ROUNDS_PAGE", 1)
    older, newer = drafted(cast, name="上半年采集"), drafted(cast, name="下半年采集")
    client, address = client_of(cast.banner_officer), reverse("campaigns:home")
    first = client.get(address).content.decode()
    assert (newer.name in first, older.name in first) == (True, False)
    assert older.name in client.get(address, {"after": newer.pk}).content.decode()


def test_a_second_person_closes(cast, household):
    row = opened(cast)
    visit(line_of(household), cast.village_officer)
    take(row, "check", cast.banner_officer)
    with pytest.raises(NotAllowed, match="另一人"):
        take(row, "close", cast.banner_officer)
    assert take(row, "close", cast.second_banner_officer).stage == "closed"
    with pytest.raises(NotAllowed, match="没有开启或已经结束"):
        visit(line_of(household), cast.village_officer)


def test_a_round_is_not_checked_before_its_list_is_there(cast):
    row = drafted(cast)
    row = take(row, "open", cast.banner_officer)
    with pytest.raises(NotAllowed, match="还没有生成"):
        take(row, "check", cast.banner_officer)


def test_a_drafted_round_is_changed_and_an_open_one_is_not(cast, household):
    row = drafted(cast)
    data = operations.Draft(
        "下半年采集", cast.banner.pk, "second_half", row.period_from, row.period_to, "2014", "monitored"
    )
    assert operations.redraft(pk=row.pk, data=data, by=cast.banner_officer, on=clock.today()).form == "2014"
    take(row, "open", cast.banner_officer)
    with pytest.raises(Refused, match="只有草拟"):
        operations.redraft(pk=row.pk, data=data, by=cast.banner_officer, on=clock.today())


def test_households_go_to_the_officer_of_the_village_and_evenly_between_two(cast):
    informs(cast.village_officer, cast.village)
    informs(cast.village_team, cast.village)
    for _n in range(4):
        registered(cast.village, by=cast.banner_officer)
    row = opened(cast)
    loads = [row.households.filter(officer=one).count() for one in (cast.village_officer, cast.village_team)]
    assert loads == [2, 2]


def test_a_grid_officer_gets_the_households_of_the_own_part(cast):
    informs(cast.village_officer, cast.village)
    Posting.objects.filter(user=cast.helper).update(duty="grid", area="东浩特")
    east = registered(cast.village, by=cast.banner_officer, herding_unit="东浩特")
    west = registered(cast.village, by=cast.banner_officer, herding_unit="西浩特")
    opened(cast)
    assert (line_of(east).officer, line_of(west).officer) == (cast.helper, cast.village_officer)


def test_the_township_hands_out_anew_in_bulk_and_only_to_somebody_who_reaches_the_village(cast, household):
    row = opened(cast)
    with pytest.raises(Refused, match="没有采集岗位"):
        operations.assign(round=row.pk, wanted=Wanted(round=row.pk), to=cast.other_village_officer.pk,
                          by=cast.township_officer, on=clock.today())  # fmt: skip
    done = operations.assign(round=row.pk, wanted=Wanted(round=row.pk), to=cast.village_team.pk, by=cast.township_officer,
                             on=clock.today())  # fmt: skip
    assert done == 1
    assert line_of(household).officer == cast.village_team
    with pytest.raises(NotFound):
        operations.assign(round=row.pk, lines=[line_of(household).pk], by=cast.other_township_officer, on=clock.today())


def test_what_somebody_leaves_behind_is_handed_out_anew(cast, household):
    informs(cast.village_officer, cast.village)
    row = opened(cast)
    Posting.objects.filter(user=cast.village_officer).update(valid_to=clock.today())
    informs(cast.village_team, cast.village)
    assert operations.refresh(pk=row.pk, by=None, on=clock.today())["assigned"] == 1
    assert line_of(household).officer == cast.village_team


def test_a_successor_takes_over_what_is_not_collected(cast, household):
    informs(cast.village_officer, cast.village)
    opened(cast)
    done = operations.pass_on(leaver=cast.village_officer.pk, successor=cast.village_team.pk, division=cast.village.pk,
                              by=cast.banner_officer, on=clock.today())  # fmt: skip
    assert (done, line_of(household).officer) == (1, cast.village_team)


def test_a_village_merged_during_the_round_is_counted_where_it_lies_now(cast, household):
    row = opened(cast)
    divisions.merge(
        predecessors=[cast.village.pk],
        into=cast.other_village.pk,
        by=None,
        on=clock.today(),
        document="民政发〔2026〕1号",
    )
    operations.refresh(pk=row.pk, by=None, on=clock.today())
    (line,) = queries.counts(cast.banner_officer, Wanted(round=row.pk), "village")
    assert line.key == "150522101200"
    visit(line_of(household), cast.other_village_officer)
    assert line_of(household).state == "collected"


def test_the_trail_says_who_opened_and_how_many_households_there_were(cast, household):
    row = opened(cast)
    acts = list(AuditEntry.objects.filter(subject=f"collection:{row.pk}").order_by("pk").values_list("act", flat=True))
    assert acts == ["collection.begin", "collection.create", "collection.open", "collection.refresh"]
    assert AuditEntry.objects.get(act="collection.refresh").detail["added"] == 1


def test_a_round_in_another_banner_is_as_if_it_were_not_there(cast, household):
    row = opened(cast)
    for user in (cast.other_banner_officer, cast.system_admin):
        with pytest.raises(NotFound):
            queries.round_for(user, row.pk)
    assert queries.round_for(cast.village_officer, row.pk).pk == row.pk


def test_filling_a_list_takes_as_many_questions_for_three_households_as_for_one(cast, household):
    def cost():
        CollectionHousehold.objects.all().delete()
        with CaptureQueriesContext(connection) as found:
            operations.refresh(pk=row.pk, by=None, on=clock.today())
        return len(found)

    row = opened(cast)
    one = cost()
    for _n in range(2):
        registered(cast.village, by=cast.banner_officer)
    assert cost() == one
    assert row.households.count() == 3
