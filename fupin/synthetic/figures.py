"""The published figures that a made-up register must reach: read, put in order, held against each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from fupin.policy import published
from fupin.synthetic.refusal import Impossible

CAUSES = {
    "illness": "01", "disability": "02", "schooling": "03", "disaster": "04", "lack_of_land": "05",
    "lack_of_water": "06", "lack_of_technology": "07", "lack_of_labour": "08", "lack_of_funds": "09",
    "poor_transport": "10", "lack_of_motivation": "11",
}  # fmt: skip
"""`cause_share_<name>` → code of `main_cause`."""
FOUR_LEAGUES = ("1504", "1509", "1505", "1522")
Span = tuple[int, int]


@dataclass(slots=True)
class Targets:
    """What the files must reach. Stocks by year; exits and net falls over (first, last]; causes in percent."""

    households: dict[int, int] = field(default_factory=dict)
    persons: dict[int, int] = field(default_factory=dict)
    exited_households: dict[Span, int] = field(default_factory=dict)
    exited_persons: dict[Span, int] = field(default_factory=dict)
    causes: dict[str, Decimal] = field(default_factory=dict)
    cause_year: int | None = None
    tolerances: dict[str, Decimal] = field(default_factory=dict)
    """of the shares by cause, in percent points"""
    mongolian_percent: Decimal | None = None
    four_leagues_persons: int | None = None
    four_leagues_year: int = 0
    ignored: list[str] = field(default_factory=list)
    """ids of figures that no household file can carry, or of other places"""

    @property
    def years(self) -> list[int]:
        return sorted(set(self.households) | set(self.persons))


def read(path: Path, division: str) -> Targets:
    """The targets for a division in a file in the form of `figures.yaml`. Raises Impossible where two contradict."""
    try:
        document = published.read(path)
    except (OSError, published.Unreadable) as fault:
        raise Impossible([f"无法读取指标文件 {path.name}：{fault}", f"cannot read {path.name}: {fault}"]) from None
    entries = document.get("figures") if isinstance(document, dict) else document
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise Impossible(
            [f"{path.name} 不是指标文件：应有 figures 列表", f"{path.name} holds no list of figures"],
        )
    return gather(entries, division)


def gather(entries: list[dict[str, Any]], division: str) -> Targets:
    """Sort entries into targets, then derive stocks from net falls. Raises Impossible."""
    targets = Targets()
    falls: list[tuple[str, Span, int]] = []
    for entry in entries:
        name = str(entry.get("indicator", ""))
        place = str(entry.get("place", "")).ljust(12, "0")
        if place != division.ljust(12, "0") or entry.get("locality") or entry.get("kind") in ("target", "limit"):
            targets.ignored.append(str(entry.get("id", name)))
        elif name.startswith("poverty_reduction_"):
            falls.append((name, _span(entry), _whole(entry)))
        elif not _put(targets, name, entry):
            targets.ignored.append(str(entry.get("id", name)))
    for name, span, value in falls:
        _derive(targets.households if name.endswith("households") else targets.persons, span, value, name)
    _check(targets)
    return targets


def _put(targets: Targets, name: str, entry: dict[str, Any]) -> bool:
    """File one entry; False where it is none that files of households can carry."""
    stocks = {"registered_households": targets.households, "registered_persons": targets.persons}
    exits = {"exited_households": targets.exited_households, "exited_persons": targets.exited_persons}
    if name in stocks:
        _once(stocks[name], _span(entry)[1], _whole(entry), name)
    elif name in exits:
        first, last = _span(entry)
        _once(exits[name], (first if first < last else last - 1, last), _whole(entry), name)
    elif name.removeprefix("cause_share_") in CAUSES and name.startswith("cause_share_"):
        code = CAUSES[name.removeprefix("cause_share_")]
        _once(targets.causes, code, _rate(entry), name)
        targets.cause_year = _span(entry)[1]
        targets.tolerances[code] = _tolerance(entry)
    elif name == "mongolian_population_share":
        targets.mongolian_percent = _rate(entry)
    elif name == "registered_persons_four_leagues":
        targets.four_leagues_persons, targets.four_leagues_year = _whole(entry), _span(entry)[1]
    else:
        return False
    return True


def _tolerance(entry: dict[str, Any]) -> Decimal:
    """The entry's tolerance, else half of the last digit of the printed rate."""
    if entry.get("tolerance") is not None:
        return abs(_number(entry, "tolerance"))
    exponent = int(_rate(entry).as_tuple().exponent)
    return Decimal(5).scaleb(exponent - 1)


