"""Reading the register for many keys at once, on either database, into frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import polars
from django.db import connection
from polars import col

from fupin.core import abreast

BATCH = 5_000


_JOINS = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin")


@contextmanager
def by_index() -> Iterator[None]:
    """Let PostgreSQL find rows by their ids and nothing else. An import knows what it asks for, and it asks tables that
    grow faster than their statistics are taken: left to itself the planner would read them through each time."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"SET {name} = off" for name in _JOINS))
        try:
            yield
        finally:
            if not connection.needs_rollback:
                cursor.execute("; ".join(f"RESET {name}" for name in _JOINS))


def fetch(sql: str, keys: Iterable[Any], schema: dict[str, Any], *, column: str) -> polars.DataFrame:
    """The rows whose `column` is one of `keys`; `sql` has `{among}` where that condition belongs.

    `schema` names the result's columns and types in the order of the query.
    """
    wanted = list(keys)
    rows: list[tuple[Any, ...]] = []
    with by_index(), connection.cursor() as cursor:
        for start in range(0, len(wanted), BATCH):
            batch = wanted[start : start + BATCH]
            if connection.vendor == "postgresql":
                cursor.execute(sql.format(among=f"{column} = ANY(%s)"), [batch])
            else:
                cursor.execute(sql.format(among=f"{column} IN ({','.join(['%s'] * len(batch))})"), batch)
            rows += cursor.fetchall()
    return frame(rows, schema)


def fetch_carriers(columns: str, joins: str, wanted: polars.DataFrame, schema: dict[str, Any]) -> polars.DataFrame:
    """Who carries id numbers now, numbers given by area and token: `columns` of the open documents `i` and what is
    joined to them. In the order of the index where the frame is sorted so: neighbours lie on one page of it."""

    def fetch_some(pairs: list[tuple[str, bytes]]) -> list[tuple[Any, ...]]:
        with by_index(), connection.cursor() as cursor:
            cursor.execute(
                f"WITH w(area, token) AS ({_pairs(len(pairs))}) SELECT {columns} FROM w {OF_PAIR} {joins}",
                _parameters(pairs),
            )
            return list(cursor.fetchall())

    rows: list[tuple[Any, ...]] = []
    parts = (part.rows() for part in wanted.iter_slices(BATCH))
    with abreast.second_thread() if wanted.height > BATCH else nullcontext() as second:
        for some in abreast.in_order(fetch_some, parts, second):
            rows += some
    return frame(rows, schema)


OF_PAIR = "JOIN registry_personidentity i ON i.number_area = w.area AND i.number_token = w.token AND i.valid_to IS NULL"


def is_carried(numbers: Sequence[tuple[str, bytes]]) -> bool:
    """Whether somebody carries one of these numbers (area, token) now."""
    with connection.cursor() as cursor:
        for start in range(0, len(numbers), BATCH):
            part = numbers[start : start + BATCH]
            cursor.execute(f"WITH w(area, token) AS ({_pairs(len(part))}) SELECT 1 FROM w {OF_PAIR} LIMIT 1",
                           _parameters(part))  # fmt: skip
            if cursor.fetchone() is not None:
                return True
    return False


def _pairs(count: int) -> str:
    if connection.vendor == "postgresql":
        return "SELECT * FROM unnest(%s::varchar[], %s::bytea[])"
    return "VALUES " + ", ".join(["(%s, %s)"] * count)


def _parameters(pairs: Sequence[tuple[str, bytes]]) -> list[Any]:
    """Pairs of area and token as the parameters that this database takes them by."""
    if connection.vendor == "postgresql":
        return [[area for area, _token in pairs], [token for _area, token in pairs]]
    return [value for pair in pairs for value in pair]


def fetch_wide(
    expressions: Sequence[str], tail: str, keys: Iterable[Any], schema: dict[str, Any], *, column: str
) -> polars.DataFrame:
    """As `fetch`, for a query given by its columns and the rest (`FROM … {among}`): each column is written to suit."""
    wired = [wire(expression, kind) for expression, kind in zip(expressions, schema.values(), strict=True)]
    return fetch(f"SELECT {', '.join(wired)} {tail}", keys, schema, column=column)


def wire(expression: str, kind: Any) -> str:
    """SQL of a column in the form in which it is fetched fastest: dates, decimals and moments as text, flags as 0 and 1.

    Without it the SQLite driver calls a Python function for each value of such a column.
    """
    if kind == polars.Boolean:
        return f"CAST({expression} AS integer)"
    if kind == polars.Date or isinstance(kind, polars.Decimal):
        return f"CAST({expression} AS text)"
    return expression


def frame(rows: Sequence[tuple[Any, ...]], schema: dict[str, Any]) -> polars.DataFrame:
    """Rows of a cursor, their columns written with `wire`, as a frame of the given types."""
    fetched = {name: polars.Int64 if kind == polars.Boolean else polars.String
               if kind == polars.Date or isinstance(kind, polars.Decimal) else kind for name, kind in schema.items()}  # fmt: skip
    made = polars.DataFrame(rows, schema=fetched, orient="row", strict=False)
    return made.with_columns(
        col(name).cast(polars.Boolean) if kind == polars.Boolean
        else col(name).str.slice(0, 10).str.to_date("%Y-%m-%d") if kind == polars.Date
        else col(name).cast(kind)
        for name, kind in schema.items()
        if kind in (polars.Boolean, polars.Date) or isinstance(kind, polars.Decimal)
    )  # fmt: skip


def is_empty(table: str) -> bool:
    """Whether a table holds no row at all: then nothing has to be looked up in it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")
        return cursor.fetchone() is None
