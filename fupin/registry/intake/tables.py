"""Writing rows set-wise into the register's tables: insert, close, remove. The only three things a merge does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from fupin.registry.cards import among, listed

Row = tuple[Any, ...]


def ready() -> None:
    """Prepare this connection for many large transactions.

    On SQLite the write-ahead log is carried into the database less often and more pages are kept in memory; when a
    transaction counts as saved does not change: every commit still waits for the disk (synchronous=FULL).
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_autocheckpoint = 16384")
            cursor.execute("PRAGMA cache_size = -200000")


def insert(table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows: `executemany` on SQLite, `COPY` on PostgreSQL. Dates and decimals come as text."""
    if not rows:
        return
    names = ", ".join(columns)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor, cursor.cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    connection.ensure_connection()
    places = ", ".join(["?"] * len(columns))
    connection.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)


def close(table: str, ids: Sequence[int], on: str) -> int:
    """End the open facts of these ids on a day; returns how many were open."""
    if not ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET valid_to = %s WHERE valid_to IS NULL AND {among('id')}", [on, listed(ids)])
        return int(cursor.rowcount)


def remove(table: str, ids: Sequence[int]) -> int:
    """Remove open facts that are replaced on the very day they began; returns how many were there."""
    if not ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE valid_to IS NULL AND {among('id')}", [listed(ids)])
        return int(cursor.rowcount)


def bump(table: str, ids: Sequence[int]) -> None:
    """Raise the version of stable rows that changed."""
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET version = version + 1 WHERE {among('id')}", [listed(ids)])


def wipe(table: str, column: str, owners: Sequence[int]) -> None:
    """Remove the dependent rows of these owners: they are written anew."""
    if not owners:
        return
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE {among(column)}", [listed(owners)])
