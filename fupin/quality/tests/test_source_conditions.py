"""What a hit in a department's file must say, and who ought to be in a file: each shipped condition on its borders."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from fupin.bulk.datasets import declared
from fupin.conditions.judging import Judge
from fupin.core.verdicts import Outcome
from fupin.policy.sources import source, sources
from fupin.quality.comparison.sources import absence_of, condition_of, dataset_of
from fupin.rulebook.conditions import setting

pytestmark = pytest.mark.django_db
ON = date(2018, 12, 31)
POOR = {"is_registered": True, "was_registered": True, "is_monitored": False}
MONITORED = {"is_registered": False, "was_registered": False, "is_monitored": True}
NEITHER = {"is_registered": False, "was_registered": False, "is_monitored": False}


def at(name: str, more: int = 0) -> Any:
    """The value of a parameter on the day, and so much more."""
    return setting(name, ON) + more


HITS = {
    "accidents": (
        lambda: [{}, {"file.paid_fen": at("comparison.claim")}], lambda: [{"file.paid_fen": at("comparison.claim", -1)}],
    ),
    "companies": (
        lambda: [{}, {"file.kind": "individual", "file.capital_fen": 1}, {"file.state": "running"},
                 {"file.capital_fen": at("comparison.company_capital")}],
        lambda: [{"file.state": "closed"}, {"file.kind": "cooperative"}, {"file.capital_fen": at("comparison.company_capital", -1)}],
    ),
    "convictions": (
        lambda: [POOR, MONITORED, POOR | {"file.kind": "prison", "file.until_on": ON + timedelta(days=1)}],
        lambda: [NEITHER, POOR | {"file.kind": "community"}, POOR | {"file.until_on": ON}],
    ),
    "deposits": (
        lambda: [{"file.balance_fen": at("comparison.deposit")}], lambda: [{}, {"file.balance_fen": at("comparison.deposit", -1)}],
    ),
    "disability": (
        lambda: [{}, {"file.state": "valid"}],
        lambda: [{"file.state": "ended"}, {"disability_category": "4"}, {"disability_grade": "2"}],
    ),
    "medical_bills": (
        lambda: [{"file.self_paid_fen": at("comparison.self_paid")}],
        lambda: [{}, {"file.self_paid_fen": at("comparison.self_paid", -1)}],
    ),
    "medical_insurance": (
        lambda: [{}, {"file.state": "insured"}, {"file.state": "ended", "has_resident_medical": True},
                 {"file.state": "ended", "has_employee_medical": True}],
        lambda: [{"file.state": "ended"}, {"has_resident_medical": True}, {"has_employee_medical": True}],
    ),
    "property": (
        lambda: [{}, {"file.kind": "commercial"}, {"file.kind": "shop"}, {"file.kind": "self_built", "file.houses": 2},
                 {"file.shared": "inherited", "file.houses": 2}],
        lambda: [{"file.kind": "self_built", "file.houses": 1}, {"file.shared": "inherited"}],
    ),
    "school_enrolment": (
        lambda: [{}, {"file.state": "attending", "student": "01"}, {"file.state": "dropped_out", "student": "03"}],
        lambda: [{"student": "03"}, {"file.state": "dropped_out"}, {"file.state": "dropped_out", "student": "01"}],
    ),
    "social_insurance": (
        lambda: [{"file.state": "stopped", "file.stopped_months": at("comparison.unpaid_months")}],
        lambda: [{"file.state": "paying", "file.stopped_months": at("comparison.unpaid_months")},
                 {"file.state": "stopped", "file.stopped_months": at("comparison.unpaid_months", -1)},
                 {"file.state": "stopped", "file.stopped_months": at("comparison.unpaid_months"), "monthly_wage_fen": 1}],
    ),
    "subsistence": (
        lambda: [{}, {"file.kind": "allowance", "gets_destitute_support": True},
                 {"file.kind": "destitute", "gets_subsistence_allowance": True}],
        lambda: [{"gets_subsistence_allowance": True}, {"file.kind": "destitute", "gets_destitute_support": True}],
    ),
    "vehicles": (
        lambda: [{}, {"file.kind": "car"}, {"file.kind": "machine", "file.value_fen": 1},
                 {"file.value_fen": at("comparison.vehicle_value")},
                 {"file.kind": "motorcycle", "file.value_fen": at("comparison.vehicle_value")}],
        lambda: [{"file.state": "scrapped", "file.kind": "car"}, {"file.value_fen": at("comparison.vehicle_value", -1)},
                 {"file.kind": "disabled", "file.value_fen": at("comparison.vehicle_value")}, {"file.kind": "motorcycle"}],
    ),
}  # fmt: skip
SAFE, UNSAFE = {"household.is_water_safe": True}, {"household.is_water_safe": False}
FOUR = {"file.quantity": "met", "file.quality": "met", "file.access": "met", "file.assurance": "met"}
CHRONIC = {"health": "02,04"}
JOINED = ("05", "06", "07", "10", "11")
MORE: dict[str, tuple[str, Any, Any]] = {
    "CMP-006": ("deaths", lambda: [{"file.event": "death"}], lambda: [{}, {"file.event": "moved_out"}]),
    "CMP-007": (
        "deaths", lambda: [{"file.event": "moved_out"}, {"file.event": "cancelled"}], lambda: [{}, {"file.event": "death"}],
    ),
    "CMP-014": ("subsistence", lambda: [{"file.outsiders": 1}], lambda: [{}, {"file.outsiders": 0}]),
    "CMP-015": (
        "land_subsidies",
        lambda: [{"file.subsidised_mu": 11.1, "file.contracted_mu": 10.0},
                 {"file.subsidised_mu": 11.1, "household.cultivated_mu": 10.0},
                 {"file.kind": "crop", "file.subsidised_mu": 11.1, "household.cultivated_mu": 10.0},
                 {"file.kind": "grassland", "file.subsidised_mu": 11.1, "household.grass_contract_mu": 10.0}],
        lambda: [{"file.subsidised_mu": 11.0, "file.contracted_mu": 10.0}, {"file.subsidised_mu": 11.1},
                 {"file.kind": "crop", "file.subsidised_mu": 11.0, "household.cultivated_mu": 10.0},
                 {"file.kind": "crop", "file.subsidised_mu": 11.1, "household.grass_contract_mu": 10.0},
                 {"file.kind": "grassland", "file.subsidised_mu": 11.1, "household.cultivated_mu": 10.0},
                 {"file.kind": "grassland", "file.subsidised_mu": 11.0, "household.grass_contract_mu": 10.0},
                 {"file.subsidised_mu": 11.1, "file.contracted_mu": 20.0, "household.cultivated_mu": 10.0},
                 {"file.kind": "grassland", "file.subsidised_mu": 11.1, "file.contracted_mu": 20.0, "household.grass_contract_mu": 10.0}],
    ),
    "CMP-016": (
        "house_grades",
        lambda: [{"file.grade": "C", "household.house_grade": "A"}, {"file.grade": "A", "household.house_grade": "D"},
                 {"file.state": "open", "file.grade": "D"}, {"file.grade": "C", "household.is_house_dangerous": False}],
        lambda: [{"file.grade": "C", "household.house_grade": "C"}, {"file.grade": "B"}, {"file.grade": "A"},
                 {"file.grade": "C", "household.is_house_dangerous": True}, {"household.house_grade": "C"},
                 {"file.state": "renovated", "file.grade": "A", "household.house_grade": "D"}],
    ),
    "LIV-013": (
        "house_grades",
        lambda: [{"file.state": "renovated", "household.house_grade": "C"}, {"file.state": "renovated", "household.house_grade": "D"},
                 {"file.state": "renovated", "household.house_grade": "A", "household.is_house_dangerous": True}],
        lambda: [{"file.state": "renovated", "household.house_grade": "A"}, {"file.state": "underway", "household.house_grade": "C"},
                 {"household.house_grade": "D", "household.is_house_dangerous": True}],
    ),
    "CMP-017": (
        "water_supply",
        lambda: [SAFE | {"file.quality": "unmet"}, SAFE | {"file.supply": "interrupted"},
                 {"household.water_finding": "met", "file.quality": "unmet"}],
        lambda: [SAFE | {"file.quality": "met", "file.supply": "normal"}, UNSAFE | {"file.quality": "unmet"}, {"file.quality": "unmet"},
                 {"household.water_finding": "unmet", "file.supply": "interrupted"}, SAFE],
    ),
    "LIV-015": (
        "water_supply",
        lambda: [SAFE | {"file.quantity": "unmet"}, SAFE | {"file.access": "unmet"}, SAFE | {"file.assurance": "unmet"},
                 {"household.water_finding": "met", "file.access": "unmet"}, UNSAFE | FOUR, {"household.water_finding": "unmet"} | FOUR],
        lambda: [SAFE | FOUR, {"household.water_finding": "met"} | FOUR, UNSAFE | {"file.quantity": "unmet"}, SAFE | {"file.quality": "unmet"},
                 *(UNSAFE | FOUR | {name: "unmet"} for name in FOUR), {"file.access": "unmet"}],
    ),
    "EXT-009": (
        "household_registration",
        lambda: [{"joined_by": cause, "file.state": state} for cause in JOINED for state in ("elsewhere", "none")],
        lambda: [{"joined_by": "05", "file.state": "here"}, {"joined_by": "05"}, {"file.state": "none"}, {"joined_by": "09", "file.state": "none"}],
    ),
    "INC-015": (
        "livestock",
        lambda: [{"file.kept": 1, "household.item_b2_fen": 0, "household.item_e2_fen": 0},
                 {"file.sold": 1, "household.item_b2_fen": 0, "household.item_e2_fen": 0}],
        lambda: [{"file.kept": 0, "file.sold": 0, "household.item_b2_fen": 0, "household.item_e2_fen": 0}, {"file.kept": 1},
                 {"file.kept": 1, "household.item_b2_fen": 1, "household.item_e2_fen": 0},
                 {"file.kept": 1, "household.item_b2_fen": 0, "household.item_e2_fen": 1}],
    ),
    "EDU-018": (
        "education_aid",
        lambda: [{"file.item": "yulu"}, {"file.item": "yulu", "student": "09"}, {"file.item": "yulu", "student": "22"}],
        lambda: [{"file.item": "yulu", "student": "10"}, {"file.item": "yulu", "student": "15"}, {"file.item": "yulu", "student": "21"},
                 {"file.item": "other"}],
    ),
    "EDU-019": (
        "education_aid",
        lambda: [{"file.item": "boarding"}, {"file.item": "boarding", "student": "07"}, {"file.item": "senior", "student": "06"},
                 {"file.item": "senior", "student": "10"}, {"file.item": "vocational", "student": "09"}, {"file.item": "vocational", "student": "13"},
                 {"file.item": "college", "student": "12"}, {"file.item": "college", "student": "09"}],
        lambda: [{"file.item": "boarding", "student": "03"}, {"file.item": "boarding", "student": "06"}, {"file.item": "senior", "student": "07"},
                 {"file.item": "senior", "student": "09"}, {"file.item": "vocational", "student": "10"}, {"file.item": "college", "student": "13"},
                 {"file.item": "college", "student": "27"}, {"file.item": "yulu"}, {"file.item": "other"}],
    ),
    "HEA-005": (
        "family_doctors",
        lambda: [CHRONIC | {"file.state": "ended"}, CHRONIC | {"file.visits": 0}],
        lambda: [CHRONIC, CHRONIC | {"file.state": "signed", "file.visits": 1}, {"file.state": "ended"}, {"health": "01", "file.visits": 0}],
    ),
    "EMP-013": (
        "public_posts",
        lambda: [{"file.post_count": at("comparison.most_posts", 1)}], lambda: [{}, {"file.post_count": at("comparison.most_posts")}],
    ),
    "MEA-017": (
        "microcredit",
        lambda: [{"file.amount_fen": at("credit.loan_cap", 1)}, {"file.months": at("credit.term_years") * 12 + 1}, {"file.secured": True},
                 {"age": at("credit.least_age", -1)}, {"age": at("credit.most_age", 1)}, {"file.state": "normal", "file.secured": True}],
        lambda: [{}, {"file.amount_fen": at("credit.loan_cap"), "file.months": at("credit.term_years") * 12, "file.secured": False,
                      "age": at("credit.least_age")}, {"age": at("credit.most_age")}, {"file.state": "settled", "file.secured": True}],
    ),
    "MEA-018": (
        "microcredit",
        lambda: [{"file.state": "overdue"}, {"file.used_by": "firm"}, {"file.state": "normal", "file.used_by": "firm"}],
        lambda: [{}, {"file.state": "normal", "file.used_by": "own"}, {"file.state": "settled", "file.used_by": "firm"}],
    ),
    "ID-017": (
        "helpers",
        lambda: [POOR, MONITORED, POOR | {"file.state": "serving"}], lambda: [NEITHER, POOR | {"file.state": "left"}],
    ),
}  # fmt: skip
"""Rules of sources that feed several, or that read the person's household: by rule, the source, what is found and what not."""
ABSENT = {
    "disability": (
        lambda: [{"disability_category": "4"}, {"disability_grade": "2"}], lambda: [{}],
    ),
    "family_doctors": (
        lambda: [CHRONIC | POOR, CHRONIC | MONITORED], lambda: [CHRONIC | NEITHER, POOR, POOR | {"health": "01"}],
    ),
    "household_registration": (
        lambda: [{"joined_by": cause} for cause in JOINED], lambda: [{}, {"joined_by": "09"}, {"joined_by": "01"}],
    ),
    "medical_insurance": (lambda: [POOR, MONITORED], lambda: [NEITHER]),
    "school_enrolment": (
        lambda: [POOR | {"school_year_age": at("schooling.least_age")}, MONITORED | {"school_year_age": at("schooling.most_age")}],
        lambda: [POOR | {"school_year_age": at("schooling.least_age", -1)}, POOR | {"school_year_age": at("schooling.most_age", 1)},
                 NEITHER | {"school_year_age": at("schooling.least_age")}],
    ),
    "subsistence": (
        lambda: [{"gets_subsistence_allowance": True}, {"gets_destitute_support": True}], lambda: [{}],
    ),
}  # fmt: skip


