"""Making extracts: everything by the child process, or the rows of what changed by this process's own connection."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import connection
from django.db.models import Q

from fupin.bulk import engine, extracts, horizon, preparing
from fupin.bulk.child import digest
from fupin.bulk.datasets import Source, declared
from fupin.bulk.extracts import Extract
from fupin.bulk.horizon import Horizon
from fupin.bulk.writing import write

MOST_CHANGED = 20_000
"""With more changed subjects than this, copying everything again is quicker than replacing rows."""
_AT_ONCE = 4_000
_seen: dict[str, Horizon] = {}
"""How far the trail was looked at without finding anything that touches the newest extract."""
_ARROW = {
    "BIGINT": pa.int64(), "VARCHAR": pa.string(), "DATE": pa.date32(), "TIMESTAMP": pa.timestamp("us"),
    "BOOLEAN": pa.bool_(), "DOUBLE": pa.float64(), "BLOB": pa.binary(),
}  # fmt: skip


class ExtractFailed(RuntimeError):
    """The child process could not copy the database; the message is its own."""


def current() -> Extract:
    """The newest extract, brought up to date if anything changed since. Safe beside writers and other makers."""
    newest = _own_latest()
    if newest is not None and not _outdated(newest):
        return newest
    with extracts.only_one():
        newest = _own_latest()
        if newest is None:
            return _everything()
        return _renew(newest) if _outdated(newest) else newest


def newest() -> Extract:
    """The newest extract of this database as it is, however old; screens are shown from it, the worker renews it."""
    return _own_latest() or current()


def _own_latest() -> Extract | None:
    """The newest extract, if it was taken of this very database and not of one that a backup has replaced."""
    found = extracts.latest()
    return found if found is not None and extracts.mark_of(found.stamp) == found.mark else None


def _outdated(newest: Extract) -> bool:
    """Did an act touch what figures are made of? Sign-ins and jobs are in the trail, too."""
    with _reading():
        now = horizon.here()
        seen = _seen.get(newest.id, newest.horizon)
        if now == seen:
            return False
        entries = seen.beyond()
        for kind in declared.unrelated:
            entries = entries.exclude(Q(subject__startswith=f"{kind}:") & ~Q(act__in=declared.related))
        if entries.exists():
            return True
    _seen.clear()
    _seen[newest.id] = now
    return False


def take() -> Extract:
    """A new extract of everything. Raises ExtractFailed."""
    with extracts.only_one():
        return _everything()


def _renew(newest: Extract) -> Extract:
    """The base of `newest` with everything that changed since that base; a new base where that has become too much.

    While a large import goes on, each renewal has only what came since the last: the new base is made of the last extract's
    own files then, and the database is not read as a whole again. Only who comes late copies everything.
    """
    if set(declared.sources) != set(newest.files):
        return _everything()
    with _reading():
        seen = horizon.here()
        subjects = _changed(newest.base_horizon, seen)
        if subjects is None and newest.changed:
            subjects = _changed(newest.horizon, seen)
            newest = newest if subjects is None else _settled(newest)
        if subjects is not None:
            return _delta(newest, subjects, seen)
    return _everything()


def _changed(since: Horizon, seen: Horizon) -> dict[str, set[int]] | None:
    """What changed between two looks at the trail; None where it is so much that it is quicker to begin anew."""
    if seen.last - since.last > 50 * MOST_CHANGED:
        return None
    entries = since.beyond().values_list("subject", flat=True).distinct()
    subjects = declared.changed(entries.iterator())
    return subjects if subjects is not None and sum(map(len, subjects.values())) <= MOST_CHANGED * 4 else None


def _settled(newest: Extract) -> Extract:
    """The same extract with its changes worked into its base, so that the next changes have it as theirs."""
    began = time.perf_counter()
    making, _now = extracts.begin()
    files: dict[str, Any] = {}
    with newest.reading() as cursor:
        for name, source in declared.sources.items():
            path = making / f"{name}.parquet"
            write(cursor, path, newest.rows(source))
            files[name] = {"rows": pq.read_metadata(path).num_rows, "sha256": digest(path)}
    preparing.settle(newest, making)
    return extracts.finish(making, began=began, as_of=newest.as_of + timedelta(microseconds=1), seen=newest.horizon,
                           base=newest.horizon, files=files, changed={})  # fmt: skip


def _delta(newest: Extract, subjects: Mapping[str, set[int]], seen: Horizon) -> Extract:
    began = time.perf_counter()
    making, as_of = extracts.begin()
    files: dict[str, Any] = {}
    for kind in {kind for source in declared.sources.values() for kind in source.keys.values()}:
        table = pa.table({"id": pa.array(sorted(subjects.get(kind, ())), pa.int64())})
        pq.write_table(table, making / f"changed.{kind}.parquet")
    for name, source in declared.sources.items():
        base = making / f"{name}.parquet"
        preparing.link(newest.folder / f"{name}.parquet", base)
        path = making / f"{name}.delta.parquet"
        rows = _write(path, source, _conditions(source, subjects))
        kept = {key: newest.files[name][key] for key in ("rows", "sha256")}
        files[name] = kept | {"delta_rows": rows, "delta_sha256": digest(path)}
    preparing.keep_base(newest.folder, making)
    counts = {kind: len(ids) for kind, ids in subjects.items()}
    return extracts.finish(making, began=began, as_of=as_of, seen=seen, base=newest.base_horizon, files=files,
                           changed=counts)  # fmt: skip


def _everything() -> Extract:
    """Copy every source. Inside a transaction, or where the database has no file, only this connection sees it all."""
    began = time.perf_counter()
    extracts.clean()
    making, as_of = extracts.begin()
    settings_ = connection.settings_dict
    in_memory = connection.vendor == "sqlite" and (
        ":memory:" in str(settings_["NAME"]) or "mode=memory" in str(settings_["NAME"])
    )
    if in_memory or connection.in_atomic_block:
        with _reading():
            seen = horizon.here()
            files = {}
            for name, source in declared.sources.items():
                path = making / f"{name}.parquet"
                files[name] = {"rows": _write(path, source, None), "sha256": digest(path)}
    else:
        answer = _by_child(making)
        seen = Horizon(answer["stamp"], tuple((first, last) for first, last in answer["unseen"]))
        files = answer["files"]
    return extracts.finish(making, began=began, as_of=as_of, seen=seen, base=seen, files=files, changed={})


def _by_child(making: Path) -> dict[str, Any]:
    plan = {
        "database": database_of(connection.settings_dict), "data_folder": str(settings.DATA_FOLDER),
        "folder": str(making), "memory_mb": engine.MEMORY_MB, "threads": min(4, os.cpu_count() or 1),
        "sources": {n: {"table": s.table, "columns": dict(s.columns)} for n, s in declared.sources.items()},
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "fupin.bulk.child"],
        input=json.dumps(plan), capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )  # fmt: skip
    if done.returncode:
        raise ExtractFailed(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else str(done.returncode))
    return json.loads(done.stdout)


def database_of(stored: Mapping[str, Any]) -> dict[str, str]:
    """The database of Django's settings as the child attaches it. The address travels on its standard input only."""
    if stored["ENGINE"].endswith("sqlite3"):
        return {"kind": "sqlite", "path": str(stored["NAME"])}
    options = stored.get("OPTIONS") or {}
    parts = {"dbname": stored["NAME"], "user": stored["USER"], "password": stored["PASSWORD"], "host": stored["HOST"],
             "port": stored["PORT"], "sslmode": options.get("sslmode")}  # fmt: skip
    quoted = {
        key: "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'" for key, value in parts.items() if value
    }
    return {"kind": "postgresql", "dsn": " ".join(f"{k}={v}" for k, v in quoted.items()), "schema": "public"}


