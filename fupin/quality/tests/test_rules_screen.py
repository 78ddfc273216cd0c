"""The catalogue of rules as officers of different places meet it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from fupin.core import clock
from fupin.divisions.queries import tree
from fupin.policy.quality import BASES, GROUPS, rules
from fupin.policy.sources import source
from fupin.quality import catalogue, kept, rule_page
from fupin.quality.comparison.defining import laying
from fupin.quality.models import Sweep
from fupin.quality.tests.findings import found, sweep, write
from fupin.registry.tests.households import family
from fupin.rulebook import own_rules, trying
from fupin.rulebook.models import Override
from fupin.rulebook.tests.test_own_rules import NAME, confirm, propose, switch

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings, monkeypatch):
    settings.DATA_FOLDER = tmp_path
    monkeypatch.setattr(trying, "tried", lambda *given, **more: None)


@pytest.fixture
def own_rule(cast):
    """A rule of the banner's own, confirmed."""
    return confirm(propose(cast.banner_officer, cast.banner), cast.second_banner_officer)


@pytest.fixture
def switched_off(cast):
    """REL-008 off in the banner."""
    return confirm(switch(cast.banner_officer, cast.banner), cast.second_banner_officer)


def listed(client, **query):
    answer = client.get(reverse("quality:rules"), query)
    assert answer.status_code == 200
    return {line.entry.rule.name: line for line in answer.context["lines"]}, answer.content.decode()


def page_of(client, name):
    answer = client.get(reverse("quality:rule", args=[name]))
    return answer.status_code, answer.content.decode()


def swept(cast, tmp_path, findings, division=None):
    """A finished sweep of all rules with its kept findings."""
    made = Sweep.objects.create(on=clock.today(), as_of=timezone.now(), engine="duckdb", state="done", division=division,
                                by_rule={"REL-008": len(findings), "REL-001": 0})  # fmt: skip
    kept.keep(write(tmp_path / "swept.parquet", findings), made)
    return made


def test_every_group_of_shipped_rules_has_its_name():
    assert {one.group for one in rules().values()} == set(GROUPS)


def test_the_list_is_narrowed_by_words_group_object_and_state(cast, client_of):
    client = client_of(cast.village_officer)
    lines, _page = listed(client, q="rel-008")
    assert list(lines) == ["REL-008"]
    lines, _page = listed(client, q="多配偶 REL")
    assert list(lines) == ["REL-008"]
    lines, _page = listed(client, group="INC", object="households", severity="E", state="judged")
    assert set(lines) == {one.name for one in rules().values()
                          if (one.group, one.dataset, one.severity) == ("INC", "households", "E") and one.finds and one.holds(clock.today())}  # fmt: skip
    lines, page = listed(client, waits="projects")
    assert lines
    assert all(line.entry.rule.waits_for == "projects" for line in lines.values())
    assert "等待数据：项目与资金" in page


def test_filters_that_make_no_sense_are_left_out(cast, client_of):
    lines, page = listed(client_of(cast.village_officer), group="' OR 1=1", state="<b>", after="nothing", regime="x")
    assert len(lines) == 60
    assert "<b>" not in page
    assert "全部，未筛选" in page


def test_pages_go_on_after_the_last_rule_of_the_page(cast, client_of):
    client = client_of(cast.village_officer)
    first, _page = listed(client)
    second, _page = listed(client, after=list(first)[-1])
    assert not set(first) & set(second)


def test_the_own_rule_of_an_office_is_seen_below_and_above_it_alone(cast, client_of, own_rule):
    for officer in (cast.banner_officer, cast.village_officer, cast.league_officer, cast.region_officer):
        client = client_of(officer)
        assert NAME in listed(client, state="own")[0]
        assert page_of(client, NAME)[0] == 200
    stranger = client_of(cast.other_banner_officer)
    assert NAME not in listed(stranger, state="own")[0]
    assert page_of(stranger, NAME)[0] == 404


@pytest.mark.parametrize("name", ["REL-999", "x" * 200, "' OR 1=1 --", "150521-OTHER"])
def test_a_rule_that_is_not_there_is_not_found(cast, client_of, name):
    assert page_of(client_of(cast.banner_officer), name)[0] == 404


