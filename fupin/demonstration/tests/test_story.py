"""The demonstration: its figures to the person, its way in, its cast, its refusals."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from bench.planted import swept
from fupin.core import clock
from fupin.demonstration import loading, mistakes, people, places, touches, visits
from fupin.demonstration.story import FIRST_YEAR, LAST_YEAR, tell
from fupin.demonstration.tests.loaded import load
from fupin.registry.models import (
    GuaranteeFinding,
    Household,
    IncomeAccount,
    IncomeEvidence,
    Membership,
    Person,
    RegisterStatus,
)

REGISTERED = ("01", "02", "04")
LEFT_TO_DO = {"GUA-FOOD", "GUA-CLOTHING", "GUA-HOUSING", "GUA-WATER"}
"""What a household still lacks is no mistake of a record."""
WRONGLY_FOUND = {"EXT-004", "EDU-020", "GUA-CONFLICT"}
"""What `visits` says wrongly on purpose."""
DOCUMENT = Path(__file__).parents[3] / "docs" / "operations" / "demonstration.md"


@pytest.fixture(scope="module")
def small():
    return tell(places.banner_order("150522", 131))


def stock(year: int) -> tuple[int, int]:
    """Households registered and not exited at a year's end, and their members."""
    day = date(year, 12, 31)
    homes = RegisterStatus.objects.on(day).filter(status__in=REGISTERED).values_list("household_id", flat=True)
    return len(homes), Membership.objects.on(day).filter(household__in=list(homes)).count()


def test_the_banner_is_ordered_with_its_published_figures():
    asked = places.banner_order("150522", None)
    assert asked.households == 13_065 + 196, "with those who are newly identified in the years after"
    assert asked.targets.households == {2014: 13_065, 2018: 1_375}
    assert asked.targets.persons == {2014: 34_261, 2018: 3_976}


def test_every_member_stands_in_a_village_of_the_banner(small):
    assert small.households["行政村"].str.starts_with("150522").all()
    assert (small.persons["合成数据"] == "是").all()


def test_births_and_deaths_balance_among_those_who_stay(small):
    stays = set(small.households["户主证件号"].filter(list(small.run.plan.is_registered(LAST_YEAR))).to_list())
    home = dict(small.persons.select("证件号码", "户主证件号").iter_rows())
    born = sum(birth.head_id in stays for births in small.births.values() for birth in births)
    died = sum(home[death.id_number] in stays for deaths in small.deaths.values() for death in deaths)
    assert born == died


def test_a_household_exits_with_a_safe_house_and_safe_water(small):
    for frame in small.changes.values():
        left = frame.filter(frame["脱贫属性"].str.contains("脱贫（"))
        assert left.height
        assert not left["是否危房户"].is_in(["是"]).any()
        assert not left["饮水是否困难"].is_in(["是"]).any()


def test_the_opening_is_that_of_2014_and_later_years_identify_new_households(small):
    assert small.opening[0].height == 131
    assert {year for year, (homes, _) in small.entries.items() if homes.height} <= {2015, 2016, 2017, 2018}
    entered = [homes for homes, _ in small.entries.values()]
    assert sum(homes.height for homes in entered) == 2 == small.households.height - 131
    for homes, members in small.entries.values():
        assert set(members["户主证件号"]) == set(homes["户主证件号"])
        assert set(homes["脱贫属性"]) <= {"未脱贫"}
    assert small.opening[1].height + sum(m.height for _, m in small.entries.values()) == small.persons.height


@pytest.mark.django_db
def test_the_story_goes_in_by_the_staged_import_and_its_stocks_come_out(small, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2018, 12, 31))
    from fupin.accounts.scopes import SYSTEM
    from fupin.registry import openings

    openings.open_region()
    load(small)
    plan = small.run.plan
    assert Household.objects.filter(is_synthetic=True).count() == small.households.height
    first, last = stock(FIRST_YEAR), stock(LAST_YEAR)
    assert first == (131, int(plan.size[plan.is_registered(FIRST_YEAR)].sum()))
    assert last == (14, int(plan.size[plan.is_registered(LAST_YEAR)].sum()))
    assert IncomeAccount.objects.count() == small.income.height
    births = sum(len(births) for births in small.births.values())
    assert Person.objects.count() == small.persons.height + births
    touches.found_and_pictured("150522", by=SYSTEM, on=date(2018, 12, 31))
    assert GuaranteeFinding.objects.exists()
    assert IncomeEvidence.objects.values("account").distinct().count() == touches.PICTURED


@pytest.mark.django_db
def test_the_cast_has_one_officer_for_each_duty_and_random_passwords():
    found = people.enlist("150522", on=date(2014, 1, 1))
    assert len({account["password"] for account in found}) == len(people.CAST)
    assert {account["role"] for account in found} >= {"banner_officer", "village_officer", "system_admin", "auditor"}
    assert {a["division"] for a in found if a["role"] == "banner_officer"} == {"150522000000"}


def test_a_life_goes_on_from_year_to_year(small):
    order = ["小学", "七年级", "八年级", "九年级"]
    grades = pl.concat(
        [
            frame.select("证件号码", "在校生状况", "文化程度").with_columns(year=pl.lit(year))
            for year, frame in [(FIRST_YEAR, small.opening[1]), *small.lives.items()]
        ]
    )
    told = grades.filter(pl.col("在校生状况").is_in(order)).sort("证件号码", "year")
    steps = [[order.index(one) for one in life] for life in told.group_by("证件号码").agg("在校生状况")["在校生状况"]]
    assert max(map(len, steps)) > 2
    assert all(step == sorted(step) for step in steps)


@pytest.mark.django_db
def test_what_the_rules_find_is_what_was_planted_and_what_is_left_to_do(monkeypatch, settings, tmp_path):
    day = date(2018, 12, 31)
    settings.DATA_FOLDER = tmp_path
    monkeypatch.setattr(clock, "today", lambda: day)
    from fupin.accounts.scopes import SYSTEM
    from fupin.registry import openings

    openings.open_region()
    story = tell(places.banner_order("150522", 900))
    load(story)
    visits.visit(visits.visited("150522", 1), by=SYSTEM, on=day)
    found = swept(tmp_path, day)
    homes = loading.households_of(story.planted["head"].to_list())
    planted = {(homes[line["head"]], line["rule"]) for line in story.planted.iter_rows(named=True)}
    assert len(planted) >= 20
    assert planted - {(one["household_id"], one["rule"]) for one in found} == set()
    elsewhere = Counter(one["rule"] for one in found if one["household_id"] not in set(homes.values()))
    assert {rule: number for rule, number in elsewhere.items() if rule not in LEFT_TO_DO | WRONGLY_FOUND} == {}


def test_the_document_of_the_demonstration_says_how_many_mistakes_of_each_kind_there_are():
    said = re.findall(r"^\| ([A-Z]{3}-\d{3}) \|.*\| (\d+) \|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert {rule: int(number) for rule, number in said} == dict(mistakes.NUMBERS)
