"""What a condition means, said once more in plain Python with three-valued logic: the measure for the engines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from fupin.conditions import tree

Row = Mapping[str, Any]


def evaluate(node: tree.Node, record: Row, members: Sequence[Row], on: date, member: Row | None = None) -> Any:
    """True, False or None for a condition; a value or None for anything else."""

    def ask(one: tree.Node, inner: Row | None = member) -> Any:
        return evaluate(one, record, members, on, inner)

    match node:
        case tree.Value():
            return node.value
        case tree.Ref():
            return (member if node.depth else record)[node.field.name]  # type: ignore[index]
        case tree.Day():
            return on
        case tree.Compare():
            return _compare(node.operator, ask(node.left), ask(node.right))
        case tree.Between():
            return _and(
                [_compare(">=", ask(node.subject), ask(node.low)), _compare("<=", ask(node.subject), ask(node.high))]
            )
        case tree.OneOf():
            subject = ask(node.subject)
            return None if subject is None else subject in [value.value for value in node.values]
        case tree.Missing():
            return ask(node.subject) is None
        case tree.Surely():
            return ask(node.subject) is node.value
        case tree.All():
            return _and([ask(part) for part in node.parts])
        case tree.Any_():
            return _not(_and([_not(ask(part)) for part in node.parts]))
        case tree.Not():
            return _not(ask(node.subject))
        case tree.Arithmetic():
            return _arithmetic(node.operator, ask(node.left), ask(node.right))
        case tree.Call():
            return _call(node.name, [ask(one) for one in node.arguments], on)
        case tree.Over():
            return _over(node, members, ask)
    raise AssertionError(node)


def _compare(operator: str, left: Any, right: Any) -> bool | None:
    if left is None or right is None:
        return None
    if isinstance(left, str):
        left, right = left.encode(), right.encode()
    if not isinstance(left, bytes | date | bool):
        left, right = (
            (float(left), float(right)) if isinstance(left, float) or isinstance(right, float) else (left, right)
        )
    return {"=": left == right, "<>": left != right, "<": left < right, "<=": left <= right, ">": left > right,
            ">=": left >= right}[operator]  # fmt: skip


def _and(values: list[Any]) -> bool | None:
    return False if False in values else None if None in values else True


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _arithmetic(operator: str, left: Any, right: Any) -> Any:
    if left is None or right is None:
        return None
    if operator == "/":
        return float(left) / float(right) if right else None
    if not (isinstance(left, int) and isinstance(right, int)):
        left, right = float(left), float(right)
    return {"+": left + right, "-": left - right, "*": left * right}[operator]


def _call(name: str, given: list[Any], on: date) -> Any:
    if name == "coalesce":
        return next((value for value in given if value is not None), None)
    if None in given:
        return None
    first = given[0]
    return {
        "abs": lambda: abs(first), "year": lambda: first.year, "month": lambda: first.month, "length": lambda: len(first),
        "age": lambda: _years(first, on), "years": lambda: _years(first, given[1]), "days": lambda: (given[1] - first).days,
        "plus_days": lambda: first + timedelta(days=given[1]), "substr": lambda: first[given[1] - 1 : given[1] - 1 + given[2]],
        "starts": lambda: first.startswith(given[1]), "ends": lambda: first.endswith(given[1]),
        "contains": lambda: given[1] in first, "has": lambda: given[1] in first.split(","),
    }[name]()  # fmt: skip


def _years(first: date, last: date) -> int:
    return last.year - first.year - ((last.month, last.day) < (first.month, first.day))


def _over(node: tree.Over, members: Sequence[Row], ask: Any) -> Any:
    judged = [True if node.condition is None else ask(node.condition, row) for row in members]
    if node.kind in ("any", "all"):
        found = _and(judged) if node.kind == "all" else _not(_and([_not(value) for value in judged]))
        return found if members else node.kind == "all"
    chosen = [row for row, value in zip(members, judged, strict=True) if value]
    if node.kind == "count":
        return len(chosen)
    values = [value for value in (ask(node.value, row) for row in chosen) if value is not None]
    if node.kind == "sum":
        return 0 if not chosen else round(sum(values), 6) if values else None
    return {"min": min, "max": max}[node.kind](values) if values else None
