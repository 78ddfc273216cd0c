"""Steps on Spark by its Connect protocol: a server that the office runs (`FUPIN_SPARK=sc://…`), or an embedded one.

The client and the embedded server come with the extra `spark`. The files that steps read and write must lie where the
server sees them: on the same machine, or on storage that all of them share (docs/operations/scale.md).
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from fupin.bulk.steps import Dialect
from fupin.core.refusals import Refused

MISSING = "没有装 Spark 客户端：请运行 pip install 'fupin[spark]'，或改用 --engine duckdb"


class SparkSteps:
    """Steps in a session of a Spark Connect server."""

    dialect: Dialect = "spark"

    def __init__(self, session: Any, name: str) -> None:
        self.session, self.name = session, name
        self._files = 0

    def relation(self, path: Path) -> str:
        self._files += 1
        name = f"file_{self._files}"
        self.session.read.parquet(str(path)).createOrReplaceTempView(name)
        return name

    def table(self, name: str, sql: str) -> None:
        self.session.sql(sql).createOrReplaceTempView(name)

    def keep(self, name: str, sql: str) -> None:
        rows: pa.Table = self.session.sql(sql).toArrow()
        if rows.num_rows:
            frame = self.session.createDataFrame(rows)
        else:
            empty = ", ".join(f"CAST(NULL AS {_type(one.type)}) AS {one.name}" for one in rows.schema)
            frame = self.session.sql(f"SELECT {empty} WHERE FALSE")
        frame.createOrReplaceTempView(name)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.session.sql(sql).collect()]

    def write(self, sql: str, path: Path) -> None:
        """The answer comes over the connection: what is found is far less than what is looked through."""
        table: pa.Table = self.session.sql(sql).toArrow()
        pq.write_table(table, path, compression="zstd")

    def drop(self, names: Iterable[str]) -> None:
        """Views are computed when they are read: those that others stand on stay as they are."""


def _be_a_program() -> None:
    """The client takes a process that was begun with `python -c` for its own doctests and ends it."""
    main = sys.modules["__main__"]
    if not hasattr(main, "__file__"):
        main.__file__ = __file__


def _require_answer(address: str) -> None:
    """The client tries for minutes by itself; who mistyped an address should know at once."""
    parts = urlsplit(address)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 15002), timeout=10).close()
    except (OSError, ValueError) as fault:
        raise Refused(f"Spark 没有应答（{address}）：{fault}", "spark") from None


def _type(kind: pa.DataType) -> str:
    return "BIGINT" if pa.types.is_integer(kind) else "STRING"


@contextmanager
def spark(address: str = "") -> Iterator[SparkSteps]:
    """Steps on the server at `address` (`sc://host:port`); without one an embedded server is started for the time.

    Raises Refused where the extra is not installed or nobody answers at the address.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise Refused(MISSING, "spark") from None
    _be_a_program()
    with _server(address) as (where, name):
        try:
            session = SparkSession.builder.remote(where).create()
            version = session.version
        except Exception as fault:
            raise Refused(f"Spark 没有应答（{where}）：{str(fault).splitlines()[0][:200]}", "spark") from None
        try:
            yield SparkSteps(session, name.format(version=version))
        finally:
            with contextlib.suppress(Exception):
                session.stop()


@contextmanager
def _server(address: str) -> Iterator[tuple[str, str]]:
    if address:
        _require_answer(address)
        yield address, "spark {version} (" + address + ")"
        return
    os.environ.setdefault("RUST_LOG", "error")
    try:
        from pysail import __version__ as sail
        from pysail.spark import SparkConnectServer
    except ImportError:
        raise Refused(MISSING, "spark") from None
    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    try:
        yield f"sc://127.0.0.1:{server.listening_address[1]}", "spark {version} (embedded sail " + sail + ")"
    finally:
        server.stop()
