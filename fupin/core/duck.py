"""DuckDB for reading spreadsheets and checking columns: bounded in memory, silent towards the network.

Extensions come out of installed packages into the data folder. The extension that reads the register's own database
is none of this module's: it is loaded by `bulk` alone, in a process without another connection to the file.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

import duckdb


class MissingExtension(RuntimeError):
    """The package that carries a DuckDB extension is not installed."""


def connect(folder: Path, *, excel: bool = False, memory_mb: int = 512, threads: int = 2) -> duckdb.DuckDBPyConnection:
    """A connection in memory whose temporary files lie in `folder`; rows keep the order of the file."""
    temporary = folder / "temporary"
    temporary.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "extension_directory": str(folder / "extensions"),
            "memory_limit": f"{memory_mb}MB",
            "temp_directory": str(temporary),
            "threads": str(min(threads, os.cpu_count() or 1)),
        }
    )
    connection.execute("SET enable_progress_bar = false")
    if excel:
        install(folder / "extensions", "excel")
        connection.execute("LOAD excel")
    return connection


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
