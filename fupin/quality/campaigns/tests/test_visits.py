"""Visits: nothing is skipped, the day lies within the round, what was changed is confirmed as changed."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fupin.core import clock
from fupin.core.models import AuditEntry
from fupin.core.refusals import NotAllowed, NotFound, Stale
from fupin.quality.campaigns import operations, queries, rules
from fupin.quality.campaigns.models import CollectionHousehold
from fupin.quality.campaigns.queries import Wanted
from fupin.quality.campaigns.tests.rounds import line_of, opened, registered, visit
from fupin.registry.operations import HouseholdChange, change_household

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def line(cast):
    household = registered(cast.village, by=cast.banner_officer)
    opened(cast)
    CollectionHousehold.objects.update(officer=cast.village_officer)
    return line_of(household)


def test_a_collected_household_has_day_of_visit_day_of_entry_and_whom_it_was_spoken_to(cast, line):
    day = clock.today() - timedelta(days=2)
    visit(line, cast.village_officer, on=day)
    line.refresh_from_db()
    assert (line.state, line.visited_on, line.spoke_to, line.is_changed) == ("collected", day, "乌云", False)
    assert line.entered_at.date() >= day
    assert line.collected_by == cast.village_officer
    entry = AuditEntry.objects.get(act="collection.record")
    assert (entry.subject, entry.detail["visited_on"]) == (f"household:{line.household_id}", str(day))


@pytest.mark.parametrize(("given", "sentence"), [
    ({"who": ""}, "受访人"), ({"on": 1}, "今天之后"), ({"on": -11}, "早于本轮开启"),
    ({"outcome": "refused"}, "写明情况"), ({"outcome": "moved", "note": "走"}, "写明情况"), ({"outcome": "todo"}, "没有"),
    ({"changed": True}, "没有本轮的修改"),
])  # fmt: skip
def test_nothing_is_skipped(cast, line, given, sentence):
    given = given | ({"on": clock.today() + timedelta(days=given["on"])} if "on" in given else {})
    with pytest.raises(NotAllowed, match=sentence):
        visit(line, cast.village_officer, **given)
    line.refresh_from_db()
    assert (line.state, line.attempts) == ("todo", 0)


@pytest.mark.parametrize("days", [0, -10])
def test_the_day_of_opening_and_today_are_days_of_the_round(cast, line, days):
    assert visit(line, cast.village_officer, on=clock.today() + timedelta(days=days)) == 1


@pytest.mark.parametrize(
    ("outcome", "note"), [("absent", ""), ("refused", "不愿接受采集"), ("moved", "举家迁往通辽"), ("visited", "")]
)
def test_who_was_not_collected_can_be_visited_again(cast, line, outcome, note):
    visit(line, cast.village_officer, outcome, note=note)
    line.refresh_from_db()
    assert (line.state, line.attempts) == (outcome, 1)
    visit(line, cast.village_officer)
    line.refresh_from_db()
    assert (line.state, line.attempts) == ("collected", 2)


def test_what_is_collected_is_not_collected_twice(cast, line):
    visit(line, cast.village_officer)
    with pytest.raises(NotAllowed, match="已采集"):
        visit(line, cast.village_officer)


def test_whoever_was_faster_is_not_overwritten(cast, line):
    visit(line, cast.village_team, "absent", version=1)
    with pytest.raises(Stale):
        visit(line, cast.village_officer, version=1)


@pytest.mark.parametrize("outcome", ["collected", "absent"])
def test_a_button_pressed_twice_enters_one_visit_and_is_no_quarrel(cast, line, outcome):
    assert visit(line, cast.village_officer, outcome, version=1) == 1
    assert visit(line, cast.village_officer, outcome, version=1) == 1
    line.refresh_from_db()
    assert (line.state, line.attempts, line.version) == (outcome, 1, 2)
    assert AuditEntry.objects.filter(act="collection.record").count() == 1


@pytest.mark.parametrize(("by", "who"), [("village_team", "乌云"), ("village_officer", "宝音")])
def test_what_another_person_or_another_sentence_says_of_the_same_version_is_a_quarrel(cast, line, by, who):
    visit(line, cast.village_officer, version=1)
    with pytest.raises(Stale):
        visit(line, cast.people[by], who=who, version=1)


@pytest.mark.parametrize("player", ["other_village_officer", "other_banner_officer", "leader", "department"])
def test_nobody_of_another_area_or_without_the_right_says_anything(cast, line, player):
    with pytest.raises(NotFound):
        visit(line, cast.people[player])


def test_a_change_in_the_register_is_confirmed_as_one(cast, line):
    assert queries.changes_in([line]) == {line.pk: 0}
    change = HouseholdChange(line.household_id, {"house_area_m2": 60})
    change_household(changes=[change], by=cast.village_officer, on=clock.today())
    assert queries.changes_in([line]) == {line.pk: 1}
    with pytest.raises(NotAllowed, match="有 1 处修改"):
        visit(line, cast.village_officer)
    visit(line, cast.village_officer, changed=True)
    line.refresh_from_db()
    assert line.is_changed


def test_several_are_entered_all_or_none(cast, line):
    more = registered(cast.village, by=cast.banner_officer)
    operations.refresh(pk=line.round_id, by=None, on=clock.today())
    said = rules.Visit("collected", clock.today(), "乌云")
    lines = [operations.Line(line.pk, said), operations.Line(line_of(more).pk, rules.Visit("collected", None, ""))]
    with pytest.raises(NotAllowed) as refusal:
        operations.record(lines=lines, by=cast.village_officer, on=clock.today())
    assert len(refusal.value.reasons) == 2
    line.refresh_from_db()
    assert line.state == "todo"


@pytest.mark.parametrize(("reason", "by", "refused"), [
    ("举家外出务工", "township_officer", False), ("走", "township_officer", True), ("举家外出务工", "village_officer", True),
])  # fmt: skip
def test_the_township_leaves_out_with_a_reason(cast, line, reason, by, refused):
    if refused:
        with pytest.raises((NotAllowed, NotFound)):
            operations.leave_out(lines=[line.pk], reason=reason, by=cast.people[by], on=clock.today())
    else:
        operations.leave_out(lines=[line.pk], reason=reason, by=cast.people[by], on=clock.today())
        line.refresh_from_db()
        assert (line.state, line.note) == ("left_out", reason)


@pytest.mark.parametrize(("left", "days", "today"), [(30, 9, 3), (31, 9, 4), (5, 0, 5), (5, -3, 5), (0, 5, 0)])
def test_todays_share_fits_the_rest_into_the_days_that_are_left(left, days, today):
    on = clock.today()
    assert rules.todays_share(left, on, on + timedelta(days=days)) == today


def test_thirty_households_without_change_are_confirmed_on_one_page(cast, client_of, line):
    client = client_of(cast.village_officer)
    address = reverse("campaigns:unchanged", args=[line.round_id])
    assert "宝音" in client.get(address).content.decode()
    key = str(line.pk)
    data = {"chosen": [key], f"version-{key}": "1", f"day-{key}": str(clock.today()), f"who-{key}": ""}
    answer = client.post(address, data)
    assert answer.status_code == 422
    assert "请填写受访人姓名" in answer.content.decode()
    assert client.post(address, data | {f"who-{key}": "乌云"}).status_code == 302
    line.refresh_from_db()
    assert (line.state, line.is_changed) == ("collected", False)


def test_the_day_of_thirty_visits_is_said_once_and_a_households_own_day_goes_before_it(cast, client_of, line):
    client, key = client_of(cast.village_officer), str(line.pk)
    address = reverse("campaigns:unchanged", args=[line.round_id])
    day, before = clock.today(), clock.today() - timedelta(days=1)
    data = {"chosen": [key], f"version-{key}": "1", "day": str(day), f"day-{key}": str(before)}
    refused = client.post(address, data).content.decode()
    assert f'name="day" value="{day}"' in refused
    assert client.post(address, data | {f"day-{key}": "", f"who-{key}": "乌云"}).status_code == 302
    line.refresh_from_db()
    assert line.visited_on == day


def test_a_page_of_thirty_costs_as_many_questions_as_a_page_of_one(cast, client_of, line):
    client = client_of(cast.village_officer)
    addresses = [reverse("campaigns:unchanged", args=[line.round_id]), reverse("campaigns:mine"),
                 reverse("campaigns:households", args=[line.round_id])]  # fmt: skip

    def cost():
        found = []
        for address in addresses:
            with CaptureQueriesContext(connection) as asked:
                assert client.get(address).status_code == 200
            found.append(len(asked))
        return found

    cost()
    one = cost()
    for _n in range(4):
        registered(cast.village, by=cast.banner_officer)
    operations.refresh(pk=line.round_id, by=None, on=clock.today())
    CollectionHousehold.objects.update(officer=cast.village_officer)
    assert cost() == one


def test_the_officer_says_on_the_page_of_the_household_what_the_visit_was(cast, client_of, line):
    client = client_of(cast.village_officer)
    assert "登记走访" in client.get(reverse("campaigns:household", args=[line.pk])).content.decode()
    address = reverse("campaigns:visit", args=[line.pk])
    answer = client.post(address, {"outcome": "refused", "visited_on": str(clock.today())})
    assert answer.status_code == 422
    assert "写明情况" in answer.content.decode()
    assert (
        client.post(address, {"outcome": "unchanged", "visited_on": str(clock.today()), "spoke_to": "乌云"}).status_code
        == 302
    )
    assert "已采集" in client.get(reverse("campaigns:household", args=[line.pk])).content.decode()


def test_the_desk_says_how_many_to_visit_today(cast, client_of, line):
    page = client_of(cast.village_officer).get(reverse("desk:due")).content.decode()
    assert "今天要走访 1 户" in page
    assert reverse("campaigns:mine") in page


@pytest.mark.parametrize(("by", "label"), [
    ("division", "甘旗卡镇"), ("village", "甘旗卡"), ("officer", "village_officer"), ("day", "1"),
])  # fmt: skip
def test_the_progress_opens_the_list_of_exactly_these(cast, client_of, line, by, label):
    visit(line, cast.village_officer)
    client = client_of(cast.banner_officer)
    page = client.get(reverse("campaigns:progress", args=[line.round_id]), {"by": by}).content.decode()
    assert label in page
    (one,) = queries.counts(cast.banner_officer, Wanted(round=line.round_id), by)
    assert (one.households, one.collected, one.share) == (1, 1, 1)
    listed = client.get(
        reverse("campaigns:households", args=[line.round_id]), {by if by != "village" else "division": one.key}
    )
    assert "1 户" in listed.content.decode()


def tiles(page):
    """What the map says of each division that has no boundary: its name, how much is finished, and what it opens."""
    found = re.findall(
        r'<li>(?:<a class="tile[^"]*" href="([^"]*)">|<span class="tile">)<span class="what">([^<]*)</span>'
        r'<span class="num">([^<]*)</span>', page,
    )  # fmt: skip
    return {name: (text, unescape(href)) for href, name, text in found}


def test_the_map_of_a_round_says_how_far_each_division_is_and_leads_on(cast, client_of, line):
    registered(cast.other_village, by=cast.banner_officer)
    operations.refresh(pk=line.round_id, by=None, on=clock.today())
    visit(line, cast.village_officer)
    client, address = client_of(cast.banner_officer), reverse("campaigns:progress", args=[line.round_id])
    townships = tiles(client.get(address).content.decode())
    assert townships["甘旗卡镇"][0] == "100.0%"
    behind, further = next((name, href) for name, (text, href) in townships.items() if text == "0.0%")
    assert sum(text == "—" for text, _href in townships.values()) == len(townships) - 2
    assert {href for text, href in townships.values() if text == "—"} == {""}
    villages = tiles(client.get(address + further).content.decode())
    assert behind not in villages
    listed = next(href for text, href in villages.values() if text == "0.0%")
    assert "1 户" in client.get(listed).content.decode()


def test_the_map_is_not_drawn_for_other_orders(cast, client_of, line):
    page = client_of(cast.banner_officer).get(reverse("campaigns:progress", args=[line.round_id]), {"by": "officer"})
    assert not tiles(page.content.decode())


def test_what_is_furthest_behind_comes_first(cast, line):
    registered(cast.other_village, by=cast.banner_officer)
    operations.refresh(pk=line.round_id, by=None, on=clock.today())
    visit(line, cast.village_officer)
    found = queries.counts(cast.banner_officer, Wanted(round=line.round_id), "village")
    assert [one.share for one in found] == [0, 1]


def test_the_list_as_a_file_has_no_number_of_a_person(cast, client_of, line):
    visit(line, cast.village_officer)
    answer = client_of(cast.township_officer).get(reverse("campaigns:export", args=[line.round_id]))
    assert answer.status_code == 200
    assert len(b"".join(answer.streaming_content)) > 1_000
    assert AuditEntry.objects.filter(act="collection.export").exists()


@pytest.mark.parametrize("screen", ["campaigns:households", "quality:tickets", "signs:list"])
def test_a_name_that_two_villages_have_is_told_apart_and_one_of_the_own_area_is_found(cast, client_of, line, screen):
    address = reverse(screen, args=[line.round_id] if screen == "campaigns:households" else [])
    client = client_of(cast.banner_officer)
    page = client.get(address, {"division": "潮海嘎查"}).content.decode()
    assert "有 2 处叫“潮海嘎查”" in page
    assert client.get(address, {"division": "乌兰社区居委会"}).status_code == 200
