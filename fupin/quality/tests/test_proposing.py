"""Rules tried, switched and written on screen."""

import html

import pytest
from django.urls import reverse

from fupin.conditions.parsing import BadCondition
from fupin.core import clock, jobs
from fupin.core.models import AuditEntry, Job
from fupin.core.refusals import NotAllowed
from fupin.policy.quality import rules
from fupin.quality import applying, previewing
from fupin.quality import jobs as quality_jobs
from fupin.quality.models import Ticket
from fupin.quality.tests.findings import found, sweep
from fupin.registry.tests.households import family, two_spouses
from fupin.rulebook import trying, wording
from fupin.rulebook.models import Override
from fupin.rulebook.tests.test_own_rules import NAME, WORDS, confirm, propose, switch

pytestmark = pytest.mark.django_db
DATED = "per_head_fen < parameter('lines.poverty_line')"
"""A condition that comes out by the line of the day."""
FORM = {
    **WORDS,
    "found": "家庭人口=10",
    "passed": "家庭人口=9\n{}",
    "name": NAME,
    "document": "后旗〔2018〕1号",
}


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(trying, "tried", lambda *given, **more: None)


@pytest.fixture
def two(cast):
    """A household with two spouses in each of two townships."""
    return [two_spouses(village, by=cast.banner_officer) for village in (cast.village, cast.other_village)]


def test_a_preview_counts_and_explains_in_the_own_area(cast, two):
    done = previewing.preview(cast.banner_officer, dataset="households", on=clock.today(),
                              finds="count(members, relation = '02') > 1 and persons >= 1")  # fmt: skip
    assert (done.found, done.rows, len(done.hits)) == (2, 2, 2)
    assert sorted(count for _place, count in done.places) == [1, 1]
    (here,) = [hit for hit in done.hits if hit.household == two[0].number]
    assert here.name == "宝＊"
    assert here.why.outcome == "yes"
    assert any("2" in value for part in here.why.parts for _label, value in part.values)


def test_a_preview_of_persons_finds_the_members(cast, two):
    done = previewing.preview(cast.banner_officer, dataset="persons", finds="relation = '02'", on=clock.today())
    assert done.found == 4
    assert all(hit.person for hit in done.hits)


def test_a_neighbour_sees_nothing_of_it(cast, two):
    done = previewing.preview(cast.other_banner_officer, dataset="households", finds="persons >= 1", on=clock.today())
    assert (done.found, done.rows, done.hits) == (0, 0, [])


def test_only_who_may_ask_for_rules_may_try_one(cast, two):
    for officer in (cast.village_officer, cast.township_officer, cast.auditor):
        with pytest.raises(NotAllowed):
            previewing.preview(officer, dataset="households", finds="persons >= 1", on=clock.today())


def test_that_a_rule_was_tried_stands_in_the_trail_without_its_text(cast, two):
    previewing.preview(cast.banner_officer, dataset="households", finds="persons >= 1", on=clock.today())
    entry = AuditEntry.objects.get(act="rulebook.preview")
    assert entry.actor_id == cast.banner_officer.pk


@pytest.mark.parametrize(
    "finds",
    [
        "persons > 1; DROP TABLE quality_ticket", "1 = 1 OR (SELECT count(*) FROM read_csv('/etc/passwd')) > 0",
        "getenv('HOME') = 'x'", "persons > 1 UNION SELECT 1", "EXISTS (SELECT 1)", "region_id = 1 OR",
        "read_text('/etc/passwd') = ''", "persons > 1) OR (1 = 1", "pragma_version() = ''",
    ],
)  # fmt: skip
def test_a_condition_that_means_harm_is_refused_before_anything_runs(cast, client_of, finds, monkeypatch):
    ran = []
    monkeypatch.setattr(trying.engine, "connect", lambda *given, **more: ran.append(1))
    with pytest.raises(BadCondition):
        previewing.preview(cast.banner_officer, dataset="households", finds=finds, on=clock.today())
    assert not ran


def test_a_preview_cannot_be_widened_by_its_condition(cast, two):
    done = previewing.preview(cast.other_banner_officer, dataset="households", finds="persons >= 1 or persons < 1",
                              on=clock.today())  # fmt: skip
    assert done.rows == 0


def test_the_preview_of_a_rule_is_a_page_and_a_part(cast, client_of, two):
    client = client_of(cast.banner_officer)
    address = reverse("quality:preview", args=["REL-008"])
    page = client.get(address).content.decode()
    assert "会命中" in page
    assert two[0].number in page
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert two[0].number in part
    assert client.get(reverse("quality:preview", args=["INC-001"])).status_code == 422
    assert client.get(reverse("quality:preview", args=["REL-999"])).status_code == 404


