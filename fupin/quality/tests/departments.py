"""Files as departments send them, for the tests of comparison."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook

from fupin.policy.sources import source
from fupin.quality.comparison import operations
from fupin.quality.comparison.models import Exchange

DAY = date(2019, 6, 30)


def csv_file(rows: Sequence[Sequence[Any]], encoding: str = "utf-8-sig") -> bytes:
    """A text file of these rows, the header first."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_file(rows: Sequence[Sequence[Any]]) -> bytes:
    """A workbook of these rows, the header first."""
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(list(row))
    book.save(file)
    return file.getvalue()


def hand_in(name: str, data: bytes, *, by: Any, division: Any, file: str = "数据.csv", **more: Any) -> Exchange:
    """A file taken in and read."""
    given = {"on": DAY, **more}
    made = operations.take_in(source=source(name), pieces=[data], name=file, division=division.pk, by=by, **given)
    return operations.read(exchange=made, source=source(name))


def compared(name: str, data: bytes, *, by: Any, division: Any, **more: Any) -> Exchange:
    """A file taken in, read and compared."""
    made = hand_in(name, data, by=by, division=division, **more)
    return operations.compare(exchange=made, source=source(name), by=by)
