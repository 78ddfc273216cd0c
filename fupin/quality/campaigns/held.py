"""What the register holds of households now, many at once in a constant number of questions: for paper forms and checks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fupin.core import sealing
from fupin.core.columns import Column, Kind, Sensitivity
from fupin.core.dated import holds, rows_of
from fupin.registry.models import HouseholdCard, HouseholdFact, Membership, PersonFact, PersonIdentity, RegisterStatus
from fupin.registry.sheets import HOUSEHOLDS, PERSONS
from fupin.registry.words import HEAD

COLUMNS = {"households": {one.name: one for one in HOUSEHOLDS}, "persons": {one.name: one for one in PERSONS}}


@dataclass(slots=True)
class Member:
    """A member: the place in the household, the facts, the sealed document."""

    tie: Membership
    fact: PersonFact
    identity: PersonIdentity | None

    def value(self, column: Column) -> Any:
        """The stored value of a column; sealed ones as text."""
        if column.name == "relation":
            return self.tie.relation
        if column.name == "id_number":
            return sealing.unseal(self.identity.number_sealed) if self.identity else ""
        return stored(column, self.fact)


@dataclass(slots=True)
class Held:
    """A household as the register holds it now."""

    card: HouseholdCard
    fact: HouseholdFact | None
    status: RegisterStatus | None
    members: list[Member] = field(default_factory=list)

    def value(self, name: str) -> Any:
        """The stored value of a household's column; `persons` is the number of members."""
        if name == "persons":
            return len(self.members)
        if name == "head_name":
            return self.card.head_name
        column = COLUMNS["households"][name]
        for row in (self.fact, self.status):
            if row is not None and hasattr(row, _stored_name(column)):
                return stored(column, row)
        return None


def _stored_name(column: Column) -> str:
    if column.sensitivity is Sensitivity.SEALED:
        return f"{column.name}_sealed"
    return f"{column.name}_fen" if column.kind is Kind.MONEY else column.name


def stored(column: Column, row: Any) -> Any:
    """What a fact row holds of a column, unsealed where it is sealed."""
    value = getattr(row, _stored_name(column), None)
    if column.sensitivity is Sensitivity.SEALED:
        return sealing.unseal(value) if value is not None else ""
    return value


def read(households: Collection[int], on: date) -> dict[int, Held]:
    """The households of these ids that are in the register on a day: six questions, however many."""
    ids = sorted(households)
    cards = HouseholdCard.objects.in_bulk(ids)
    facts = _now(rows_of(HouseholdFact, "household", ids), "household_id", on)
    statuses = _now(rows_of(RegisterStatus, "household", ids), "household_id", on)
    ties = [row for row in rows_of(Membership, "household", ids) if holds(row, on)]
    persons = sorted({row.person_id for row in ties})
    known = _now(rows_of(PersonFact, "person", persons), "person_id", on)
    identities = _now(rows_of(PersonIdentity, "person", persons), "person_id", on)
    found = {pk: Held(card, facts.get(pk), statuses.get(pk)) for pk, card in cards.items()}
    by_home: dict[int, list[Member]] = defaultdict(list)
    for tie in ties:
        if tie.person_id in known:
            by_home[tie.household_id].append(Member(tie, known[tie.person_id], identities.get(tie.person_id)))
    for pk, one in found.items():
        one.members = sorted(by_home[pk], key=lambda each: (each.tie.relation != HEAD, each.tie.relation, each.tie.pk))
    return found


def _now(rows: Sequence[Any], key: str, on: date) -> dict[int, Any]:
    """Of each subject the row that holds on the day; a resident's number goes before any other document."""
    found: dict[int, Any] = {}
    for row in rows:
        subject = getattr(row, key)
        if holds(row, on) and (subject not in found or getattr(row, "number_kind", "") == "resident"):
            found[subject] = row
    return found