@contextmanager
def _reading() -> Iterator[None]:
    """One consistent view for several reads, without the write lock that an ordinary transaction takes on SQLite."""
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN" if connection.vendor == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _conditions(source: Source, subjects: Mapping[str, set[int]]) -> list[str] | None:
    """The rows of changed subjects as SQL conditions, which may overlap; None for every row."""
    if not source.keys:
        return None
    conditions = []
    for column, kind in source.keys.items():
        ids = sorted(subjects.get(kind, ()))
        for start in range(0, len(ids), _AT_ONCE):
            some = ",".join(map(str, ids[start : start + _AT_ONCE]))
            conditions.append(f"{engine.name(column)} IN ({some})")
    return conditions


def _write(path: Path, source: Source, conditions: list[str] | None) -> int:
    """Write the rows of a source as Parquet with its declared types; returns how many."""
    rows = 0
    with pq.ParquetWriter(path, _schema(source), compression="zstd", compression_level=1) as writer:
        for some in _read(source, conditions):
            writer.write_table(some)
            rows += some.num_rows
    return rows


def rows_of(source: Source, subjects: Mapping[str, set[int]]) -> list[tuple[Any, ...]]:
    """The rows of some subjects as the database holds them now. For few: a form that is being saved, an answer."""
    conditions = _conditions(source, subjects)
    joined = None if conditions is None else [f"({' OR '.join(conditions)})"] if conditions else []
    return [row for some in _fetched(source, joined) for row in some]


def _schema(source: Source) -> pa.Schema:
    return pa.schema([(column, _ARROW[storage]) for column, storage in source.columns.items()])


def _read(source: Source, conditions: list[str] | None) -> Iterator[pa.Table]:
    """The same as Arrow tables."""
    schema = _schema(source)
    for some in _fetched(source, conditions):
        arrays = [pa.array(_values(values, field.type), field.type)
                  for values, field in zip(zip(*some, strict=True), schema, strict=True)]  # fmt: skip
        yield pa.Table.from_arrays(arrays, schema=schema)


def _fetched(source: Source, conditions: list[str] | None) -> Iterator[list[tuple[Any, ...]]]:
    """The rows that meet any of the conditions, each once: the first column tells rows apart."""
    columns = ", ".join(engine.name(column) for column in source.columns)
    seen: set[Any] = set()
    with connection.cursor() as cursor:
        for condition in [""] if conditions is None else conditions:
            where = f" WHERE {condition}" if condition else ""
            cursor.execute(f"SELECT {columns} FROM {engine.name(source.table)}{where}")
            while some := cursor.fetchmany(_AT_ONCE):
                if conditions is not None:
                    some = [row for row in some if row[0] not in seen]
                    seen.update(row[0] for row in some)
                if some:
                    yield some


def _values(values: Sequence[Any], kind: pa.DataType) -> Sequence[Any]:
    """The values of a column as its declared type: SQLite gives back days and truth as it likes. Numbers and texts,
    which are most, come as they are."""
    if pa.types.is_integer(kind) or pa.types.is_string(kind):
        return values
    into = _into(kind)
    return [None if value is None else into(value) for value in values]


def _into(kind: pa.DataType) -> Callable[[Any], Any]:
    if pa.types.is_boolean(kind):
        return bool
    if pa.types.is_floating(kind):
        return float
    if pa.types.is_date(kind):
        return lambda value: value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
    if pa.types.is_timestamp(kind):
        return _moment
    assert pa.types.is_binary(kind), kind
    return bytes


def _moment(value: Any) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment.replace(tzinfo=None)
