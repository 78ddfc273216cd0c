"""Our figures beside a file of published ones: `fupin figures --against FILE.yaml`.

Matched by indicator, place, locality, period, kind and unit; every entry is answered for by its own id. Equal means
within the entry's `tolerance`; without one exact, or half of the last printed digit for 万, 亿 and percent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from fupin.core.refusals import Refused
from fupin.divisions.queries import tree
from fupin.divisions.tree import Node
from fupin.policy.indicators import indicators
from fupin.statistics.figures import Figure, Reader
from fupin.statistics.periods import BadPeriod, read

_PRINTED = re.compile(r"(\d[\d,，]*(?:\.\d+)?)\s*([万萬亿億%％])?")
_TIMES = {"万": Decimal(10_000), "萬": Decimal(10_000), "亿": Decimal(10**8), "億": Decimal(10**8)}


@dataclass(slots=True)
class Comparison:
    """How a file's figures came out. `differing` and `missing` carry the entry and why."""

    matched: int = 0
    differing: list[dict[str, Any]] = field(default_factory=list)
    missing: list[dict[str, Any]] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)


def entries(document: Any) -> Iterator[Any]:
    """The entries of a file in the form of the published figures: a list, or a mapping with a list `figures`.

    Raises Refused for anything else.
    """
    found = document.get("figures") if isinstance(document, dict) else document
    if not isinstance(found, list):
        raise Refused(_("文件里没有 figures 列表，应为与 figures.yaml 相同的格式"), "shape")
    yield from found


def compare(reader: Reader, found: Iterable[Any], *, names: set[str] | None = None) -> Comparison:
    """Compare every entry (of the indicators `names`, or of all that have one)."""
    result = Comparison()
    for position, entry in enumerate(found):
        if not isinstance(entry, dict):
            result.missing.append({"position": position, "reason": _("不是一条指标记录")})
        elif names is None or entry.get("indicator") in names:
            _compare_one(reader, entry, result)
    return result


def _compare_one(reader: Reader, entry: dict[str, Any], result: Comparison) -> None:
    said = {
        key: _plain(entry.get(key))
        for key in ("id", "indicator", "place", "locality", "period", "kind", "unit", "value")
    }
    said = {key: value for key, value in said.items() if value is not None}
    reason, node = _place(entry)
    one = indicators().get(str(entry.get("indicator")))
    if one is None:
        reason = _("没有名为 %s 的指标") % entry.get("indicator")
    elif not reason:
        reason = _unlike(one.kind, entry.get("kind"), "kind") or _unlike(one.unit, entry.get("unit"), "unit")
    expected = _decimal(entry.get("value"))
    if not reason and expected is None:
        reason = _("value 不是数字")
    try:
        period = read(str(entry.get("period")))
    except BadPeriod as fault:
        reason = reason or fault.reasons[0]
    if reason or one is None or node is None or expected is None:
        result.missing.append({**said, "reason": reason})
        return
    figure = reader.figure(one.name, node, period)
    result.figures.append(figure)
    if figure.value is None:
        result.missing.append({**said, "reason": figure.note})
    elif abs(figure.value - expected) <= tolerance(entry, expected):
        result.matched += 1
    else:
        result.differing.append({**said, "computed": float(figure.value), "records": figure.records,
                                 "tolerance": float(tolerance(entry, expected))})  # fmt: skip


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | type(None)) else str(value)


def _unlike(ours: str, theirs: Any, what: str) -> str:
    if theirs is None or str(theirs) == ours:
        return ""
    return _("该指标的 %(what)s 是 %(ours)s，文件写的是 %(theirs)s") % {"what": what, "ours": ours, "theirs": theirs}


def _place(entry: dict[str, Any]) -> tuple[str, Node | None]:
    code = str(entry.get("place") or "")
    node = tree().find(code) if code.isdecimal() else None
    if node is None:
        return _("没有代码为“%s”的区划") % code, None
    locality = str(entry.get("locality") or "").strip()
    if not locality:
        return "", node
    inner = [one for one in tree().named(locality) if tree().is_below(one.id, node.id)]
    inner = inner or [one for one in tree().below(node.id, "village") if locality.endswith(one.name)]
    if len(inner) != 1:
        return _("%(place)s 内没有唯一对应“%(name)s”的嘎查村") % {"place": node.name, "name": locality}, None
    return "", inner[0]


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def tolerance(entry: dict[str, Any], value: Decimal) -> Decimal:
    """How far a figure may lie from the entry's value."""
    given = _decimal(entry.get("tolerance"))
    if given is not None:
        return abs(given)
    is_percent = str(entry.get("unit")) in ("percent", "percent_point")
    for digits, sign in _PRINTED.findall(str(entry.get("quote") or "")):
        printed = Decimal(digits.replace(",", "").replace("，", ""))
        times = _TIMES.get(sign, Decimal(1))
        if printed * times == value and (sign in _TIMES or is_percent):
            return _half(printed) * times
    return _half(value) if is_percent else Decimal(0)


def _half(printed: Decimal) -> Decimal:
    """Half of the last printed digit: 1.23 gives 0.005, 11 gives 0.5."""
    exponent = printed.as_tuple().exponent
    return Decimal(5).scaleb(min(int(exponent), 0) - 1) if isinstance(exponent, int) else Decimal(0)
