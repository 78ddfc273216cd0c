"""What became of households and persons between two days, from their dated records: each change with the line it stands in.

Nothing here counts the beginning or the end: they are counted from the records of those days, and what these lines do not
explain remains as the residual. Days are compared only, so they may be dates or their texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from fupin.procedures.rounds.words import Line, Stock
from fupin.registry import words as register

_IN = {register.BIRTH: Line.BORN, register.MARRIED_IN: Line.MARRIED_IN, "": Line.UNSAID_IN}
_OUT = {register.DEATH: Line.DIED, register.MARRIED_OUT: Line.MARRIED_OUT, "": Line.UNSAID_OUT}


class Status(NamedTuple):
    """A dated row of the register's status."""

    since: Any
    until: Any
    status: str
    monitor_kind: str
    is_cleared: bool


class Place(NamedTuple):
    """Where a household lives, from a day until another."""

    since: Any
    until: Any
    village: int


class Member(NamedTuple):
    """Somebody's time in a household, whatever the relation to its head was meanwhile."""

    person: int
    since: Any
    until: Any
    joined_by: str
    left_by: str


@dataclass(slots=True)
class History:
    """The dated records of one household; who is in it all the time is only counted."""

    statuses: list[Status] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    steady: int = 0


class Entry(NamedTuple):
    """A change: of which household, in which village, on which line and day, by how many households and persons; `other`
    is the village of the other end of a move."""

    household: int
    village: int
    line: Line
    day: Any
    households: int
    persons: int
    other: int = 0


def is_counted(stock: Stock, row: Status) -> bool:
    """Does a household with this status stand in the table?"""
    if stock is Stock.REGISTERED:
        return row.status in register.NOT_EXITED
    return row.monitor_kind in register.MONITORED and not row.is_cleared


def _before(rows: Sequence[Any], day: Any) -> Any:
    """The row that held until the day."""
    for row in rows:
        if row.since < day and (row.until is None or row.until >= day):
            return row
    return None


def _now(rows: Sequence[Any], day: Any) -> Any:
    """The row that holds from the day on."""
    for row in rows:
        if row.since <= day and (row.until is None or row.until > day):
            return row
    return None


@dataclass(slots=True)
class Ledger:
    """The changes of many households in (after, until]: from the end of one day to the end of another."""

    stock: Stock
    after: Any
    until: Any
    histories: Mapping[int, History]
    _came: dict[tuple[int, Any], int] = field(default_factory=dict)
    _left: dict[tuple[int, Any], int] = field(default_factory=dict)

    def entries(self) -> Iterator[Entry]:
        """Every change."""
        for household, history in self.histories.items():
            for one in history.members:
                self._came[one.person, one.since] = household
                if one.until is not None:
                    self._left[one.person, one.until] = household
        for household, history in self.histories.items():
            for day in self._days(history):
                yield from self._on(household, history, day)

    def _days(self, history: History) -> list[Any]:
        rows: tuple[Any, ...] = (*history.statuses, *history.places, *history.members)
        found = {row.since for row in rows} | {row.until for row in rows}
        return sorted(day for day in found if day is not None and self.after < day <= self.until)

    def _was(self, household: int, day: Any) -> int:
        """The village in which a household was counted until the day; 0 where it was not."""
        history = self.histories.get(household)
        status, place = (_before(history.statuses, day), _before(history.places, day)) if history else (None, None)
        return place.village if status and place and is_counted(self.stock, status) else 0

    def _is(self, household: int, day: Any) -> int:
        history = self.histories.get(household)
        status, place = (_now(history.statuses, day), _now(history.places, day)) if history else (None, None)
        return place.village if status and place and is_counted(self.stock, status) else 0

    def _on(self, household: int, history: History, day: Any) -> Iterator[Entry]:
        """What a day brought one household: as a whole, then those who came or left by themselves."""
        was, now = self._was(household, day), self._is(household, day)
        if not was and not now:
            return
        passing = [one for one in history.members if one.since < day and (one.until is None or one.until > day)]
        staying = history.steady + len(passing)
        coming = [one for one in history.members if one.since == day] if now else []
        leaving = [one for one in history.members if one.until == day] if was else []
        ways_in = [self._way_in(household, one, day, now) for one in coming]
        ways_out = [self._way_out(household, one, day, was) for one in leaving]
        line = None
        if was and now and was != now:
            yield Entry(household, was, Line.MOVED_OUT, day, -1, -staying, now)
            yield Entry(household, now, Line.MOVED_IN, day, 1, staying, was)
        elif not was:
            line = self._why_in(history, day, ways_in)
            fresh = sum(1 for way, _other in ways_in if way is None)
            yield Entry(household, now, line, day, 1, staying + fresh)
        elif not now:
            line = self._why_out(history, day, ways_out)
            yield Entry(household, was, line, day, -1, -staying)
        for one, (way, other) in zip(coming, ways_in, strict=True):
            if way is not None or was:
                yield Entry(household, now, way or _IN.get(one.joined_by, Line.OTHER_IN), day, 0, 1, other)
        for one, (way, other) in zip(leaving, ways_out, strict=True):
            own = line if line and not one.left_by else _OUT.get(one.left_by, Line.OTHER_OUT)
            yield Entry(household, was, way or own, day, 0, -1, other)

    def _way_in(self, household: int, one: Member, day: Any, now: int) -> tuple[Line | None, int]:
        """From another counted household on that very day, and from which village; else nothing of the kind."""
        source = self._left.get((one.person, day))
        village = self._was(source, day) if source is not None and source != household else 0
        if not village:
            return None, 0
        return (Line.REGROUPED, 0) if village == now else (Line.MOVED_IN, village)

    def _way_out(self, household: int, one: Member, day: Any, was: int) -> tuple[Line | None, int]:
        goal = self._came.get((one.person, day))
        village = self._is(goal, day) if goal is not None and goal != household else 0
        if not village:
            return None, 0
        return (Line.REGROUPED, 0) if village == was else (Line.MOVED_OUT, village)

    def _why_in(self, history: History, day: Any, ways: Sequence[tuple[Line | None, int]]) -> Line:
        """A household that was not counted and is: split off, returned, or newly identified."""
        status, fresh = _before(history.statuses, day), _now(history.statuses, day)
        if _before(history.places, day) is None:
            if ways and all(way is not None for way, _other in ways):
                return Line.REGROUPED
            return Line.UNEXPLAINED if status and is_counted(self.stock, status) else Line.JOINED
        if self.stock is Stock.REGISTERED:
            is_back = fresh.status == "02" or (status is not None and status.status in register.EXITED)
        else:
            is_back = status is not None and bool(status.monitor_kind) and status.is_cleared
        return Line.RETURNED if is_back else Line.JOINED

    def _why_out(self, history: History, day: Any, ways: Sequence[tuple[Line | None, int]]) -> Line:
        """A household that was counted and is not: gone or gone into another, exited, struck off; else nobody knows."""
        if _now(history.places, day) is None:
            return Line.REGROUPED if ways and all(way is not None for way, _other in ways) else Line.GONE
        status = _now(history.statuses, day)
        if status is None:
            return Line.UNEXPLAINED
        if status.status == register.STRUCK_OFF:
            return Line.STRUCK
        has_exited = status.status in register.EXITED if self.stock is Stock.REGISTERED else status.is_cleared
        return Line.EXITED if has_exited else Line.UNEXPLAINED
