"""Prepared rows on their way into the register's tables: made in one process, written by another.

What the writing process must do for a row decides how fast an import is, for nobody else can write meanwhile. So the
preparing process leaves the rows in the form that the database takes in by itself: a small SQLite file that is attached
and copied from (`INSERT … SELECT`), or columns that go as text to `COPY`. No row becomes an object of the writing process.
A part that is prepared and written by the same process is kept as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars
from django.db import connection
from polars import col

from fupin.registry.intake import lookups

ALIAS = "prepared"


@dataclass(slots=True)
class Load:
    """Rows for one table in the order of their portions."""

    table: str
    columns: tuple[str, ...]
    spans: dict[int, tuple[int, int]]
    """portion → first row and number of rows"""
    frame: polars.DataFrame | None = None

    @property
    def names(self) -> str:
        return ", ".join(self.columns)

    def portions(self) -> polars.Series:
        """The portion of each row."""
        numbers = polars.Series("portion", list(self.spans), dtype=polars.Int64)
        lengths = polars.Series([length for _first, length in self.spans.values()], dtype=polars.Int64)
        return polars.select(polars.lit(numbers).repeat_by(lengths).explode()).to_series().alias("portion")


def load_of(table: str, columns: Sequence[str], frame: polars.DataFrame, of: polars.Series) -> Load:
    """Rows with the portion of each (ascending)."""
    runs = of.rle().struct.unnest().with_columns((col("len").cum_sum() - col("len")).alias("first"))
    spans = {portion: (first, length) for length, portion, first in runs.select("len", "value", "first").rows()}
    return Load(table, tuple(columns), spans, frame=frame.rename(dict(zip(frame.columns, columns, strict=True))))


# In the preparing process.


def store(loads: Sequence[Load], path: Path) -> None:
    """Write the rows into a SQLite file of their own, one table a load: `t0`, `t1`, …"""
    from adbc_driver_sqlite import dbapi

    path.unlink(missing_ok=True)
    with dbapi.connect(str(path), autocommit=True) as database, database.cursor() as cursor:
        # The file is worth nothing after a crash: the merge that goes on prepares the part again.
        cursor.execute("PRAGMA journal_mode = OFF")
        cursor.execute("PRAGMA synchronous = OFF")
        for at, load in enumerate(loads):
            assert load.frame is not None
            nulls = [name for name, kind in load.frame.schema.items() if kind == polars.Null]
            cursor.adbc_ingest(
                f"t{at}", load.frame.with_columns(col(nulls).cast(polars.String)).to_arrow(), mode="create"
            )
            load.frame = None


def as_text(loads: Sequence[Load]) -> None:
    """Ciphers in the form that `COPY … (FORMAT csv)` reads."""
    for load in loads:
        assert load.frame is not None
        ciphers = [name for name, kind in load.frame.schema.items() if kind == polars.Binary]
        load.frame = load.frame.with_columns(
            polars.when(col(name).is_not_null())
            .then(polars.concat_str(polars.lit("\\x"), col(name).bin.encode("hex")))
            .alias(name)
            for name in ciphers
        )


# In the writing process.


@contextmanager
def attached(path: str | None) -> Iterator[None]:
    """The file of a stored part, readable under `ALIAS` and removed afterwards; nothing for other parts."""
    if path is None:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"ATTACH %s AS {ALIAS}", [f"file:{path}?mode=ro&immutable=1"])
        try:
            yield
        finally:
            cursor.execute(f"DETACH {ALIAS}")
            Path(path).unlink()


def write(loads: Sequence[Load], portions: Sequence[int], *, is_stored: bool) -> None:
    """The rows of portions that follow one another, table by table. Raises IntegrityError where one is there already."""
    for at, load in enumerate(loads):
        span = _span(load, portions)
        if span is None:
            continue
        first, end = span
        with connection.wrap_database_errors:
            if is_stored:
                _copy_over(f"{ALIAS}.t{at}", load, first, end)
            elif connection.vendor == "postgresql":
                _copy_in(load, first, end)
            else:
                assert load.frame is not None
                _insert(load, load.frame.slice(first, end - first).rows())


def is_carried(numbers: Load, portions: Sequence[int], stored_as: int | None) -> bool:
    """Whether somebody carries an id number now that the portions bring in as new."""
    span = _span(numbers, portions)
    if span is None:
        return False
    if stored_as is None:
        assert numbers.frame is not None
        return lookups.is_carried(numbers.frame.slice(span[0], span[1] - span[0]))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM {ALIAS}.t{stored_as} w {lookups.OF_PAIR} WHERE w.rowid > %s AND w.rowid <= %s LIMIT 1",
            span,
        )
        return cursor.fetchone() is not None


def _span(load: Load, portions: Sequence[int]) -> tuple[int, int] | None:
    """The rows of portions that follow one another: how many lie before them, and up to the last."""
    spans = [load.spans[portion] for portion in portions if portion in load.spans]
    return (spans[0][0], sum(spans[-1])) if spans else None


def _copy_over(source: str, load: Load, first: int, end: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {load.table} ({load.names}) SELECT {load.names} FROM {source}"
            " WHERE rowid > %s AND rowid <= %s ORDER BY rowid",
            [first, end],
        )


def _copy_in(load: Load, first: int, end: int) -> None:
    """Rows as CSV: empty is null, `""` an empty text."""
    assert load.frame is not None
    text = load.frame.slice(first, end - first).write_csv(include_header=False, quote_style="non_numeric")
    statement = f"COPY {load.table} ({load.names}) FROM STDIN (FORMAT csv)"
    with connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
        copy.write(text)


def _insert(load: Load, rows: Sequence[tuple[Any, ...]]) -> None:
    connection.ensure_connection()
    places = ", ".join(["?"] * len(load.columns))
    connection.connection.executemany(f"INSERT INTO {load.table} ({load.names}) VALUES ({places})", rows)