def test_a_rule_is_off_in_its_banner_and_nowhere_else(cast, client_of, switched_off):
    today = clock.today()
    states = {
        name: catalogue.entry(catalogue.area_of(getattr(cast, name)), "REL-008", today)
        for name in ("banner_officer", "village_officer", "other_banner_officer", "league_officer")
    }
    assert states["banner_officer"].standing == states["village_officer"].standing == "off"
    assert states["other_banner_officer"].standing == states["league_officer"].standing == "judged"
    assert states["league_officer"].off_at == (cast.banner.pk,)
    assert states["other_banner_officer"].off_at == ()
    assert "下级 1 处停用" in listed(client_of(cast.league_officer), state="switched")[1]
    assert "REL-008" not in listed(client_of(cast.other_banner_officer), state="switched")[0]


def test_a_switch_of_another_banner_is_not_told(cast, client_of, switched_off):
    assert "后旗扶贫〔2018〕1号" in page_of(client_of(cast.township_officer), "REL-008")[1]
    assert "后旗扶贫〔2018〕1号" not in page_of(client_of(cast.other_banner_officer), "REL-008")[1]


def test_what_the_last_sweep_found_is_counted_in_the_readers_area(cast, client_of, tmp_path):
    here, there = family(cast.village, by=cast.banner_officer), family(cast.other_village, by=cast.banner_officer)
    swept(cast, tmp_path, [found(here), found(there)])
    counts = {
        officer: listed(client_of(getattr(cast, officer)), q="REL-008")[0]["REL-008"].found
        for officer in ("region_officer", "banner_officer", "village_officer", "other_banner_officer")
    }
    assert counts == {"region_officer": 2, "banner_officer": 2, "village_officer": 1, "other_banner_officer": 0}


def test_a_sweep_of_another_area_or_of_some_rules_is_not_the_last_one(cast, client_of, tmp_path):
    here = family(cast.village, by=cast.banner_officer)
    swept(cast, tmp_path, [found(here)], division=cast.banner)
    swept(cast, tmp_path, [], division=cast.other_banner)
    partial = swept(cast, tmp_path, [])
    Sweep.objects.filter(pk=partial.pk).update(is_partial=True)
    assert listed(client_of(cast.village_officer), q="REL-008")[0]["REL-008"].found == 1
    assert listed(client_of(cast.league_officer), q="REL-008")[0]["REL-008"].found is None


def test_without_the_kept_file_only_who_reaches_the_whole_sweep_is_told(cast, client_of, tmp_path):
    here = family(cast.village, by=cast.banner_officer)
    made = swept(cast, tmp_path, [found(here)], division=cast.banner)
    Sweep.objects.filter(pk=made.pk).update(made_at=timezone.now() - timedelta(days=31))
    kept.forget()
    assert kept.path_of(made) is None
    assert listed(client_of(cast.banner_officer), q="REL-008")[0]["REL-008"].found == 1
    assert listed(client_of(cast.village_officer), q="REL-008")[0]["REL-008"].found is None


def test_the_files_of_recent_sweeps_stay(cast, tmp_path):
    made = swept(cast, tmp_path, [])
    kept.forget()
    assert kept.path_of(made) is not None


def test_open_tickets_are_counted_by_rule_within_reach(cast, client_of, tmp_path):
    here, there = family(cast.village, by=cast.banner_officer), family(cast.other_village, by=cast.banner_officer)
    sweep(tmp_path, [found(here), found(there)])
    assert listed(client_of(cast.banner_officer), q="REL-008")[0]["REL-008"].open == 2
    assert listed(client_of(cast.village_officer), q="REL-008")[0]["REL-008"].open == 1


def test_the_list_asks_the_database_as_often_for_many_rules_as_for_one(
    cast, client_of, own_rule, django_assert_max_num_queries
):
    client = client_of(cast.banner_officer)
    listed(client)
    with django_assert_max_num_queries(24):
        listed(client)


def test_the_page_says_the_condition_what_it_reads_and_compares_with(cast, client_of):
    status, page = page_of(client_of(cast.village_officer), "INC-005")
    assert status == 200
    assert "（工资性明细合计 − 工资性收入） 的绝对值 &gt; 勾稽容差（0.01 元）" in page
    assert "items_wage_fen" in page
    assert "收支明细之和与各类小计不等，请核对明细。" in page
    assert "The items do not add up" not in page
    assert "由公开的表结构推得" in page
    assert "手工核算容差" in page
    assert "工资性明细合计：1.02 元" in page


def test_a_rule_that_waits_says_for_what_and_has_no_condition(cast, client_of):
    _status, page = page_of(client_of(cast.village_officer), "INC-001")
    assert "等待数据：上报报表" in page
    assert "命中条件" not in page


