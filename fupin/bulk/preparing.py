"""Datasets as of a day, as Parquet beside their extract: made whole, or the base's with what changed made again.

A change of a few households must be in the prepared data within seconds whatever the size of the register. So an
extract that stands on a base keeps the base's datasets (hard links), makes the rows of the changed subjects again
from their own few source rows, and shows both as one relation. Rows that change with a neighbour (a village's mean) are
declared as such and made again with it. What is made whole is made in slices (`slices`).
"""

from __future__ import annotations

import hashlib
import itertools
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from fupin.bulk import engine, slices
from fupin.bulk.datasets import DUCKDB_TYPES, Dataset, Field, Source, declared
from fupin.bulk.slices import filled
from fupin.bulk.writing import Parts, whole_or_not, write

if TYPE_CHECKING:
    from fupin.bulk.extracts import Extract

MOST_SHARE = 0.5
"""Where more of a dataset than this must be made again, it is made whole."""


def whole(extract: Extract, dataset: str, on: date) -> Path:
    """The Parquet file of a dataset as of `on`, made on first use. Raises KeyError for an unknown dataset."""
    declaration = declared.dataset(dataset)
    path = _file(extract, "datasets", dataset, on)
    if not path.exists():
        layers = _layers(extract, declaration, on)
        needs = {} if layers else {name: relation(extract, name, on) for name in declaration.needs}
        with extract.lock:
            if path.exists():
                pass
            elif layers:
                _write_ranges(extract, path, layers, declaration)
            else:
                _write_slices(extract, path, declaration, on, needs)
    return path


def _write_slices(
    extract: Extract, path: Path, declaration: Dataset, on: date, needs: Mapping[str, str], *, of_base: bool = False
) -> None:
    """Make a dataset from its sources, one slice of subjects after another; from those of the base where it says so.

    Within a slice rows stand as they come: sorting them would take as much memory as making them.
    """
    rows: Callable[[Source], str] = extract.base_rows if of_base else extract.rows
    sources = {source.name: rows(source) for source in declared.sources.values()}
    with slices.connected(sources) if of_base else extract.reading() as cursor:
        if not declaration.subject:
            write(cursor, path, query(declaration, on, needs), declaration.key)
            return
        with _sliced(cursor, path, slices.sliced(declaration, filled(declaration.neighbourhood, on, needs))) as parts:
            if len(parts) <= 1:
                write(cursor, path, query(declaration, on, needs), declaration.key)
            else:
                _write_parts(path, declaration, on, needs, rows, parts)


@contextmanager
def _sliced(cursor: duckdb.DuckDBPyConnection, path: Path, sql: str) -> Iterator[list[str]]:
    """The ids of every slice, as something to select from, while `path` is written."""
    file = path.with_suffix(f".slices-{os.getpid()}-{threading.get_ident()}")
    try:
        write(cursor, file, sql)
        yield slices.ids_of(cursor, _read(file))
    finally:
        file.unlink(missing_ok=True)


def _write_parts(
    path: Path, declaration: Dataset, on: date, needs: Mapping[str, str], rows: Callable[[Source], str],
    parts: list[str],
) -> None:  # fmt: skip
    with whole_or_not(path) as made, Parts(made) as written:
        for ids in parts:
            own = slices.needs_among(needs, declaration.subject, ids)
            with slices.only(rows, declaration.subject, ids) as apart:
                written.add(apart, query(declaration, on, own))


def _write_patch(
    extract: Extract, path: Path, declaration: Dataset, on: date, needs: Mapping[str, str], affected: Path
) -> None:
    """Make the rows of the affected subjects again; of more than fit in memory, slice after slice."""
    these = _read(affected)
    with extract.reading() as cursor:
        counted = cursor.execute(f"SELECT count(*) FROM {these}").fetchone()
        if counted and counted[0] > slices.most(declaration):
            pairs = filled(declaration.neighbourhood, on, needs)
            with _sliced(cursor, path, slices.sliced(declaration, pairs, these)) as parts:
                _write_parts(path, declaration, on, needs, extract.rows, parts)
            return
    with slices.only(extract.rows, declaration.subject, these) as apart:
        write(apart, path, query(declaration, on, needs), declaration.key)


