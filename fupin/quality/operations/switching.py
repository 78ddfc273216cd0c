"""A rule that an office has switched off asks nobody any more: its open tickets close, and say why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from fupin.accounts import scopes
from fupin.divisions.queries import tree
from fupin.quality.models import Ticket, TicketAct
from fupin.quality.operations import writing
from fupin.quality.words import State, Why
from fupin.rulebook import own_rules

TURN = 300
"""Tickets that one transaction closes: a form that is saved meanwhile waits well below 0.2 s for it."""
ACT = "switch_off"


class Switches:
    """Where rules are off on a day: read once, asked for each ticket."""

    def __init__(self, on: date) -> None:
        self._by_rule = own_rules.in_force(on).switches
        self._paths: dict[int, Mapping[str, int]] = {}

    def is_off(self, rule: str, village: int) -> bool:
        """Has the nearest office with a switch of the rule switched it off?"""
        switches = self._by_rule.get(rule)
        return bool(switches) and not own_rules.nearest(switches or {}, self._path(village), True)

    def off(self) -> dict[str, list[int]]:
        """The divisions that have switched a rule off for themselves, by rule."""
        found = {name: [place for (_level, place), on in own.items() if not on] for name, own in self._by_rule.items()}
        return {name: places for name, places in found.items() if places}

    def _path(self, village: int) -> Mapping[str, int]:
        if village not in self._paths:
            nodes = tree()
            there = nodes.path(village) if nodes.home(village) is not None else ()
            self._paths[village] = {node.level: node.id for node in there}
        return self._paths[village]


def close_switched_off(*, on: date, by: Any) -> int:
    """Close the tickets of rules that are switched off where they lie, a turn at a time; returns how many."""
    switches, closed = Switches(on), 0
    for rule, places in switches.off().items():
        after = 0
        while found := _turn(rule, places, after, switches, by=by, on=on):
            after, count = found
            closed += count
    return closed


def _turn(rule: str, places: list[int], after: int, switches: Switches, *, by: Any, on: date) -> tuple[int, int] | None:
    with transaction.atomic():
        rows = Ticket.objects.filter(rule=rule, village__in=scopes.below(places), pk__gt=after).exclude(
            state=State.CLOSED
        )
        tickets = list(rows.select_for_update().order_by("pk")[:TURN])
        if not tickets:
            return None
        gone = [one for one in tickets if switches.is_off(rule, one.village_id)]
        for one in gone:
            one.state, one.closed_on, one.closed_why, one.level = State.CLOSED, on, Why.SWITCHED, 0
        writing.update_tickets(gone)
        acts = [
            TicketAct(ticket_id=one.pk, village_id=one.village_id, act=ACT, state=one.state, fingerprint=one.fingerprint,
                      assigned_to_id=one.assigned_to_id)
            for one in gone
        ]  # fmt: skip
        writing.note(acts, by=by, on=on, details=[{"rule": rule} for _one in gone])
    return tickets[-1].pk, len(gone)
