"""The staged import against its targets and its peers: `python -m bench.import_bench [PERSONS] [--preload N] [--kind csv]`.

Prints a markdown table. The database is that of `FUPIN_DATABASE` (SQLite in `FUPIN_DATA` by default) and must be an
instance made for this. Beside the staged import stand the bare insert of the very rows that it wrote into the same
tables with their indexes (`executemany` on SQLite, `COPY` on PostgreSQL, one transaction, nothing read, checked,
enciphered, compared or derived), and django-import-export, which is given the persons and their facts in checked and
coded form: it keeps no documents, memberships, keys, ciphers or trail. Both on a sample, whose size the table says.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

ON = date(2018, 12, 31)
PEER_ROWS = 2_000


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("persons", type=int, nargs="?", default=600_000)
    asked.add_argument("--preload", type=int, default=0, help="persons that are in the register before")
    asked.add_argument("--kind", choices=("csv", "parquet", "xlsx"), default="csv", help="kind of the person file")
    options = asked.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fupin.config.settings")
    import django

    django.setup()
    print("| step | rows | s | rows/min | CPU s | peak MB |")
    print("|---|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory(prefix="fupin-bench-") as folder:
        if options.preload:
            load(Path(folder) / "before", options.preload, start=0, kind="csv")
        rate, parts = load(
            Path(folder) / "measured", options.persons, start=options.preload + 10_000, kind=options.kind
        )
        bare = bare_insert(parts)
        peer = import_export(parts)
    print(f"\nload average {', '.join(f'{each:.1f}' for each in os.getloadavg())} on {os.cpu_count()} cores")
    print(
        f"\nstaged ÷ bare insert of the same rows: {rate / bare:.2f}; staged ÷ django-import-export: {rate / peer:.1f}"
    )


def villages() -> list[str]:
    from fupin.divisions.queries import tree

    return [node.code for node in tree() if node.level == "village"]


def load(folder: Path, persons: int, *, start: int, kind: str) -> tuple[float, list[Any]]:
    """Import households, then persons; the rate of the persons and the rows that were written for them."""
    from bench.made_up import write_csv
    from fupin.registry.intake import merging

    one, two, _households = write_csv(folder, persons, villages(), seed=start + 1, start=start)
    carry("households", one)
    two = {"csv": lambda path: path, "parquet": as_parquet, "xlsx": as_workbook}[kind](two)
    kept: list[Any] = []
    fill = merging._fill

    def keep(group: Any) -> None:
        if sum(len(rows) for portion in kept for _t, _c, rows in portion.inserts) < 400_000:
            kept.extend(group)
        fill(group)

    merging._fill = keep
    try:
        return carry("persons", two), kept
    finally:
        merging._fill = fill


def carry(ledger: str, path: Path) -> float:
    """One staged import, file opened to searchable; its rate in rows a minute."""
    from fupin.core.imports import runs

    before, began = cpu(), time.perf_counter()
    run = runs.open_run(ledger=ledger, files=[runs.Given(path, path.name)], by=None, on=ON)
    run = runs.stage(run=run, by=None)
    run = runs.merge(run=runs.accept(run=run, by=None), by=None)
    seconds = time.perf_counter() - began
    assert not run.rejected, run.reasons
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    say(f"staged {ledger} {path.suffix}", run.read, seconds, cpu() - before, peak)
    return run.read / seconds * 60


def say(step: str, rows: int, seconds: float, used: float, peak: int | str = "") -> None:
    print(f"| {step} | {rows:,} | {seconds:.1f} | {rows / seconds * 60:,.0f} | {used:.1f} | {peak} |", flush=True)


def cpu() -> float:
    """Seconds of both processes."""
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(use.ru_utime + use.ru_stime for use in map(resource.getrusage, whose))


def bare_insert(kept: list[Any]) -> float:
    """The rows of the import (as many as were kept) taken out of their tables and inserted again, bare."""
    from django.db import connection, transaction

    from fupin.registry.cards import among, listed
    from fupin.registry.intake import tables

    persons = sum(portion.created + portion.updated for portion in kept)
    rows = _by_table(kept)
    with transaction.atomic(), connection.cursor() as cursor:
        for (table, columns), lines in reversed(rows.items()):
            # The trail is never taken back: its rows are added a second time.
            key = "person_id" if table == "registry_searchkey" else "id"
            if key in columns:
                ids = [row[columns.index(key)] for row in lines]
                cursor.execute(f"DELETE FROM {table} WHERE {among(key)}", [listed(ids)])
    began, before = time.perf_counter(), cpu()
    with transaction.atomic():
        for (table, columns), lines in rows.items():
            tables.insert(table, columns, lines)
    seconds = time.perf_counter() - began
    say("bare insert of the same rows into the same tables", persons, seconds, cpu() - before)
    return persons / seconds * 60


def _by_table(kept: list[Any]) -> dict[tuple[str, tuple[str, ...]], list[Any]]:
    rows: dict[tuple[str, tuple[str, ...]], list[Any]] = {}
    for portion in kept:
        for table, columns, lines in portion.inserts:
            rows.setdefault((table, tuple(columns)), []).extend(lines)
    return rows


def import_export(kept: list[Any]) -> float:
    """django-import-export in its bulk mode: a person and the fact for each row, already checked and coded."""
    from django.db import transaction
    from import_export import resources
    from tablib import Dataset

    from fupin.core.ids import new_ids
    from fupin.registry.models import Person, PersonFact

    found = _by_table(kept)
    (columns, lines) = next((key[1], rows) for key, rows in found.items() if key[0] == "registry_personfact")
    names = [name for name in columns if not name.endswith(("_sealed", "_token")) and name != "recorded_at"]
    data = Dataset(headers=["person" if name == "person_id" else name for name in names])
    facts = lines[:PEER_ROWS]
    ids, persons = new_ids(len(facts)), new_ids(len(facts))
    for at, line in enumerate(facts):
        row = dict(zip(columns, line, strict=True)) | {"id": ids[at], "person_id": persons[at]}
        data.append(["" if row[name] is None else row[name] for name in names])

    class FactResource(resources.ModelResource):
        class Meta:
            model = PersonFact
            fields = tuple(data.headers)
            import_id_fields = ("id",)
            use_bulk = skip_diff = True
            batch_size = 1_000

        def before_import(self, dataset: Any, **_options: Any) -> None:
            made = [Person(id=each, number=f"peer{each}"[:24], is_synthetic=True) for each in persons]
            Person.objects.bulk_create(made, batch_size=1_000)

    began, before = time.perf_counter(), cpu()
    with transaction.atomic():
        FactResource().import_data(data, raise_errors=True)
    seconds = time.perf_counter() - began
    assert PersonFact.objects.filter(person_id__in=list(persons)[:100]).count() == min(100, len(facts))
    Person.objects.filter(id__gte=persons.start, id__lt=persons.stop).delete()
    say(f"django-import-export, {len(facts):,} rows: persons and facts alone", len(facts), seconds, cpu() - before)
    return len(facts) / seconds * 60


def as_parquet(path: Path) -> Path:
    """The same rows as Parquet, every cell a text."""
    import polars

    target = path.with_suffix(".parquet")
    polars.read_csv(path, infer_schema=False).write_parquet(target)
    return target


def as_workbook(path: Path) -> Path:
    """The same rows as .xlsx."""
    import rustpy_xlsxwriter

    target = path.with_suffix(".xlsx")
    with path.open(encoding="utf-8", newline="") as file:
        rustpy_xlsxwriter.write_worksheet(list(csv.DictReader(file)), str(target))
    return target


if __name__ == "__main__":
    main()
