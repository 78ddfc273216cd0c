"""Conditions and values in the words of the screen."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from fupin.bulk.datasets import Field, Type
from fupin.conditions import tree
from fupin.conditions.sqltext import Circumstance
from fupin.core import codes
from fupin.core.money import to_yuan
from fupin.core.sentences import bracketed, listed
from fupin.policy.catalogue import UnknownList
from fupin.policy.parameters import UnknownParameter, parameter

_SIGNS = {"=": "=", "<>": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥", "+": "+", "-": "−", "*": "×", "/": "÷"}


def is_english() -> bool:
    return (get_language() or "").startswith("en")


def label(field: Field) -> str:
    """The label of a field in the language of the screen."""
    return (field.label_en or field.name) if is_english() else field.label


def code_label(field: Field, code: str) -> str:
    """The label of a code of the field's list; the code itself where the list does not know it."""
    try:
        return codes.label(field.codes, code, english=is_english()) if field.codes else code
    except UnknownList:
        return code


def shown(field: Field, value: Any) -> str:
    """A value of a field as an official reads it."""
    if value is None or value == "":
        return pgettext("value", "未填写")
    if field.type is Type.BOOLEAN:
        return pgettext("value", "是") if value else pgettext("value", "否")
    if field.type is Type.MONEY:
        unit = _("元")
        return f"{to_yuan(int(value))} {unit}"
    if field.type is Type.CODES:
        return listed(code_label(field, code) for code in str(value).split(","))
    if field.type is Type.CODE:
        return code_label(field, str(value))
    return str(value)


def measured(node: tree.Node) -> Field | None:
    """The field whose values a part has, so that what stands beside it is said as one of them: a sum of amounts is an
    amount, and a field that is given something where it is empty is still that field."""
    if isinstance(node, tree.Ref):
        return node.field
    if isinstance(node, tree.Call) and node.name in ("coalesce", "abs"):
        return measured(node.arguments[0])
    if isinstance(node, tree.Over) and node.kind in ("min", "max", "sum") and node.value is not None:
        return measured(node.value)
    if isinstance(node, tree.Arithmetic):
        return _amount(node)
    return None


def _amount(node: tree.Arithmetic) -> Field | None:
    """Money and money is money, and so is a part or a multiple of it; money by money is a plain number."""
    sides = [one if one is not None and one.type is Type.MONEY else None
             for one in (measured(node.left), measured(node.right))]  # fmt: skip
    if node.operator in ("+", "-"):
        return sides[0] or sides[1]
    if node.operator == "*" or sides[1] is None:
        return sides[0] if sides[1] is None else sides[1] if sides[0] is None else None
    return None


def say_node(node: tree.Node, given: Circumstance) -> str:
    """A part of a condition in words."""
    return _Sayer(given).say(node)


def _enclosed(text: str) -> str:
    return bracketed("", text).strip()


