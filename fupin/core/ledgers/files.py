"""A ledger as a file: what the list shows with its filters, in workbooks that know their version and in CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from fupin.core.cells import harmless
from fupin.core.ledgers import listing
from fupin.core.ledgers.declaration import Ledger
from fupin.core.ledgers.records import write
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
    book = Workbook(write_only=True)
    count, sheet = 0, None
    for row in rows:
        if sheet is None or count % SHEET_ROWS == 0:
            sheet = _sheet(book, header, f"{ledger.label}{count // SHEET_ROWS + 1 if count else ''}")
        sheet.append([_text(sheet, text) for text in row])
        count += 1
    if sheet is None:
        _sheet(book, header, ledger.label)
    stamp = Stamp(ledger.name, version_of(ledger.writable), timezone.now().isoformat(), kind="export")
    marks = book.create_sheet(SHEET)
    marks.sheet_state = "hidden"
    for line in stamp.rows():
        marks.append(line)
    book.save(path)
    return count


def _sheet(book: Workbook, header: list[str], title: str) -> Any:
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    sheet.append(header)
    return sheet


def _text(sheet: Any, text: str) -> Any:
    """A cell that stays text whatever it begins with."""
    cell = WriteOnlyCell(sheet, value=text)
    if text:
        cell.data_type = "s"
    return cell
