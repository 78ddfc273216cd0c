"""DuckDB connections: bounded in memory, silent towards the network, each with a folder of its own for what does not fit.

Two connections that write what does not fit into one folder write into the same files and read each other's rows, in
silence: texts of one household stood in another's (seen on 2026-11-23, two serving processes that prepared the region
at once). So no two connections share one, in whatever process.

Extensions come out of installed packages into the data folder. The extension that reads the register's own database
is none of this module's: it is loaded by `bulk` alone, in a process without another connection to the file.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import duckdb


class MissingExtension(RuntimeError):
    """The package that carries a DuckDB extension is not installed."""


_PREFIX = "spilled-"
_LEFT_SECONDS = 2 * 24 * 3600
"""A folder that nobody wrote to for so long was left by a process that was killed."""


def connect(
    folder: Path,
    *,
    database: str | Path = ":memory:",
    extensions: Iterable[str] = (),
    memory_mb: int = 512,
    threads: int = 2,
) -> duckdb.DuckDBPyConnection:
    """A connection whose temporary files and extensions lie in `folder`; rows keep the order of their file.

    `extensions` are of `sqlite`, `postgres`, `excel`; nothing is ever downloaded. Raises MissingExtension.
    """
    connection = duckdb.connect(
        str(database),
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "extension_directory": str(folder / "extensions"),
            "memory_limit": f"{memory_mb}MB",
            "temp_directory": str(_spill_folder(folder)),
            "threads": str(min(threads, os.cpu_count() or 1)),
        },
    )
    # The stored days are the office's; a moment without a zone is UTC. No progress bar may reach standard output.
    connection.execute("SET enable_progress_bar = false")
    for extension in extensions:
        install(folder / "extensions", extension)
        connection.execute(f"LOAD {extension}")
    return connection


def _spill_folder(folder: Path) -> Path:
    """A name that nobody else has. DuckDB makes the folder when something does not fit, and removes it at the end."""
    temporary = folder / "temporary"
    temporary.mkdir(parents=True, exist_ok=True)
    _remove_left(temporary)
    return temporary / f"{_PREFIX}{uuid.uuid4().hex}"


def _remove_left(temporary: Path) -> None:
    before = time.time() - _LEFT_SECONDS
    for left in temporary.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if left.stat().st_mtime < before:
                shutil.rmtree(left)


def install(target: Path, name: str) -> None:
    """Copy an extension out of its package, once for each DuckDB version. Raises MissingExtension."""
    version = f"v{duckdb.__version__}"
    stamp = target / f"{name}-{version}"
    if stamp.exists():
        return
    found = importlib.util.find_spec(f"duckdb_extension_{name}")
    places = [Path(place) for place in (found.submodule_search_locations or ())] if found else []
    sources = [
        path for place in places if (path := place / "extensions" / version / f"{name}.duckdb_extension").exists()
    ]
    if not sources:
        raise MissingExtension(f"缺少与 DuckDB {version} 同版本的扩展包 duckdb-extension-{name}，请重新安装依赖")
    target.mkdir(parents=True, exist_ok=True)
    # Two processes may come here at once: each installs into a folder of its own and moves the file into place.
    with tempfile.TemporaryDirectory(dir=target) as scratch:
        with duckdb.connect(config={"extension_directory": scratch}) as connection:
            connection.execute(f"INSTALL '{sources[0]}'")
        for path in Path(scratch).rglob("*.duckdb_extension*"):
            place = target / path.relative_to(scratch)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, place)
    stamp.touch()


def text(value: object) -> str:
    """A text literal."""
    return "'" + str(value).replace("'", "''") + "'"


def name(value: str) -> str:
    """A quoted name."""
    return '"' + value.replace('"', '""') + '"'
