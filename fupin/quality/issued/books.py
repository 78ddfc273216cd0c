"""The sender's file: opened with what it tries kept out, read as texts, and written again with the answers alone new."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.cell import MergedCell
from openpyxl.styles import Alignment
from openpyxl.utils.exceptions import InvalidFileException

from fupin.core.cells import harmless
from fupin.core.refusals import Refused
from fupin.core.workbooks.kinds import FileKind, kind_of, look_into
from fupin.quality.issued.layout import Area

MOST_ROWS = 100_000
MOST_COLUMNS = 200
MOST_BYTES = 60 << 20
"""Of a sheet, unpacked: more is no list that people answer line by line."""
EXACT = 10**15
"""Whole numbers from here on have lost digits in a spreadsheet."""
CSV_SHEET = "csv"
_ENCODINGS = ("utf-8-sig", "gb18030", "utf-16")
BEHIND = 1_000_000
"""Columns from this number on are counted from behind the last one that holds anything."""
Fills = Mapping[tuple[int, int], str]
"""Texts by row and column, from 0."""


@dataclass(slots=True)
class Sheet:
    """A sheet as texts; rows and columns are counted from 0."""

    title: str
    rows: list[list[str]]
    merged: list[Area] = field(default_factory=list)
    hidden_rows: int = 0
    is_hidden: bool = False
    choices: dict[int, list[str]] = field(default_factory=dict)
    """what a drop-down list of the sender allows, by column"""


@contextmanager
def _lying(data: bytes, name: str) -> Iterator[Path]:
    """The file on disk for the time of looking at it."""
    with tempfile.TemporaryDirectory(prefix="issued-") as folder:
        path = Path(folder) / "given"
        path.write_bytes(data)
        yield path


def is_text(data: bytes, name: str) -> bool:
    """Is it a csv? Raises Refused for what is neither .xlsx nor .csv, and for an archive that is a trap."""
    with _lying(data, name) as path:
        kind = kind_of(path, name)
        if kind not in (FileKind.XLSX, FileKind.CSV):
            raise Refused(
                _("“%(name)s”请在电子表格软件中另存为 .xlsx 或 .csv 后上传，回填后按同样格式返回") % {"name": name},
                "kind",
            )
        if kind is FileKind.CSV:
            return True
        book = look_into(path, name)
        for sheet in book.sheets:
            if sheet.size > MOST_BYTES or (sheet.last_row > MOST_ROWS and sheet.size > MOST_BYTES // 4):
                sentence = _("工作表“%(sheet)s”过大，请删去空白行列或拆成几个文件后上传（每份名单最多 %(most)d 行）")
                raise Refused(sentence % {"sheet": sheet.name, "most": MOST_ROWS}, "too_large")
    return False


def read(data: bytes, name: str) -> list[Sheet]:
    """Every sheet of the file as texts. Raises Refused for what cannot be opened."""
    if is_text(data, name):
        return [
            Sheet(CSV_SHEET, [_trimmed([_plain(cell) for cell in row[:MOST_COLUMNS]]) for row in _lines(data).rows])
        ]
    book = _open(data, name, data_only=True)
    return [_sheet(sheet) for sheet in book.worksheets]


def _open(data: bytes, name: str, *, data_only: bool) -> Any:
    try:
        return openpyxl.load_workbook(io.BytesIO(data), data_only=data_only, rich_text=not data_only)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError):
        sentence = _("“%(name)s”无法打开，请在电子表格软件中打开、另存为 .xlsx 后再上传")
        raise Refused(sentence % {"name": name}, "damaged") from None


def _sheet(sheet: Any) -> Sheet:
    last = min(sheet.max_column, MOST_COLUMNS)
    rows = [_trimmed([cell_text(value) for value in row]) for row in sheet.iter_rows(max_col=last, values_only=True)]
    while rows and not any(rows[-1]):
        rows.pop()
    merged = [
        (area.min_row - 1, area.min_col - 1, area.max_row - 1, area.max_col - 1) for area in sheet.merged_cells.ranges
    ]
    hidden = sum(1 for at, one in sheet.row_dimensions.items() if one.hidden and at <= len(rows))
    return Sheet(sheet.title, rows, merged, hidden, sheet.sheet_state != "visible", _choices(sheet))


def _trimmed(row: list[str]) -> list[str]:
    """A row without the empty cells behind its last text."""
    while row and not row[-1]:
        row.pop()
    return row


def _choices(sheet: Any) -> dict[int, list[str]]:
    """What drop-downs with a list of their own allow: the words that the sender wants to read."""
    found: dict[int, list[str]] = {}
    for rule in sheet.data_validations.dataValidation:
        if rule.type == "list" and str(rule.formula1 or "").startswith('"'):
            words = [word.strip() for word in rule.formula1.strip('"').split(",") if word.strip()]
            for area in rule.sqref.ranges:
                found |= dict.fromkeys(range(area.min_col - 1, min(area.max_col, area.min_col + 9)), words)
    return found


def cell_text(value: Any) -> str:
    """A typed cell as text. A whole number of 16 digits and more has lost its last digits: its form says so."""
    if value is None or isinstance(value, bool):
        return "" if value is None else ("是" if value else "否")
    if isinstance(value, int | float):
        if value != value or abs(value) >= EXACT:
            return "" if value != value else _shortened(value)
        return str(int(value)) if float(value).is_integer() else repr(round(float(value), 10))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return _plain(str(value))


def _shortened(value: int | float) -> str:
    """The fifteen digits that are sure, none of them rounded; what is no number at all is as good as empty."""
    if abs(value) == float("inf"):
        return ""
    # By the shortest decimal that stands for it: the nearest binary number may lie just below.
    digits = f"{Decimal(repr(abs(value))):f}".partition(".")[0]
    return f"{digits[0]}.{digits[1:15]}E+{len(digits) - 1}"


def _plain(text: str) -> str:
    return text.replace("_x000D_", "").strip(" \t\r\n\u3000\xa0\ufeff")


@dataclass(slots=True)
class _Lines:
    rows: list[list[str]]
    encoding: str
    delimiter: str
    ending: str


def _lines(data: bytes) -> _Lines:
    """A csv as its rows, and how it was written. Raises Refused where it has no readable text."""
    for encoding in _ENCODINGS if not data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-16",):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        encoding = "utf-8" if encoding == "utf-8-sig" and not data.startswith(b"\xef\xbb\xbf") else encoding
        head = text[:20_000]
        delimiter = max(",\t;", key=head.count)
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        except csv.Error:
            break
        return _Lines(rows, encoding, delimiter, "\r\n" if "\r\n" in head else "\n")
    raise Refused(_("这个 csv 文件的文字无法识别，请另存为 UTF-8 的 csv 或 .xlsx 后上传"), "encoding")


@dataclass(slots=True)
class Filled:
    """The file with the answers in it, and the cells that were left as they are because they hold a formula."""

    data: bytes
    kept_formulas: int = 0


def fill(data: bytes, name: str, fills: Mapping[str, Fills]) -> Filled:
    """The sender's file with these cells written, sheet by sheet; everything else stays as the sender made it."""
    if is_text(data, name):
        return Filled(_fill_text(data, fills[CSV_SHEET]) if CSV_SHEET in fills else data)
    book, kept = _open(data, name, data_only=False), 0
    for title, cells in fills.items():
        sheet = book[title]
        kept += _fill_sheet(sheet, _placed(cells, _width(sheet)))
    # The results of formulas are not kept in what is written here: the reader's program works them out again.
    book.calculation.fullCalcOnLoad = True
    out = io.BytesIO()
    book.save(out)
    return Filled(out.getvalue(), kept)


