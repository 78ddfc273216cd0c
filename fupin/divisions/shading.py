"""How values become a few steps of colour, with a legend in words."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

MOST = 5

WORDS = {
    1: ("相同",),
    2: ("较低", "较高"),
    3: ("较低", "中等", "较高"),
    4: ("最低", "较低", "较高", "最高"),
    5: ("最低", "较低", "中等", "较高", "最高"),
}
WORDS_EN = {
    1: ("all alike",),
    2: ("lower", "higher"),
    3: ("lower", "middle", "higher"),
    4: ("lowest", "lower", "higher", "highest"),
    5: ("lowest", "lower", "middle", "higher", "highest"),
}
COLOURS = ("#dbe9f6", "#a9cbe6", "#6ea8d3", "#3a7fb8", "#16538a")
"""One hue from light to dark: distinguishable with every colour blindness and in grey print."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the legend: the values from `low` to `high`, both included."""

    number: int
    low: Decimal
    high: Decimal
    word: str
    colour: str
    count: int


def steps(values: Mapping[int, Decimal | None], *, english: bool = False) -> list[Step]:
    """At most five steps with about the same number of divisions each; equal values are never torn apart."""
    known = sorted(value for value in values.values() if value is not None)
    distinct = sorted(set(known))
    groups: dict[int, list[Decimal]] = {}
    for at, value in enumerate(distinct):
        lower = bisect_left(known, value)
        group = at if len(distinct) <= MOST else lower * MOST // len(known)
        groups.setdefault(group, []).append(value)
    words = (WORDS_EN if english else WORDS).get(len(groups), ())
    return [
        Step(n, group[0], group[-1], words[n], _shades(len(groups))[n],
             bisect_right(known, group[-1]) - bisect_left(known, group[0]))
        for n, (_key, group) in enumerate(sorted(groups.items()))
    ]  # fmt: skip


def _shades(count: int) -> tuple[str, ...]:
    chosen = {1: (2,), 2: (1, 3), 3: (0, 2, 4), 4: (0, 1, 3, 4), 5: (0, 1, 2, 3, 4)}[count]
    return tuple(COLOURS[at] for at in chosen)


def step_of(value: Decimal | None, found: list[Step]) -> Step | None:
    """The step that a value lies in."""
    if value is None:
        return None
    return next((step for step in found if step.low <= value <= step.high), None)
