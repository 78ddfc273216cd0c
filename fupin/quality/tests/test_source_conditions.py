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
DEATHS = {
    "CMP-006": ([{"file.event": "death"}], [{}, {"file.event": "moved_out"}]),
    "CMP-007": ([{"file.event": "moved_out"}, {"file.event": "cancelled"}], [{}, {"file.event": "death"}]),
}
ABSENT = {
    "disability": (
        lambda: [{"disability_category": "4"}, {"disability_grade": "2"}], lambda: [{}],
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
    (feeds,) = one.findings
    found, passed = HITS[name]
    held(condition_of(one, feeds), dataset_of(one), found(), passed())


@pytest.mark.parametrize("rule", sorted(DEATHS))
def test_who_died_and_who_moved_away_are_two_questions(rule):
    one = source("deaths")
    (feeds,) = (each for each in one.findings if each.rule == rule)
    held(condition_of(one, feeds), dataset_of(one), *DEATHS[rule])


@pytest.mark.parametrize("name", sorted(ABSENT))
def test_who_ought_to_be_in_a_file(name):
    (feeds,) = source(name).absent
    found, passed = ABSENT[name]
    held(absence_of(feeds), declared.dataset("persons"), found(), passed())


def test_every_condition_of_a_source_is_tried_here():
    asked = {one.name for one in sources().values() if any(feeds.when for feeds in one.findings)}
    expected = {one.name for one in sources().values() if any(feeds.when for feeds in one.absent)}
    assert (asked, expected) == ({*HITS, "deaths"}, set(ABSENT))
