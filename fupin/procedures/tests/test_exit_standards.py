"""The standards of an exit: each rule on its own examples, the household told part by part, unknown never passing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fupin.bulk.datasets import declared
from fupin.conditions.judging import Judge
from fupin.core.verdicts import Outcome
from fupin.policy import exits
from fupin.procedures.exits.judging import day_of, judge_many, judge_one, settings_at
from fupin.registry.models import GuaranteeFinding, HouseholdFact
from fupin.registry.tests.made_register import MadeRegister
from fupin.rulebook.conditions import condition, settings

ON = date(2018, 11, 30)
INSURED = {"born_on": date(1970, 1, 1), "has_resident_medical": True, "has_employee_medical": False}
HOME = {"house_grade": "A", "is_house_dangerous": False, "is_water_safe": True, "is_water_difficult": False}
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.name}-{nth}")
    for rule in (*exits.standards().values(), *exits.held_back().values())
    for nth, example in enumerate(rule.examples)
]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def made(cast: Any) -> MadeRegister:
    """Households of one village: one that has everything, and others that lack one thing each."""
    made = MadeRegister()
    made.add("sound", cast.village, [INSURED], per_head={2018: 3535}, **HOME)
    made.add("poor", cast.village, [INSURED], per_head={2018: 3534}, **HOME)
    made.add("unhoused", cast.village, [INSURED], per_head={2018: 9000}, **(HOME | {"house_grade": "D"}))
    made.add("untold", cast.village, [INSURED], per_head={2018: 9000}, house_grade="A")
    made.add("last_year", cast.village, [INSURED], per_head={2017: 9000}, **HOME)
    for household in made.households.values():
        for guarantee in ("food", "clothing"):
            GuaranteeFinding.objects.create(
                household=household, guarantee=guarantee, outcome="met", evidence="看过", valid_from=date(2018, 5, 1)
            )
    return made


def judged(made: MadeRegister, name: str, on: date = ON, year: int = 2018) -> Any:
    pk = made.households[name].pk
    return judge_many([pk], year, on, is_told=True)[pk]


def outcomes(one: Any) -> dict[str, str]:
    return {part.name: part.outcome for part in one.parts}


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_a_rule_of_the_exit_comes_out_as_its_own_examples_say(rule: Any, example: Any) -> None:
    judge = Judge(declared.dataset("households"))
    record = {name: value for name, value in example.items() if name not in ("on", "outcome", "members")}
    judge.load(record, {"members": example.get("members", [])})
    on, asked = example.get("on", ON), condition("households", rule.holds)
    (found,) = judge.outcomes([asked], on=on, parameters=settings(asked.settings, on))
    assert found is Outcome(example["outcome"])


def test_who_has_the_income_of_the_year_and_every_guarantee_reaches_it(made: MadeRegister) -> None:
    one = judged(made, "sound")
    assert set(outcomes(one)) == {"income", "food", "clothing", "schooling", "medical", "housing", "water"}
    assert one.reaches
    assert (one.per_head_fen, one.line_fen) == (353_500, 353_500)


def test_one_yuan_a_year_below_the_line_is_below_it_and_says_both_figures(made: MadeRegister) -> None:
    one = judged(made, "poor")
    assert (outcomes(one)["income"], one.outcome) == ("unmet", "unmet")
    (line,) = one.parts[0].lines
    assert "3535" in line.said.replace(" ", "").replace(",", "")
    assert line.values == (("人均纯收入", "3534.00 元"),)


def test_a_dangerous_house_stops_the_exit_whatever_the_income(made: MadeRegister) -> None:
    one = judged(made, "unhoused")
    assert outcomes(one)["housing"] == "unmet"
    assert not one.reaches


def test_what_nobody_has_entered_is_unknown_and_named(made: MadeRegister) -> None:
    one = judged(made, "untold")
    assert (outcomes(one)["water"], one.outcome) == ("unknown", "unknown")
    assert not one.reaches
    (missing,) = (part.missing for part in one.parts if part.name == "water")
    assert missing == ("解决安全饮用水", "饮水困难")


def test_the_account_of_another_year_is_not_the_income_of_this_one(made: MadeRegister) -> None:
    one = judged(made, "last_year")
    assert outcomes(one)["income"] == "unknown"
    assert one.parts[0].missing == ("2018 年度收入核算",)
    assert one.per_head_fen is None


def test_an_exit_of_a_year_that_is_over_is_judged_by_that_year(made: MadeRegister) -> None:
    assert day_of(2018, date(2019, 1, 20)) == date(2018, 12, 31)
    assert day_of(2018, ON) == ON
    assert judged(made, "sound", date(2019, 1, 20)).line_fen == 353_500


def test_a_written_reason_holds_back_under_its_own_name(made: MadeRegister) -> None:
    HouseholdFact.objects.filter(household=made.households["sound"]).update(not_exit_reason="05")
    one = judged(made, "sound")
    assert [(held.code, held.label.chinese) for held in one.held] == [("05", "患大病正在治疗")]
    assert not one.reaches
    assert one.outcome == "unmet"


def test_each_household_is_told_for_itself(made: MadeRegister) -> None:
    found = judge_many([one.pk for one in made.households.values()], 2018, ON)
    reached = {name for name, one in made.households.items() if found[one.pk].reaches}
    assert reached == {"sound"}


def test_a_member_without_insurance_is_named_in_the_explanation(made: MadeRegister) -> None:
    judge = Judge(declared.dataset("households"))
    members = [{"name": "甲", **INSURED}, {"name": "乙", "has_resident_medical": False, "has_employee_medical": False}]
    one = judge_one(
        judge, {"per_head_fen": 400_000, "income_year": 2018} | HOME, members, 2018, ON, settings_at(ON, None)
    )
    medical = next(part for part in one.parts if part.name == "medical")
    assert [(line.said, line.outcome) for line in medical.lines] == [("甲", "met"), ("乙", "unmet")]
