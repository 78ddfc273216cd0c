"""Exit of a village: a poverty village below the limit, reported, posted in the township, approved, and then none any more."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from fupin.bulk.datasets import declared
from fupin.conditions.judging import Judge
from fupin.core.models import AuditEntry
from fupin.core.refusals import NotAllowed, Refused
from fupin.core.verdicts import Outcome
from fupin.divisions.models import Designation, VillageYear
from fupin.divisions.operations import undesignate
from fupin.policy import exits as policy
from fupin.procedures import operations
from fupin.procedures.models import CaseFile
from fupin.procedures.tests import exits
from fupin.procedures.tests.cases import put, state_of, taken
from fupin.procedures.works import Lead
from fupin.rulebook.conditions import condition, settings

BEGAN = date(2018, 11, 1)
FULL = {"persons": 1000, "has_paved_road": True, "hard_water_households": 0, "unsafe_house_households": 0, "clinics": 1,
        "collective_income_fen": 3_000_000}  # fmt: skip
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.name}-{nth}")
    for rule in policy.villages().values()
    for nth, example in enumerate(rule.examples)
]

pytestmark = pytest.mark.django_db


def later(days):
    return BEGAN + timedelta(days=days)


def told(refused, *given, **more):
    with pytest.raises(Refused) as refusal:
        refused(*given, **more)
    return "；".join(refusal.value.reasons)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def village(cast, it_is):
    it_is(BEGAN)
    Designation.objects.create(
        division=cast.village, kind="poverty_village", document="文件", valid_from=date(2014, 1, 1)
    )
    return cast.village


@pytest.fixture
def sheet(village):
    return VillageYear.objects.create(division=village, year=2018, **FULL)


def proposed(cast, village, on=BEGAN):
    lead = Lead(None, "village_exit", applicant="村两委", division=village.pk)
    return operations.open_leads(leads=[lead], by=cast.village_officer, on=on, work="village_exit")[0]


def reported(cast, village):
    case = proposed(cast, village)
    put(f"case:{case}", "village_report")
    taken(case, "report", cast.village_officer, BEGAN)
    return case


def announced(cast, village, it_is):
    case = reported(cast, village)
    taken(case, "check", cast.township_officer, BEGAN)
    taken(case, "post_township", cast.township_officer, BEGAN)
    it_is(later(8))
    taken(case, "close_township", cast.township_officer, later(8))
    taken(case, "decide", cast.banner_officer, later(8))
    taken(case, "announce", cast.banner_officer, later(8))
    return case


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_a_standard_of_a_village_comes_out_as_its_own_examples_say(rule, example):
    judge = Judge(declared.dataset("divisions"))
    judge.load({name: value for name, value in example.items() if name != "outcome"})
    asked = condition("divisions", rule.holds)
    (found,) = judge.outcomes([asked], on=BEGAN, parameters=settings(asked.settings, BEGAN))
    assert found is Outcome(example["outcome"])


def test_the_whole_way_ends_the_designation_and_keeps_what_it_stood_on(cast, village, sheet, it_is, board):
    case = announced(cast, village, it_is)
    assert "另一人" in told(taken, case, "leave", cast.banner_officer, later(8))
    taken(case, "leave", cast.second_banner_officer, later(8))
    assert state_of(case) == "left"
    assert Designation.objects.get(division=village, kind="poverty_village").valid_to == later(8)
    assert AuditEntry.objects.filter(act="divisions.undesignate", subject=f"division:{village.pk}").exists()
    kept = CaseFile.objects.get(pk=case).kept
    assert (kept["registered"], kept["persons"], len(kept["parts"])) == (0, 1000, 6)
    assert {place for place, _subject in board.hung} == {"township", "banner"}


@pytest.mark.parametrize(("persons", "passes"), [(67, True), (66, False)])
def test_the_incidence_lies_below_three_in_a_hundred(cast, village, sheet, persons, passes):
    exits.registered(cast)
    VillageYear.objects.filter(pk=sheet.pk).update(persons=persons)
    case = reported(cast, village)
    if passes:
        taken(case, "check", cast.township_officer, BEGAN)
    else:
        assert "贫困发生率未达标" in told(taken, case, "check", cast.township_officer, BEGAN)


def test_without_the_sheet_of_the_year_nobody_knows(cast, village):
    VillageYear.objects.create(division=village, year=2017, **FULL)
    case = reported(cast, village)
    assert "2018 年度行政村信息表" in told(taken, case, "check", cast.township_officer, BEGAN)


def test_what_is_considered_must_be_known_and_may_be_wanting(cast, village, sheet):
    case = reported(cast, village)
    VillageYear.objects.filter(pk=sheet.pk).update(clinics=None)
    assert "卫生室" in told(taken, case, "check", cast.township_officer, BEGAN)
    VillageYear.objects.filter(pk=sheet.pk).update(clinics=0)
    taken(case, "check", cast.township_officer, BEGAN)


def test_the_township_checks_a_report_and_posts_for_seven_whole_days(cast, village, sheet, it_is):
    case = proposed(cast, village)
    assert "村退出情况报告" in told(taken, case, "report", cast.village_officer, BEGAN)
    put(f"case:{case}", "village_report")
    taken(case, "report", cast.village_officer, BEGAN)
    taken(case, "check", cast.township_officer, BEGAN)
    taken(case, "post_township", cast.township_officer, BEGAN)
    it_is(later(7))
    assert "期限未满" in told(taken, case, "close_township", cast.township_officer, later(7))


def test_a_village_that_is_no_poverty_village_is_not_proposed(cast, it_is):
    it_is(BEGAN)
    assert "不是认定的贫困嘎查村" in told(proposed, cast, cast.village)


def test_a_village_is_proposed_once_and_never_after_2020(cast, village, it_is):
    proposed(cast, village)
    assert "已有办理中的同类案卷" in told(proposed, cast, village)
    it_is(date(2021, 1, 4))
    assert "没有施行" in told(proposed, cast, village, on=date(2021, 1, 4))


def test_a_designation_that_is_not_there_is_not_ended(cast, it_is):
    it_is(BEGAN)
    with pytest.raises(NotAllowed):
        undesignate(divisions=[cast.village.pk], kinds=["poverty_village"], by=cast.banner_officer, on=BEGAN)


def test_the_list_shows_every_poverty_village_and_proposes_one(cast, village, sheet, client_of):
    browser = client_of(cast.village_officer)
    shown = browser.get(reverse("procedures:village_exits")).content.decode()
    assert 'good">达标</span>' in shown
    assert "提出嘎查村退出" in shown
    sent = browser.post(
        reverse("procedures:village_exits"), {"village": str(village.pk), "applicant": "村两委"}, follow=True
    )
    assert "村退出情况报告" in sent.content.decode()
    assert "退出办理中" in browser.get(reverse("procedures:village_exits")).content.decode()


def test_the_case_of_a_village_tells_its_standards(cast, village, sheet, client_of):
    case = proposed(cast, village)
    browser = client_of(cast.village_officer)
    assert browser.get(reverse("procedures:case", args=[case])).status_code == 200
    shown = browser.get(reverse("procedures:standards", args=[case])).content.decode()
    assert "贫困发生率" in shown
    assert "村集体经济收入" in shown
