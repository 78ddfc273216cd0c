"""Named SQL steps on one of two engines: DuckDB in this process, or Spark. The text of a step is made for its dialect.

A step is a named table and the query that makes it; later steps read it by that name. `DuckSteps` holds tables in its own
connection, bounded in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Protocol

import duckdb

from fupin.bulk import engine

Dialect = Literal["duckdb", "spark"]


class Steps(Protocol):
    """Where steps are run."""

    dialect: Dialect
    name: str
    """what a run says of where it was computed"""

    def relation(self, path: Path) -> str:
        """A Parquet file as something to select from."""

    def table(self, name: str, sql: str) -> None:
        """Make a named table for later steps; one of that name is replaced."""

    def keep(self, name: str, sql: str) -> None:
        """Make a small named table whose rows stay, whatever becomes of the tables that they were made from."""

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a small answer."""

    def write(self, sql: str, path: Path) -> None:
        """Write an answer as one Parquet file."""

    def drop(self, names: Iterable[str]) -> None:
        """Forget tables that are no longer read."""


class DuckSteps:
    """Steps in a DuckDB connection of their own."""

    dialect: Dialect = "duckdb"
    name = "duckdb"

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def relation(self, path: Path) -> str:
        return f"read_parquet({engine.text(path)})"

    def table(self, name: str, sql: str) -> None:
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {engine.name(name)} AS {sql}")

    def keep(self, name: str, sql: str) -> None:
        self.table(name, sql)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def write(self, sql: str, path: Path) -> None:
        self.connection.execute(f"COPY ({sql}) TO {engine.text(path)} (FORMAT parquet, COMPRESSION zstd)")

    def drop(self, names: Iterable[str]) -> None:
        for name in names:
            self.connection.execute(f"DROP TABLE IF EXISTS {engine.name(name)}")


@contextmanager
def duck(folder: Path, *, memory_mb: int = engine.MEMORY_MB) -> Iterator[DuckSteps]:
    """Steps in DuckDB; temporary files lie in the data folder."""
    connection = engine.connect(folder=folder, memory_mb=memory_mb)
    try:
        yield DuckSteps(connection)
    finally:
        connection.close()
