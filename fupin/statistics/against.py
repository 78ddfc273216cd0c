"""Our figures beside a file of published ones: `fupin figures --against FILE.yaml`.

Matched by indicator, place, locality, period, kind and unit; every entry is answered for by its own id. Equal means
within the entry's `tolerance`; without one exact, or half of the last printed digit for 万, 亿 and percent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from fupin.core.refusals import Refused
from fupin.divisions.queries import tree
from fupin.divisions.tree import Node
from fupin.policy.indicators import Indicator, indicators
from fupin.policy.published import number
from fupin.statistics.figures import Figure, Reader
from fupin.statistics.periods import BadPeriod, Period, read

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
    for position, entry in enumerate(found, 1):
        if not isinstance(entry, dict):
            result.missing.append({"position": position, "reason": _("不是一条指标记录")})
        elif names is None or str(_plain(entry.get("indicator"))) in names:
            # Whoever left out the id is told which entry of the file it is.
            _compare_one(reader, entry if entry.get("id") is not None else {**entry, "position": position}, result)
    return result


def _compare_one(reader: Reader, entry: dict[str, Any], result: Comparison) -> None:
    said = {key: _plain(entry[key]) for key in _TOLD if entry.get(key) is not None}
    read_ = _Read(entry)
    if read_.reason or read_.node is None or read_.period is None or read_.value is None or read_.indicator is None:
        result.missing.append({**said, "reason": read_.reason})
        return
    figure = reader.figure(read_.indicator.name, read_.node, read_.period)
    result.figures.append(figure)
    allowed = tolerance(entry, read_.value)
    if figure.value is None:
        result.missing.append({**said, "reason": figure.note})
    elif abs(figure.value - read_.value) <= allowed:
        result.matched += 1
    else:
        result.differing.append({**said, "computed": float(figure.value), "records": figure.records,
                                 "tolerance": float(allowed)})  # fmt: skip


_TOLD = ("id", "position", "indicator", "place", "locality", "period", "kind", "unit", "value")
"""What an answer repeats of its entry."""


class _Read:
    """An entry as we understand it; `reason` is why we do not."""

    def __init__(self, entry: dict[str, Any]) -> None:
        self.indicator: Indicator | None = None
        self.period: Period | None = None
        self.node: Node | None = None
        self.value = number(entry.get("value"))
        self.reason = (
            self._missing(entry) or self._of_indicator(entry) or self._of_place(entry) or self._of_period(entry)
            or self._of_numbers(entry)
        )  # fmt: skip

    def _missing(self, entry: dict[str, Any]) -> str:
        absent = [key for key in ("indicator", "place", "period", "value") if entry.get(key) in (None, "")]
        return _("缺少 %s") % "、".join(absent) if absent else ""

    def _of_indicator(self, entry: dict[str, Any]) -> str:
        name = _plain(entry["indicator"])
        self.indicator = indicators().get(str(name))
        if self.indicator is None:
            return _("没有名为 %s 的指标") % name
        return _unlike(self.indicator.kind, entry.get("kind"), "kind") or _unlike(
            self.indicator.unit, entry.get("unit"), "unit"
        )

    def _of_place(self, entry: dict[str, Any]) -> str:
        reason, self.node = _place(entry)
        return reason

    def _of_period(self, entry: dict[str, Any]) -> str:
        try:
            self.period = read(str(_plain(entry["period"])))
        except BadPeriod as fault:
            return fault.reasons[0]
        return ""

    def _of_numbers(self, entry: dict[str, Any]) -> str:
        if self.value is None:
            return _("value 应为一个数字，不带单位、“约”或“%%”；范围请写中间值并写 tolerance，现为 %s") % _plain(
                entry["value"]
            )
        if entry.get("tolerance") is not None and number(entry["tolerance"]) is None:
            return _("tolerance 应为一个数字，单位同 value，现为 %s") % _plain(entry["tolerance"])
        return ""


def _plain(value: Any) -> Any:
    """A value as an answer repeats it; of a list or mapping only that it is one: it may be of any size."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else value[:_LONGEST] + "…"
    return value if isinstance(value, int | float | type(None)) else type(value).__name__


_LONGEST = 80


def _unlike(ours: str, theirs: Any, what: str) -> str:
    if theirs is None or str(theirs) == ours:
        return ""
    return _("该指标的 %(what)s 是 %(ours)s，文件写的是 %(theirs)s") % {
        "what": what,
        "ours": ours,
        "theirs": _plain(theirs),
    }


def _place(entry: dict[str, Any]) -> tuple[str, Node | None]:
    # A code that somebody typed with full-width figures is the same code.
    code = unicodedata.normalize("NFKC", str(_plain(entry["place"]))).strip()
    node = tree().find(code) if code.isdecimal() else None
    if node is None:
        return _no_place(code), None
    locality = str(_plain(entry.get("locality")) or "").strip()
    if not locality:
        return "", node
    inner = [one for one in tree().named(locality) if tree().is_below(one.id, node.id)]
    inner = inner or [one for one in tree().below(node.id, "village") if locality.endswith(one.name)]
    if len(inner) != 1:
        return _("%(place)s 内没有唯一对应“%(name)s”的嘎查村") % {"place": node.name, "name": locality}, None
    return "", inner[0]


def _no_place(code: str) -> str:
    """What is wrong with a place: of one that is called by its name, the code to write."""
    codes = [one.short_code for one in tree().named(code)] if code else []
    if len(codes) == 1:
        return _("place 应写区划代码：%(name)s 的代码是 %(code)s") % {"name": code, "code": codes[0]}
    return _("没有代码为“%s”的区划") % code


def tolerance(entry: dict[str, Any], value: Decimal) -> Decimal:
    """How far a figure may lie from the entry's value."""
    given = number(entry.get("tolerance"))
    if given is not None:
        return abs(given)
    is_percent = entry.get("unit") in ("percent", "percent_point")
    quote = entry.get("quote")
    for digits, sign in _PRINTED.findall(quote if isinstance(quote, str) else ""):
        if len(digits) > _LONGEST:
            continue
        printed = Decimal(digits.replace(",", "").replace("，", ""))
        times = _TIMES.get(sign, Decimal(1))
        if printed * times == value and (sign in _TIMES or is_percent):
            return _half(printed) * times
    return _half(value) if is_percent else Decimal(0)


def _half(printed: Decimal) -> Decimal:
    """Half of the last printed digit: 1.23 gives 0.005, 11 gives 0.5."""
    exponent = printed.as_tuple().exponent
    return Decimal(5).scaleb(min(int(exponent), 0) - 1) if isinstance(exponent, int) else Decimal(0)
