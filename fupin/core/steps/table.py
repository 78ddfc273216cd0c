"""The table of a procedure: states, transitions, deadlines; checked as a whole when it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fupin.core.verdicts import Verdict
from fupin.core.working_days import Calendar
from fupin.policy import parameters


class BrokenProcedure(ValueError):
    """The table cannot be worked by; names every fault."""


@dataclass(frozen=True, slots=True)
class Days:
    """A number of days from a state's first day: a fixed number, or a policy parameter in force on that day.

    `working` counts working days, otherwise calendar days. The first day itself does not count.
    """

    number: int | str
    working: bool = False

    def count(self, on: date) -> int:
        """How many, as in force on a day."""
        return self.number if isinstance(self.number, int) else int(parameters.value(self.number, on=on))

    def after(self, start: date, calendar: Calendar) -> date:
        """The day that lies so many days after `start`."""
        count = self.count(start)
        return calendar.add(start, count) if self.working else start + timedelta(days=count)


@dataclass(frozen=True, slots=True)
class State:
    """Where a case can stand. An end has no way on."""

    name: str
    label: str
    is_end: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """One act: from which state, who may, to which state, and what it needs.

    `who` is the permission it takes in the case's division. `others_than`: acts of the same round whose people must
    not do this one. `attachments`: kinds of files the subject must have. `least` days in the state before it may be
    done (too early is refused); `most` days until it should be (too late is taken, and marked).
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


@dataclass(frozen=True, slots=True)
class TimeOut:
    """What becomes of a case that nobody took further: after so many days in a state it goes over by itself."""

    before: str
    after: str
    days: Days
    label: str


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure with all its acts. Raises BrokenProcedure when the table is not whole."""

    name: str
    label: str
    source: str
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    time_outs: tuple[TimeOut, ...] = ()

    def __post_init__(self) -> None:
        faults = [*self._unknown(), *self._doubled(), *self._unreachable(), *self._dead(), *self._people()]
        if faults:
            raise BrokenProcedure(f"{self.name}：" + "；".join(faults))

    @property
    def start(self) -> State:
        """The state in which a case begins: the first of the table."""
        return self.states[0]

    def state(self, name: str) -> State:
        """The state of that name. Raises KeyError."""
        return {state.name: state for state in self.states}[name]

    def transition(self, state: str, act: str) -> Transition | None:
        """The act from that state, or None where it is not possible."""
        return next((step for step in self.transitions if (step.before, step.act) == (state, act)), None)

    def ways_from(self, state: str) -> tuple[Transition, ...]:
        """The acts that lead on from a state."""
        return tuple(step for step in self.transitions if step.before == state)

    def _links(self) -> list[tuple[str, str]]:
        taken = [(step.before, step.after) for step in self.transitions]
        return taken + [(out.before, out.after) for out in self.time_outs]

    def _unknown(self) -> list[str]:
        names = {state.name for state in self.states}
        return [f"没有状态 {name}" for name in sorted({name for link in self._links() for name in link} - names)]

    def _doubled(self) -> list[str]:
        keys = [(step.before, step.act) for step in self.transitions]
        names = [state.name for state in self.states]
        return [f"{key} 出现两次" for key in sorted({str(key) for key in keys if keys.count(key) > 1})] + [
            f"状态 {name} 出现两次" for name in sorted({name for name in names if names.count(name) > 1})
        ]

    def _unreachable(self) -> list[str]:
        reached, fresh = set(), {self.start.name}
        while fresh:
            reached |= fresh
            fresh = {after for before, after in self._links() if before in fresh} - reached
        return [f"状态 {state.name} 无法到达" for state in self.states if state.name not in reached]

    def _dead(self) -> list[str]:
        """From every state an end must be within reach; an end leads nowhere, save into a new round."""
        ends = {state.name for state in self.states if state.is_end}
        alive, fresh = set(), set(ends)
        while fresh:
            alive |= fresh
            fresh = {before for before, after in self._links() if after in fresh} - alive
        dead = [f"从状态 {state.name} 到不了办结" for state in self.states if state.name not in alive]
        leads_on = [f"办结状态 {step.before} 之后还有 {step.act}" for step in self.transitions
                    if step.before in ends and not step.begins_round]  # fmt: skip
        return dead + leads_on

    def _people(self) -> list[str]:
        acts = {step.act for step in self.transitions}
        return [
            f"{step.act} 要求与不存在的操作 {other} 不同人" for step in self.transitions for other in step.others_than
            if other not in acts
        ]  # fmt: skip
