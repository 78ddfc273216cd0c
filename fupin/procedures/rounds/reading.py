"""The table of before and after from the dated records, set-wise: the two ends counted, what changed read household by
household, and everything that no record explains left as the residual."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from fupin.divisions.queries import tree
from fupin.divisions.tree import Tree
from fupin.procedures.rounds.ledger import Entry, History, Ledger, Member, Place, Status
from fupin.procedures.rounds.words import MOVES, Line, Stock
from fupin.registry import words as register
from fupin.registry.cards import among, listed

BEGIN, END = "begin", "end"
Counts = tuple[int, int]
"""Households and persons."""
_NONE: Counts = (0, 0)


def _quoted(codes: Iterable[str]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


_COUNTED = {
    Stock.REGISTERED: f"s.status IN ({_quoted(register.NOT_EXITED)})",
    Stock.MONITORED: f"s.monitor_kind IN ({_quoted(register.MONITORED)}) AND s.is_risk_cleared IS NOT TRUE",
}


@dataclass(slots=True)
class Statement:
    """A table: what every village had at the beginning and at the end, the changes between, the households that do not fit."""

    tree: Tree
    ends: dict[str, dict[int, Counts]]
    """beginning and end by village"""
    entries: list[Entry] = field(default_factory=list)
    odd: dict[int, int] = field(default_factory=dict)
    """the households behind a residual, with their village"""

    def of(self, division: int) -> Sheet:
        """The table of one division: moves within it cancel."""
        return self.sheets([division])[division]

    def sheets(self, divisions: Sequence[int]) -> dict[int, Sheet]:
        """The tables of several divisions."""
        found = {one: Sheet() for one in divisions}
        holders = _Holders(self.tree, found)
        for end, counts in self.ends.items():
            for village, (households, persons) in counts.items():
                for one in holders.of(village):
                    found[one].add(end, households, persons)
        for entry in self.entries:
            if entry.line is not Line.UNEXPLAINED:
                for one in holders.of_entry(entry):
                    found[one].add(entry.line, entry.households, entry.persons)
        for village in self.odd.values():
            for one in holders.of(village):
                found[one].odd += 1
        return found

    def households(self, division: int, line: str) -> dict[int, list[Entry]]:
        """The households behind a figure of a division, each with its changes; of a residual those that do not fit."""
        holders = _Holders(self.tree, {division: None})
        found: dict[int, list[Entry]] = {}
        if line == Line.UNEXPLAINED:
            found = {pk: [] for pk, village in self.odd.items() if holders.of(village)}
        for one in self.entries:
            if one.line == line and (one.household in found if line == Line.UNEXPLAINED else holders.of_entry(one)):
                found.setdefault(one.household, []).append(one)
        return found


@dataclass(slots=True)
class Sheet:
    """The figures of one division: both ends and the lines, each households and persons, and how many households do not fit."""

    figures: dict[str, Counts] = field(default_factory=dict)
    odd: int = 0

    def add(self, name: str, households: int, persons: int) -> None:
        was = self.figures.get(name, _NONE)
        self.figures[name] = (was[0] + households, was[1] + persons)

    def __getitem__(self, name: str) -> Counts:
        return self.figures.get(name, _NONE)

    @property
    def residual(self) -> Counts:
        """What is there at the end beyond the beginning and the lines; zero where every change is explained."""
        lines = [self[line] for line in Line if line is not Line.UNEXPLAINED]
        first, last = self[BEGIN], self[END]
        return (last[0] - first[0] - sum(one[0] for one in lines), last[1] - first[1] - sum(one[1] for one in lines))


class _Holders:
    """Which of some divisions a village counts in; each village is asked for once."""

    def __init__(self, nodes: Tree, divisions: Mapping[int, Any]) -> None:
        self._nodes, self._divisions = nodes, divisions
        self._known: dict[int, tuple[int, ...]] = {}

    def of(self, village: int) -> tuple[int, ...]:
        found = self._known.get(village)
        if found is None:
            path = self._nodes.path(village) if self._nodes.home(village) is not None else ()
            found = self._known[village] = tuple(node.id for node in path if node.id in self._divisions)
        return found

    def of_entry(self, entry: Entry) -> tuple[int, ...]:
        held = self.of(entry.village)
        if entry.line not in MOVES:
            return held
        beyond = self.of(entry.other)
        return tuple(one for one in held if one not in beyond)


def statement(*, division: int, stock: Stock, after: date, until: date) -> Statement:
    """The table of a division and all below it, from the end of one day to the end of another, by the tree of the last."""
    nodes = tree(until)
    villages = _villages(nodes, division)
    found = Statement(nodes, {
        BEGIN: _counted(nodes, stock, villages, after), END: _counted(nodes, stock, villages, until)
    })  # fmt: skip
    histories = _histories(nodes, stock, villages, after, until)
    reached = None if villages is None else {nodes.home(village) or village for village in villages}
    ledger = Ledger(stock, after.isoformat(), until.isoformat(), histories)
    found.entries = [one for one in ledger.entries() if reached is None or one.village in reached]
    found.odd = {one.household: one.village for one in found.entries if one.line is Line.UNEXPLAINED}
    if found.of(division).residual != _NONE:
        found.odd |= _odd(found, stock, villages, after, until)
    return found


def _villages(nodes: Tree, division: int) -> list[int] | None:
    """Every id that records below a division can point to; None for the whole region."""
    top = nodes.by_id(division)
    if top.parent_id is None:
        return None
    return [id for id, places in nodes.places() if places.get(top.level) == top.id]


def _among(villages: list[int] | None) -> tuple[str, list[str]]:
    return ("", []) if villages is None else (f" AND {among('f.village_id')}", [listed(villages)])


def _on(name: str) -> str:
    return f"{name}.valid_from <= %s AND ({name}.valid_to IS NULL OR {name}.valid_to > %s)"


def _fetch(sql: str, given: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(given))
        return list(cursor.fetchall())


def _standing(
    stock: Stock, villages: list[int] | None, on: date, columns: str, after: str = ""
) -> list[tuple[Any, ...]]:
    """Who is counted on a day, with how many members."""
    within, given = _among(villages)
    members = f"(SELECT COUNT(*) FROM registry_membership m WHERE m.household_id = s.household_id AND {_on('m')})"
    return _fetch(
        f"SELECT {columns.format(members=members)} FROM registry_registerstatus s"
        f" JOIN registry_householdfact f ON f.household_id = s.household_id AND {_on('f')}{within}"
        f" WHERE {_COUNTED[stock]} AND {_on('s')}{after}",
        [on, on, on, on, *given, on, on],
    )  # fmt: skip


def _counted(nodes: Tree, stock: Stock, villages: list[int] | None, on: date) -> dict[int, Counts]:
    rows = _standing(stock, villages, on, "f.village_id, COUNT(*), SUM({members})", " GROUP BY f.village_id")
    found: dict[int, Counts] = {}
    for village, households, persons in rows:
        home = nodes.home(village) or village
        was = found.get(home, _NONE)
        found[home] = (was[0] + households, was[1] + int(persons))
    return found


_CHANGED = """
    WITH held AS (
        SELECT DISTINCT s.household_id AS id FROM registry_registerstatus s
        JOIN registry_householdfact f ON f.household_id = s.household_id AND {during_f}{within}
        WHERE {counted} AND {during_s}
    )
    SELECT id FROM held WHERE EXISTS (
        SELECT 1 FROM registry_registerstatus s WHERE s.household_id = held.id AND ({moved_s})
    ) OR EXISTS (
        SELECT 1 FROM registry_membership m WHERE m.household_id = held.id AND ({moved_m})
    ) OR EXISTS (
        SELECT 1 FROM registry_householdfact f WHERE f.household_id = held.id AND ({moved_f}) AND NOT EXISTS (
            SELECT 1 FROM registry_householdfact g WHERE g.household_id = f.household_id AND g.village_id = f.village_id
            AND ((f.valid_from > %s AND g.valid_to = f.valid_from) OR (f.valid_from <= %s AND g.valid_from = f.valid_to))
        )
    )"""


def _changed(stock: Stock, villages: list[int] | None, after: date, until: date) -> list[int]:
    """The households in which something changed that may be a line; new values in the same village are none."""
    within, given = _among(villages)
    during = "{0}.valid_from <= %s AND ({0}.valid_to IS NULL OR {0}.valid_to > %s)"
    moved = "({0}.valid_from > %s AND {0}.valid_from <= %s) OR ({0}.valid_to > %s AND {0}.valid_to <= %s)"
    sql = _CHANGED.format(
        counted=_COUNTED[stock], within=within, **{f"during_{one}": during.format(one) for one in "sf"},
        **{f"moved_{one}": moved.format(one) for one in "smf"},
    )  # fmt: skip
    ends = [after, until, after, until]
    rows = _fetch(sql, [until, after, *given, until, after, *ends, *ends, *ends, after, after])
    return [row[0] for row in rows]


def _histories(nodes: Tree, stock: Stock, villages: list[int] | None, after: date, until: date) -> dict[int, History]:
    """The records of all in which something changed, and of the households to or from which their members went."""
    found = _read(nodes, _changed(stock, villages, after, until), after, until)
    first, last = after.isoformat(), until.isoformat()
    movers = {
        one.person for history in found.values() for one in history.members
        if first < one.since <= last or (one.until is not None and first < one.until <= last)
    }  # fmt: skip
    if movers:
        rows = _fetch(
            f"SELECT DISTINCT household_id FROM registry_membership WHERE {among('person_id')}"
            " AND (valid_to IS NULL OR valid_to > %s)",
            [listed(sorted(movers)), after],
        )
        found |= _read(nodes, [pk for (pk,) in rows if pk not in found], after, until)
    return found


def _read(nodes: Tree, ids: Sequence[int], after: date, until: date) -> dict[int, History]:
    """The dated records of households that held after a day."""
    found = {pk: History() for pk in ids}
    if not ids:
        return found
    given: list[Any] = [listed(ids), after]
    which = f"{among('household_id')} AND (valid_to IS NULL OR valid_to > %s)"
    days = "CAST(valid_from AS text), CAST(valid_to AS text)"
    for pk, since, to, status, kind, is_cleared in _fetch(
        f"SELECT household_id, {days}, status, monitor_kind, is_risk_cleared IS TRUE FROM registry_registerstatus WHERE {which}",
        given,
    ):
        found[pk].statuses.append(Status(since, to, status, kind, bool(is_cleared)))
    homes: dict[int, int] = {}
    for pk, since, to, village in _fetch(
        f"SELECT household_id, {days}, village_id FROM registry_householdfact WHERE {which}", given
    ):
        home = homes.get(village) or homes.setdefault(village, nodes.home(village) or village)
        found[pk].places.append(Place(since, to, home))
    _read_members(found, ids, after, until)
    return found


def _read_members(found: dict[int, History], ids: Sequence[int], after: date, until: date) -> None:
    """Who came into or left these households when, and how many stayed all the time; one person's rows without a break
    between are one time in the household."""
    which = f"FROM registry_membership WHERE {among('household_id')}"
    given = listed(ids)
    steady = f"{which} AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)"
    for pk, count in _fetch(f"SELECT household_id, COUNT(*) {steady} GROUP BY household_id", [given, after, until]):
        found[pk].steady = count
    rows = _fetch(
        "SELECT household_id, person_id, CAST(valid_from AS text), CAST(valid_to AS text), joined_by, left_by"
        f" {which} AND ((valid_from > %s AND valid_from <= %s) OR (valid_to > %s AND valid_to <= %s))"
        " ORDER BY household_id, person_id, valid_from",
        [given, after, until, after, until],
    )
    for pk, person, since, to, joined_by, left_by in rows:
        members = found[pk].members
        if members and members[-1].person == person and members[-1].until == since:
            members[-1] = members[-1]._replace(until=to, left_by=left_by)
        else:
            members.append(Member(person, since, to, joined_by, left_by))


def _odd(found: Statement, stock: Stock, villages: list[int] | None, after: date, until: date) -> dict[int, int]:
    """The households whose own records do not lead from the beginning to the end."""
    sums: dict[int, list[int]] = {}
    where: dict[int, int] = {}
    columns = "s.household_id, f.village_id, {members}"
    for sign, on in ((-1, after), (1, until)):
        for pk, village, persons in _standing(stock, villages, on, columns):
            one = sums.setdefault(pk, [0, 0])
            one[0] += sign
            one[1] += sign * persons
            where[pk] = found.tree.home(village) or village
    for entry in found.entries:
        if entry.line is not Line.UNEXPLAINED:
            one = sums.setdefault(entry.household, [0, 0])
            one[0] -= entry.households
            one[1] -= entry.persons
            where.setdefault(entry.household, entry.village)
    return {pk: where[pk] for pk, one in sums.items() if one != [0, 0]}


def kept(found: Statement) -> dict[str, Any]:
    """A table as it is put away when a round closes: figures by village, no household."""
    sums: dict[tuple[int, str, int], list[int]] = {}
    for one in found.entries:
        held = sums.setdefault((one.village, one.line.value, one.other), [0, 0])
        held[0] += one.households
        held[1] += one.persons
    ends = {end: {str(village): list(counts) for village, counts in known.items()} for end, known in found.ends.items()}
    return ends | {"lines": [[*key, *counts] for key, counts in sorted(sums.items())]}


def restored(put_away: Mapping[str, Any], nodes: Tree) -> Statement:
    """A table that was put away, by the tree of its last day."""
    ends: dict[str, dict[int, Counts]] = {
        end: {int(village): (counts[0], counts[1]) for village, counts in put_away[end].items()} for end in (BEGIN, END)
    }
    entries = [
        Entry(0, village, Line(line), None, households, persons, other)
        for village, line, other, households, persons in put_away["lines"]
    ]
    return Statement(nodes, ends, entries)
