"""A list as a file: rows of texts as CSV or as a workbook, a chunk at a time; the first row is the header."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any

from fupin.core.workbooks.plain import Workbook, texts

CHUNK = 1_000
MOST_IN_A_SHEET = 1_000_000


def as_csv(rows: Iterator[list[str]]) -> Iterator[bytes]:
    """CSV in UTF-8 with its mark, so that Excel reads the Chinese."""
    yield codecs.BOM_UTF8
    while some := list(islice(rows, CHUNK)):
        lines = io.StringIO()
        csv.writer(lines).writerows(some)
        yield lines.getvalue().encode()


def write_workbook(rows: Iterator[list[str]], target: Path | IO[bytes] | Any, title: str) -> None:
    """An .xlsx of texts; a new sheet before a sheet is full."""
    book = Workbook(target, title, rows=MOST_IN_A_SHEET + 1, header=next(rows), frozen=True)
    while some := list(islice(rows, CHUNK)):
        book.write(texts(some))
    book.close()
