"""The shipped catalogue: it holds the published list, and its examples hold its conditions to every comparison."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from fupin.bulk.datasets import declared
from fupin.conditions import tree
from fupin.conditions.parsing import Condition
from fupin.core.ledgers import register
from fupin.core.verdicts import Outcome
from fupin.policy.parameters import parameter
from fupin.policy.quality import WAITS, Rule, rules
from fupin.policy.sources import sources
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


SIGNS = {
    "procedures": ("民主评议", "公示起", "拟退出"), "projects": ("绩效目标", "项目批复", "资金用途"),
    "helpers": ("结对户", "帮扶走访", "驻村天数"), "employment": ("务工开始", "上次务工", "意向工种", "期望薪资"),
    "reported_tables": ("上报报表", "年总收入"), "warnings": ("风险线索", "线索登记"),
}  # fmt: skip
"""By what records are known, whatever they are called: words that their columns cannot do without."""
FORMERLY = {"villages": "村集体经济收入", "collection": "走访日期", "comparison": "户籍状态", "livestock": "存栏", "credit": "贷款金额",
            "education_aid": "雨露计划", "health_visits": "随访", "water_tests": "供水保证率", "land_register": "确权面积",
            "number_properties": "电话形式", "measures": "帮扶措施"}  # fmt: skip
"""What rules once waited for, and is held by now."""


def labels_held() -> set[str]:
    """What the columns of the product are called: of its tables, its record types, its datasets and departments' files."""
    models = [model for model in apps.get_models() if model.__module__.startswith("fupin.")]
    found = {str(one.verbose_name) for model in models for one in model._meta.concrete_fields}
    found |= {str(one.label) for ledger in register.all_ledgers() for one in (ledger, *ledger.columns)}
    found |= {one.label for dataset in declared.datasets.values() for one in dataset.fields}
    columns = [column for one in sources().values() for column in one.columns]
    words = {spelling for column in columns for _word, spellings in column.words for spelling in spellings}
    return found | words | {text for column in columns for text in (column.label, *column.aliases)}


def held_by_now(signs: dict[str, tuple[str, ...]]) -> dict[str, str]:
    labels = sorted(labels_held())
    return {name: label for name, words in signs.items() for label in labels if any(word in label for word in words)}


def test_no_rule_waits_for_records_that_the_product_holds_by_now() -> None:
    waiting = {one.waits_for for one in rules().values() if one.waits_for}
    assert waiting == set(WAITS), "what nobody waits for is no longer in the list"
    assert set(SIGNS) == waiting
    assert held_by_now(SIGNS) == {}


def test_records_that_rules_once_waited_for_would_be_seen() -> None:
    assert set(held_by_now({name: (word,) for name, word in FORMERLY.items()})) == set(FORMERLY)
    assert set(FORMERLY).isdisjoint(WAITS)
