"""DuckDB connections: bounded in memory, silent towards the network, extensions from installed packages only.

The SQLite extension carries a second SQLite library; detaching a file drops the process's locks on it, and another
process can then write inside our open transaction. It is therefore loaded in `bulk.child` only, which has no other
connection to the file that it attaches (docs/map.md, Data; an architecture test holds this).
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import duckdb

_FILE_NAMES = {"sqlite": "sqlite_scanner", "postgres": "postgres_scanner", "excel": "excel"}
MEMORY_MB = int(os.environ.get("FUPIN_BULK_MEMORY_MB") or 1024)
"""What one bulk connection may keep in memory before it writes to its temporary folder."""


class MissingExtension(RuntimeError):
    """A package that carries a DuckDB extension is not installed."""


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
    for name in extensions:
        _install(folder / "extensions", name)
        connection.execute(f"LOAD {name}")
    return connection


def _install(target: Path, name: str) -> None:
    """Copy the extension out of its package, once for each DuckDB version."""
    version = f"v{duckdb.__version__}"
    stamp = target / f"{name}-{version}"
    if stamp.exists():
        return
    source = _package_file(name, version)
    target.mkdir(parents=True, exist_ok=True)
    # Two processes may come here at once: each installs into a folder of its own and moves the file into place.
    with tempfile.TemporaryDirectory(dir=target) as scratch:
        with duckdb.connect(config={"extension_directory": scratch}) as connection:
            connection.execute(f"INSTALL '{source}'")
        for path in Path(scratch).rglob(f"{_FILE_NAMES[name]}.duckdb_extension*"):
            place = target / path.relative_to(scratch)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, place)
    stamp.touch()


def _package_file(name: str, version: str) -> Path:
    found = importlib.util.find_spec(f"duckdb_extension_{name}")
    places = list(found.submodule_search_locations or ()) if found else []
    for place in places:
        path = Path(place) / "extensions" / version / f"{name}.duckdb_extension"
        if path.exists():
            return path
    raise MissingExtension(f"缺少与 DuckDB {version} 同版本的扩展包 duckdb-extension-{name}，请重新安装依赖")


def text(value: str | Path) -> str:
    """A text literal of DuckDB."""
    return "'" + str(value).replace("'", "''") + "'"


def name(value: str) -> str:
    """A quoted name."""
    return '"' + value.replace('"', '""') + '"'
