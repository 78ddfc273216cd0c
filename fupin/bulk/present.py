"""A few subjects' rows of datasets as the database holds them now, by the datasets' own queries.

What a sweep reads of an extract, an act must be able to ask of the records that it has just changed. Their source rows
are read from the database; what stands on the whole register (the tree of divisions, a village's mean) comes from the
newest extract.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

import duckdb
from django.conf import settings

from fupin.bulk import engine, preparing, taking
from fupin.bulk.datasets import Dataset, declared
from fupin.bulk.extracts import Extract

Rows = list[dict[str, Any]]


def rows(
    names: Iterable[str], ids: Collection[int], *, subject: str, on: date, extract: Extract | None = None
) -> dict[str, Rows]:
    """The rows of the named datasets that belong to subjects (`household` and their ids), by dataset."""
    wanted = _with_needs(names)
    subjects = declared.changed([f"{subject}:{one}" for one in ids]) or {}
    extract = extract or taking.newest()
    connection = engine.connect(folder=settings.DATA_FOLDER, threads=1)
    try:
        for source in declared.sources.values():
            if source.keys:
                connection.register(source.name, taking.rows_of(source, subjects))
        return {name: _rows(connection, declared.dataset(name), wanted, ids, on, extract) for name in names}
    finally:
        connection.close()


def _with_needs(names: Iterable[str]) -> dict[str, Dataset]:
    found: dict[str, Dataset] = {}
    for name in names:
        found |= {name: declared.dataset(name)} | _with_needs(declared.dataset(name).needs)
    return found


def _rows(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, wanted: dict[str, Dataset], ids: Collection[int],
    on: date, extract: Extract,
) -> Rows:  # fmt: skip
    relation = _relation(connection, dataset, wanted, ids, on, extract)
    found = connection.execute(f"SELECT * FROM {relation} WHERE {_theirs(dataset, ids)}")
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _theirs(dataset: Dataset, ids: Collection[int]) -> str:
    return f"{engine.name(dataset.subject_column)} IN ({', '.join(map(str, ids)) or 'NULL'})"


def _relation(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    wanted: dict[str, Dataset],
    ids: Collection[int],
    on: date,
    extract: Extract,
) -> str:
    """A table of the dataset's rows; one that belongs to no subject is read from the extract."""
    if not dataset.subject:
        return extract.relation(dataset.name, on)
    table = engine.name(f"present {dataset.name}")
    known = connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [f"present {dataset.name}"])
    if not known.fetchone():
        needs = {name: _relation(connection, wanted[name], wanted, ids, on, extract) for name in dataset.needs}
        shared = [one.name for one in dataset.fields if dataset.neighbours and one.stands_on == ()]
        sql = preparing.query(dataset, on, needs)
        if shared:
            key, kept = engine.name(dataset.key), ", ".join(f"s.{engine.name(name)}" for name in shared)
            left = ", ".join(engine.name(name) for name in shared)
            whole = extract.relation(dataset.name, on)
            sql = (
                f"SELECT own.* EXCLUDE ({left}), {kept} FROM ({sql}) own"
                f" LEFT JOIN (SELECT * FROM {whole} WHERE {_theirs(dataset, ids)}) s ON s.{key} = own.{key}"
            )
        connection.execute(f"CREATE TEMP TABLE {table} AS {sql}")
    return table
