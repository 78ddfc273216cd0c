"""DuckDB connections of the engine room: as everywhere (`core/duck`), with the memory that this instance gives them.

The SQLite extension carries a second SQLite library; detaching a file drops the process's locks on it, and another
process can then write inside our open transaction. It is therefore loaded in `bulk.child` only, which has no other
connection to the file that it attaches (docs/map.md, Data; an architecture test holds this).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import duckdb

from fupin.core import duck
from fupin.core.duck import MissingExtension, name, text

__all__ = ["MissingExtension", "connect", "name", "text"]

MEMORY_MB = int(os.environ.get("FUPIN_BULK_MEMORY_MB") or 640)
"""What one bulk connection may keep in memory before it writes to its temporary folder: with the process around it
below a gigabyte, at 250,000 households without being slower than with more."""

MOST_THREADS = 4


def connect(
    database: str | Path = ":memory:",
    *,
    folder: Path,
    extensions: Iterable[str] = (),
    memory_mb: int = MEMORY_MB,
    threads: int | None = None,
) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection whose temporary files and extensions lie in the data folder `folder`. Raises MissingExtension."""
    return duck.connect(
        folder, database=database, extensions=extensions, memory_mb=memory_mb, threads=threads or MOST_THREADS
    )
