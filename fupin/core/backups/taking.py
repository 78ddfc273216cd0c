"""Taking a backup from one moment of the database, while others go on writing."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any

import orjson
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from fupin import __version__
from fupin.core import seals
from fupin.core.backups.manifest import Manifest, Table, kept_models, key_marks, table_of
from fupin.core.backups.values import converted, converters, outward

LEFT_OUT = {"keys.env", "keys.new", "run", "extracts", "extensions", "temporary", "imports", "results"}
"""Of the data folder: keys travel apart; what is derived or of the moment is made again, the results of jobs too. The files of imports that are
under way hold personal numbers in the clear, and nothing in a backup may be read without the keys."""
_PORTION = 5000
Select = Callable[[str], Iterator[tuple[Any, ...]]]


def take(path: Path, *, progress: Callable[[int, str], None] | None = None) -> tuple[Manifest, str]:
    """Write a backup to `path`; returns its manifest and the SHA-256 of the file.

    The trail is sealed first. All tables are read as of one moment. Raises OSError if there is no room; then nothing
    is left at `path`.
    """
    seals.seal_trail()
    partial = path.with_name(path.name + ".partial")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as out, tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as folder:
            manifest = _write(out, Path(folder), progress)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return manifest, _sha256(path)


def _write(out: Any, folder: Path, progress: Callable[[int, str], None] | None) -> Manifest:
    # The head of the chain is taken before the tables: a seal that is made meanwhile would be missing from them, and
    # the restored trail would look cut off.
    head = seals.head_path()
    early = {head: shutil.copy(head, folder)} if head.exists() else {}
    with _one_moment() as select, tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as archive:
        manifest = Manifest(
            product=__version__, engine=connection.vendor, taken_at=timezone.now().isoformat(),
            migrations=sorted([app, name] for app, name in MigrationRecorder(connection).applied_migrations()),
            keys=key_marks(),
        )  # fmt: skip
        for model in kept_models():
            table = _write_table(select, table_of(model), folder, archive)
            manifest.tables.append(table)
            if progress is not None:
                progress(manifest.rows, table.name)
        for file in kept_files():
            name = file.relative_to(settings.DATA_FOLDER).as_posix()
            sha256 = _add_file(archive, Path(early.get(file, file)), f"files/{name}")
            if sha256:
                manifest.files[name] = sha256
        # Files may have been sealed anew meanwhile, under a key that came after the tables were read.
        manifest.keys |= {name: mark for name, mark in key_marks().items() if name.startswith("field ")}
        body = folder / "manifest.json"
        body.write_bytes(manifest.dump())
        archive.add(body, "manifest.json")
    return manifest


class _Hashing:
    """A file whose bytes are hashed as they are read: what is hashed is what went into the archive."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.state = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.state.update(data)
        return data


def _add_file(archive: tarfile.TarFile, path: Path, name: str) -> str:
    """Put a file in, and say its SHA-256; nothing where it was deleted since it was listed.

    It is opened once: one that is put in its place meanwhile (a key is being changed) has no part in it.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return ""
    with file:
        hashing = _Hashing(file)
        archive.addfile(archive.gettarinfo(arcname=name, fileobj=file), hashing)  # type: ignore[arg-type]
    return hashing.state.hexdigest()


def _write_table(select: Select, table: Table, folder: Path, archive: tarfile.TarFile) -> Table:
    path = folder / "table.jsonl"
    changes = converters([kind for _, kind in table.columns], outward)
    names = ", ".join(f'"{name}"' for name, _ in table.columns)
    state, count = hashlib.sha256(), 0
    with path.open("wb") as lines:
        portion: list[bytes] = []
        for row in select(f'SELECT {names} FROM "{table.name}" ORDER BY "{table.key}"'):
            portion.append(orjson.dumps(converted(list(row), changes), option=orjson.OPT_SORT_KEYS))
            count += 1
            if len(portion) == _PORTION:
                _pour(portion, lines, state)
        _pour(portion, lines, state)
    archive.add(path, f"tables/{table.name}.jsonl")
    return Table(table.name, table.key, table.columns, count, state.hexdigest())


def _pour(portion: list[bytes], lines: Any, state: Any) -> None:
    if portion:
        data = b"\n".join(portion) + b"\n"
        lines.write(data)
        state.update(data)
        portion.clear()


@contextmanager
def _one_moment() -> Iterator[Select]:
    """A way to read all tables as they stood at one moment, that keeps nobody from writing."""
    if connection.vendor == "sqlite":
        # A read transaction in WAL mode is such a moment. Django's own connection would take the write lock.
        with closing(sqlite3.connect(_sqlite_address(), uri=True, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM django_migrations").fetchone()
            yield lambda sql: iter(reader.execute(sql))
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield _stream


def _sqlite_address() -> str:
    name = str(connection.settings_dict["NAME"])
    return name if name.startswith("file:") else f"{Path(name).as_uri()}?mode=ro"


def _stream(sql: str) -> Iterator[tuple[Any, ...]]:
    """Rows of PostgreSQL through a cursor of the server, so that none of the tables has to fit into memory."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(_PORTION):
            yield from rows


def kept_files() -> list[Path]:
    """The files of the data folder that belong to the register: attachments, snapshots, the chain's head."""
    root = Path(settings.DATA_FOLDER)
    found: list[Path] = []
    # Not by rglob: a folder that is deleted while it is walked (of a job, of an import) would be an error there.
    for place, folders, names in os.walk(root):
        if Path(place) == root:
            folders[:] = [name for name in folders if is_kept(name)]
        inside = [Path(place, name) for name in names]
        found += [path for path in inside if is_kept(path.relative_to(root).as_posix()) and path.is_file()]
    return sorted(found)


def is_kept(name: str) -> bool:
    """Does a name in the data folder belong to the register? No file of another name goes into a backup or out of one."""
    first = name.partition("/")[0]
    is_own = first not in LEFT_OUT and not first.startswith(".") and ".sqlite3" not in first
    return is_own and not name.endswith((".tmp", ".partial"))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
