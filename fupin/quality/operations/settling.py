"""What a sweep found becomes tickets: opened, reopened, closed set-wise, in short transactions beside other writers.

Findings and tickets of one rule are walked side by side along the ids of their subjects, so that memory and the number
of questions depend on the length of a turn and not on the register. It can be repeated at any time: what stands already
is kept, which is how a sweep that was killed goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet

from fupin.accounts import scopes
from fupin.bulk.engine import connect
from fupin.core import audit
from fupin.core.ids import new_ids
from fupin.divisions.queries import tree
from fupin.quality.applying import asking_anew
from fupin.quality.models import Sweep, Ticket, TicketAct
from fupin.quality.operations import writing
from fupin.quality.operations.deadlines import Deadlines
from fupin.quality.operations.rosters import Roster
from fupin.quality.operations.switching import Switches
from fupin.quality.rules import Found, Standing, Turn, turn
from fupin.quality.words import Severity, State, SweepState, Why
from fupin.registry.models import Household, HouseholdCard, Person

TURN = 300
"""Findings, and tickets, that one transaction takes: a form that is saved meanwhile waits well below 0.2 s for it."""
_LOCK = 7_190_417_011  # any number that no other advisory lock of ours uses
_FOUND = ", ".join(Found._fields)


@dataclass(slots=True)
class Settled:
    """What became of the findings of a sweep."""

    opened: int = 0
    reopened: int = 0
    closed: int = 0
    kept: int = 0


def settle(findings: Path, *, sweep: Sweep, rules: Collection[str], division: int | None, by: Any, on: date) -> Settled:
    """Open, reopen and close the tickets of the rules that were judged below a division (None: everywhere).

    Tickets of other rules stay as they are, and those that were judged on newer records than the sweep's. `findings`
    is a Parquet file with the columns of `rules.Found`.
    """
    done = Settled()
    if rules:
        _Walk(sweep, division, by, on, done).all(findings, sorted(rules))
    Sweep.objects.filter(pk=sweep.pk).update(state=SweepState.DONE)
    sweep.refresh_from_db()
    audit.record(by=by, act="quality.settle", subject=f"sweep:{sweep.pk}", on=on, division=division, detail={
        "opened": sweep.opened, "reopened": sweep.reopened, "closed": sweep.closed, "kept": done.kept,
    })  # fmt: skip
    return done


class _Walk:
    """One sweep on its way through the tickets."""

    def __init__(self, sweep: Sweep, division: int | None, by: Any, on: date, done: Settled) -> None:
        self.sweep, self.division, self.by, self.on, self.done = sweep, division, by, on, done
        self.deadlines, self.roster = Deadlines(on), Roster()
        self.anew, self.switches = asking_anew(on), Switches(on)
        for severity in Severity:
            # What is read from files is read now, not while the first turn holds everybody else up.
            self.deadlines.answer(severity, tree().root.id)

    def all(self, findings: Path, rules: Sequence[str]) -> None:
        duck = connect(folder=settings.DATA_FOLDER)
        try:
            duck.execute(
                f"CREATE TEMP TABLE found AS SELECT DISTINCT ON (rule, subject_kind, subject_id) {_FOUND}"
                " FROM read_parquet(?) WHERE rule IN (SELECT unnest(?::VARCHAR[]))", [str(findings), list(rules)],
            )  # fmt: skip
            kinds = set(duck.execute("SELECT DISTINCT rule, subject_kind FROM found").fetchall())
            kinds |= set(self._in_area(Ticket.objects.filter(rule__in=rules)).order_by()
                         .values_list("rule", "subject_kind").distinct())  # fmt: skip
            for rule, kind in sorted(kinds):
                self._one(duck, rule, kind)
        finally:
            duck.close()

    def _one(self, duck: duckdb.DuckDBPyConnection, rule: str, kind: str) -> None:
        rows = duck.execute(
            f"SELECT {_FOUND} FROM found WHERE rule = ? AND subject_kind = ? ORDER BY subject_id", [rule, kind]
        )
        low: int | None = None
        while True:
            found = [Found(*row) for row in rows.fetchmany(TURN)]
            high = found[-1].subject_id if len(found) == TURN else None
            self._stretch(rule, kind, found, low, high)
            if high is None:
                return
            low = high

    def _stretch(self, rule: str, kind: str, found: list[Found], low: int | None, high: int | None) -> None:
        """The findings and tickets with low < subject ≤ high, in as many transactions as the tickets need."""
        more = True
        while more:
            with transaction.atomic():
                _alone()
                rows = self._in_area(Ticket.objects.filter(rule=rule, subject_kind=kind)).select_for_update()
                rows = rows if low is None else rows.filter(subject_id__gt=low)
                rows = rows if high is None else rows.filter(subject_id__lte=high)
                tickets = list(rows.order_by("subject_id")[: TURN + 1])
                more = len(tickets) > TURN
                cut = tickets[TURN - 1].subject_id if more else None
                now = [one for one in found if cut is None or one.subject_id <= cut]
                self._take(now, tickets[:TURN], rule, kind)
            low, found = cut, found[len(now) :]

    def _in_area(self, rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
        return rows if self.division is None else rows.filter(village__in=scopes.below([self.division]))

    def _take(self, found: list[Found], tickets: list[Ticket], rule: str, kind: str) -> None:
        by_subject = {one.subject_id: one for one in found}
        if self.division is not None and found:
            # A ticket keeps the village of its last judgement: the household may have come here since.
            lacking = set(by_subject) - {one.subject_id for one in tickets}
            rows = Ticket.objects.filter(rule=rule, subject_kind=kind, subject_id__in=lacking)
            tickets = [*tickets, *rows.select_for_update()] if lacking else tickets
        self._change(tickets, by_subject)
        known = {one.subject_id for one in tickets}
        self._open([one for one in found if one.subject_id not in known])

    def _change(self, tickets: Sequence[Ticket], found: dict[int, Found]) -> None:
        turns: list[tuple[Turn, Ticket, Found | None]] = []
        for one in tickets:
            if one.judged_at < self.sweep.as_of:
                got = found.get(one.subject_id)
                anew = got is not None and (one.rule, got.version) in self.anew
                is_off = self.switches.is_off(one.rule, one.village_id)
                turns.append((turn(_standing(one), got, asks_anew=anew, is_off=is_off), one, got))
        gone = self._gone_elsewhere([one for what, one, _got in turns if what in _CLOSING])
        changed: list[Ticket] = []
        acts: list[TicketAct] = []
        back = [(one, got) for what, one, got in turns if what in (Turn.REOPEN, Turn.RETURN) and got is not None]
        officers = iter(self.roster.hand_out([(got.household_id, got.village_id) for _one, got in back]))
        for what, one, got in turns:
            if what is Turn.KEEP or one.pk in gone:
                self.done.kept += got is not None
                changed += [one] if got is not None and _renew(one, got) else []
                continue
            if got is None:
                self._close(one, _CLOSING[what])
            else:
                self._reopen(one, got, next(officers))
            changed.append(one)
            acts.append(act_of(one, what, before=got.fingerprint if got else ""))
        for one in changed:
            one.judged_at, one.last_sweep_id = self.sweep.as_of, self.sweep.pk
        writing.update_tickets(changed)
        self._note(acts)

    def _gone_elsewhere(self, passed: Sequence[Ticket]) -> set[int]:
        """Of tickets that were not found those whose household has left the area that was judged: nothing is known."""
        if self.division is None or not passed:
            return set()
        homes = HouseholdCard.objects.filter(household__in=[one.household_id for one in passed if one.household_id])
        left = set(homes.exclude(village__in=scopes.below([self.division])).values_list("household_id", flat=True))
        return {one.pk for one in passed if one.household_id in left}

    def _close(self, one: Ticket, why: Why) -> None:
        one.state, one.closed_on, one.closed_why, one.level = State.CLOSED, self.on, why, 0
        self.done.closed += 1

    def _reopen(self, one: Ticket, got: Found, officer: int | None) -> None:
        one.state = State.OPEN
        _renew(one, got)
        reset(one, due_on=self.deadlines.answer(got.severity, got.village_id))
        one.opened_on, one.assigned_to_id = self.on, officer
        one.confirmed = ""
        one.reopened += 1
        self.done.reopened += 1

    def _open(self, found: list[Found]) -> None:
        """Tickets for findings that have none; what has left the register since the extract gets none."""
        households = {one.household_id for one in found if one.household_id is not None}
        persons = {one.subject_id for one in found if one.subject_kind == "person"}
        there = set(Household.objects.filter(pk__in=households).values_list("pk", flat=True)) if households else set()
        people = set(Person.objects.filter(pk__in=persons).values_list("pk", flat=True)) if persons else set()
        fresh = [
            one for one in found
            if (one.household_id is None or one.household_id in there)
            and (one.subject_kind != "person" or one.subject_id in people)
        ]  # fmt: skip
        if not fresh:
            return
        officers = self.roster.hand_out([(one.household_id, one.village_id) for one in fresh])
        ids, at, opened = new_ids(len(fresh)), writing.moment(self.sweep.as_of), writing.day(self.on)
        writing.insert_tickets([
            (pk, one.rule, one.version, one.severity, one.subject_kind, one.subject_id, one.household_id,
             one.subject_id if one.subject_kind == "person" else None, one.village_id, one.fingerprint, opened,
             writing.day(self.deadlines.answer(one.severity, one.village_id)), officer, at, self.sweep.pk)
            for pk, one, officer in zip(ids, fresh, officers, strict=True)
        ])  # fmt: skip
        self.done.opened += len(fresh)
        self._note([
            TicketAct(ticket_id=pk, village_id=one.village_id, act="begin", fingerprint=one.fingerprint,
                      state=State.OPEN, assigned_to_id=officer)
            for pk, one, officer in zip(ids, fresh, officers, strict=True)
        ], [{"rule": one.rule, "of": f"{one.subject_kind}:{one.subject_id}"} for one in fresh])  # fmt: skip

    def _note(self, acts: Sequence[TicketAct], details: Sequence[dict[str, Any]] | None = None) -> None:
        if not acts:
            return
        writing.note(acts, by=self.by, on=self.on, details=details or [{} for _one in acts])
        counts = {name: sum(one.act == act for one in acts) for act, name in _COUNTED.items()}
        counts["reopened"] += sum(one.act == Turn.RETURN for one in acts)
        counts["closed"] = sum(one.act in _CLOSING for one in acts)
        Sweep.objects.filter(pk=self.sweep.pk).update(**{name: F(name) + n for name, n in counts.items() if n})


_COUNTED = {"begin": "opened", Turn.REOPEN: "reopened"}
_CLOSING = {Turn.PASS: Why.PASSED, Turn.SWITCH_OFF: Why.SWITCHED}


def act_of(one: Ticket, act: str, *, before: str = "", **more: Any) -> TicketAct:
    """The line of a ticket's history for what was just done with it."""
    return TicketAct(ticket_id=one.pk, village_id=one.village_id, act=str(act), state=one.state,
                     fingerprint=before or one.fingerprint, assigned_to_id=one.assigned_to_id, **more)  # fmt: skip


def reset(one: Ticket, *, due_on: date) -> None:
    """Back to the officer: no answer stands, a new deadline runs."""
    one.state, one.level, one.due_on = State.OPEN, 0, due_on
    one.answer = one.reason = one.closed_why = ""
    one.answered_by_id = one.answered_on = one.closed_on = None
    one.days_late = 0


def _standing(one: Ticket) -> Standing:
    return Standing(one.state, one.rule_version, one.fingerprint, one.confirmed, one.answer)


def _renew(one: Ticket, got: Found) -> bool:
    """Take over where and what was found; says whether anything is new."""
    fresh = {"household_id": got.household_id, "village_id": got.village_id, "severity": got.severity}
    if one.state != State.CLOSED:
        fresh |= {"fingerprint": got.fingerprint, "rule_version": got.version}
    is_new = any(getattr(one, name) != value for name, value in fresh.items())
    for name, value in fresh.items():
        setattr(one, name, value)
    return is_new


def _alone() -> None:
    """Two sweeps that open tickets at once take turns; SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
