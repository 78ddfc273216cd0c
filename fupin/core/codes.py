"""Code lists as they are in use: the shipped ones, and beside them the codes that offices added for their own area.

`core` knows no rulebook: `fupin.config.wiring` hands in who answers for the additions. They are asked only where the
shipped list does not know a code or where codes are offered, so that the ordinary cell costs nothing more. A code that
an office added means the same everywhere; where it may be *chosen* depends on the division and the day of the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from fupin.policy.catalogue import CodeList, Item, code_list, with_items


@dataclass(frozen=True, slots=True)
class Own:
    """A code that a division added to a list, for itself and all below it; `item` says from when until when."""

    item: Item
    division: int


class Offices(Protocol):
    """Who knows what offices added."""

    def added(self, name: str) -> Sequence[Own]:
        """Every confirmed addition to a list, in the order of their days."""

    def above(self, division: int) -> frozenset[int]:
        """The division and all that it lies in."""


_offices: list[Offices] = []


def use(offices: Offices) -> None:
    """Hand in the offices' additions. Called once at start."""
    _offices[:] = [offices]


@dataclass(frozen=True, slots=True)
class Place:
    """Whose own codes count: those of a division and what it lies in; of a whole area; or of every office.

    `ids` None is every office: for the first reading of a file, whose rows are judged by their own division
    afterwards. No ids at all is the shipped lists alone. `is_area` counts what lies below too: for filters.
    """

    ids: frozenset[int] | None = frozenset()
    is_area: bool = False

    def reaches(self, own: Own) -> bool:
        """Do records here see that office's code?"""
        if self.ids is None:
            return True
        above = _offices[0].above
        if any(own.division in above(one) for one in self.ids):
            return True
        return self.is_area and bool(self.ids & above(own.division))


ANYWHERE = Place(None)
NOWHERE = Place()


def at(division: int | None) -> Place:
    """Where a record of that division stands; None: its division is not known (yet)."""
    return NOWHERE if division is None else Place(frozenset({division}))


def within(roots: Iterable[int] | None) -> Place:
    """The area of somebody who reaches these divisions (None: all of them)."""
    return ANYWHERE if roots is None else Place(frozenset(roots), is_area=True)


def added(name: str) -> Sequence[Own]:
    """What offices added to a list, wherever and whenever."""
    return _offices[0].added(code_list(name).name) if _offices else ()


def offered(name: str, *, on: date | None, place: Place) -> tuple[Item, ...]:
    """The offices' own codes that may be chosen there; on any day, where the day is None."""
    if place.ids is not None and not place.ids:
        return ()
    found: dict[str, Item] = {}
    for own in added(name):
        if (on is None or own.item.holds(on)) and place.reaches(own):
            found[own.item.code] = own.item
    return tuple(found.values())


def in_use(name: str, *, on: date | None = None, place: Place = ANYWHERE) -> CodeList:
    """A list with the offices' own codes behind the shipped ones."""
    base = code_list(name)
    own = offered(name, on=on, place=place)
    return with_items(base, own) if own else base


def label(name: str, code: str, *, english: bool = False, on: date | None = None) -> str:
    """The word for one code, shipped or added; the code itself where nobody knows it."""
    base = code_list(name)
    if code in base.codes or not code:
        return base.label(code, english, on=on)
    said = [own.item for own in added(name) if own.item.code == code]
    held = [item for item in said if on is not None and item.holds(on)] or said
    return code if not held else held[-1].label_en if english else held[-1].label


def is_known(name: str, code: str) -> bool:
    """Is it a code of the list, shipped or added by any office?"""
    return code in code_list(name).codes or any(own.item.code == code for own in added(name))
