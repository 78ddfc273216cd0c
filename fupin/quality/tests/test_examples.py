"""Every shipped rule runs on its own examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from fupin.bulk.datasets import declared
from fupin.conditions.judging import Judge
from fupin.conditions.parsing import Condition
from fupin.core.verdicts import Outcome
from fupin.policy.quality import Rule, rules
from fupin.rulebook.conditions import condition, setting

ON = date(2018, 12, 31)
JUDGED = [one for one in rules().values() if one.finds]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("rule", JUDGED, ids=lambda rule: rule.name)
def test_a_rule_finds_its_own_examples_and_passes_the_others(rule: Rule) -> None:
    found = [outcome(rule, example) for example in rule.found]
    passed = [outcome(rule, example) for example in rule.passed]
    assert set(found) == {Outcome.YES}, f"{rule.name} does not find {found}"
    assert Outcome.YES not in passed, f"{rule.name} finds what it should pass: {passed}"


@pytest.mark.parametrize("rule", JUDGED, ids=lambda rule: rule.name)
def test_the_examples_of_a_rule_name_fields_that_exist(rule: Rule) -> None:
    dataset = declared.dataset(rule.dataset)
    for example in (*rule.found, *rule.passed):
        members = {kind: value for kind, value in example.items() if kind in dataset.members}
        assert set(example) - set(members) - {"on"} <= set(dataset.names)
        for kind, rows in members.items():
            assert {name for row in rows for name in row} <= set(declared.dataset(dataset.members[kind].dataset).names)


def outcome(rule: Rule, example: Mapping[str, Any]) -> Outcome:
    """How the rule's condition comes out for an example."""
    return outcomes(rule, example, [condition(rule.dataset, rule.finds)])[0]


def outcomes(rule: Rule, example: Mapping[str, Any], conditions: Sequence[Condition]) -> list[Outcome]:
    """How conditions come out for an example of a rule; a member is a mapping of fields, money is in fen, a day may be named as `on`."""
    dataset = declared.dataset(rule.dataset)
    on = example.get("on", ON)
    judge = Judge(dataset)
    members = {kind: rows for kind, rows in example.items() if kind in dataset.members}
    judge.load({name: value for name, value in example.items() if name in dataset.names}, members)
    read = {name for one in conditions for name in one.settings}
    return judge.outcomes(conditions, on=on, parameters={name: setting(name, on) for name in read})
