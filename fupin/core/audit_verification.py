"""Verification of the trail: what was changed, removed, inserted or swapped since it was sealed."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from django.db import connection

from fupin.core import audit, seals
from fupin.core.models import AuditEntry, Seal

_PORTION = 2000
_MIDDLE = audit.COLUMNS[2:-1]
_COLUMNS = {
    # As text: SQLite would have every moment parsed, only to be written out again.
    "sqlite": ("CAST(at AS TEXT)", "CAST(happened_on AS TEXT)", *_MIDDLE),
    "postgresql": ("at", "happened_on", *_MIDDLE),
}
MOST_NAMED = 1000
"""So many faults are named one by one; beyond them only their number grows."""


@dataclass(slots=True)
class Report:
    """What a walk over the whole trail found. `broken` names kind, seal and entry of each fault."""

    entries: int = 0
    unsealed: int = 0
    sealed_to: int = 0
    seals: int = 0
    faults: int = 0
    broken: list[dict[str, Any]] = field(default_factory=list)

    def add(self, kind: str, *, seal: int | None = None, entry: int | None = None, note: str = "") -> None:
        """Note one fault."""
        self.faults += 1
        if len(self.broken) < MOST_NAMED:
            self.broken.append({"kind": kind, "seal": seal, "entry": entry, "note": note})


def verify() -> Report:
    """Walk entries and seals from the first to the last, in bounded memory."""
    report = Report()
    entries = _Stream()
    keys = _Keys()
    previous, number, last = seals.NOTHING, 0, None
    for seal in Seal.objects.order_by("number").iterator(chunk_size=500):
        _check_link(seal, previous, number, keys, report)
        _check_entries(seal, entries, report)
        previous, number, last = bytes(seal.digest), seal.number, seal
        report.seals += 1
        report.sealed_to = seal.to_id
    _check_head(last, report)
    _check_unsealed(entries, report)
    return report


class _Stream:
    """The entries in the order of ids, read in portions, each with whether its hash is its own."""

    def __init__(self) -> None:
        self._rows = self._read()
        self.next: tuple[int, bytes, bytes | None] | None = next(self._rows, None)

    def _read(self) -> Iterator[tuple[int, bytes, bytes | None]]:
        """Without models: a trail of millions is walked in minutes, not hours."""
        with connection.chunked_cursor() as cursor:
            cursor.execute(
                f"SELECT id, digest, {', '.join(_COLUMNS[connection.vendor])} FROM {audit.TABLE} ORDER BY id"
            )
            while rows := cursor.fetchmany(_PORTION):
                for id, digest, at, happened_on, *middle, detail in rows:
                    moment = at.replace(" ", "T") + "+00:00" if isinstance(at, str) else at.astimezone(UTC).isoformat()
                    yield id, _bytes(digest), _computed(moment, str(happened_on), middle, detail)

    def up_to(self, id: int) -> Iterator[tuple[int, bytes, bytes | None]]:
        """The entries that come next, to this id."""
        while self.next is not None and self.next[0] <= id:
            row = self.next
            self.next = next(self._rows, None)
            yield row


def _computed(moment: str, happened_on: str, middle: list[Any], detail: Any) -> bytes | None:
    """The hash that an entry should have. What no writer of ours can have written, such as a detail that is no JSON, has
    none: SQLite keeps whatever is put into a column.
    """
    try:
        return audit.digest_of_stored(moment, happened_on, middle, detail)
    except (ValueError, TypeError):
        return None


def _bytes(digest: Any) -> bytes:
    """A hash as it is stored; what is no hash equals none that is computed."""
    return bytes(digest) if isinstance(digest, bytes | memoryview) else b""


class _Keys:
    """The keys of the seals in the order of time. Once one has given way, no later seal may be of it."""

    def __init__(self) -> None:
        self._left = list(reversed(seals.seal_keys()))

    def prove(self, seal: Seal) -> bool:
        for at, key in enumerate(self._left):
            if hmac.compare_digest(seals.digest_of(seal, key), bytes(seal.digest)):
                self._left = self._left[at:]
                return True
        return False


def _check_link(seal: Seal, previous: bytes, number: int, keys: _Keys, report: Report) -> None:
    if seal.number != number + 1:
        report.add("seal_removed", seal=number + 1, note=f"{number + 1}-{seal.number - 1}")
    elif bytes(seal.previous) != previous:
        report.add("chain", seal=seal.number, note="does not continue the seal before it")
    if not keys.prove(seal):
        note = "its spans cannot be read" if _ids_of(seal) is None else ""
        report.add("seal_changed", seal=seal.number, note=note)


def _check_entries(seal: Seal, entries: _Stream, report: Report) -> None:
    """The entries of one seal: each in its place with its own hash, none more, none less, and the root over them."""
    expected = _ids_of(seal)
    leaves: list[tuple[int, bytes]] = []
    faults = report.faults
    for id, stored, computed in entries.up_to(seal.to_id):
        report.entries += 1
        if expected is not None and id not in expected:
            report.add("inserted", seal=seal.number, entry=id)
            continue
        (expected or set()).discard(id)
        leaves.append((id, stored))
        if stored != computed:
            report.add("changed", seal=seal.number, entry=id)
    for id in sorted(expected or ()):
        report.add("removed", seal=seal.number, entry=id)
    if seals.root_of(leaves) != bytes(seal.root) and report.faults == faults:
        note = f"entries {seal.from_id}-{seal.to_id}: hashes were rewritten or swapped"
        report.add("root", seal=seal.number, note=note)


def _ids_of(seal: Seal) -> set[int] | None:
    """The entries that a seal names; None where its spans cannot be read, which its key has told already.

    Spans that a forger wrote must neither end the verification nor make it count to infinity.
    """
    spans = [part.partition("-") for part in filter(None, seal.spans.split(","))]
    try:
        counts = [int(last) - int(first) + 1 for first, _, last in spans]
    except ValueError:
        return None
    if min(counts, default=1) < 1 or sum(counts) > 2 * seals.BLOCK:
        return None
    return set(seals.ids_of(seal.spans))


def _check_head(last: Seal | None, report: Report) -> None:
    noted = seals.read_head()
    if not noted:
        return
    if last is None or last.number < noted["number"]:
        found = last.number if last else 0
        report.add("seal_removed", seal=noted["number"], note=f"the chain ends at {found}, the data folder knows more")
    elif (seal := Seal.objects.filter(number=noted["number"]).first()) and bytes(seal.digest).hex() != noted["digest"]:
        report.add("chain", seal=noted["number"], note="not the seal that the data folder knows")


def _check_unsealed(entries: _Stream, report: Report) -> None:
    last = report.sealed_to
    is_dense = connection.vendor == "sqlite"
    for id, stored, computed in entries.up_to(2**63 - 1):
        report.entries += 1
        report.unsealed += 1
        if stored != computed:
            report.add("changed", entry=id)
        if is_dense:
            _note_gap(last, id, report)
        last = id
    if is_dense:
        _note_gap(last, _highest_given() + 1, report)


def _note_gap(last: int, id: int, report: Report) -> None:
    """SQLite numbers entries without a gap: a missing number is a removed entry, sealed or not."""
    if id > last + 1:
        report.add("removed", entry=last + 1, note=f"{last + 1}-{id - 1}")


def _highest_given() -> int:
    """The highest id that SQLite ever gave to an entry."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [AuditEntry._meta.db_table])
        row = cursor.fetchone()
    return int(row[0]) if row else 0