def test_an_own_version_is_shown_where_it_holds_with_the_shipped_one_below(cast, client_of):
    own = {"finds": "count(members, relation = '02') > 2", "found": [{"members": [{"relation": "02"}] * 3}],
           "passed": [{"members": []}]}  # fmt: skip
    confirm(propose(cast.banner_officer, cast.banner, "REL-008", **own), cast.second_banner_officer)
    _status, page = page_of(client_of(cast.village_officer), "REL-008")
    assert "&gt; 2" in page
    assert "第 2 版" in page
    below = page.partition("系统自带版本")[2]
    assert BASES[rules()["REL-008"].basis][0] in below
    assert "第 2 版" not in page_of(client_of(cast.other_banner_officer), "REL-008")[1]


def test_words_that_can_no_longer_be_read_are_said_so(cast, client_of, own_rule, monkeypatch):
    real = own_rules.rule_of
    monkeypatch.setattr(own_rules, "rule_of", lambda row: _gone(real(row)))
    status, page = page_of(client_of(cast.banner_officer), NAME)
    assert status == 200
    assert "条件已不能读取" in page


def _gone(rule):
    return replace(rule, finds="a_field_that_went = 1")


def test_a_request_is_shown_to_who_may_ask_or_decide_alone(cast, client_of):
    switch(cast.banner_officer, cast.banner)
    assert "等待复核的申请" in page_of(client_of(cast.second_banner_officer), "REL-008")[1]
    for officer in (cast.village_officer, cast.other_banner_officer):
        assert "等待复核的申请" not in page_of(client_of(officer), "REL-008")[1]
    assert Override.objects.get().state == "proposed"


def test_on_an_earlier_day_the_rules_of_that_regime_are_judged(cast):
    area = catalogue.area_of(cast.banner_officer)
    bound = next(one for one in rules().values() if one.finds and one.regimes)
    standings = {day: catalogue.entry(area, bound.name, day).standing
                 for day in (date(2014, 6, 1), date(2018, 6, 1), date(2022, 6, 1), date(2026, 6, 1))}  # fmt: skip
    assert {day: str(one) == "judged" for day, one in standings.items()} == {day: bound.holds(day) for day in standings}
    assert "not_now" in standings.values()


def test_what_is_added_before_it_is_divided_stands_in_brackets(cast):
    finds = "(net_fen + claims_fen - self_paid_fen) / counted_persons >= 100"
    said = rule_page.laid("households", finds, clock.today(), tree().root.id).parts[0][0]
    assert said.startswith("（年纯收入 + 理赔收入 − 合规自付支出） ÷ 计算人口 ≥")
    said = rule_page.laid("households", "net_fen - (claims_fen - self_paid_fen) > net_fen + claims_fen * 2",
                          clock.today(), tree().root.id).parts[0][0]  # fmt: skip
    assert said == "年纯收入 − （理赔收入 − 合规自付支出） > 年纯收入 + 理赔收入 × 2"


def test_parts_that_belong_together_stand_in_brackets_after_the_word_before_them(cast):
    finds = "(persons > 1 or persons < 9) and (persons = 2 or (persons = 3 and persons = 4))"
    told = rule_page.laid("households", finds, clock.today(), tree().root.id).parts
    assert [(text, word) for text, _depth, word in told][1:] == [
        ("家庭人口 < 9）", "or"), ("（家庭人口 = 2", "and"), ("（家庭人口 = 3", "or"), ("家庭人口 = 4））", "and"),
    ]  # fmt: skip
    with translation.override("en"):
        told = rule_page.laid(
            "households", "persons > 1 and (persons < 3 or persons = 5)", clock.today(), tree().root.id
        ).parts
    assert [(text, word) for text, _depth, word in told][1:] == [("(members < 3", "and"), ("members = 5)", "or")]


def test_the_words_of_a_department_s_file_are_told_as_it_writes_them(cast):
    where = {"on": clock.today(), "division": tree().root.id}
    assert ("改造状态 ≠ “已改造”）", "or") in [
        (one[0], one[2]) for hit in laying.hits(source("house_grades"), **where) for one in hit.parts
    ]
    with translation.override("en"):
        told = [one[0] for hit in laying.hits(source("house_grades"), **where) for one in hit.parts]
    assert "Renovation ≠ “renovated”)" in told
