"""Reading the register for many keys at once, on either database, into frames."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import polars
from django.db import connection

BATCH = 5_000


def fetch(sql: str, keys: Iterable[Any], schema: dict[str, Any], *, column: str) -> polars.DataFrame:
    """The rows whose `column` is one of `keys`; `sql` has `{among}` where that condition belongs.

    `schema` names the result's columns and types in the order of the query.
    """
    wanted = list(keys)
    rows: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for start in range(0, len(wanted), BATCH):
            batch = wanted[start : start + BATCH]
            if connection.vendor == "postgresql":
                cursor.execute(sql.format(among=f"{column} = ANY(%s)"), [batch])
            else:
                cursor.execute(sql.format(among=f"{column} IN ({','.join(['%s'] * len(batch))})"), batch)
            rows += cursor.fetchall()
    return frame(rows, schema)


def frame(rows: Sequence[tuple[Any, ...]], schema: dict[str, Any]) -> polars.DataFrame:
    """Rows of a cursor as a frame of the given types."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    made = []
    for (name, kind), cells in zip(schema.items(), columns, strict=True):
        values: list[Any] = list(cells)
        if kind == polars.Boolean:
            values = [None if value is None else bool(value) for value in values]
        elif kind == polars.Date:
            values = [value if value is None or not isinstance(value, str) else value[:10] for value in values]
            if values and any(isinstance(value, str) for value in values):
                made.append(polars.Series(name, values, dtype=polars.String).str.to_date())
                continue
        elif kind == polars.Binary:
            values = [None if value is None else bytes(value) for value in values]
        elif isinstance(kind, polars.Decimal):
            made.append(polars.Series(name, [None if value is None else str(value) for value in values],
                                      dtype=polars.String).cast(polars.Decimal(18, 2)))  # fmt: skip
            continue
        elif kind == polars.String:
            values = [None if value is None else str(value) for value in values]
        made.append(polars.Series(name, values, dtype=kind, strict=False))
    return polars.DataFrame(made)


def is_empty(table: str) -> bool:
    """Whether a table holds no row at all: then nothing has to be looked up in it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")
        return cursor.fetchone() is None
