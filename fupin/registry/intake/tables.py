"""Acts on rows that are in the register's tables, set-wise: end, remove, raise the version."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from fupin.registry.cards import among, listed


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