def test_a_condition_is_tried_while_it_is_written_and_nothing_is_handed_in(cast, client_of, two):
    client = client_of(cast.banner_officer)
    answer = client.post(
        reverse("quality:rule_new"), {"act": "preview", "dataset": "households", "finds": "persons >= 1"}
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "试算结果" in page
    assert page.count("家庭人口=</textarea>") == 2, "the fields to fill in for the examples"
    assert two[0].number in page
    assert not Override.objects.exists()


def test_a_bad_condition_is_said_with_its_place_beside_the_field(cast, client_of):
    client = client_of(cast.banner_officer)
    answer = client.post(
        reverse("quality:rule_new"), {"act": "preview", "dataset": "households", "finds": "colour = 1"}
    )
    assert answer.status_code == 422
    assert "第 1 字处" in answer.content.decode()
    assert "colour = 1" in answer.content.decode()


def test_an_own_rule_is_handed_in_and_held_by_a_second_person(cast, client_of, quick):
    client = client_of(cast.banner_officer)
    data = {**FORM, "division": cast.banner.pk, "valid_from": "2018-06-01", "act": "propose"}
    del data["asks_anew"]
    answer = client.post(reverse("quality:rule_new"), data)
    assert answer.status_code == 302
    row = Override.objects.get()
    assert (row.kind, row.name, row.state, row.value["finds"]) == ("rule", NAME, "proposed", "persons > 9")
    confirm(row, cast.second_banner_officer)
    page = client.get(reverse("quality:rule", args=[NAME])).content.decode()
    assert "户内人口过多" in page


def test_what_is_wrong_stands_beside_what_was_typed(cast, client_of, quick):
    client = client_of(cast.banner_officer)
    data = {**FORM, "division": cast.banner.pk, "valid_from": "2018-06-01", "act": "propose", "found": "{not json"}
    del data["asks_anew"]
    answer = client.post(reverse("quality:rule_new"), data)
    assert answer.status_code == 422
    assert "第 1 行读不出来" in answer.content.decode()
    assert "{not json" in answer.content.decode()
    answer = client.post(reverse("quality:rule_new"), {**data, "found": '{"persons": 3}'})
    assert "没有命中" in answer.content.decode()


def test_a_version_keeps_the_id_and_object_of_its_rule(cast, client_of, quick):
    client = client_of(cast.banner_officer)
    page = client.get(reverse("quality:version", args=["REL-008"])).content.decode()
    assert "多配偶" in page
    data = {**FORM, "division": cast.banner.pk, "valid_from": "2018-06-01", "name": "HACK", "act": "propose",
            "finds": "count(members, relation = '02') > 2", "passed": '{"members": []}',
            "found": '{"members": [{"relation": "02"}, {"relation": "02"}, {"relation": "02"}]}'}  # fmt: skip
    del data["asks_anew"]
    assert client.post(reverse("quality:version", args=["REL-008"]), data).status_code == 302
    assert Override.objects.get().name == "REL-008"


def test_the_second_person_reads_what_a_first_own_version_changes_of_the_rule_that_is_shipped(cast, client_of, quick):
    data = {**FORM, "division": cast.banner.pk, "valid_from": "2018-06-01", "act": "propose", "severity": "E",
            "finds": "count(members, relation = '02') > 2", "passed": '{"members": []}',
            "found": '{"members": [{"relation": "02"}, {"relation": "02"}, {"relation": "02"}]}'}  # fmt: skip
    del data["asks_anew"]
    assert client_of(cast.banner_officer).post(reverse("quality:version", args=["REL-008"]), data).status_code == 302
    said = {line.label: line for line in wording.asked(Override.objects.get(), english=False)}
    shipped = rules()["REL-008"]
    assert said["原条件"].text == shipped.finds
    assert said["条件"].is_new
    assert (said["级别"].text, said["判断的数据"].text) == ("错误", "户")
    assert not said["判断的数据"].is_new


def test_a_switch_is_asked_for_and_its_tickets_close_once_it_is_confirmed(cast, client_of, quick, tmp_path):
    household = family(cast.village, by=cast.banner_officer)
    sweep(tmp_path, [found(household)], on=clock.today())
    client = client_of(cast.banner_officer)
    address = reverse("quality:switch", args=["REL-008"])
    assert "不计整改（您的辖区现有 1 个）" in client.get(address).content.decode()
    data = {"division": cast.banner.pk, "is_on": "off", "valid_from": clock.today(), "document": "后旗〔2026〕1号"}
    assert client.post(address, {**data, "document": ""}).status_code == 422
    assert client.post(address, data).status_code == 302
    jobs.run_pending()
    assert Ticket.objects.get().state == "open"
    row = Override.objects.get()
    confirm(row, cast.second_banner_officer)
    assert Job.objects.filter(kind=quality_jobs.CLOSE).count() == 1
    jobs.run_pending()
    assert Ticket.objects.get().closed_why == "switched"


def test_nobody_switches_for_another_place_or_the_own_rule_of_another(cast, client_of, quick):
    confirm(propose(cast.banner_officer, cast.banner), cast.second_banner_officer)
    stranger = client_of(cast.other_banner_officer)
    assert stranger.get(reverse("quality:switch", args=[NAME])).status_code == 404
    data = {"division": cast.banner.pk, "is_on": "off", "valid_from": "2018-06-01", "document": "x〔2018〕1号"}
    assert stranger.post(reverse("quality:switch", args=["REL-008"]), data).status_code == 422
    assert Override.objects.count() == 1


def test_a_parameter_request_asks_for_no_closing(cast, quick):
    confirm(propose(cast.banner_officer, cast.banner), cast.second_banner_officer)
    assert not Job.objects.filter(kind=quality_jobs.CLOSE).exists()
    confirm(switch(cast.banner_officer, cast.banner), cast.second_banner_officer)
    assert Job.objects.filter(kind=quality_jobs.CLOSE).exists()


def test_an_example_is_judged_on_its_own_day(cast, client_of, quick):
    """By the line of 2018 nobody is below it with what is below the line of today."""
    client = client_of(cast.banner_officer)
    data = {**FORM, "division": cast.banner.pk, "valid_from": "2026-06-01", "act": "propose", "finds": DATED,
            "found": "人均纯收入=3500", "passed": "判断日期=2018-06-01；人均纯收入=3500"}  # fmt: skip
    del data["asks_anew"]
    assert client.post(reverse("quality:rule_new"), data).status_code == 302
    row = Override.objects.get()
    assert row.value["passed"] == [{"on": "2018-06-01", "per_head_fen": 350_000}]
    confirm(row, cast.second_banner_officer)
    page = client.get(reverse("quality:rule", args=[NAME])).content.decode()
    assert "2018-06-01" in page


def own_version(cast, **changed):
    """A banner's own version of REL-008 that only finds a third spouse."""
    three = [{"members": [{"relation": "02"}] * 3}]
    return confirm(
        propose(cast.banner_officer, cast.banner, "REL-008", finds="count(members, relation = '02') > 2", found=three,
                passed=[{"members": []}], **changed),
        cast.second_banner_officer,
    )  # fmt: skip


def finds_at(place):
    return applying.rule("REL-008", clock.today(), place.pk).finds


def test_an_own_version_gives_way_to_the_one_above_once_a_second_person_confirmed_it(cast, client_of, quick):
    shipped = finds_at(cast.banner)
    own_version(cast)
    client, address = client_of(cast.banner_officer), reverse("quality:back", args=["REL-008"])
    assert address in client.get(reverse("quality:rule", args=["REL-008"])).content.decode()
    page = client.get(address).content.decode()
    assert html.escape("count(members, relation = '02') > 2") in page
    assert html.escape(shipped) in page
    data = {"division": cast.banner.pk, "valid_from": str(clock.today()), "document": "后旗扶贫〔2026〕2号"}
    refused = client.post(address, {**data, "document": ""})
    assert refused.status_code == 422
    assert client.post(address, data).status_code == 302
    row = Override.objects.get(state="proposed")
    assert (row.value, finds_at(cast.banner)) == (None, "count(members, relation = '02') > 2")
    waiting = client_of(cast.second_banner_officer).get(reverse("rulebook:requests")).content.decode()
    assert "恢复为上级规定的版本" in waiting
    confirm(row, cast.second_banner_officer)
    assert finds_at(cast.banner) == shipped
    assert address not in client.get(reverse("quality:rule", args=["REL-008"])).content.decode()
    assert client.get(address).status_code == 404


def test_a_version_gives_way_to_the_nearest_above_and_only_at_its_own_place(cast, client_of, quick):
    own_version(cast)
    stranger = client_of(cast.other_banner_officer)
    assert stranger.get(reverse("quality:back", args=["REL-008"])).status_code == 404
    assert client_of(cast.village_officer).get(reverse("quality:back", args=["REL-008"])).status_code == 403
    above = client_of(cast.league_officer)
    page = above.get(reverse("quality:back", args=["REL-008"])).content.decode()
    assert f'value="{cast.banner.pk}"' in page
    assert f'value="{cast.other_banner.pk}"' not in page


def test_an_own_rule_has_nothing_above_it_to_go_back_to(cast, client_of, quick):
    confirm(propose(cast.banner_officer, cast.banner), cast.second_banner_officer)
    client = client_of(cast.banner_officer)
    assert client.get(reverse("quality:back", args=[NAME])).status_code == 404
    assert "恢复上级版本" not in client.get(reverse("quality:rule", args=[NAME])).content.decode()