def _write_ranges(extract: Extract, path: Path, layers: str, declaration: Dataset) -> None:
    """Make one file of a dataset that lies in two layers, a range of its key after another."""
    key = engine.name(declaration.key)
    with extract.reading() as cursor, whole_or_not(path) as made, Parts(made) as written:
        bounds = cursor.execute(
            f"SELECT {key} FROM (SELECT {key}, row_number() OVER (ORDER BY {key}) AS nth FROM {layers})"
            f" WHERE nth % {slices.most(declaration)} = 0 ORDER BY 1"
        ).fetchall()
        for after, until in itertools.pairwise([None, *(bound for (bound,) in bounds), None]):
            limits = [f"{key} > {after}"] * (after is not None) + [f"{key} <= {until}"] * (until is not None)
            where = f" WHERE {' AND '.join(limits)}" if limits else ""
            written.add(cursor, f"SELECT * FROM {layers}{where} ORDER BY {key}")


def relation(extract: Extract, dataset: str, on: date) -> str:
    """The dataset as of `on`, as something to select from in DuckDB."""
    if not _file(extract, "datasets", dataset, on).exists():
        layers = _layers(extract, declared.dataset(dataset), on)
        if layers:
            return layers
    return _read(whole(extract, dataset, on))


def keep_base(old: Path, new: Path) -> None:
    """Give an extract that is being made the base's datasets: the old one's own if it is the base."""
    source = old / "base"
    if not source.exists():
        source = old / "datasets"
    target = new / "base"
    target.mkdir(exist_ok=True)
    for file in source.glob("*.parquet") if source.exists() else ():
        link(file, target / file.name)


def settle(extract: Extract, making: Path) -> None:
    """Give an extract that shows the same the datasets of this one, each as one file."""
    with extract.lock:
        layered = [asked for asked, layers in extract.layers.items() if layers]
    for dataset, on in layered:
        whole(extract, dataset, on)
    (making / "datasets").mkdir()
    for file in (extract.folder / "datasets").glob("*.parquet"):
        if not file.name.endswith(".patch.parquet"):
            link(file, making / "datasets" / file.name)


def link(old: Path, new: Path) -> None:
    """The same file under a second name; a copy where the file system has no hard links."""
    try:
        os.link(old, new)
    except OSError:
        new.write_bytes(old.read_bytes())


def _layers(extract: Extract, declaration: Dataset, on: date) -> str | None:
    """The base's rows without the affected, and the affected as they are now; None where the dataset is made whole."""
    if not extract.changed or not declaration.subject:
        return None
    asked = (declaration.name, on)
    if asked not in extract.layers:
        extract.layers[asked] = _layered(extract, declaration, on)
    return extract.layers[asked]


def _layered(extract: Extract, declaration: Dataset, on: date) -> str | None:
    needed = [declared.dataset(name) for name in declaration.needs]
    for one in needed:
        # What stands on a dataset of which any row may have changed cannot be kept either.
        if _layers(extract, one, on) is None if one.subject else not one.tells and _differs(extract, one, on):
            return None
    base = _base(extract, declaration, on)
    affected = _affected(extract, declaration, base, on)
    if affected is None:
        return None
    patch = _file(extract, "datasets", declaration.name, on, ".patch")
    needs = {one.name: relation(extract, one.name, on) for one in needed}
    with extract.lock:
        if not patch.exists():
            _write_patch(extract, patch, declaration, on, needs, affected)
    column = engine.name(declaration.subject_column)
    return (
        f"(SELECT kept.* FROM {_read(base)} kept ANTI JOIN {_read(affected)} gone ON kept.{column} = gone.id"
        f" UNION ALL BY NAME SELECT * FROM {_read(patch)})"
    )


def _base(extract: Extract, declaration: Dataset, on: date) -> Path:
    """The dataset as the base had it; made of the base's sources where nobody had asked the base for it."""
    path = _file(extract, "base", declaration.name, on)
    if not path.exists():
        needs = {name: _read(_base(extract, declared.dataset(name), on)) for name in declaration.needs}
        with extract.lock:
            if not path.exists():
                _write_slices(extract, path, declaration, on, needs, of_base=True)
    return path


