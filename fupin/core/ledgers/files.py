"""A ledger as a file: what the list shows with its filters, in workbooks that know their version and in CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils import timezone

from fupin.core.cells import harmless
from fupin.core.ledgers import listing
from fupin.core.ledgers.declaration import Ledger
from fupin.core.ledgers.records import write
from fupin.core.workbooks.plain import Workbook, texts
from fupin.core.workbooks.stamps import SHEET, Stamp, version_of

BATCH = 2000
SHEET_ROWS = 1_000_000


def lines(ledger: Ledger, asked: listing.Asked, *, user: Any) -> Iterator[list[str]]:
    """The rows asked for, all of them, as the texts that the import reads back: codes, yuan, division codes."""
    for row in listing.rows(ledger, asked, user=user).iterator(chunk_size=BATCH):
        yield [write(column, ledger.value(row, column)) for column in ledger.columns]


def export(ledger: Ledger, asked: listing.Asked, path: Path, *, user: Any) -> int:
    """Write the rows asked for to a .xlsx or .csv file; returns how many. Nothing is cut: a workbook gets another
    sheet before the limit of a sheet."""
    rows = lines(ledger, asked, user=user)
    header = [column.label for column in ledger.columns]
    return _csv(rows, header, path) if path.suffix == ".csv" else _workbook(rows, header, ledger, path)


def _csv(rows: Iterator[list[str]], header: list[str], path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(header)
        for row in rows:
            out.writerow([harmless(text) for text in row])
            count += 1
    return count


def _workbook(rows: Iterator[list[str]], header: list[str], ledger: Ledger, path: Path) -> int:
    """Every cell is text and stays what it is, whatever it begins with."""
    book, count = Workbook(path, ledger.label[:28], rows=SHEET_ROWS + 1, header=header, frozen=True), 0
    while some := list(islice(rows, BATCH)):
        book.write(texts(some))
        count += len(some)
    stamp = Stamp(ledger.name, version_of(ledger.writable), timezone.now().isoformat(), kind="export")
    book.add(SHEET, stamp.rows(), hidden=True)
    book.close()
    return count
