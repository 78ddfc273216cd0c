"""A plain .xlsx writer: every cell is text, rows are put together column-wise and go to disk a part at a time.

Nothing is taken for a formula, an id number stays whole, and memory holds one part. The bytes depend on the cells alone:
no clock, no program name. A sheet that is full is followed by another.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

import polars as pl

from fupin.core.workbooks.child import column_letters

SHEET_ROWS = 1_048_576
"""The rows of a sheet of this format."""
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_FROZEN = '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" state="frozen"/></sheetView></sheetViews>'
_HIDDEN = ' state="hidden"'
_UNWRITABLE = "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
"""What XML cannot hold."""


class Workbook:
    """One workbook: frames of the same columns one after another, then whatever else is added, each on its sheet.

    `header` stands above the columns, else their names; with `frozen` it stays while the rows are scrolled.
    """

    def __init__(
        self, target: Path | IO[bytes], name: str, note: Sequence[str] = (), rows: int = SHEET_ROWS, *,
        header: Sequence[str] = (), frozen: bool = False,
    ) -> None:  # fmt: skip
        self.name, self.note, self.rows, self.frozen = name, note, rows, frozen
        self.archive = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self.titles: list[str] = []
        self.hidden: set[int] = set()
        self.sheet: IO[bytes] | None = None
        self.row = 0
        self.header = list(header)
        if self.header:
            self._open()

    def write(self, frame: pl.DataFrame) -> None:
        """Append the rows of a frame of texts; the first one brings the header where none was given."""
        self.header = self.header or frame.columns
        if self.sheet is None:
            self._open()
        start = 0
        while start < frame.height:
            if self.row == self.rows:
                self._open()
            piece = frame.slice(start, self.rows - self.row)
            self._rows(piece)
            start += piece.height

    def add(self, title: str, lines: Iterable[Sequence[str]], *, hidden: bool = False) -> None:
        """A sheet of its own with a few lines."""
        self._end()
        self._begin(title)
        if hidden:
            self.hidden.add(len(self.titles))
        self._rows(texts(list(lines)))
        self._end()

    def close(self) -> None:
        """Finish the workbook with its note and its table of contents."""
        self._end()
        if self.note:
            self.add("说明", [[line] for line in self.note])
        self._contents()
        self.archive.close()

    def _open(self) -> None:
        self._end()
        self._begin(self.name if not self.titles else f"{self.name}{len(self.titles) + 1}", self.frozen)
        self._rows(texts([self.header]))

    def _begin(self, title: str, frozen: bool = False) -> None:
        self.titles.append(title)
        self.sheet = self.archive.open(_entry(f"xl/worksheets/sheet{len(self.titles)}.xml"), "w", force_zip64=True)
        view = _FROZEN if frozen else ""
        self.sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}">{view}<sheetData>'.encode())
        self.row = 0

    def _end(self) -> None:
        if self.sheet is not None:
            self.sheet.write(b"</sheetData></worksheet>")
            self.sheet.close()
            self.sheet = None

    def _rows(self, frame: pl.DataFrame) -> None:
        """Write rows as inline strings, empty cells left out."""
        if self.sheet is None:
            return
        number = pl.int_range(self.row + 1, self.row + frame.height + 1, eager=True).cast(pl.String).alias("row")
        cells = [_cell(frame.to_series(i), column_letters(i)) for i in range(frame.width)]
        lines = frame.with_columns(number.alias("\0row")).select(
            pl.concat_str([pl.lit('<row r="'), pl.col("\0row"), pl.lit('">'), *cells, pl.lit("</row>")])
        )
        self.sheet.write("".join(lines.to_series().to_list()).encode())
        self.row += frame.height

    def _contents(self) -> None:
        count = range(1, len(self.titles) + 1)
        sheets = "".join(
            f'<sheet name="{t}" sheetId="{i}"{_HIDDEN if i in self.hidden else ""} r:id="rId{i}"/>'
            for i, t in zip(count, self.titles, strict=True)
        )
        parts = "".join(
            f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{_TYPE}worksheet+xml"/>' for i in count
        )
        links = "".join(
            f'<Relationship Id="rId{i}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>' for i in count
        )
        texts = {
            "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType='
            f'"application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_TYPE}sheet.main+xml"/>{parts}</Types>',
            "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" '
            f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">{links}</Relationships>',
        }
        for name, text in texts.items():
            self.archive.writestr(_entry(name), _HEAD + text)


def _entry(name: str) -> zipfile.ZipInfo:
    """A zip entry without a clock."""
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    return entry


def texts(lines: Sequence[Sequence[str | None]]) -> pl.DataFrame:
    """A few lines of texts as a frame; empty ones are no cells."""
    width = max(map(len, lines), default=0)
    names = [str(at) for at in range(width)]
    whole = [[text or None for text in (*line, *[None] * (width - len(line)))] for line in lines]
    return pl.DataFrame(whole, schema=dict.fromkeys(names, pl.String), orient="row")


def _cell(series: pl.Series, letters: str) -> pl.Expr:
    """The expression of one column's cells."""
    text = pl.col(series.name)
    said = series.null_count() < len(series)
    if said and bool(series.str.contains(_UNWRITABLE).any()):
        text = text.str.replace_all(_UNWRITABLE, "")
    if said and bool(series.str.contains("[&<>]").any()):
        for mark, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
            text = text.str.replace_all(mark, written, literal=True)
    start: pl.Expr = pl.lit('" t="inlineStr"><is><t>')
    if said and bool(series.str.contains(r"^\s|\s$").any()):
        kept = pl.lit('" t="inlineStr"><is><t xml:space="preserve">')
        start = pl.when(pl.col(series.name).str.contains(r"^\s|\s$")).then(kept).otherwise(start)
    return (
        pl.when(pl.col(series.name).is_null())
        .then(pl.lit(""))
        .otherwise(pl.concat_str([pl.lit(f'<c r="{letters}'), pl.col("\0row"), start, text, pl.lit("</t></is></c>")]))
    )
