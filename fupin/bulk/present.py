"""A few subjects' rows of datasets as the database holds them now, by the datasets' own queries.

What a sweep reads of an extract, an act must be able to ask of the records that it has just changed. Their source rows
are read from the database; what stands on the whole register (the tree of divisions, a village's mean) comes from the
newest extract.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from fupin.bulk import engine, few, taking
from fupin.bulk.datasets import Dataset, declared
from fupin.bulk.extracts import Extract
from fupin.bulk.few import Few

Rows = list[dict[str, Any]]


def rows(
    names: Iterable[str], ids: Collection[int], *, subject: str, on: date, extract: Extract | None = None
) -> dict[str, Rows]:
    """The rows of the named datasets that belong to subjects (`household` and their ids), by dataset."""
    wanted = list(names)
    subjects = declared.changed([f"{subject}:{one}" for one in ids]) or {}
    extract = extract or taking.newest()
    held = few.of_this_thread()
    try:
        for source in declared.sources.values():
            if source.keys:
                held.fill(source, taking.rows_of(source, subjects))
        for dataset in _with_needs(wanted):
            _bring(held, dataset, ids, on, extract)
        return {name: held.rows(declared.dataset(name), ids) for name in wanted}
    finally:
        held.empty()


def _with_needs(names: Iterable[str]) -> list[Dataset]:
    """The datasets with all that they stand on, which come before them."""
    found: dict[str, Dataset] = {}
    for name in names:
        one = declared.dataset(name)
        found |= {need.name: need for need in _with_needs(one.needs)} | {name: one}
    return list(found.values())


def _bring(held: Few, dataset: Dataset, ids: Collection[int], on: date, extract: Extract) -> None:
    """Make a dataset's rows; read those that belong to no subject, and what stands on neighbours, from the extract."""
    if not dataset.subject:
        field, values = "", list[Any]()
        if dataset.looked_up is not None:
            field, source, column = dataset.looked_up
            values = held.values(source, column)
        held.fill_dataset(dataset, _from(extract, dataset, dataset.names, on, field, values))
        return
    held.make(dataset, on)
    if shared := few.left_out(dataset.name):
        found = _from(extract, dataset, (*shared, dataset.key), on, dataset.subject_column, sorted(ids))
        held.mend(dataset, shared, found)


def _from(
    extract: Extract, dataset: Dataset, names: Sequence[str], on: date, field: str, values: Sequence[Any]
) -> list[Any]:
    """Rows of the extract's dataset: those whose field has one of the values, or all of them where no field is named."""
    if field and not values:
        return []
    said = ", ".join(engine.name(name) for name in names)
    where = f" WHERE {engine.name(field)} IN ({', '.join('?' * len(values))})" if field else ""
    relation = extract.relation(dataset.name, on)
    with extract.reading() as cursor:
        return cursor.execute(f"SELECT {said} FROM {relation}{where}", list(values)).fetchall()
