"""The subjects of a register in slices, so that a dataset is made in the same memory however large the register is.

A dataset of a million households joins and sorts rows of a hundred and fifty fields; made at once it fills what a
connection may hold, goes to the disk and fails beyond that. Its rows belong to one subject each, or change with a
neighbourhood at most: so whole neighbourhoods, in the order of their first household, are made one slice after another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date

import duckdb
from django.conf import settings

from fupin.bulk import engine
from fupin.bulk.datasets import Dataset, Source, declared

FIELDS = engine.MEMORY_MB * 12_000
"""Fields of subjects' rows that are made at once: about 50,000 households with all that is known of each, or their
persons, take half of the memory of a connection."""


def most(declaration: Dataset) -> int:
    """How many subjects of a dataset are made at once."""
    return max(1, FIELDS // len(declaration.fields))


def sliced(declaration: Dataset, pairs: str, these: str = "") -> str:
    """SQL for `id` and `slice` of every subject, or of `these` (their ids, whole neighbourhoods); `pairs` are subjects
    and the value of their neighbourhood."""
    if declaration.neighbours:
        narrowed = f" SEMI JOIN {these} t ON n.subject = t.id" if these else ""
        return f"""
            WITH pairs AS (SELECT n.* FROM ({pairs}) n{narrowed}),
            groups AS (SELECT value, count(*) AS subjects, min(subject) AS first FROM pairs GROUP BY value),
            placed AS (SELECT value, (sum(subjects) OVER (ORDER BY first, value) - 1) // {most(declaration)} AS slice FROM groups)
            SELECT p.subject AS id, g.slice FROM pairs p JOIN placed g ON p.value IS NOT DISTINCT FROM g.value"""
    own = next(one.name for one in declared.sources.values() if dict(one.keys) == {"id": declaration.subject})
    ids = these or engine.name(own)
    return f"SELECT id, (row_number() OVER (ORDER BY id) - 1) // {most(declaration)} AS slice FROM {ids}"


@contextmanager
def only(rows: Callable[[Source], str], subject: str, ids: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to which only those subjects' source rows exist, and those of whoever hangs on them."""
    kinds = {kind for source in declared.sources.values() for kind in source.keys.values()}
    hanging = dict[str, str]()
    with connected({}) as cursor:
        for source in sorted(declared.sources.values(), key=lambda one: subject not in one.keys.values()):
            columns = {kind: column for column, kind in source.keys.items()}
            kind = subject if subject in columns else next((one for one in columns if one in hanging), "")
            every = rows(source)
            if kind:
                every = among(every, engine.name(columns[kind]), hanging.get(kind, ids))
            cursor.execute(f"CREATE VIEW {engine.name(source.name)} AS {every}")
            if kind == subject:
                columns |= {source.name: "id"} if source.name in kinds else {}
                for other in columns.keys() - hanging.keys() - {subject}:
                    hanging[other] = _kept(cursor, other, columns[other], source)
        yield cursor


def _kept(cursor: duckdb.DuckDBPyConnection, kind: str, column: str, source: Source) -> str:
    """A table of the ids of those that hang on the subjects: several sources are narrowed by it."""
    table = engine.name(f"hanging {kind}")
    ids = f"SELECT DISTINCT {engine.name(column)} AS id FROM {engine.name(source.name)}"
    cursor.execute(f"CREATE TEMP TABLE {table} AS {ids}")
    return table


def needs_among(needs: Mapping[str, str], subject: str, ids: str) -> dict[str, str]:
    """What a dataset stands on, without the rows of other subjects."""
    found = {}
    for name, relation in needs.items():
        one = declared.dataset(name)
        narrow = one.subject == subject
        found[name] = (
            f"({among(f'SELECT * FROM {relation}', engine.name(one.subject_column), ids)})" if narrow else relation
        )
    return found


def among(rows: str, column: str, ids: str) -> str:
    """The rows whose column is one of the ids."""
    return f"SELECT every.* FROM ({rows}) every SEMI JOIN {ids} these ON every.{column} = these.id"


@contextmanager
def connected(views: Mapping[str, str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection of its own that sees these views."""
    connection = engine.connect(folder=settings.DATA_FOLDER)
    try:
        for name, sql in views.items():
            connection.execute(f"CREATE VIEW {engine.name(name)} AS {sql}")
        yield connection
    finally:
        connection.close()


def ids_of(cursor: duckdb.DuckDBPyConnection, file: str) -> list[str]:
    """The ids of every slice, as something to select from; `file` holds what `sliced` found."""
    found = cursor.execute(f"SELECT DISTINCT slice FROM {file} ORDER BY slice").fetchall()
    return [f"(SELECT id FROM {file} WHERE slice = {number})" for (number,) in found]


def filled(sql: str, on: date, needs: Mapping[str, str]) -> str:
    """The text of a query with its day, and what the datasets are read from that it stands on."""
    sql = sql.replace("$year_before", f"DATE '{a_year_before(on).isoformat()}'")
    sql = sql.replace("$on", f"DATE '{on.isoformat()}'")
    for name, rows in needs.items():
        sql = sql.replace("{" + name + "}", rows)
    return sql


def a_year_before(on: date) -> date:
    """The same day of the year before; the 28th of February where that year has no 29th."""
    leap = (on.month, on.day) == (2, 29)
    return on.replace(year=on.year - 1, day=28 if leap else on.day)
