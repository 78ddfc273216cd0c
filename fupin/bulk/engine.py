"""DuckDB connections: bounded in memory, silent towards the network, extensions from installed packages only.

The SQLite extension carries a second SQLite library; detaching a file drops the process's locks on it, and another
process can then write inside our open transaction. It is therefore loaded in `bulk.child` only, which has no other
connection to the file that it attaches (docs/map.md, Data; an architecture test holds this).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import duckdb

from fupin.core.duck import MissingExtension, install, name, text

__all__ = ["MissingExtension", "connect", "name", "text"]

MEMORY_MB = int(os.environ.get("FUPIN_BULK_MEMORY_MB") or 640)
"""What one bulk connection may keep in memory before it writes to its temporary folder: with the process around it
below a gigabyte, at 250,000 households without being slower than with more."""


def connect(
    database: str | Path = ":memory:",
    *,
    folder: Path,
    extensions: Iterable[str] = (),
    memory_mb: int = MEMORY_MB,
    threads: int | None = None,
) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection whose temporary files and extensions lie in the data folder `folder`.

    `extensions` are of `sqlite`, `postgres`, `excel`; nothing is ever downloaded. Raises MissingExtension.
    """
    temporary = folder / "temporary"
    temporary.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        str(database),
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "extension_directory": str(folder / "extensions"),
            "memory_limit": f"{memory_mb}MB",
            "temp_directory": str(temporary),
            "threads": str(threads or min(4, os.cpu_count() or 1)),
        },
    )
    # The stored days are the office's; a moment without a zone is UTC. No progress bar may reach standard output.
    connection.execute("SET enable_progress_bar = false")
    for extension in extensions:
        install(folder / "extensions", extension)
        connection.execute(f"LOAD {extension}")
    return connection
