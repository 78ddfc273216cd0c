"""What files belong to: each app hands in its kinds of subjects, so that retention knows none of them.

`facts` tell of many subjects at once, in a constant number of questions, what retention needs to judge their files.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

Label = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Fact:
    """A subject as lists and rules need it: where it lies, what it is called, since when it is closed (None: it is not).

    `touches`: the subject strings whose hold holds its files, itself among them. `address`: where it is looked at.
    """

    division: int
    number: str
    title: str
    ended_on: date | None
    touches: frozenset[str]
    address: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of subjects. `find`: the id of what people call so; None where it is not held by itself."""

    name: str
    label: Label
    facts: Callable[[Collection[int]], dict[int, Fact]]
    find: Callable[[str], int | None] | None = None


_kinds: dict[str, Kind] = {}


def use(kind: Kind) -> None:
    """Hand in a kind of subjects."""
    _kinds[kind.name] = kind


def kind(name: str) -> Kind | None:
    """The kind of a name; None where nobody handed one in."""
    return _kinds.get(name)


def kinds() -> list[Kind]:
    """Every kind that was handed in."""
    return list(_kinds.values())


def facts_of(subjects: Collection[str]) -> dict[str, Fact]:
    """What is known of these subject strings; one that is gone, or of no known kind, is not there."""
    by: dict[str, set[int]] = {}
    for subject in subjects:
        name, _colon, number = subject.partition(":")
        if name in _kinds and number.isdecimal():
            by.setdefault(name, set()).add(int(number))
    return {f"{name}:{pk}": fact for name, ids in by.items() for pk, fact in _kinds[name].facts(ids).items()}
