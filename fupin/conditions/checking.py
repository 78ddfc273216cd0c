"""The closed list of functions: what they take, what they give, and what to say to who writes them otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from fupin.conditions import tree
from fupin.conditions.tree import NUMBERS, Node, Sort

OVERS = {
    "any": "any(members, 条件)", "all": "all(members, 条件)", "count": "count(members) / count(members, 条件)",
    "sum": "sum(members, 数字)", "min": "min(members, 值)", "max": "max(members, 值)",
}  # fmt: skip

_SHAPES: dict[str, tuple[tuple[Sort, ...], Sort, str]] = {
    "age": ((Sort.DATE,), Sort.INTEGER, "age(born_on)"),
    "years": ((Sort.DATE, Sort.DATE), Sort.INTEGER, "years(identified_on, today)"),
    "days": ((Sort.DATE, Sort.DATE), Sort.INTEGER, "days(identified_on, today)"),
    "plus_days": ((Sort.DATE, Sort.INTEGER), Sort.DATE, "plus_days(identified_on, 30)"),
    "year": ((Sort.DATE,), Sort.INTEGER, "year(born_on)"),
    "month": ((Sort.DATE,), Sort.INTEGER, "month(born_on)"),
    "length": ((Sort.TEXT,), Sort.INTEGER, "length(name)"),
    "substr": ((Sort.TEXT, Sort.INTEGER, Sort.INTEGER), Sort.TEXT, "substr(number, 1, 6)"),
    "starts": ((Sort.TEXT, Sort.TEXT), Sort.BOOLEAN, "starts(number, '1505')"),
    "ends": ((Sort.TEXT, Sort.TEXT), Sort.BOOLEAN, "ends(name, '某')"),
    "contains": ((Sort.TEXT, Sort.TEXT), Sort.BOOLEAN, "contains(name, '·')"),
    "has": ((Sort.CODES, Sort.TEXT), Sort.BOOLEAN, "has(health, '03')"),
}  # fmt: skip
"""name: (sorts of the arguments, sort of the value, an example)"""
FUNCTIONS = frozenset({*_SHAPES, "abs", "coalesce", "parameter"})
_LITERAL_LAST = {"plus_days", "starts", "ends", "contains", "has"}
FURTHEST_DAYS = 36_600


def check_call(name: str, arguments: Sequence[Node]) -> tuple[Sort | None, str]:
    """The sort of a call, or None and how it is written rightly."""
    if name == "abs":
        good = len(arguments) == 1 and arguments[0].sort in NUMBERS
        return (arguments[0].sort, "") if good else (None, _("写法：%s") % "abs(net_fen)")
    if name == "coalesce":
        sorts = {one.sort for one in arguments}
        good = len(arguments) > 1 and len(sorts) == 1 and Sort.CODES not in sorts
        return (arguments[0].sort, "") if good else (None, _("写法：%s") % "coalesce(persons, 0)")
    expected, value, example = _SHAPES[name]
    fault = _("写法：%s") % example
    if tuple(one.sort for one in arguments) != expected:
        return None, fault
    if name in _LITERAL_LAST and not isinstance(arguments[-1], tree.Value):
        return None, fault
    if name == "substr" and not all(isinstance(one, tree.Value) and one.value >= 1 for one in arguments[1:]):  # type: ignore[operator]
        return None, fault
    last = arguments[-1]
    if name in ("starts", "ends", "contains", "has") and isinstance(last, tree.Value) and not last.value:
        return None, fault
    if name == "plus_days" and isinstance(last, tree.Value) and abs(int(last.value)) > FURTHEST_DAYS:  # type: ignore[arg-type]
        return None, fault
    return value, ""


def check_over(name: str, members: str, arguments: Sequence[Node]) -> tuple[tree.Over | None, str]:
    """The node of `any(members, …)` and its like, or None and how it is written rightly."""
    fault = _("写法：%s") % OVERS[name]
    if name in ("any", "all", "count"):
        if (
            len(arguments) > 1
            or (name != "count" and not arguments)
            or any(a.sort is not Sort.BOOLEAN for a in arguments)
        ):
            return None, fault
        sort = Sort.INTEGER if name == "count" else Sort.BOOLEAN
        return tree.Over(sort, name, members, None, arguments[0] if arguments else None), ""
    if not 1 <= len(arguments) <= 2 or any(a.sort is not Sort.BOOLEAN for a in arguments[1:]):
        return None, fault
    value = arguments[0]
    allowed = NUMBERS if name == "sum" else (*NUMBERS, Sort.DATE)
    if value.sort not in allowed:
        return None, fault
    return tree.Over(value.sort, name, members, value, arguments[1] if len(arguments) > 1 else None), ""
