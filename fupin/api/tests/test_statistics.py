"""Figures over the API: computed from records, opening exactly those records, within the reader's area."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from fupin.api.tests.calls import Program
from fupin.core.models import AuditEntry
from fupin.registry.tests.made_register import MadeRegister

pytestmark = pytest.mark.django_db
AT = "/figures?division=150522&period=2018-06-30"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    cache.clear()
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def made(cast: Any) -> MadeRegister:
    """Three registered households with six persons in the village of the cast's officer and its neighbour."""
    made = MadeRegister()
    made.add("a", cast.village, [{}, {}, {}], cause="01")
    made.add("b", cast.village, [{}, {}], cause="09")
    made.add("c", cast.other_village, [{}], cause="01")
    return made


def test_a_figure_opens_the_records_that_it_was_computed_from(cast, made):
    program = Program(cast.banner_officer)
    (figure,) = program.get(f"{AT}&indicator=registered_households").json()
    assert (figure["value"], figure["records"], figure["unit"]) == ("3", 3, "household")
    made.add("d", cast.village, [{}], cause="02")
    at = f"/figures/registered_households/records?division=150522&period=2018-06-30&extract={figure['extract']}"
    found = program.get(at).json()
    assert found["count"] == 3
    assert AuditEntry.objects.filter(act="statistics.open_records").exists()
    first = program.get(f"{at}&limit=2").json()
    rest = program.get(f"{at}&limit=2&cursor={first['next']}").json()
    numbers = [row["number"] for row in first["items"] + rest["items"]]
    assert sorted(numbers) == sorted(row["number"] for row in found["items"])


def test_how_incomes_are_spread_says_of_whom(cast, made):
    found = Program(cast.banner_officer).get(AT + "&indicator=gini&indicator=registered_households").json()
    assert ["建档立卡" in one["footnote"] for one in found] == [True, False]


def test_figures_and_records_stay_within_the_area(cast, made):
    village = Program(cast.village_officer)
    assert village.get(AT).status_code == 404
    (figure,) = village.get("/figures?division=150522100200&period=2018-06-30&indicator=registered_persons").json()
    assert figure["value"] == "5"
    assert Program(cast.helper).get("/figures?division=150522100200&period=2018-06-30").status_code == 403
    assert Program(cast.other_banner_officer).get(AT).status_code == 404


def test_what_is_no_period_indicator_or_extract_is_told(cast, made):
    program = Program(cast.banner_officer)
    assert program.get("/figures?division=150522&period=2018-13").status_code == 422
    assert program.get(f"{AT}&indicator=nothing").status_code == 422
    assert program.get("/figures/nothing/records?division=150522&period=2018").status_code == 404
    gone = "/figures/registered_households/records?division=150522&period=2018&extract=gone"
    assert program.get(gone).status_code == 404


def test_indicators_tell_their_definition_in_both_languages(cast):
    chinese = Program(cast.helper).get("/indicators?limit=500").json()["items"]
    english = Program(cast.helper, language="en").get("/indicators?limit=500").json()["items"]
    assert {one["name"] for one in chinese} >= {"registered_households", "poverty_incidence"}
    assert chinese[0]["definition"] != english[0]["definition"]


def test_a_year_is_frozen_once_and_by_the_region(cast, made):
    assert Program(cast.banner_officer).post("/snapshots", {"year": 2018}).status_code == 403
    program = Program(cast.region_officer)
    answer = program.post("/snapshots", {"year": 2018})
    assert answer.status_code == 201
    assert program.post("/snapshots", {"year": 2018}).status_code == 422
    assert program.get("/snapshots").json()["items"][0]["sha256"] == answer.json()["sha256"]