class _Sayer:
    def __init__(self, given: Circumstance) -> None:
        self.given = given

    def say(self, node: tree.Node, beside: tree.Node | None = None) -> str:
        """The words of a node; a literal is said as a value of the field `beside` it."""
        if isinstance(node, tree.Value):
            return self._value(node, beside)
        if isinstance(node, tree.Ref):
            return label(node.field)
        if isinstance(node, tree.Day):
            return self.given.on.isoformat()
        if isinstance(node, tree.Setting):
            return self._setting(node.name)
        if isinstance(node, tree.Compare | tree.Arithmetic):
            left, right = self._side(node, node.left, node.right), self._side(node, node.right, node.left)
            return f"{left} {_SIGNS[node.operator]} {right}"
        return self._sentence(node)

    def _side(self, whole: tree.Compare | tree.Arithmetic, side: tree.Node, beside: tree.Node) -> str:
        """One side of a reckoning; a sum or difference that is not reckoned first by itself stands in brackets. A factor
        is a plain number: an amount times two is not times 0.02 yuan."""
        said = self.say(side, None if whole.operator in ("*", "/") else beside)
        if not isinstance(whole, tree.Arithmetic) or not isinstance(side, tree.Arithmetic):
            return said
        is_behind = side is whole.right and whole.operator in ("-", "/")
        is_weaker = whole.operator in ("*", "/") and side.operator in ("+", "-")
        return _enclosed(said) if is_behind or is_weaker else said

    def _setting(self, name: str) -> str:
        """A policy parameter by its label, with its value and unit."""
        try:
            known = parameter(name)
        except UnknownParameter:
            return name
        value, english = self.given.parameters.get(name), is_english()
        called = known.label_en if english else known.label
        if value is None:
            return bracketed(called, _("未定"))
        amount = to_yuan(int(value)) if known.kind == "money" else value
        return bracketed(called, f"{amount} {known.unit_label(english)}".strip())

    def _sentence(self, node: tree.Node) -> str:
        if isinstance(node, tree.Between):
            low, high = self.say(node.low, node.subject), self.say(node.high, node.subject)
            return _("%(what)s 在 %(low)s 与 %(high)s 之间") % {
                "what": self.say(node.subject),
                "low": low,
                "high": high,
            }
        if isinstance(node, tree.OneOf):
            values = listed(self.say(value, node.subject) for value in node.values)
            return _("%(what)s 属于 %(values)s") % {"what": self.say(node.subject), "values": values}
        if isinstance(node, tree.Missing):
            return _("%s 未填写") % self.say(node.subject)
        if isinstance(node, tree.Surely):
            said = self.say(node.subject)
            return _("确知 %s") % said if node.value else _("确知并非 %s") % said
        if isinstance(node, tree.Not):
            return _("并非（%s）") % self.say(node.subject)
        if isinstance(node, tree.All | tree.Any_):
            word = _(" 且 ") if isinstance(node, tree.All) else _(" 或 ")
            return "（" + word.join(self.say(part) for part in node.parts) + "）"
        if isinstance(node, tree.Call):
            return self._call(node)
        assert isinstance(node, tree.Over)
        return self._over(node)

    def _call(self, node: tree.Call) -> str:
        said = [self._argument(one, node.arguments[0] if place else None) for place, one in enumerate(node.arguments)]
        first, last = said[0], said[-1]
        words = {
            "age": _("%(a)s 对应的年龄"), "years": _("%(a)s 至 %(b)s 的整年数"), "days": _("%(a)s 至 %(b)s 的天数"),
            "plus_days": _("%(a)s 之后 %(b)s 天"), "year": _("%(a)s 的年份"), "month": _("%(a)s 的月份"),
            "length": _("%(a)s 的字数"), "substr": _("%(a)s 中的一段"), "starts": _("%(a)s 以 %(b)s 开头"),
            "ends": _("%(a)s 以 %(b)s 结尾"), "contains": _("%(a)s 含有 %(b)s"), "has": _("%(a)s 含 %(b)s"),
            "abs": _("%(a)s 的绝对值"), "coalesce": _("%(a)s（空按 %(b)s）"),
        }  # fmt: skip
        return words[node.name] % {"a": first, "b": last}

    def _argument(self, node: tree.Node, beside: tree.Node | None) -> str:
        """What a call is about; a reckoning stands in brackets: the size of a difference is no difference of a size."""
        said = self.say(node, beside)
        return _enclosed(said) if isinstance(node, tree.Arithmetic) else said

    def _over(self, node: tree.Over) -> str:
        condition = self.say(node.condition) if node.condition is not None else ""
        value = self.say(node.value) if node.value is not None else ""
        where = bracketed("", condition) if condition else ""
        words = {
            "any": _("有家庭成员%(where)s"), "all": _("家庭成员都%(where)s"), "count": _("家庭成员数%(where)s"),
            "sum": _("家庭成员 %(value)s 之和%(where)s"), "min": _("家庭成员 %(value)s 最小值%(where)s"),
            "max": _("家庭成员 %(value)s 最大值%(where)s"),
        }  # fmt: skip
        return words[node.kind] % {"where": where, "value": value}

    def _value(self, node: tree.Value, beside: tree.Node | None) -> str:
        value, field = node.value, measured(beside) if beside is not None else None
        if field is not None and field.type in (Type.CODE, Type.MONEY):
            return shown(field, value)
        if field is not None and field.type is Type.CODES:
            return code_label(field, str(value))
        if field is not None and not is_english():
            value = dict(field.words).get(str(value), value)
        if isinstance(value, bool):
            return pgettext("value", "是") if value else pgettext("value", "否")
        if isinstance(value, date):
            return value.isoformat()
        return (
            format(value, "f") if isinstance(value, Decimal) else f"“{value}”" if isinstance(value, str) else str(value)
        )
