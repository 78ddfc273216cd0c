"""The register under an exchange's key: its numbers are unsealed a chunk at a time and leave memory as tokens only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection as database

from fupin.core import sealing
from fupin.core.duck import text
from fupin.quality.comparison.tokens import Exchanged
from fupin.registry.models import PersonIdentity

_AT_ONCE = 5_000
_SCHEMA = pa.schema([("person_id", pa.int64()), ("exchange_token", pa.string())])


def persons_file(connection: duckdb.DuckDBPyConnection, persons: Path, target: Path, made_by: Exchanged) -> Path:
    """Write the persons with the tokens of this exchange in the place of the register's own; returns the file."""
    tokens = target.with_name("exchange-tokens.parquet")
    with pq.ParquetWriter(tokens, _SCHEMA) as writer:
        for ids, numbers in _numbers():
            writer.write_table(pa.table({"person_id": ids, "exchange_token": made_by.many(numbers)}, schema=_SCHEMA))
    connection.execute(
        f"COPY (SELECT p.* REPLACE (t.exchange_token AS number_token) FROM read_parquet({text(persons)}) p"
        f" LEFT JOIN read_parquet({text(tokens)}) t ON t.person_id = p.person_id) TO {text(target)} (FORMAT parquet)"
    )
    return target


def _numbers() -> Iterator[tuple[list[int], list[str | None]]]:
    table = PersonIdentity._meta.db_table
    last = 0
    while True:
        with database.cursor() as cursor:
            cursor.execute(
                f"SELECT person_id, number_sealed FROM {table} WHERE valid_to IS NULL AND person_id > %s"
                " ORDER BY person_id LIMIT %s", [last, _AT_ONCE],
            )  # fmt: skip
            rows = cursor.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        yield [row[0] for row in rows], sealing.unseal_many(None if row[1] is None else bytes(row[1]) for row in rows)
