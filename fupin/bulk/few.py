"""The datasets' own queries over a few subjects' rows, in an SQLite in memory.

DuckDB plans a query of a hundred and fifty fields anew for each household and sets up operators made for millions of
rows; SQLite plans it once and answers in a millisecond. The text is the same: datasets keep to words that both know,
and the few that SQLite lacks are given to it here. Tests hold both to the same rows.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from fupin.bulk import engine
from fupin.bulk.datasets import DUCKDB_TYPES, Dataset, Source, Type, declared
from fupin.bulk.slices import a_year_before

_DIFFERS = ((re.compile(r"\bIS\s+NOT\s+DISTINCT\s+FROM\b"), "IS"), (re.compile(r"\bIS\s+DISTINCT\s+FROM\b"), "IS NOT"))
_STATEMENTS = 256
_held = threading.local()


class Few:
    """Sources and datasets of a few subjects as tables. Not for sharing between threads."""

    def __init__(self) -> None:
        self._db = sqlite3.connect(":memory:", isolation_level=None, cached_statements=_STATEMENTS)
        self.sources = tuple(declared.sources.values())
        for name, arguments, function in _WORDS:
            self._db.create_function(name, arguments, function, deterministic=True)
        for source in self.sources:
            self._create(source.name, source.columns)

    def _create(self, table: str, columns: Iterable[str]) -> None:
        said = ", ".join(engine.name(column) for column in columns)
        self._db.execute(f"CREATE TABLE IF NOT EXISTS {engine.name(table)} ({said})")

    def fill(self, source: Source, rows: Iterable[Sequence[Any]]) -> None:
        """Take the rows of a source, in the order of its columns."""
        self._insert(source.name, len(source.columns), rows)

    def fill_dataset(self, dataset: Dataset, rows: Iterable[Sequence[Any]]) -> None:
        """Take rows of a dataset that were made elsewhere, in the order of its fields."""
        self._create(_table(dataset), dataset.names)
        self._insert(_table(dataset), len(dataset.names), rows)

    def _insert(self, table: str, columns: int, rows: Iterable[Sequence[Any]]) -> None:
        marks = ", ".join("?" * columns)
        self._db.executemany(
            f"INSERT INTO {engine.name(table)} VALUES ({marks})", [[stored(value) for value in row] for row in rows]
        )

    def make(self, dataset: Dataset, on: date) -> None:
        """Make the rows of a dataset from what was taken; what stands on others' rows alone is left empty."""
        self._create(_table(dataset), dataset.names)
        self._db.execute(_query(dataset.name), {"on": on.isoformat(), "year_before": a_year_before(on).isoformat()})

    def mend(self, dataset: Dataset, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Give rows that were made here the fields `names` as they are elsewhere; each row ends with its key."""
        said = ", ".join(f"{engine.name(name)} = ?" for name in names)
        self._db.executemany(
            f"UPDATE {engine.name(_table(dataset))} SET {said} WHERE {engine.name(dataset.key)} = ?",
            [[stored(value) for value in row] for row in rows],
        )

    def values(self, source: str, column: str) -> list[Any]:
        """The distinct values of a source's column."""
        found = self._db.execute(f"SELECT DISTINCT {engine.name(column)} FROM {engine.name(source)}").fetchall()
        return [value for (value,) in found if value is not None]

    def rows(self, dataset: Dataset, ids: Iterable[int]) -> list[dict[str, Any]]:
        """The rows of a dataset that belong to subjects, as Python values."""
        column, marks = engine.name(dataset.subject_column), ", ".join(map(str, sorted(ids))) or "NULL"
        found = self._db.execute(f"SELECT * FROM {engine.name(_table(dataset))} WHERE {column} IN ({marks})")
        readers = _readers(dataset.name)
        rows = []
        for values in found:
            row = dict(zip(dataset.names, values, strict=True))
            for name, reader in readers:
                if row[name] is not None:
                    row[name] = reader(row[name])
            rows.append(row)
        return rows

    def empty(self) -> None:
        """Forget everybody."""
        for (table,) in self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            self._db.execute(f"DELETE FROM {engine.name(table)}")


def of_this_thread() -> Few:
    """The thread's own, with its statements planned; a new one where other sources have been declared since."""
    few: Few | None = getattr(_held, "few", None)
    if few is None or few.sources != tuple(declared.sources.values()):
        few = _held.few = Few()
    return few


def _table(dataset: Dataset) -> str:
    return f"dataset {dataset.name}"


@cache
def _query(name: str) -> str:
    dataset = declared.dataset(name)
    sql = dataset.sql
    for need in dataset.needs:
        sql = sql.replace("{" + need + "}", engine.name(_table(declared.dataset(need))))
    for pattern, word in _DIFFERS:
        sql = pattern.sub(word, sql)
    columns = ", ".join(
        "NULL" if one.name in left_out(dataset.name)
        else f"NULLIF({engine.name(one.name)}, '')" if DUCKDB_TYPES[one.type] == "VARCHAR" else engine.name(one.name)
        for one in dataset.fields
    )  # fmt: skip
    return f"INSERT INTO {engine.name(_table(dataset))} SELECT {columns} FROM ({sql})"


@cache
def left_out(name: str) -> tuple[str, ...]:
    """The fields of a dataset that stand on neighbours' rows, which are not here."""
    dataset = declared.dataset(name)
    return tuple(one.name for one in dataset.fields if one.stands_on == ()) if dataset.neighbours else ()


@cache
def _readers(name: str) -> list[tuple[str, Callable[[Any], Any]]]:
    """How values come back in their fields' types, where SQLite has no such type."""
    kinds: Mapping[Type, Callable[[Any], Any]] = {
        Type.BOOLEAN: bool, Type.DATE: date.fromisoformat, Type.DECIMAL: float,
    }  # fmt: skip
    return [(one.name, kinds[one.type]) for one in declared.dataset(name).fields if one.type in kinds]


def stored(value: Any) -> Any:
    """A value as SQLite holds it: days as text, truth as a number, decimals as floats."""
    reader = _STORED.get(type(value))
    return value if reader is None else reader(value)


_STORED: Mapping[type, Callable[[Any], Any]] = {
    bool: int, Decimal: float, memoryview: bytes, date: date.isoformat,
    datetime: lambda moment: moment.isoformat(" "),
}  # fmt: skip


def _part(start: int, end: int) -> Callable[[str | None], int | None]:
    return lambda day: None if day is None else int(day[start:end])


_WORDS: tuple[tuple[str, int, Callable[..., Any]], ...] = (
    ("year", 1, _part(0, 4)),
    ("month", 1, _part(5, 7)),
    ("day", 1, _part(8, 10)),
    ("hex", 1, lambda value: None if value is None else value.hex().upper()),
    ("hash", -1, lambda *values: hash(values)),
)
