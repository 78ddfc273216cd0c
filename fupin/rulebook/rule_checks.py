"""A rule in an office's words is read before anybody else sees it: the condition parsed, the examples judged.

What comes from a form or a program is text to be read and refused, never text to be run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from fupin.bulk.datasets import Dataset, Field, Type, declared
from fupin.conditions.judging import Judge
from fupin.core.refusals import Refused
from fupin.core.verdicts import Outcome
from fupin.divisions.tree import Node
from fupin.policy.quality import DATASETS, SEVERITIES, Rule, rules
from fupin.rulebook.conditions import read_condition, settings
from fupin.rulebook.own_rules import WORDS

LENGTHS = {"label": 60, "label_en": 120, "asks": 300, "asks_en": 400}
MOST_EXAMPLES = 20
MOST_MEMBERS = 20
MOST_TEXT = 200
ON = "on"
"""In an example: the day on which it is judged; without it, the day from which the rule holds."""
_NUMBER = 10**15
_OWN = re.compile(r"[A-Z0-9]{1,12}\Z")


def read_words(name: str, given: Mapping[str, Any], *, at: Node) -> dict[str, Any]:
    """What an office says of a rule, in order; else Refused with every reason, BadCondition with place and mend."""
    words = {word: str(given.get(word) or "").strip() for word in WORDS}
    reasons = [*_name(name, at), *_texts(words), *_closed(name, words)]
    if reasons:
        raise Refused(reasons, "rule")
    read_condition(words["dataset"], words["finds"])
    dataset = declared.dataset(words["dataset"])
    examples = {kind: _examples(kind, given.get(kind), dataset) for kind in ("found", "passed")}
    return {**words, "asks_anew": given.get("asks_anew") is True, **examples}


def judge_examples(rule: Rule, on: date) -> None:
    """The rule finds each of its found examples and passes the others. Raises Refused with those where it does not."""
    dataset = declared.dataset(rule.dataset)
    one, judge, reasons = read_condition(rule.dataset, rule.finds), Judge(dataset), []
    for kind, examples in (("found", rule.found), ("passed", rule.passed)):
        for place, example in enumerate(examples, 1):
            members = {key: rows for key, rows in example.items() if key in dataset.members}
            judge.load({key: value for key, value in example.items() if key not in members and key != ON}, members)
            day = date.fromisoformat(example[ON]) if ON in example else on
            got = judge.outcomes([one], on=day, parameters=settings(one.settings, day))[0]
            if (got is Outcome.YES) is (kind == "passed"):
                reasons.append(_says(kind) % {"place": place})
    if reasons:
        raise Refused(reasons, "examples")


def _says(kind: str) -> str:
    if kind == "found":
        return _("应命中的第 %(place)d 个例子，规则没有命中：请核对条件或例子")
    return _("不应命中的第 %(place)d 个例子，规则命中了：请核对条件或例子")


def _name(name: str, at: Node) -> list[str]:
    if name in rules():
        return []
    prefix, dash, own = name.partition("-")
    if prefix != at.short_code or not dash or not _OWN.match(own):
        return [
            _("规则编号应为本级区划代码加短横和大写字母或数字，例如 %(name)s") % {"name": f"{at.short_code}-WATER1"}
        ]
    return []


def _texts(words: Mapping[str, str]) -> list[str]:
    names = {"label": _("规则名称"), "label_en": _("英文名称"), "asks": _("核实事项"), "asks_en": _("英文核实事项")}
    reasons = []
    for word, longest in LENGTHS.items():
        if not words[word]:
            reasons.append(_("请填写%(what)s") % {"what": names[word]})
        elif len(words[word]) > longest:
            reasons.append(_("%(what)s不超过 %(longest)d 字") % {"what": names[word], "longest": longest})
        elif not words[word].isprintable():
            reasons.append(_("%(what)s里有不可见字符，请删去") % {"what": names[word]})
    return reasons


def _closed(name: str, words: Mapping[str, str]) -> list[str]:
    shipped, reasons = rules().get(name), []
    if words["severity"] not in SEVERITIES:
        reasons.append(_("级别应为错误（E）、疑点（W）或提示（I）"))
    if words["dataset"] not in DATASETS:
        reasons.append(_("规则判断的对象应为人口、户或区划"))
    elif shipped is not None and words["dataset"] != shipped.dataset:
        reasons.append(_("本地版本判断的对象应与原规则相同"))
    if not words["finds"]:
        reasons.append(_("请填写条件"))
    return reasons


def _examples(kind: str, given: Any, dataset: Dataset) -> list[dict[str, Any]]:
    if not isinstance(given, Sequence) or isinstance(given, str) or not 1 <= len(given) <= MOST_EXAMPLES:
        said = _("应命中的例子") if kind == "found" else _("不应命中的例子")
        raise Refused(_("%(what)s至少一个，最多 %(most)d 个") % {"what": said, "most": MOST_EXAMPLES}, "examples")
    return [_example(one, dataset) for one in given]


def _example(given: Any, dataset: Dataset) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise Refused(_("例子应写成字段和值，例如 %(example)s") % {"example": '{"persons": 3}'}, "examples")
    example: dict[str, Any] = {}
    for name, value in given.items():
        if name == ON:
            example[name] = _judged_on(value)
            continue
        if name not in dataset.members:
            example[name] = _value(dataset, name, value)
            continue
        if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > MOST_MEMBERS:
            raise Refused(_("例子中的成员应为列表，最多 %(most)d 人") % {"most": MOST_MEMBERS}, "examples")
        inner = declared.dataset(dataset.members[name].dataset)
        example[name] = [{key: _value(inner, key, one) for key, one in _row(row).items()} for row in value]
    return example


def _judged_on(value: Any) -> str:
    text = value.isoformat() if isinstance(value, date) else value
    if isinstance(text, str) and _is_day(text):
        return text
    raise Refused(_("例子的判断日期（on）应写成 2018-12-31 的样子"), "examples")


def _row(row: Any) -> Mapping[str, Any]:
    if isinstance(row, Mapping):
        return row
    raise Refused(_("例子中的成员应写成字段和值"), "examples")


def _value(dataset: Dataset, name: Any, value: Any) -> Any:
    try:
        known = dataset.field(name)
    except KeyError:
        raise Refused(_("例子中没有名为“%(name)s”的字段") % {"name": str(name)[:MOST_TEXT]}, "examples") from None
    if value is None or _fits(known, value):
        return value
    raise Refused(_("例子中“%(name)s”的值写法不对") % {"name": name}, "examples")


def _fits(known: Field, value: Any) -> bool:
    if known.type is Type.BOOLEAN:
        return isinstance(value, bool)
    if known.type in (Type.INTEGER, Type.MONEY):
        return type(value) is int and abs(value) < _NUMBER
    if known.type is Type.DECIMAL:
        return type(value) in (int, float) and abs(value) < _NUMBER
    if not isinstance(value, str) or len(value) > MOST_TEXT or "\x00" in value:
        return False
    return known.type is not Type.DATE or _is_day(value)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
