"""Putting a backup back into an empty place, on the same database or the other."""

from __future__ import annotations

import hashlib
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.core import seals, tables
from fupin.core.backups import files
from fupin.core.backups.manifest import Manifest, Table, kept_models, key_marks
from fupin.core.backups.taking import kept_files
from fupin.core.backups.values import converted, converters, inward
from fupin.core.imports.models import ImportRun
from fupin.core.refusals import Refused
from fupin.core.schema import schema

_PORTION = 2000
_MARK = "fupin_restoring"
"""A table that is there from the commit of the rows to the end of a restore, with the mark of the backup."""
State = ImportRun.State


def restore(path: Path, *, progress: Callable[[int, str], None] | None = None) -> Manifest:
    """Make an empty place what the backup holds, then upgrade it to this version; returns the manifest.

    Raises Refused if the place is not empty, the file is damaged or no backup, was made by a newer program, or the
    keys that it needs are not here, or if there is no room for its files. The files are unpacked beside their places
    first, tables are filled in one transaction, and before it ends the files are moved in: what is refused or fails
    leaves neither rows nor files, and the same can be asked again. What fails after the rows are in is gone on with when
    the same file is given again: the database keeps its mark until all is done.
    """
    manifest = _checked(path)
    if not _is_half_done(manifest):
        _refuse_unless_empty(manifest)
        _refuse_without_keys(manifest)
        _bring_in(path, manifest, progress)
    else:
        _refuse_without_keys(manifest)
    call_command("migrate", interactive=False, verbosity=0)
    _renumber()
    _give_up_imports()
    if connection.vendor == "sqlite":
        connection.check_constraints()
    seals.write_head()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {_MARK}")
    return manifest


def _bring_in(path: Path, manifest: Manifest, progress: Callable[[int, str], None] | None) -> None:
    """The rows and the files, all or none of them."""
    with files.unpacked(path, manifest) as unpacked:
        _make_tables(manifest)
        try:
            with transaction.atomic():
                _load_tables(path, manifest, progress)
                with connection.cursor() as cursor:
                    cursor.execute(f"CREATE TABLE {_MARK} (backup varchar(64) NOT NULL)")
                    cursor.execute(f"INSERT INTO {_MARK} VALUES (%s)", [_mark_of(manifest)])
                unpacked.move_in()
        except BaseException:
            unpacked.take_out()
            raise


def _mark_of(manifest: Manifest) -> str:
    """What tells one backup from another: the hashes of all that is in it."""
    parts = sorted([*((table.name, table.sha256) for table in manifest.tables), *manifest.files.items()])
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()


def _is_half_done(manifest: Manifest) -> bool:
    """Whether the rows of this very backup came in and what follows did not end."""
    if _MARK not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT backup FROM {_MARK}")
        return bool(cursor.fetchall() == [(_mark_of(manifest),)])


def _checked(path: Path) -> Manifest:
    """Read the whole file once: the manifest, and that every part has the hash that the manifest names."""
    found: dict[str, str] = {}
    manifest: Manifest | None = None
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                data = archive.extractfile(member)
                if data is None:
                    continue
                if member.name == "manifest.json":
                    manifest = Manifest.load(data.read())
                else:
                    found[member.name] = hashlib.file_digest(data, "sha256").hexdigest()  # type: ignore[arg-type]
    except (tarfile.TarError, zlib.error, EOFError, ValueError, OSError) as fault:
        raise Refused(
            _("“%(name)s”不是完整的备份文件（%(fault)s），请换一份")
            % {"name": path.name, "fault": type(fault).__name__}
        ) from None
    if manifest is None:
        raise Refused(
            _("“%(name)s”不是完整的备份文件（%(fault)s），请换一份") % {"name": path.name, "fault": "manifest"}
        )
    expected = {f"tables/{table.name}.jsonl": table.sha256 for table in manifest.tables}
    expected |= {f"files/{name}": sha256 for name, sha256 in manifest.files.items()}
    broken = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    if broken:
        raise Refused(_("备份文件已损坏：%(names)s，请换一份") % {"names": "、".join(broken[:5])})
    return manifest


def _refuse_unless_empty(manifest: Manifest) -> None:
    if schema().state != "empty" and not _has_only_tables(manifest):
        raise Refused(_("数据库中已有数据，只能恢复到空的数据库，请另设 FUPIN_DATABASE 或 FUPIN_DATA"))
    if not all(files.is_of(manifest, path) for path in kept_files()):
        raise Refused(
            _("数据目录 %(folder)s 中已有文件，只能恢复到空的目录（可有 keys.env）") % {"folder": settings.DATA_FOLDER}
        )


