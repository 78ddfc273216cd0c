"""SQLite's write-ahead log, carried into the database by the worker.

Left to the writers, whoever commits when the log is long carries all of it over: beside an import that would be the
officer who saves a form, for half a second. So the writers do it late (`LATE_PAGES`), and the worker every few seconds.
"""

from __future__ import annotations

from pathlib import Path

from django.db import connection

LATE_PAGES = 49_152
"""A log of so many pages (192 MiB) is carried over by whoever commits: there is no worker, or it cannot keep up."""
WORTH_BYTES = 4 << 20


def carry_over() -> None:
    """Carry the log over as far as readers allow, where it is long. Neither readers nor writers wait meanwhile."""
    if connection.vendor != "sqlite":
        return
    log = Path(f"{connection.settings_dict['NAME']}-wal")
    if log.exists() and log.stat().st_size > WORTH_BYTES:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
            cursor.fetchall()
