"""The staged import against its targets and its peers: `python -m bench.import_bench [PERSONS] [--preload N] [--xlsx]`.

Prints a markdown table. The database is that of `FUPIN_DATABASE` (SQLite in `FUPIN_DATA` by default) and must be an
instance made for this. Beside the staged import stand the bare insert of the very rows that it wrote (`executemany` on
SQLite, `COPY` on PostgreSQL, one transaction, no check, no cipher, no trail made) and django-import-export on the same
file, the latter on a sample where the whole would take too long; the table says so.
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
    asked.add_argument("--xlsx", action="store_true", help="the person file as .xlsx instead of .csv")
    options = asked.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fupin.config.settings")
    import django

    django.setup()
    print("| step | rows | s | rows/min | CPU s | peak MB |")
    print("|---|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory(prefix="fupin-bench-") as folder:
        if options.preload:
            load(Path(folder) / "before", options.preload, start=0, xlsx=False)
        rate, parts = load(
            Path(folder) / "measured", options.persons, start=options.preload + 10_000, xlsx=options.xlsx
        )
        bare = bare_insert(parts)
        peer = import_export(Path(folder) / "measured" / "persons.csv")
    print(
        f"\nstaged ÷ bare insert of the same rows: {rate / bare:.2f}; staged ÷ django-import-export: {rate / peer:.1f}"
    )


def villages() -> list[str]:
    from fupin.divisions.queries import tree

    return [node.code for node in tree() if node.level == "village"]


def load(folder: Path, persons: int, *, start: int, xlsx: bool) -> tuple[float, list[Any]]:
    """Import households, then persons; the rate of the persons and the rows that were written for them."""
    from bench.made_up import write_csv
    from fupin.registry.intake import merging

    one, two, _households = write_csv(folder, persons, villages(), seed=start + 1, start=start)
    carry("households", one)
    if xlsx:
        two = as_workbook(two)
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
    """The rows of the import (as many as were kept) into their tables again, bare; rolled back at the end."""
    from django.db import connection, transaction

    from fupin.registry.intake import tables

    persons = sum(portion.created + portion.updated for portion in kept)
    rows: dict[tuple[str, tuple[str, ...]], list[Any]] = {}
    for portion in kept:
        for table, columns, lines in portion.inserts:
            rows.setdefault((table, tuple(columns)), []).extend(lines)
    began, before = time.perf_counter(), cpu()
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                for table, _columns in rows:
                    cursor.execute(f"CREATE TEMPORARY TABLE bare_{table} AS SELECT * FROM {table} LIMIT 0")
            for (table, columns), lines in rows.items():
                tables.insert(f"bare_{table}", columns, lines)
            seconds = time.perf_counter() - began
            raise InterruptedError
    except InterruptedError:
        pass
    say("bare insert of the same rows, no index", persons, seconds, cpu() - before)
    return persons / seconds * 60


def import_export(path: Path) -> float:
    """django-import-export on the head of the same file, into the same facts, one transaction."""
    from django.db import transaction
    from import_export import resources
    from tablib import Dataset

    from fupin.registry.models import Person

    class PersonResource(resources.ModelResource):
        class Meta:
            model = Person
            fields = ("number", "is_synthetic")
            import_id_fields = ("number",)
            use_transactions = True

    with path.open(encoding="utf-8", newline="") as file:
        lines = [row for _at, row in zip(range(PEER_ROWS), csv.DictReader(file), strict=False)]
    data = Dataset(headers=["number", "is_synthetic", *list(lines[0])])
    for at, row in enumerate(lines):
        data.append([f"peer{at}", "1", *row.values()])
    began, before = time.perf_counter(), cpu()
    with transaction.atomic():
        PersonResource().import_data(data, raise_errors=True)
        seconds = time.perf_counter() - began
        transaction.set_rollback(True)
    say(f"django-import-export, first {len(lines)} rows, two columns only", len(lines), seconds, cpu() - before)
    return len(lines) / seconds * 60


def as_workbook(path: Path) -> Path:
    """The same rows as .xlsx."""
    import rustpy_xlsxwriter

    target = path.with_suffix(".xlsx")
    with path.open(encoding="utf-8", newline="") as file:
        rustpy_xlsxwriter.write_worksheet(list(csv.DictReader(file)), str(target))
    return target


if __name__ == "__main__":
    main()