def _has_only_tables(manifest: Manifest) -> bool:
    """Did a restore end between the tables and their rows? Then they are those of the backup, and none has a row."""
    if not set(MigrationRecorder(connection).applied_migrations()) <= {
        (app, name) for app, name in manifest.migrations
    }:
        return False
    there = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for name in sorted(there & {table.name for table in manifest.tables}):
            cursor.execute(f'SELECT 1 FROM "{name}" LIMIT 1')
            if cursor.fetchone():
                return False
    return True


def _refuse_without_keys(manifest: Manifest) -> None:
    # By the mark alone: a key that was the first then may stand behind a newer one now.
    here = set(key_marks().values())
    lacking = [name for name, mark in manifest.keys.items() if mark not in here]
    if lacking:
        names = "、".join(lacking)
        raise Refused(_("缺少备份时的密钥：%(names)s。请先把那时的 keys.env 放入数据目录，再恢复") % {"names": names})


def _make_tables(manifest: Manifest) -> None:
    """The tables as they were when the backup was taken; a later version adds its changes afterwards.

    Those of this very version are made at once, as in a new instance: walking through what they once were takes longer
    than all the rest.
    """
    executor = MigrationExecutor(connection)
    known = set(executor.loader.graph.nodes)
    wanted = [(app, name) for app, name in manifest.migrations if (app, name) in known]
    unknown = [f"{app}.{name}" for app, name in manifest.migrations if app in executor.loader.migrated_apps
               and (app, name) not in known and not _is_replaced(executor, (app, name))]  # fmt: skip
    if unknown:
        names = "、".join(unknown[:3])
        raise Refused(
            _("备份由更新的程序（%(version)s）建立，多出 %(names)s，请用该版本恢复")
            % {"version": manifest.product, "names": names}
        )
    if set(wanted) == known and not executor.loader.applied_migrations:
        tables.make()
        return
    nodes = executor.loader.graph.node_map
    last = [key for key in wanted if not any(child.key in set(wanted) for child in nodes[key].children)]
    executor.migrate(last)


def _is_replaced(executor: MigrationExecutor, key: tuple[str, str]) -> bool:
    return any(key in migration.replaces for migration in executor.loader.replacements.values())


def _load_tables(path: Path, manifest: Manifest, progress: Callable[[int, str], None] | None) -> None:
    wanted = {f"tables/{table.name}.jsonl": table for table in manifest.tables}
    done = 0
    with _without_foreign_keys(), tarfile.open(path, "r:gz") as archive, connection.cursor() as cursor:
        for table in manifest.tables:
            cursor.execute(f'DELETE FROM "{table.name}"')
        for member in archive:
            table = wanted.get(member.name)  # type: ignore[assignment]
            data = archive.extractfile(member) if table is not None else None
            if data is not None:
                done += _load(cursor, table, data)
                if progress is not None:
                    progress(done, table.name)


def _load(cursor: Any, table: Table, lines: Any) -> int:
    changes = converters([kind for _, kind in table.columns], lambda kind: inward(kind, connection.vendor))
    names = ", ".join(f'"{name}"' for name, _ in table.columns)
    rows = (converted(orjson.loads(line), changes) for line in lines)
    count = 0
    if connection.vendor == "postgresql":
        with cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
                count += 1
        return count
    sql = f'INSERT INTO "{table.name}" ({names}) VALUES ({", ".join(["%s"] * len(table.columns))})'
    for portion in _portions(rows):
        cursor.executemany(sql, portion)
        count += len(portion)
    return count


def _portions(rows: Iterator[list[Any]]) -> Iterator[list[list[Any]]]:
    portion: list[list[Any]] = []
    for row in rows:
        portion.append(row)
        if len(portion) == _PORTION:
            yield portion
            portion = []
    if portion:
        yield portion


class _without_foreign_keys:
    """Rows come table by table, so that a reference may arrive before what it points to: all are checked at the end."""

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            else:
                cursor.execute("PRAGMA defer_foreign_keys = ON")

    def __exit__(self, *_fault: object) -> None:
        """Deferred checks run at the commit."""


def _give_up_imports() -> None:
    """Imports that were under way: their files are in no backup. The same file given again applies what is missing."""
    under_way = ImportRun.objects.filter(state__in=(State.STAGING, State.READY, State.MERGING))
    under_way.update(state=State.CANCELLED, finished_at=timezone.now(), phase="")


def _renumber() -> None:
    """Rows came with their numbers: the next ones go on behind them."""
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), kept_models()):
            cursor.execute(sql)
