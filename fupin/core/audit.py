"""The trail: who did what to whom, when it happened and when it was entered, in the act's own transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date
from itertools import islice
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils import timezone

from fupin.core.clock import today
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


def circumstances() -> Circumstances:
    """From where the acts of this moment come."""
    return _circumstances.get()


def set_circumstances(circumstances: Circumstances) -> None:
    """Change them until the surrounding `acting` ends."""
    _circumstances.set(circumstances)


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
    written = 0
    batch = iter(entries)
    with transaction.atomic(), connection.cursor() as cursor:
        while lines := rows(islice(batch, _BATCH), by=by, on=on):
            cursor.executemany(INSERT, lines)
            written += len(lines)
    return written


COLUMNS = (
    "at", "happened_on", "actor_id", "actor", "posting", "channel", "request_id", "address", "act", "subject",
    "division_id", "detail", "digest",
)  # fmt: skip
"""The columns that `rows` fills, in its order; the id is the database's."""
TABLE = AuditEntry._meta.db_table
INSERT = f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"
_BATCH = 5000


def rows(entries: Iterable[Entry], *, by: Any, on: date | None = None) -> list[tuple[Any, ...]]:
    """The entries as tuples in the order of `COLUMNS`, ready for `INSERT` with executemany or for COPY.

    For bulk acts, which write their own statements; everything else calls `record` or `record_many`.
    """
    head, stored = _head(by, on)
    made: list[tuple[Any, ...]] = []
    for entry in entries:
        detail = orjson.dumps(entry.detail, default=_plain, option=_SORTED)
        if b"\\u0000" in detail:
            detail = orjson.dumps(_without_nul(orjson.loads(detail)), option=_SORTED)
        digest_ = _digest(head, entry.act, entry.subject, entry.division, detail)
        made.append((*stored, entry.act, entry.subject, entry.division, detail.decode(), digest_))
    return made


@dataclass(frozen=True, slots=True)
class Lines:
    """Many entries of one act, column by column: what they share (`COLUMNS` up to the act) and what each of them says."""

    shared: dict[str, Any]
    subjects: list[str]
    divisions: list[int | None]
    details: list[str]
    digests: list[bytes]


def lines(act: str, subjects: list[str], divisions: list[int | None], details: Iterable[str], *, by: Any,
          on: date | None = None) -> Lines:  # fmt: skip
    """The same for entries of one act whose details are JSON objects as text: an import of a village writes thousands."""
    head, stored = _head(by, on)
    front = orjson.dumps([*head, act])[:-1] + b","
    texts: list[str] = []
    digests: list[bytes] = []
    for subject, division, detail in zip(subjects, divisions, details, strict=True):
        said = orjson.loads(detail)
        text = orjson.dumps(_without_nul(said) if "\\u0000" in detail else said, option=_SORTED)
        texts.append(text.decode())
        digests.append(hashlib.sha256(front + orjson.dumps((subject, division))[1:] + text).digest())
    shared = dict(zip(COLUMNS, (*stored, act), strict=False))
    return Lines(shared, subjects, divisions, texts, digests)


def _head(by: Any, on: date | None) -> tuple[list[Any], tuple[Any, ...]]:
    """The columns before the act, as they are hashed and as they are stored."""
    now, where, happened_on = timezone.now(), _circumstances.get(), on or today()
    actor_id = getattr(by, "pk", None)
    who = [actor_id, str(by) if by is not None else "system", where.posting, where.channel, where.request_id,
           where.address]  # fmt: skip
    hashed = [now.astimezone(UTC).isoformat(), happened_on.isoformat(), *who]
    ops = connection.ops
    return hashed, (ops.adapt_datetimefield_value(now), ops.adapt_datefield_value(happened_on), *who)


_SORTED = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS


def _plain(value: Any) -> Any:
    """What JSON does not know, as text; a float is refused, for the two databases write floats differently."""
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value)


def _without_nul(value: Any) -> Any:
    """PostgreSQL keeps no NUL in a text: what a file brought along is left out before it is hashed."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [_without_nul(part) for part in value]
    if isinstance(value, dict):
        return {key.replace("\0", ""): _without_nul(part) for key, part in value.items()}
    return value


def _digest(head: list[Any], act: str, subject: str, division: int | None, detail: bytes) -> bytes:
    front = orjson.dumps([*head, act, subject, division])
    return hashlib.sha256(front + detail).digest()


def digest(row: Mapping[str, Any]) -> bytes:
    """SHA-256 over the canonical form of an entry as it stands in the database; `row` maps `COLUMNS` to values."""
    head = [row["at"].astimezone(UTC).isoformat(), row["happened_on"].isoformat(), row["actor_id"], row["actor"],
            row["posting"], row["channel"], row["request_id"], row["address"]]  # fmt: skip
    detail = orjson.dumps(row["detail"], option=_SORTED)
    return _digest(head, row["act"], row["subject"], row["division_id"], detail)


def digest_of_stored(at: str, happened_on: str, middle: list[Any], detail: Any) -> bytes:
    """The same from a bare row: `at` in ISO form in UTC, `middle` the columns from actor_id to division_id."""
    *head, act, subject, division = middle
    body = orjson.loads(detail) if isinstance(detail, str | bytes) else detail
    return _digest([at, happened_on, *head], act, subject, division, orjson.dumps(body, option=_SORTED))
