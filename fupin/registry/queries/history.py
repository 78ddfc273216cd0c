"""Where a value comes from: every value a field has had, from when to when, its source, who entered it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fupin.accounts.queries import names_of
from fupin.core import people
from fupin.core.models import AuditEntry
from fupin.registry.models import HouseholdFact, Membership, PersonFact, PersonIdentity, RegisterStatus

_TRAIL = 200
TABLES: dict[str, tuple[Any, ...]] = {
    "household": (HouseholdFact, RegisterStatus),
    "person": (PersonFact, PersonIdentity, Membership),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One value with its time. `corrected_from` is what stood there before a correction, from the trail."""

    value: Any
    valid_from: date | None
    valid_to: date | None
    source: str
    entered_at: datetime
    entered_by: str
    corrected_from: Any = None
    is_correction: bool = False


def table_of(kind: str, name: str) -> Any:
    """The fact table that keeps a field. Raises KeyError for a name that is no field."""
    for table in TABLES[kind]:
        if any(f.name == name for f in table._meta.concrete_fields):
            return table
    raise KeyError(name)


def history_of(kind: str, pk: int, name: str) -> list[Change]:
    """The values of one field, corrections first, then the newest. The caller has passed the gate of the subject."""
    table = table_of(kind, name)
    rows = list(table.objects.filter(**{kind: pk}).order_by("valid_from"))
    changes: list[Change] = []
    names = names_of({row.recorded_by for row in rows if row.recorded_by})
    for row in rows:
        value = getattr(row, name)
        if changes and changes[-1].value == value and changes[-1].valid_to == row.valid_from:
            last = changes.pop()
            changes.append(Change(value, last.valid_from, row.valid_to, last.source, last.entered_at, last.entered_by))
            continue
        who = names.get(row.recorded_by, "")
        changes.append(Change(value, row.valid_from, row.valid_to, row.source, row.recorded_at, who))
    return _corrections(kind, pk, name) + changes[::-1]


def _corrections(kind: str, pk: int, name: str) -> list[Change]:
    """Corrections replace a row; only the trail still knows what stood there."""
    found = []
    entries = AuditEntry.objects.filter(subject=f"{kind}:{pk}", act__endswith=".correct").order_by("-id")[:_TRAIL]
    for entry, who in zip(entries, people.named(entries), strict=True):
        pair = entry.detail.get(name)
        if isinstance(pair, list) and len(pair) == 2:
            found.append(Change(pair[1], None, None, entry.channel, entry.at, who, pair[0], True))
    return found
