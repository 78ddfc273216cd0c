"""The shipped catalogue: it holds the published list, and its examples hold its conditions to every comparison."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from fupin.bulk.datasets import declared
from fupin.conditions import tree
from fupin.conditions.parsing import Condition
from fupin.core.verdicts import Outcome
from fupin.policy.parameters import parameter
from fupin.policy.quality import Rule, rules
from fupin.quality.tests.test_examples import outcomes
from fupin.rulebook.conditions import condition

JUDGED = [one for one in rules().values() if one.finds]
SLIPPED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "<>", "<>": "="}

pytestmark = pytest.mark.django_db


def published() -> list[dict[str, str]]:
    text = (Path(__file__).parent / "published_rules.csv").read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in text if not line.startswith("#")))


def test_the_catalogue_holds_the_published_list_with_its_labels_and_severities() -> None:
    """The guarantees' own rules (GUA-…) are not of that list."""
    held = {one.name: (one.label, one.severity) for one in rules().values() if one.group != "GUA"}
    assert held == {row["id"]: (row["label"], row["severity"]) for row in published()}
    assert len(held) == 237


def test_every_rule_says_in_both_languages_what_to_do() -> None:
    for one in rules().values():
        assert one.label_en.isascii()
        assert one.asks_en.isascii() or "·" in one.asks_en, one.name
        assert one.asks.endswith("。"), one.name
        assert one.asks_en.endswith("."), one.name


def test_what_a_rule_reads_is_named_in_both_languages() -> None:
    for one in JUDGED:
        for node in condition(one.dataset, one.finds).root.walk():
            if isinstance(node, tree.Ref):
                assert node.field.label, node.field.name
                assert node.field.label_en, node.field.name


def test_a_threshold_that_a_rule_reads_may_be_set_by_a_banner() -> None:
    read = {name for one in JUDGED for name in condition(one.dataset, one.finds).settings}
    own = [parameter(name) for name in read if name.startswith("quality.")]
    assert len(own) >= 50
    assert {one.level for one in own} == {"banner"}
    assert all(one.floor is not None and one.ceiling is not None for one in own)


@pytest.mark.parametrize("rule", [one for one in JUDGED if one.group != "GUA"], ids=lambda rule: rule.name)
def test_a_slip_in_a_condition_turns_an_example_red(rule: Rule) -> None:
    """Every comparison with its neighbour in its place, every part of an `and` left out: an example comes out wrong.

    A light stands on the examples of its guarantee, both sides of each standard (test_guarantees)."""
    right = condition(rule.dataset, rule.finds)
    slips = list(slipped(right))
    caught = set()
    for examples, wanted in ((rule.found, Outcome.YES), (rule.passed, Outcome.NO)):
        for example in examples:
            each = outcomes(rule, example, [one for _, one in slips])
            caught |= {nth for nth, got in enumerate(each) if (got is Outcome.YES) is not (wanted is Outcome.YES)}
    assert [said for nth, (said, _) in enumerate(slips) if nth not in caught] == []


def slipped(right: Condition) -> Iterator[tuple[str, Condition]]:
    """The condition with one slip in it, and what that is."""
    for node in right.root.walk():
        if isinstance(node, tree.Compare):
            other = dataclasses.replace(node, operator=SLIPPED[node.operator])
            yield f"{node} as {other.operator}", _with(right, node, other)
        if isinstance(node, tree.All):
            for nth, part in enumerate(node.parts):
                fewer = dataclasses.replace(node, parts=node.parts[:nth] + node.parts[nth + 1 :])
                yield f"without {part}", _with(right, node, fewer)


def _with(right: Condition, old: tree.Node, new: tree.Node) -> Condition:
    return dataclasses.replace(right, root=_replaced(right.root, old, new))


def _replaced(node: tree.Node, old: tree.Node, new: tree.Node) -> tree.Node:
    if node is old:
        return new
    changed = {}
    for one in dataclasses.fields(node):
        value = getattr(node, one.name)
        if isinstance(value, tree.Node):
            changed[one.name] = _replaced(value, old, new)
        elif isinstance(value, tuple):
            changed[one.name] = tuple(_replaced(x, old, new) if isinstance(x, tree.Node) else x for x in value)
    return dataclasses.replace(node, **changed)


def test_rules_that_wait_name_records_that_no_dataset_holds() -> None:
    waiting = [one for one in rules().values() if one.waits_for]
    compared = [one for one in rules().values() if one.compared]
    assert len(waiting) + len(JUDGED) + len(compared) == len(rules())
    assert {one.waits_for for one in waiting}.isdisjoint(declared.datasets)
