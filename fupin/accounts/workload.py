"""What lies in the area of a posting. Accounts knows people and places only: what else there is to count is handed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from fupin.accounts import scopes


class Area(NamedTuple):
    """What a posting covers: everything below its division, or the named parts of its village alone."""

    posting: int
    user: int
    division: int
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """One kind of work that is counted, by name and in the words of both languages."""

    name: str
    label: str
    label_en: str

    @property
    def heading(self) -> str:
        """The words of the reader's language."""
        return self.label_en if scopes.is_english() else self.label


Counter = Callable[[Sequence[Area]], Mapping[int, Mapping[str, int]]]
"""From areas to counts by posting and load: set-wise, the same number of questions however many areas."""

AREA_NOTE = _("自然村、村民小组、浩特/独贵龙的名称，与户登记的一致，以顿号分开；不填即全村")

_loads: list[Load] = []
_counters: list[Counter] = []


def count_with(loads: Sequence[Load], counter: Counter) -> None:
    """Let these loads be counted by this counter."""
    if counter not in _counters:
        _loads.extend(loads)
        _counters.append(counter)


def loads() -> tuple[Load, ...]:
    """Everything that is counted, in the order of the columns."""
    return tuple(_loads)


def counted(areas: Sequence[Area]) -> dict[int, dict[str, int]]:
    """The counts of each posting: every load is there, nought where there is nothing."""
    found = {area.posting: dict.fromkeys((load.name for load in _loads), 0) for area in areas}
    for counter in _counters if areas else ():
        for posting, counts in counter(areas).items():
            found[posting].update(counts)
    return found


def parts_of(text: str) -> tuple[str, ...]:
    """The parts of a village that a posting names."""
    return tuple(part for part in text.split("、") if part)
