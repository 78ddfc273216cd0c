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
    found = []
    with by_index():
        for start in range(0, len(wanted), BATCH):
            batch = wanted[start : start + BATCH]
            if connection.vendor == "postgresql":
                found.append(_read(sql.format(among=f"{column} = ANY(%s)"), [array(batch)], schema))
            else:
                found.append(_read(sql.format(among=f"{column} IN ({','.join(['%s'] * len(batch))})"), batch, schema))
    return polars.concat(found) if found else frame([], schema)


def _read(sql: str, parameters: Sequence[Any], schema: dict[str, Any]) -> polars.DataFrame:
    """The answer to a question as a frame. PostgreSQL's comes as one text: no value of it becomes an object."""
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute(sql, parameters)
            return frame(cursor.fetchall(), schema)
        with cursor.cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv)", parameters) as copy:
            text = b"".join(copy)
    fetched = _fetched(schema)
    plain = {name: polars.String if kind == polars.Binary else kind for name, kind in fetched.items()}
    if not text:
        return frame([], schema)
    # Nothing between two commas is null, `""` an empty text: both sides say so by themselves.
    made = polars.read_csv(text, has_header=False, schema=plain)
    ciphers = [name for name, kind in fetched.items() if kind == polars.Binary]
    return _typed(made.with_columns(col(name).str.slice(2).str.decode("hex") for name in ciphers), schema)


def fetch_carriers(
    columns: str, joins: str, wanted: Iterable[polars.DataFrame], schema: dict[str, Any], *, many: bool
) -> polars.DataFrame:
    """Who carries id numbers now, numbers given by area and token, some at a time: `columns` of the open documents `i`
    and what is joined to them. In the order of the index where they are sorted so: neighbours lie on one page of it."""

    def fetch_some(some: polars.DataFrame) -> polars.DataFrame:
        asked = f"WITH w(area, token) AS ({_pairs(some.height)}) SELECT {columns} FROM w {OF_PAIR} {joins}"
        with by_index():
            return _read(asked, _parameters(some), schema)

    with abreast.second_thread() if many else nullcontext() as second:
        return polars.concat([frame([], schema), *abreast.in_order(fetch_some, wanted, second)])


OF_PAIR = "JOIN registry_personidentity i ON i.number_area = w.area AND i.number_token = w.token AND i.valid_to IS NULL"


def is_carried(numbers: polars.DataFrame) -> bool:
    """Whether somebody carries one of these numbers (`area token`) now."""
    with connection.cursor() as cursor:
        for part in numbers.iter_slices(BATCH):
            cursor.execute(f"WITH w(area, token) AS ({_pairs(part.height)}) SELECT 1 FROM w {OF_PAIR} LIMIT 1",
                           _parameters(part))  # fmt: skip
            if cursor.fetchone() is not None:
                return True
    return False


def _pairs(count: int) -> str:
    if connection.vendor == "postgresql":
        return "SELECT * FROM unnest(%s::varchar[], %s::bytea[])"
    return "VALUES " + ", ".join(["(%s, %s)"] * count)


def _parameters(pairs: polars.DataFrame) -> list[Any]:
    """Pairs of area and token as the parameters that this database takes them by."""
    if connection.vendor == "postgresql":
        tokens = pairs.select(polars.concat_str(polars.lit("\\x"), col("token").bin.encode("hex"))).to_series()
        return [array(pairs["area"]), array(tokens)]
    return [value for pair in pairs.rows() for value in pair]


def array(values: Iterable[Any]) -> str:
    """Numbers or texts as the text of a PostgreSQL array: given a list, its driver quotes value by value, which takes
    longer than the answer."""
    texts = (None if value is None else str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(["NULL" if text is None else f'"{text}"' for text in texts]) + "}"


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
    return _typed(polars.DataFrame(rows, schema=_fetched(schema), orient="row", strict=False), schema)


def _fetched(schema: dict[str, Any]) -> dict[str, Any]:
    """The types of columns as `wire` lets them come."""
    return {name: polars.Int64 if kind == polars.Boolean else polars.String
            if kind == polars.Date or isinstance(kind, polars.Decimal) else kind for name, kind in schema.items()}  # fmt: skip


def _typed(made: polars.DataFrame, schema: dict[str, Any]) -> polars.DataFrame:
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
