"""The child process that copies sources out of a database as Parquet: `python -m fupin.bulk.child`, the plan on stdin.

It is a process of its own because DuckDB's SQLite extension must never share a process with another connection to
the same file. Even here the live file is only read by SQLite's own backup: one consistent copy beside running
writers, which the extension then attaches. PostgreSQL is read in one transaction of its extension.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import duckdb

from fupin.bulk import engine
from fupin.bulk.spans import Span, gaps


def copy_database(path: str, copy: Path) -> None:
    """A consistent copy of a SQLite file. Writers go on; both connections are closed before anything attaches it."""
    source = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=60)
    target = sqlite3.connect(copy)
    try:
        target.execute("PRAGMA journal_mode=OFF")
        target.execute("PRAGMA synchronous=OFF")
        source.backup(target)
    finally:
        target.close()
        source.close()


def attach(plan: dict[str, Any], folder: Path) -> tuple[duckdb.DuckDBPyConnection, str]:
    """A connection to what the plan names, and the prefix of its tables."""
    database = plan["database"]
    options = {"folder": Path(plan["data_folder"]), "memory_mb": plan["memory_mb"], "threads": plan["threads"]}
    if database["kind"] == "sqlite":
        copy = folder / "copy.sqlite3"
        copy_database(database["path"], copy)
        connection = engine.connect(extensions=("sqlite",), **options)
        connection.execute(f"ATTACH {engine.text(copy)} AS stored (TYPE sqlite, READ_ONLY)")
        return connection, "stored.main."
    connection = engine.connect(extensions=("postgres",), **options)
    connection.execute(f"ATTACH {engine.text(database['dsn'])} AS stored (TYPE postgres, READ_ONLY)")
    connection.execute("BEGIN TRANSACTION")
    return connection, f"stored.{engine.name(database['schema'])}."


def extract(plan: dict[str, Any]) -> dict[str, Any]:
    """Copy every source of the plan into its folder; returns the stamp of the trail, rows and hashes."""
    folder = Path(plan["folder"])
    connection, prefix = attach(plan, folder)
    trail = f"{prefix}core_auditentry"
    found = connection.execute(f"SELECT coalesce(max(id), 0) FROM {trail}").fetchone()
    stamp = found[0] if found else 0
    unseen: tuple[Span, ...] = ()
    if plan["database"]["kind"] == "postgresql":
        unseen = gaps(trail, stamp, lambda sql: connection.execute(sql).fetchall())
    files: dict[str, Any] = {}
    for name, source in plan["sources"].items():
        columns = ", ".join(
            f"CAST({engine.name(column)} AS {storage}) AS {engine.name(column)}"
            for column, storage in source["columns"].items()
        )
        path = folder / f"{name}.parquet"
        counted = connection.execute(
            f"COPY (SELECT {columns} FROM {prefix}{engine.name(source['table'])}) TO {engine.text(path)}"
            " (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
        ).fetchone()
        files[name] = {"rows": counted[0] if counted else 0, "sha256": digest(path)}
    connection.close()
    (folder / "copy.sqlite3").unlink(missing_ok=True)
    return {"stamp": stamp, "unseen": unseen, "files": files}


def digest(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> None:
    json.dump(extract(json.load(sys.stdin)), sys.stdout)


if __name__ == "__main__":
    main()
