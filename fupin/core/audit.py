"""The trail: who did what to whom, when it happened and when it was entered, in the act's own transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import orjson
from django.utils import timezone

from fupin.core.models import AuditEntry


@dataclass(frozen=True, slots=True)
class Circumstances:
    """From where an act comes: the posting acted for, the channel (screen, api, import, command), the request."""

    posting: str = ""
    channel: str = "command"
    request_id: str = ""
    address: str = ""


_circumstances: ContextVar[Circumstances] = ContextVar("circumstances", default=Circumstances())  # noqa: B039 (frozen)


@contextmanager
def acting(circumstances: Circumstances):  # type: ignore[no-untyped-def]
    """Everything recorded inside carries these circumstances."""
    token = _circumstances.set(circumstances)
    try:
        yield
    finally:
        _circumstances.reset(token)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the trail before it is written.

    `subject` is `kind:id` (`household:123`); `division` the id of the division it lies in, for the scope of the
    trail itself; `detail` what changed as {field: [old, new]} plus anything else: personal numbers only masked.
    """

    act: str
    subject: str
    division: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def record(*, by: Any, act: str, subject: str, on: date | None = None, division: int | None = None,
           detail: Mapping[str, Any] | None = None) -> None:  # fmt: skip
    """Write one entry. `by` is the user, or None for the system itself; `on` the day it happened (today)."""
    record_many(by=by, on=on, entries=[Entry(act, subject, division, detail or {})])


def record_many(*, by: Any, entries: Iterable[Entry], on: date | None = None) -> int:
    """Write entries set-wise, each with its own hash; returns how many. Call it inside the act's transaction."""
    now = timezone.now()
    where = _circumstances.get()
    rows = [_row(entry, by, on or timezone.localdate(), now, where) for entry in entries]
    AuditEntry.objects.bulk_create(rows, batch_size=1000)
    return len(rows)


def _row(entry: Entry, by: Any, on: date, now: datetime, where: Circumstances) -> AuditEntry:
    row = AuditEntry(
        at=now,
        happened_on=on,
        actor_id=getattr(by, "pk", None),
        actor=str(by) if by is not None else "system",
        posting=where.posting,
        channel=where.channel,
        request_id=where.request_id,
        address=where.address,
        act=entry.act,
        subject=entry.subject,
        division_id=entry.division,
        detail=dict(entry.detail),
    )
    row.digest = digest(row)
    return row


def digest(row: AuditEntry) -> bytes:
    """SHA-256 over the canonical form of an entry."""
    body = [
        row.at.isoformat(), row.happened_on.isoformat(), row.actor_id, row.actor, row.posting, row.channel,
        row.request_id, row.address, row.act, row.subject, row.division_id, row.detail,
    ]  # fmt: skip
    return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).digest()