def _width(sheet: Any) -> int:
    """The columns of a sheet up to the last that holds a text or a formula."""
    return max((cell.column for row in sheet.iter_rows() for cell in row if cell.value is not None), default=0)


def _placed(cells: Fills, width: int) -> Fills:
    """The same with columns behind the last one numbered as they stand."""
    return {
        (row, column - BEHIND + width if column >= BEHIND else column): text for (row, column), text in cells.items()
    }


def _fill_sheet(sheet: Any, cells: Fills) -> int:
    tops = {
        (row, column): (area.min_row, area.min_col)
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row, area.max_row + 1)
        for column in range(area.min_col, area.max_col + 1)
    }
    texts: dict[tuple[int, int], list[str]] = {}
    for (row, column), text in cells.items():
        # Lines that share one merged cell share it for their answers too.
        texts.setdefault(tops.get((row + 1, column + 1), (row + 1, column + 1)), []).append(text)
    kept = 0
    for (row, column), found in texts.items():
        cell = sheet.cell(row, column)
        if cell.data_type == "f":
            kept += 1
        elif not isinstance(cell, MergedCell):
            _write(cell, "；".join(dict.fromkeys(text for text in found if text)))
            if not cell.has_style:
                _dress(cell, sheet.cell(row, max(column - 1, 1)))
    return kept


def _write(cell: Any, text: str) -> None:
    """A text, whatever it begins with: nothing that somebody typed becomes a formula."""
    cell.value = harmless(_printable(text)) or None
    if cell.value is not None:
        cell.data_type = "s"


def _dress(cell: Any, beside: Any) -> None:
    """A new cell looks like the one beside it."""
    if beside.has_style:
        cell._style = beside._style
        cell.number_format = "@"
        cell.alignment = Alignment(wrap_text=True, vertical="center")


def _fill_text(data: bytes, cells: Fills) -> bytes:
    lines = _lines(data)
    width = max((len(row) for row in lines.rows), default=0)
    for (row, column), text in _placed(cells, width).items():
        line = lines.rows[row]
        line += [""] * (column + 1 - len(line))
        line[column] = harmless(_printable(text))
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=lines.delimiter, lineterminator=lines.ending).writerows(lines.rows)
    return out.getvalue().encode(lines.encoding, errors="replace")


def _printable(text: str) -> str:
    """XML knows no control characters."""
    return "".join(mark for mark in text if mark >= " " or mark == "\n")[:2_000]