def outcome(condition: Any, dataset: Any, example: dict[str, Any]) -> Outcome:
    """How a condition comes out for a person beside what a file says."""
    judge = Judge(dataset)
    judge.load(example, {})
    return judge.outcomes([condition], on=ON, parameters={name: setting(name, ON) for name in condition.settings})[0]


def held(condition: Any, dataset: Any, found: list[dict[str, Any]], passed: list[dict[str, Any]]) -> None:
    """Every one of the first is found, none of the others."""
    assert [one for one in found if outcome(condition, dataset, one) is not Outcome.YES] == []
    assert [one for one in passed if outcome(condition, dataset, one) is Outcome.YES] == []


@pytest.mark.parametrize("name", sorted(HITS))
def test_a_hit_asks_only_where_the_file_says_enough(name):
    one = source(name)
    (feeds,) = (each for each in one.findings if each.rule not in MORE)
    found, passed = HITS[name]
    held(condition_of(one, feeds), dataset_of(one), found(), passed())


@pytest.mark.parametrize("rule", sorted(MORE))
def test_a_hit_asks_by_a_rule_only_where_file_person_and_household_say_enough(rule):
    name, found, passed = MORE[rule]
    one = source(name)
    (feeds,) = (each for each in one.findings if each.rule == rule)
    held(condition_of(one, feeds), dataset_of(one), found(), passed())


@pytest.mark.parametrize("name", sorted(ABSENT))
def test_who_ought_to_be_in_a_file(name):
    (feeds,) = source(name).absent
    found, passed = ABSENT[name]
    held(absence_of(feeds), declared.dataset("persons"), found(), passed())


def test_every_condition_of_a_source_is_tried_here():
    asked = {(one.name, feeds.rule) for one in sources().values() for feeds in one.findings if feeds.when}
    expected = {one.name for one in sources().values() if any(feeds.when for feeds in one.absent)}
    tried = {(name, rule) for rule, (name, *_examples) in MORE.items()}
    assert {pair for pair in asked - tried if pair[0] not in HITS} == set()
    assert {name for name, _rule in asked - tried} == set(HITS)
    assert expected == set(ABSENT)
