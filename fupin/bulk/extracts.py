"""Extracts: the declared sources copied out of the database as hashed Parquet, and datasets as of a day made of them.

A figure names the extract that it was computed from and opens its list from that same extract. An extract is never
changed: an accepted act makes a new one, which keeps the files of its base (hard links) and adds the rows of the
changed households beside them, so that a single change is on screen within seconds even where the whole copy takes
longer. Where that has become too much, the last extract is made the base, out of its own files; everything is copied
again only where too much changed since that one, too.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings

from fupin.bulk import engine, preparing
from fupin.bulk.datasets import Source, declared
from fupin.bulk.horizon import Horizon
from fupin.core.models import AuditEntry

KEEP_SECONDS = 3600
"""An extract that a screen was shown from stays this long, so that its figures still open their lists."""
_KEEP_NEWEST = 3
_OPEN_AT_ONCE = 4


class NoExtract(LookupError):
    """There is no extract of that id any more (or none at all)."""


@dataclass(frozen=True)
class Extract:
    """One extract: an id, the moment it shows (`as_of`, UTC), its files, the last entry of the trail in it (`stamp`).

    `mark` is that entry's hash: a database that was restored or replaced is told from the one that it was taken of.
    """

    id: str
    folder: Path
    as_of: datetime
    stamp: int
    mark: str
    base_stamp: int
    files: dict[str, dict[str, Any]]
    changed: dict[str, int]
    seconds: float
    unseen: tuple[tuple[int, int], ...] = ()
    """numbers below `stamp` of entries that were not there yet (`horizon`)"""
    base_unseen: tuple[tuple[int, int], ...] = ()
    computed: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    """what was computed from it, kept for the next who asks (an extract never changes)"""
    layers: dict[Any, str | None] = field(default_factory=dict, compare=False, repr=False)
    """how datasets of which little changed are put together (`preparing`)"""
    lock: threading.RLock = field(default_factory=threading.RLock, compare=False, repr=False)

    @property
    def horizon(self) -> Horizon:
        """How much of the trail is in it."""
        return Horizon(self.stamp, self.unseen)

    @property
    def base_horizon(self) -> Horizon:
        """How much of the trail is in its base."""
        return Horizon(self.base_stamp, self.base_unseen)

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        connection = engine.connect(folder=settings.DATA_FOLDER)
        for name in self.files:
            connection.execute(f"CREATE VIEW {engine.name(name)} AS {self.rows(declared.sources[name])}")
        return connection

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection that sees every source under its name. One for each thread; close it after use."""
        with _OPENING:
            return self._connection.cursor()

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The same for a while."""
        cursor = self.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    def path(self, dataset: str, on: date) -> Path:
        """The Parquet file of a dataset as of `on`, made on first use. Raises KeyError for an unknown dataset."""
        return preparing.whole(self, dataset, on)

    def relation(self, dataset: str, on: date) -> str:
        """The dataset as of `on`, as something to select from in DuckDB; what it reads is prepared on first use."""
        return preparing.relation(self, dataset, on)

    def base_rows(self, source: Source) -> str:
        """The rows of a source as they were in the base."""
        return f"SELECT * FROM read_parquet({engine.text(self.folder / f'{source.name}.parquet')})"

    def rows(self, source: Source) -> str:
        """The rows of a source: those of the base without the changed subjects, and theirs as they are now."""
        delta = self.folder / f"{source.name}.delta.parquet"
        if not delta.exists():
            return self.base_rows(source)
        if not source.keys:
            return f"SELECT * FROM read_parquet({engine.text(delta)})"
        kept = f"SELECT b.* FROM ({self.base_rows(source)}) b"
        for number, (column, subject) in enumerate(source.keys.items()):
            gone = engine.text(self.folder / f"changed.{subject}.parquet")
            kept += f" ANTI JOIN read_parquet({gone}) c{number} ON b.{engine.name(column)} = c{number}.id"
        return f"{kept} UNION ALL BY NAME SELECT * FROM read_parquet({engine.text(delta)})"

    def used(self) -> None:
        """Note that a screen was shown from it: it stays for `KEEP_SECONDS` from now."""
        os.utime(self.folder)

    def changes_since(self) -> int:
        """How many subjects of the register changed after this extract was taken."""
        subjects = self.horizon.beyond().values_list("subject", flat=True).distinct()
        changed = declared.changed(list(subjects))
        return subjects.count() if changed is None else len(changed.get("household", ()))


FORM = 2
"""How extracts are made; those of another form are as if they were not there. Those of form 1 may hold mixed-up texts,
where two processes wrote what did not fit in memory into one folder (`core/duck`)."""
_OPENING = threading.Lock()
_known: OrderedDict[str, Extract] = OrderedDict()


def form() -> str:
    """How extracts are made, and of which tables and columns: after an upgrade that reads more, those made before it are
    as if they were not there."""
    every = sorted(declared.sources.values(), key=lambda one: one.name)
    sources = [(one.name, one.table, dict(one.columns), dict(one.keys)) for one in every]
    return f"{FORM}-{hashlib.sha256(repr(sources).encode()).hexdigest()[:12]}"


def folder() -> Path:
    """Where the extracts of this instance lie. Only its own account may read there."""
    place = settings.DATA_FOLDER / "extracts"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def load(extract_id: str) -> Extract:
    """The extract of that id. Raises NoExtract."""
    with _OPENING:
        if extract_id in _known and _known[extract_id].folder.exists():
            _known.move_to_end(extract_id)
            return _known[extract_id]
    if not extract_id.isalnum() or not (folder() / extract_id / "manifest.json").exists():
        raise NoExtract(extract_id)
    document = json.loads((folder() / extract_id / "manifest.json").read_text(encoding="utf-8"))
    if document.get("form") != form():
        raise NoExtract(extract_id)
    found = Extract(
        id=document["id"],
        folder=folder() / extract_id,
        as_of=datetime.fromisoformat(document["as_of"]),
        stamp=document["stamp"],
        mark=document["mark"],
        base_stamp=document["base_stamp"],
        files=document["files"],
        changed=document["changed"],
        seconds=document["seconds"],
        unseen=_spans(document.get("unseen", ())),
        base_unseen=_spans(document.get("base_unseen", ())),
    )
    with _OPENING:
        found = _known.setdefault(extract_id, found)
        while len(_known) > _OPEN_AT_ONCE:
            # Cursors that are still in use keep the database of a dropped extract open until they close.
            _known.popitem(last=False)
    return found


def _spans(stored: Any) -> tuple[tuple[int, int], ...]:
    return tuple((first, last) for first, last in stored)


def latest() -> Extract | None:
    """The newest complete extract, or None."""
    names = sorted(name for name in os.listdir(folder()) if name.isalnum())
    for name in reversed(names):
        try:
            return load(name)
        except NoExtract:
            continue
    return None


@contextmanager
def only_one() -> Iterator[None]:
    """One process makes extracts at a time; the others wait for it."""
    with (folder() / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def finish(making: Path, *, began: float, as_of: datetime, seen: Horizon, base: Horizon, files: dict[str, Any],
           changed: dict[str, int]) -> Extract:  # fmt: skip
    """Write the manifest and give the folder its name: from now on it is an extract."""
    extract_id = as_of.strftime("%Y%m%dT%H%M%S%f")
    document = {
        "form": form(), "id": extract_id, "as_of": as_of.isoformat(), "stamp": seen.last, "mark": mark_of(seen.last), "unseen": seen.unseen,
        "base_stamp": base.last, "base_unseen": base.unseen, "files": files, "changed": changed,
        "seconds": round(time.perf_counter() - began, 3),
    }  # fmt: skip
    (making / "manifest.json").write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    making.rename(folder() / extract_id)
    return load(extract_id)


def mark_of(stamp: int) -> str:
    """The hash of an entry of the trail; empty where there is none."""
    found = AuditEntry.objects.filter(id=stamp).values_list("digest", flat=True).first()
    return bytes(found).hex() if found is not None else ""


def begin() -> tuple[Path, datetime]:
    """A folder to make an extract in, and the moment that it will show."""
    as_of = datetime.now(UTC)
    making = folder() / f".making-{os.getpid()}-{as_of.strftime('%Y%m%dT%H%M%S%f')}"
    making.mkdir(mode=0o700)
    return making, as_of


def clean(*, now: float | None = None) -> int:
    """Remove extracts that no screen was shown from lately, and what killed makers left. Returns how many."""
    now = time.time() if now is None else now
    names = sorted((name for name in os.listdir(folder()) if name.isalnum()), reverse=True)
    old = [name for name in names[_KEEP_NEWEST:] if (folder() / name).stat().st_mtime < now - KEEP_SECONDS]
    left = [name for name in os.listdir(folder()) if name.startswith(".making-")]
    left = [name for name in left if (folder() / name).stat().st_mtime < now - KEEP_SECONDS]
    for name in old + left:
        with _OPENING:
            _known.pop(name, None)
        shutil.rmtree(folder() / name, ignore_errors=True)
    return len(old)
