"""What a procedure of cases declares to the casework that all of them share: its steps, its words, what a step brings with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from fupin.core.models import Case
from fupin.core.steps import Editions

if TYPE_CHECKING:
    from fupin.procedures.models import CaseFile

Words = Mapping[str, tuple[str, str]]
"""Codes to what they are called: Chinese, English."""


@dataclass(frozen=True, slots=True)
class Lead:
    """A case to begin: about which household (or, for a place, which division), as what, from where that is known, who asks."""

    household: int | None
    kind: str
    origin: str = ""
    statement: str = ""
    applicant: str = ""
    risks: str = ""
    parent: str = ""
    division: int | None = None


def _nothing_unsound(leads: Sequence[Lead], on: date) -> list[str]:
    return []


def _nothing_own(
    act: str, cases: Sequence[Case], about: Mapping[int, CaseFile], by: Any, on: date
) -> Mapping[int, Any]:
    return {}


def _nothing_follows(act: str, cases: Sequence[int], by: Any, on: date, note: str) -> None:
    return None


def _own_words(kind: str, on: date) -> str:
    return kind


@dataclass(frozen=True, slots=True)
class Work:
    """One procedure of cases.

    `kinds`: what a case may be about on a day. `posts`: act → where its list hangs (village, township, banner …) and the act
    that may follow once it may come down; `hanging`: the states in which a list hangs, and where; `notice_kind` and
    `category` say what the list is and what it calls a household, in the words of the day. `side_acts` lead away from the
    way (sent back, given up): they wait for nobody. `lined`: the acts that look at a line, `line` the parameter of it for a
    kind. `suits` says of a household's status and monitored kind whether to offer it. `unsound`
    names what is wrong with cases to be begun; `read` what only this procedure's conditions look at; `follow` what a step
    brings with it. All of them set-wise.
    """

    tables: Editions
    title: str
    begin_label: str
    acts: Words
    kinds: Callable[[date], Words]
    category: Callable[[str, date], str] = _own_words
    notice_kind: Callable[[date], str] = field(default=lambda on: "other")
    subject: str = "household"
    suits: Callable[[str, str], bool] = field(default=lambda status, monitor_kind: True)
    fields: Callable[[date], frozenset[str]] = field(default=lambda on: frozenset())
    posts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    hanging: Mapping[str, str] = field(default_factory=dict)
    good_ends: frozenset[str] = frozenset()
    side_acts: frozenset[str] = frozenset()
    lined: frozenset[str] = frozenset({"decide"})
    line: Callable[[str], str] = field(default=lambda kind: "lines.poverty_line")
    unsound: Callable[[Sequence[Lead], date], list[str]] = _nothing_unsound
    read: Callable[[str, Sequence[Case], Mapping[int, CaseFile], Any, date], Mapping[int, Any]] = _nothing_own
    follow: Callable[[str, Sequence[int], Any, date, str], None] = _nothing_follows

    @property
    def name(self) -> str:
        """The procedure's name, as its cases carry it."""
        return self.tables.name
