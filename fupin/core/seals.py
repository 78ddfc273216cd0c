"""The seals of the trail: a chain of keyed roots over its entries (docs/algorithms/audit.md).

Every entry carries its own hash. A seal covers the entries that were committed since the last one: the spans of their
ids, their count, the SHA-256 over all (id, hash) in order, and the seal before; it is keyed with `FUPIN_SEAL_KEY`, so
that whoever can write the database but not read the key can change nothing unseen. The head of the chain is also
written into the data folder, so that cutting the chain short is seen as well.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import itertools
import os
import struct
import time
from collections.abc import Iterable, Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.utils import timezone

from fupin.core import sealing
from fupin.core.models import AuditEntry, Seal

BLOCK = 2048
"""Entries a seal covers at most: so much is to be looked through where a seal does not hold."""
NOTHING = bytes(32)
_LOCK = 7_190_417_003  # any number that no other advisory lock of ours uses
_LEAF = struct.Struct(">q32s")


def seal_keys() -> list[bytes]:
    """The keys of the seals, newest first: the first seals, the others prove what they sealed in their time.

    Raises ImproperlyConfigured where none is given.
    """
    keys = []
    for key in settings.KEYS.get("FUPIN_SEAL_KEY", "").split(","):
        try:
            data = bytes.fromhex(key.strip())
        except ValueError:
            data = b""
        if len(data) != 32:
            raise ImproperlyConfigured(
                "没有封存密钥 FUPIN_SEAL_KEY（64 位十六进制）：请先运行 fupin init，或在环境变量中给出"
            )
        keys.append(data)
    return keys


def root_of(leaves: Iterable[tuple[int, bytes]]) -> bytes:
    """SHA-256 over the ids and hashes of entries, in the order of ids."""
    state = hashlib.sha256()
    for id, digest in leaves:
        state.update(_LEAF.pack(id, bytes(digest)))
    return state.digest()


def digest_of(seal: Seal, key: bytes) -> bytes:
    """The keyed value of a seal: HMAC-SHA-256 over all that it says."""
    body = [seal.number, seal.at.astimezone(UTC).isoformat(), seal.from_id, seal.to_id, seal.count, seal.spans,
            bytes(seal.root).hex(), bytes(seal.previous).hex()]  # fmt: skip
    return hmac.digest(key, orjson.dumps(body), "sha256")


def spans_of(ids: Iterable[int]) -> str:
    """Ids as spans: 1-500,502-600. On PostgreSQL a refused act leaves a gap; whatever is in a span was there."""
    parts: list[str] = []
    first = last = None
    for id in ids:
        if last is not None and id == last + 1:
            last = id
            continue
        if first is not None:
            parts.append(f"{first}-{last}")
        first = last = id
    if first is not None:
        parts.append(f"{first}-{last}")
    return ",".join(parts)


def ids_of(spans: str) -> Iterator[int]:
    """The ids that spans name."""
    for part in filter(None, spans.split(",")):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last) + 1)


def seal_trail(*, patience: float = 20.0) -> int:
    """Seal what was committed since the last seal; returns how many entries.

    `patience`: seconds to wait for acts that are still under way (PostgreSQL): an entry numbered before another may be
    committed after it, and only what can no longer change its place is sealed. The rest is sealed the next time.
    """
    limit = _settled(patience)
    sealed = 0
    while limit is not None:
        count = _seal_block(limit)
        sealed += count
        if count < BLOCK:
            break
    if sealed:
        write_head()
    return sealed


def _seal_block(limit: int) -> int:
    with transaction.atomic():
        _one_at_a_time()
        key = _newest_key()
        last = Seal.objects.order_by("-number").first()
        after = last.to_id if last else 0
        waiting = AuditEntry.objects.filter(id__gt=after, id__lte=limit).order_by("id").values_list("id", "digest")
        leaves = list(waiting[:BLOCK])
        if not leaves:
            return 0
        seal = Seal(
            number=last.number + 1 if last else 1, at=timezone.now(), from_id=leaves[0][0], to_id=leaves[-1][0],
            count=len(leaves), spans=spans_of(id for id, _ in leaves), root=root_of(leaves),
            previous=last.digest if last else NOTHING,
        )  # fmt: skip
        seal.digest = digest_of(seal, key)
        seal.save(force_insert=True)
    return len(leaves)


def _newest_key() -> bytes:
    """The key to seal with. Read under the lock, and not from memory: after a seal of a new key none of a former one
    may follow, whichever process makes it.
    """
    refresh = getattr(settings.KEYS, "refresh", None)
    if refresh is not None and refresh(at_once=True):
        sealing.reload()
    return seal_keys()[0]


def _one_at_a_time() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _settled(patience: float) -> int | None:
    """The id up to which no entry can still appear, or None if acts under way outlast `patience`.

    SQLite has one writer, so what is visible is settled. On PostgreSQL an act takes its ids while it holds the table's
    writer lock: those who hold it after the highest id was read are waited for, and nobody is kept from writing
    (PostgreSQL manual, 13.3.1 and 53.13 pg_locks; the method of CREATE INDEX CONCURRENTLY).
    """
    highest = AuditEntry.objects.order_by("-id").values_list("id", flat=True).first()
    if highest is None or connection.vendor != "postgresql":
        return highest
    waited_for = _writers()
    until = time.monotonic() + patience
    while waited_for:
        waited_for &= _writers()
        if waited_for and time.monotonic() > until:
            return None
        if waited_for:
            time.sleep(0.05)
    return highest


def _writers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND relation = %s::regclass"
            " AND mode = 'RowExclusiveLock' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND pid IS DISTINCT FROM pg_backend_pid()",
            [AuditEntry._meta.db_table],
        )
        return {row[0] for row in cursor.fetchall()}


def head_path() -> Path:
    """Where the head of the chain is kept beside the database."""
    return Path(settings.DATA_FOLDER) / "seal-head.json"


def write_head() -> None:
    """Note the last seal in the data folder; a later head is never replaced by an earlier one."""
    last = Seal.objects.order_by("-number").first()
    if last is None:
        return
    noted = read_head()
    if noted and noted["number"] > last.number:
        return
    body = {"number": last.number, "digest": bytes(last.digest).hex(), "at": last.at.isoformat()}
    path = head_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}.tmp")
    fresh.write_bytes(orjson.dumps(body))
    fresh.replace(path)


def read_head() -> dict[str, Any] | None:
    """The head that was noted, or None if there is none or it cannot be read."""
    with contextlib.suppress(OSError, orjson.JSONDecodeError):
        noted = orjson.loads(head_path().read_bytes())
        if isinstance(noted, dict) and isinstance(noted.get("number"), int):
            return noted
    return None


def unsealed_count() -> int:
    """How many entries no seal covers yet."""
    last = Seal.objects.order_by("-number").values_list("to_id", flat=True).first()
    return AuditEntry.objects.filter(id__gt=last or 0).count()


def blocks(leaves: Iterator[Any], size: int = BLOCK) -> Iterator[list[Any]]:
    """A stream in blocks."""
    while block := list(itertools.islice(leaves, size)):
        yield block
