"""How warnings, hand-overs and relief are said on screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fupin.accounts import scopes
from fupin.divisions.queries import tree
from fupin.policy.catalogue import code_list
from fupin.procedures.monitoring import queries
from fupin.procedures.monitoring.tables import Referral, Relief, Signal
from fupin.procedures.monitoring.words import DECISIONS, STATES, WAYS, State
from fupin.registry.models import HouseholdCard
from fupin.registry.words import label


@dataclass(frozen=True, slots=True)
class Line:
    """A row of monitoring as a list shows it."""

    row: Any
    name: str
    place: str
    kind: str
    state: Any
    tone: str
    risks: str = ""
    days_late: int = 0
    answer: str = ""


def coded(name: str, code: str) -> str:
    """A code in the reader's language."""
    return code_list(name).label(code, scopes.is_english()) if code else ""


def about_of(row: Signal) -> str:
    """What a warning is about: a rule in the reader's language, else the words of who told it."""
    return coded("signal_rule", row.key.partition(":")[2]) if row.key.startswith("rule:") else row.about


def place_of(village: int) -> str:
    """Township and village in words."""
    nodes = tree()
    return "".join(node.name for node in nodes.path(village)[-2:]) if nodes.home(village) is not None else ""


def _name(card: HouseholdCard | None, row: Any) -> str:
    return (card.head_name if card else "") or str(row.household.number)


def late_of(row: Signal, on: date) -> int:
    """By how many days an open warning is overdue."""
    return max((on - row.due_on).days, 0) if row.state == State.OPEN else row.days_late


def warnings(rows: Sequence[Signal], *, on: date) -> list[Line]:
    """Warnings in the words of a list: one question for a page."""
    cards = queries.cards_of(rows)
    return [
        Line(one, _name(cards.get(one.household_id), one), place_of(one.village_id), coded("signal_origin", one.origin),
             STATES[one.state], _tone(one, on), label("risk_cause", one.risks, english=scopes.is_english()),  # type: ignore[index]
             late_of(one, on), coded("signal_answer", one.answer))
        for one in rows
    ]  # fmt: skip


def _tone(one: Signal, on: date) -> str:
    if one.state == State.OPEN:
        return "wrong" if one.due_on < on else "warn" if one.due_on == on else ""
    return {"no_risk": "good", "lead": "warn"}.get(one.answer, "quiet")


def referrals(rows: Sequence[Referral]) -> list[Line]:
    """Hand-overs in words."""
    cards = queries.cards_of(rows)
    return [
        Line(one, _name(cards.get(one.household_id), one), place_of(one.village_id), coded("civil_aid", one.kind),
             DECISIONS[one.decision] if one.decision else "", "good" if one.decision == "granted" else "quiet",  # type: ignore[index]
             answer=str(WAYS[one.way]))  # type: ignore[index]
        for one in rows
    ]  # fmt: skip


def reliefs(rows: Sequence[Relief], *, on: date) -> list[Line]:
    """Relief in words, with how long its case is overdue."""
    cards = queries.cards_of(rows)
    found = []
    for one in rows:
        late = max((on - one.due_on).days, 0) if one.case and not one.case.ended_on else 0
        name, kind = _name(cards.get(one.household_id), one), coded("relief_kind", one.kind)
        found.append(Line(one, name, place_of(one.village_id), kind, "", "wrong" if late else "", days_late=late))
    return found
