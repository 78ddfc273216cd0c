"""Exits on screen: the list of the year, listed by the hundred, the standards told and kept, the workbook."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from fupin.core.models import AuditEntry, Case
from fupin.procedures.tests import exits
from fupin.procedures.tests.cases import taken
from fupin.procedures.tests.exits import BEGAN, later
from fupin.registry.models import HouseholdFact
from tests.cast import PLACES

VILLAGE = PLACES["village"]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def village(cast, client_of, it_is):
    it_is(BEGAN)
    return client_of(cast.village_officer)


def page(client, name, *args, **query):
    return client.get(reverse(f"procedures:{name}", args=args), query).content.decode()


def test_the_list_of_the_year_judges_every_registered_household_and_says_why_not(cast, village):
    good, poor, kept = (
        exits.registered(cast),
        exits.registered(cast, yuan=3534),
        exits.registered(cast, household_kind="06"),
    )
    shown = page(village, "exits")
    assert "在册未脱贫 3 户，按登记全部达标 1 户" in shown
    assert "收入稳定达标：未达标" in shown
    assert "五保（特困）户" in shown
    boxes = {one.pk for one in (good, poor, kept) if f'name="chosen" value="{one.pk}"' in shown}
    assert boxes == {good.pk, poor.pk}


def test_households_are_listed_together_and_the_list_says_so(cast, village):
    made = [exits.registered(cast) for _ in range(2)]
    data = {"village": VILLAGE, "chosen": [str(one.pk) for one in made], "applicant": "村两委", "statement": "收入稳定"}
    sent = village.post(reverse("procedures:exits"), data, follow=True).content.decode()
    assert "已列入 2 户" in sent
    assert sent.count("已列入</a>") == 2
    assert Case.objects.filter(procedure="exit", state="listed", began_on=BEGAN).count() == 2


def test_who_is_held_back_is_not_listed_by_a_forged_form_either(cast, village):
    kept = exits.registered(cast, household_kind="06")
    sent = village.post(reverse("procedures:exits"), {"village": VILLAGE, "chosen": [str(kept.pk)]}, follow=True)
    assert "在不宜退出之列" in sent.content.decode()
    assert not Case.objects.filter(procedure="exit").exists()


def test_a_village_of_others_is_not_there(cast, client_of, it_is):
    it_is(BEGAN)
    other = client_of(cast.other_township_officer)
    assert other.get(reverse("procedures:exits"), {"village": VILLAGE}).status_code == 404
    assert other.get(reverse("procedures:exits_export"), {"village": VILLAGE}).status_code == 404


def test_who_reaches_the_whole_region_names_the_village_by_its_code(cast, client_of, it_is):
    it_is(BEGAN)
    exits.registered(cast)
    region = client_of(cast.region_officer)
    assert "嘎查村代码" in page(region, "exits")
    assert "在册未脱贫 1 户" in page(region, "exits", village=VILLAGE)


def test_from_2021_the_screen_says_what_is_done_instead(cast, village, it_is):
    it_is(BEGAN)
    exits.registered(cast)
    it_is(date(2026, 11, 24))
    shown = page(village, "exits")
    assert "到 2020 年底为止" in shown
    assert "贫困户" not in shown


def test_the_case_tells_its_standards_as_they_are_and_after_the_approval_as_they_were(cast, village, it_is):
    household = exits.registered(cast)
    (case,) = exits.proposed(cast, household)
    assert reverse("procedures:standards", args=[case]) in page(village, "case", case)
    HouseholdFact.objects.filter(household=household).update(house_grade="D")
    assert 'wrong">未达标</span>' in page(village, "standards", case)
    HouseholdFact.objects.filter(household=household).update(house_grade="A")
    exits.checked(cast, case, it_is)
    taken(case, "decide", cast.banner_officer, later(8))
    HouseholdFact.objects.filter(household=household).update(house_grade="D")
    shown = page(village, "standards", case)
    assert "旗县批准时所据" in shown
    assert 'wrong">未达标</span>' not in shown
    assert "产业帮扶" in shown


def test_the_workbook_of_the_list_holds_every_household_with_its_reasons(cast, village):
    exits.registered(cast)
    poor = exits.registered(cast, yuan=3534)
    answer = village.get(reverse("procedures:exits_export"), {"village": VILLAGE})
    rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(answer.getvalue())).active.iter_rows()]
    assert len(rows) == 3
    (line,) = (row for row in rows if row[0] == poor.number)
    assert line[4:8] == ["3534.00", "3535.00", "未达标", "收入稳定达标：未达标"]
    assert AuditEntry.objects.filter(act="procedures.export", subject="export:exits").exists()
