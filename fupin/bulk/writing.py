"""Prepared rows into Parquet files, which are there only when they are complete."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from fupin.bulk import engine

ROWS_OF_A_GROUP = 60_000


@contextmanager
def whole_or_not(path: Path) -> Iterator[Path]:
    """A file beside `path` that takes its name once it was written without a fault."""
    path.parent.mkdir(exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    try:
        yield part
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


def write(cursor: duckdb.DuckDBPyConnection, path: Path, sql: str, key: str = "") -> None:
    """Write a query's rows at once, in the order of `key`."""
    order = f" ORDER BY {engine.name(key)}" if key else ""
    with whole_or_not(path) as part:
        cursor.execute(
            f"COPY ({sql}{order}) TO {engine.text(part)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
        )


class Parts:
    """One file that is written part by part."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None

    def add(self, cursor: duckdb.DuckDBPyConnection, sql: str) -> None:
        """The rows of a query, as the next part."""
        reader = cursor.execute(sql).to_arrow_reader(ROWS_OF_A_GROUP)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, reader.schema, compression="zstd", compression_level=1)
        for batch in reader:
            self._writer.write_batch(batch)

    def __enter__(self) -> Parts:
        return self

    def __exit__(self, *_fault: object) -> None:
        if self._writer is not None:
            self._writer.close()
