"""Many rows in one statement: a sweep writes two hundred thousand tickets, and saving each row takes ten times as long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from django.utils import timezone

from fupin.core import audit
from fupin.core.ids import new_ids
from fupin.quality.models import Ticket, TicketAct

NEW = {"confirmed": "", "state": "open", "level": 0, "answer": "", "reason": "", "days_late": 0, "closed_why": "",
       "reopened": 0, "version": 1}  # fmt: skip
"""What every ticket starts with."""
OPENED = (
    "id", "rule", "rule_version", "severity", "subject_kind", "subject_id", "household_id", "person_id", "village_id",
    "fingerprint", "opened_on", "due_on", "assigned_to_id", "judged_at", "last_sweep_id",
)  # fmt: skip
"""The columns in which new tickets differ, in the order of the rows for `insert_tickets`."""
CHANGED = (
    "rule_version", "severity", "household", "village", "fingerprint", "confirmed", "state", "level", "opened_on",
    "due_on", "assigned_to", "answer", "reason", "answered_by", "answered_on", "days_late", "closed_on", "closed_why",
    "reopened", "judged_at", "last_sweep",
)  # fmt: skip
"""The fields of a ticket that acts change."""


def insert_tickets(rows: Sequence[tuple[Any, ...]]) -> None:
    """New tickets, each a tuple in the order of OPENED with days and moments as `day` and `moment` give them."""
    constant = ", ".join(f"'{value}'" if isinstance(value, str) else str(value) for value in NEW.values())
    marks = ", ".join(["%s"] * len(OPENED))
    names = ", ".join((*OPENED, *NEW))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {Ticket._meta.db_table} ({names}) VALUES ({marks}, {constant})", rows)


def update_tickets(tickets: Sequence[Ticket]) -> None:
    """Write what changed in tickets that this transaction has locked; their version goes up."""
    fields = [Ticket._meta.get_field(name) for name in CHANGED]
    sets = ", ".join(f"{field.column} = %s" for field in fields)
    rows = [
        [*(field.get_db_prep_save(getattr(one, field.attname), connection) for field in fields), one.pk]
        for one in tickets
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(f"UPDATE {Ticket._meta.db_table} SET {sets}, version = version + 1 WHERE id = %s", rows)
    for one in tickets:
        one.version += 1


def note(acts: Sequence[TicketAct], *, by: Any, on: Any, details: Iterable[dict[str, Any]]) -> None:
    """What was done, in the history of each ticket and in the trail."""
    now = timezone.now()
    for identity, one in zip(new_ids(len(acts)), acts, strict=True):
        one.id, one.by_id, one.on, one.entered_at = identity, getattr(by, "pk", None), on, now
    _insert(TicketAct, acts)
    entries = (
        audit.Entry(f"ticket.{one.act}", f"ticket:{one.ticket_id}", one.village_id, detail)
        for one, detail in zip(acts, details, strict=True)
    )
    audit.record_many(by=by, on=on, entries=entries)


def _insert(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    fields = model._meta.concrete_fields
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    values = [[field.get_db_prep_save(getattr(one, field.attname), connection) for field in fields] for one in rows]
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({marks})", values)


def day(value: Any) -> Any:
    """A day as this database takes it."""
    return connection.ops.adapt_datefield_value(value)


def moment(value: Any) -> Any:
    """A moment as this database takes it."""
    return connection.ops.adapt_datetimefield_value(value)
