"""The table of a procedure: states, transitions, deadlines; checked as a whole when it is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from fupin.core.steps.checking import faults_of
from fupin.core.steps.numbers import Numbers
from fupin.core.verdicts import Verdict
from fupin.core.working_days import Calendar

LEAST_PEOPLE = 2
"""Where different people are asked for, two is the fewest, whatever an office sets."""
Interval = tuple[date, date]


class BrokenProcedure(ValueError):
    """The table cannot be worked by; names every fault."""


@dataclass(frozen=True, slots=True)
class Days:
    """A number of days from a state's first day: a fixed number, or a policy parameter in force on that day.

    `working` counts working days, otherwise calendar days. `first_day`: does the first day itself count, `pauses`: does
    the clock stand still while an objection is answered; each yes or no, or the parameter that says so. `is_full`: the
    whole last day belongs to it, so that the act may follow on the day after.
    """

    number: int | str
    working: bool = False
    first_day: bool | str = False
    pauses: bool | str = False
    is_full: bool = False

    def count(self, on: date, division: int | None = None, numbers: Numbers | None = None) -> int:
        """How many, as in force on a day in a division."""
        return int((numbers or Numbers()).value(self.number, on, division))

    def after(self, start: date, calendar: Calendar, *, division: int | None = None, numbers: Numbers | None = None,
              pauses: Sequence[Interval] = ()) -> date:  # fmt: skip
        """The day that lies so many days after `start`, later by the `pauses` where the clock stood still."""
        known = numbers or Numbers()
        count = self.count(start, division, known)
        if known.value(self.first_day, start, division):
            count = max(count - 1, 0)
        end = calendar.add(start, count) if self.working else start + timedelta(days=count)
        if pauses and known.value(self.pauses, start, division):
            end = self._longer(start, end, calendar, pauses)
        return end + timedelta(days=1) if self.is_full else end

    def _longer(self, start: date, end: date, calendar: Calendar, pauses: Sequence[Interval]) -> date:
        for began, ended in sorted(pauses):
            first = max(began, start)
            if first <= end and ended > first:
                lost = calendar.between(first, ended) if self.working else (ended - first).days
                end = calendar.add(end, lost) if self.working else end + timedelta(days=lost)
        return end


@dataclass(frozen=True, slots=True)
class State:
    """Where a case can stand. An end has no way on."""

    name: str
    label: str
    is_end: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """What must lie at the case itself, put there since its state began: a kind of file, and how many of it."""

    kind: str
    label: str
    least: int | str = 1


@dataclass(frozen=True, slots=True)
class Distinct:
    """How many different people must have done the acts named in this round: a number, or a parameter; never under two.

    Where the act itself is among them, who does it now counts along.
    """

    acts: tuple[str, ...]
    number: int | str = LEAST_PEOPLE


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold for an act, by name; it answers with reasons, and what is unknown does not pass."""

    name: str
    label: str
    holds: Callable[[Any, date], Verdict]


@dataclass(frozen=True, slots=True)
class Transition:
    """One act: from which state, who may, to which state, and what it needs.

    `who` is the permission it takes in the case's division; `level` that of the posting that must do it (banner,
    township, village; empty: whoever has the permission). `others_than`: acts of the same round whose people must
    not do this one; `distinct`: how many different people. `attachments`: kinds of files the subject must have;
    `evidence`: what must lie at the case. `least` days in the state before it may be done (too early is refused);
    `most` days until it should be (too late is taken, and marked). An act that leads back to the state it starts from
    leaves the state's days running. `back_dating`: the parameter of the days within which one person enters it, where it
    is not the general one.
    """

    act: str
    label: str
    before: str
    after: str
    who: str
    others_than: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    condition: Callable[[Any, date], Verdict] | None = None
    least: Days | None = None
    most: Days | None = None
    needs_note: bool = False
    begins_round: bool = False
    level: str = ""
    evidence: tuple[Evidence, ...] = ()
    distinct: tuple[Distinct, ...] = ()
    conditions: tuple[Condition, ...] = ()
    back_dating: str = ""

    @property
    def stays(self) -> bool:
        """Does the case stay where it is, its days running on?"""
        return self.before == self.after and not self.begins_round


@dataclass(frozen=True, slots=True)
class TimeOut:
    """What becomes of a case that nobody took further: after so many days in a state it goes over by itself."""

    before: str
    after: str
    days: Days
    label: str


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure with all its acts. Raises BrokenProcedure when the table is not whole.

    `strict`: every act has a named person, what is late its reason, and what is entered long after it happened a second
    person with the paper. `recurs`: a subject may go through it again once its last case has ended. `edition` with its
    first day `since` (and `until`, exclusive): which table of a procedure this is. `whole`: within how many days from
    its beginning a case should have reached `whole_to`.
    """

    name: str
    label: str
    source: str
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    time_outs: tuple[TimeOut, ...] = ()
    edition: str = ""
    since: date = date(2014, 1, 1)
    until: date | None = None
    whole: Days | None = None
    whole_to: str = ""
    strict: bool = False
    recurs: bool = False

    def __post_init__(self) -> None:
        if faults := faults_of(self):
            raise BrokenProcedure(f"{self.name}：" + "；".join(faults))

    @property
    def start(self) -> State:
        """The state in which a case begins: the first of the table."""
        return self.states[0]

    @property
    def last_day(self) -> date:
        """The last day on which a case may begin by this table; the end of time where it holds on."""
        return self.until - timedelta(days=1) if self.until else date.max

    def state(self, name: str) -> State:
        """The state of that name. Raises KeyError."""
        return {state.name: state for state in self.states}[name]

    def transition(self, state: str, act: str) -> Transition | None:
        """The act from that state, or None where it is not possible."""
        return next((step for step in self.transitions if (step.before, step.act) == (state, act)), None)

    def ways_from(self, state: str) -> tuple[Transition, ...]:
        """The acts that lead on from a state."""
        return tuple(step for step in self.transitions if step.before == state)

    def links(self) -> list[tuple[str, str]]:
        """From which state to which a case can go."""
        taken = [(step.before, step.after) for step in self.transitions]
        return taken + [(out.before, out.after) for out in self.time_outs]


@dataclass(frozen=True, slots=True)
class Editions:
    """A procedure whose table changed over the years: a case keeps the table in which it began.

    Raises BrokenProcedure where two tables hold on one day, or are called alike.
    """

    tables: tuple[Procedure, ...]

    def __post_init__(self) -> None:
        names = [one.edition for one in self.tables]
        faults = [f"版本 {name} 出现两次" for name in sorted(set(names)) if names.count(name) > 1]
        faults += [f"{one.name} 不是 {self.name}" for one in self.tables if one.name != self.name]
        ordered = sorted(self.tables, key=lambda one: one.since)
        for earlier, later in pairwise(ordered):
            if earlier.until is None or earlier.until > later.since:
                faults.append(f"版本 {earlier.edition} 与 {later.edition} 的时期重叠")
        if faults:
            raise BrokenProcedure("；".join(faults))

    @property
    def name(self) -> str:
        """The procedure that these are the tables of."""
        return self.tables[0].name

    def on(self, day: date) -> Procedure:
        """The table in which a case that begins on a day goes. Raises LookupError outside all of them."""
        for one in self.tables:
            if one.since <= day and (one.until is None or day < one.until):
                return one
        raise LookupError(f"{self.name} {day}")

    def of(self, edition: str) -> Procedure:
        """The table of that name. Raises LookupError."""
        for one in self.tables:
            if one.edition == edition:
                return one
        raise LookupError(f"{self.name} {edition}")