def _number(entry: dict[str, Any], key: str) -> Decimal:
    """A number of an entry. Raises Impossible for anything else."""
    found = published.number(entry.get(key))
    if found is None:
        name = entry.get("id") or entry.get("indicator")
        raise Impossible([f"指标 {name} 的 {key} 不是数字", f"the {key} of {name} is no number"])
    return found


def _rate(entry: dict[str, Any]) -> Decimal:
    """A share in percent. Raises Impossible."""
    found = _number(entry, "value")
    if not 0 <= found <= 100 or entry.get("unit", "percent") != "percent":
        name = entry.get("id") or entry.get("indicator")
        raise Impossible(
            [f"指标 {name} 应为 0 到 100 的百分数（unit: percent）", f"{name} must be a percentage from 0 to 100"]
        )
    return found


def _span(entry: dict[str, Any]) -> Span:
    """First and last year of a period."""
    parts = str(entry.get("period", "")).split("/")
    try:
        return int(parts[0][:4]), int(parts[-1][:4])
    except ValueError:
        name = entry.get("id") or entry.get("indicator")
        raise Impossible([f"指标 {name} 的时期无法识别", f"the period of {name} cannot be read"]) from None


def _whole(entry: dict[str, Any]) -> int:
    """The value as a whole number. Raises Impossible for anything else."""
    name = entry.get("id") or entry.get("indicator")
    value = _number(entry, "value")
    if value < 0 or value != value.to_integral_value():
        raise Impossible([f"指标 {name} 应为非负整数", f"{name} must be a whole number, not negative"])
    return int(value)


def _once(values: dict[Any, Any], key: Any, value: Any, name: str) -> None:
    """Keep a value; a second one for the same key must be equal."""
    if values.setdefault(key, value) != value:
        raise Impossible(
            [
                f"{name} {key} 有两个不同的数：{values[key]} 与 {value}",
                f"{name} {key} is given twice: {values[key]} and {value}",
            ]
        )


def _derive(stocks: dict[int, int], span: Span, fall: int, name: str) -> None:
    """A stock that follows from another and the net fall between them."""
    first, last = span if span[0] < span[1] else (span[1] - 1, span[1])
    if first in stocks and last not in stocks:
        stocks[last] = stocks[first] - fall
    elif last in stocks and first not in stocks:
        stocks[first] = stocks[last] + fall
    elif first in stocks and stocks[first] - stocks[last] != fall:
        raise Impossible(
            [
                f"{name} {fall} 与 {first} 年 {stocks[first]}、{last} 年 {stocks[last]} 不能同时成立",
                f"{name} {fall} does not go with {stocks[first]} in {first} and {stocks[last]} in {last}",
            ]
        )


def _check(targets: Targets) -> None:
    """No negative stock, no share above all, a share of 100 percent in all."""
    for year, number in (*targets.households.items(), *targets.persons.items()):
        if number < 0:
            raise Impossible([f"{year} 年的存量为负数", f"the stock of {year} would be negative"])
    total = sum(targets.causes.values(), Decimal(0))
    if total > 100 + sum(targets.tolerances.values(), Decimal(0)) or any(
        share < 0 for share in targets.causes.values()
    ):
        raise Impossible([f"致贫原因占比合计 {total}% 超过 100%", f"the shares by cause add to {total} percent"])


def check_shares(targets: Targets, households: int, wanted: Callable[[str], int]) -> None:
    """Raise Impossible where a share by cause cannot be met by whole households within its tolerance.

    `wanted` gives the number that was set for a code of `main_cause`.
    """
    for code, share in targets.causes.items():
        off = abs(Decimal(wanted(code) * 100) / Decimal(max(households, 1)) - share)
        if off > targets.tolerances[code]:
            raise Impossible(
                [
                    f"{households} 户无法使原因 {code} 的占比为 {share}%（允许差 {targets.tolerances[code]}）",
                    f"{households} households cannot give cause {code} a share of {share} percent",
                ]
            )