def _differs(extract: Extract, declaration: Dataset, on: date) -> bool:
    """Is a dataset that is always made whole another one than the base's? Then nothing built on that can be kept."""
    differing = _differing(extract, declaration, on)
    with extract.reading() as cursor:
        found = cursor.execute(f"SELECT EXISTS ({differing})").fetchone()
    return bool(found and found[0])


def _differing(extract: Extract, declaration: Dataset, on: date) -> str:
    """The rows that this extract or its base alone has."""
    now, before = _read(whole(extract, declaration.name, on)), _read(_base(extract, declaration, on))
    one, other = (f"(SELECT * FROM {a} EXCEPT SELECT * FROM {b})" for a, b in ((now, before), (before, now)))
    return f"SELECT * FROM {one} UNION ALL SELECT * FROM {other}"


def _affected(extract: Extract, declaration: Dataset, base: Path, on: date) -> Path | None:
    """The ids of subjects whose rows are made again; None where they are most of all."""
    changed = extract.folder / f"changed.{declaration.subject}.parquet"
    path, sql = changed, f"SELECT id FROM {_read(changed)}"
    told = [one for one in map(declared.dataset, declaration.needs) if one.tells]
    if declaration.neighbours:
        sql = _neighbours(extract, declaration, base, changed, on)
    for one in told:
        sql += f" UNION SELECT {engine.name(one.tells)} FROM ({_differing(extract, one, on)})"
    with extract.reading() as cursor:
        if declaration.neighbours or told:
            path = _file(extract, "datasets", declaration.name, on, ".affected")
            if not path.exists():
                write(cursor, path, sql)
        counts = f"SELECT (SELECT count(*) FROM {_read(path)}), (SELECT count(*) FROM {_read(base)})"
        row = cursor.execute(counts).fetchone()
    return path if row and row[0] <= MOST_SHARE * row[1] else None


def _neighbours(extract: Extract, declaration: Dataset, base: Path, changed: Path, on: date) -> str:
    """Those that changed, and all that share the neighbourhood which one of them was in or is in now."""
    column, subject = engine.name(declaration.neighbours), engine.name(declaration.subject_column)
    needs = {name: relation(extract, name, on) for name in declaration.needs if not declared.dataset(name).subject}
    now = filled(declaration.neighbourhood, on, needs)
    return f"""
        WITH changed AS (SELECT id FROM {_read(changed)}),
        touched AS (SELECT b.{column} AS value FROM {_read(base)} b SEMI JOIN changed c ON b.{subject} = c.id
                    UNION SELECT n.value FROM ({now}) n SEMI JOIN changed c ON n.subject = c.id)
        SELECT id FROM changed
        UNION SELECT b.{subject} FROM {_read(base)} b SEMI JOIN touched t ON b.{column} IS NOT DISTINCT FROM t.value"""


def _file(extract: Extract, kind: str, dataset: str, on: date, part: str = "") -> Path:
    """Where a prepared file lies. Its name tells how it was declared: after an upgrade none of an older shape is read."""
    return extract.folder / kind / f"{dataset}@{on.isoformat()}-{_shape(dataset)}{part}.parquet"


@cache
def _shape(dataset: str) -> str:
    """A short hash of the declaration of a dataset, and of those that it stands on."""
    one = declared.dataset(dataset)
    said = repr((one.fields, one.sql, one.key, one.neighbourhood, [_shape(name) for name in one.needs]))
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def _read(path: Path) -> str:
    return f"read_parquet({engine.text(path)})"


def query(declaration: Dataset, on: date, needs: Mapping[str, str]) -> str:
    """The query of a dataset as of a day; `needs` says what the datasets that it stands on are read from."""
    columns = ", ".join(f"{_column(one)} AS {engine.name(one.name)}" for one in declaration.fields)
    return f"SELECT {columns} FROM ({filled(declaration.sql, on, needs)})"


def _column(field: Field) -> str:
    """A field in its type. What is empty is not known, as where one record is judged."""
    kind, name = DUCKDB_TYPES[field.type], engine.name(field.name)
    return f"NULLIF(CAST({name} AS {kind}), '')" if kind == "VARCHAR" else f"CAST({name} AS {kind})"
