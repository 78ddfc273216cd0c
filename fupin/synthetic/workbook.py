"""A plain .xlsx writer whose bytes depend on its cells alone: no clock, no program name, cells as text.

Rows are put together column-wise, a part at a time; a sheet that is full is followed by another.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import IO

import polars as pl

SHEET_ROWS = 1_048_576
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."


class Workbook:
    """One workbook: frames of the same columns one after another, then a sheet with a note."""

    def __init__(self, path: Path, name: str, note: list[str], rows: int = SHEET_ROWS) -> None:
        self.name, self.note, self.rows = name, note, rows
        self.archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self.titles: list[str] = []
        self.sheet: IO[bytes] | None = None
        self.row = 0
        self.header: list[str] = []

    def write(self, frame: pl.DataFrame) -> None:
        """Append the rows of a frame; the first one brings the header."""
        self.header = frame.columns
        if self.sheet is None:
            self._open()
        start = 0
        while start < frame.height:
            if self.row == self.rows:
                self._open()
            piece = frame.slice(start, self.rows - self.row)
            self._rows(piece)
            start += piece.height

    def close(self) -> None:
        """Finish the workbook with its note and its table of contents."""
        self._end()
        self._begin("说明")
        self._rows(pl.DataFrame({"说明": self.note}, schema={"说明": pl.String}))
        self._end()
        self._contents()
        self.archive.close()

    def _open(self) -> None:
        self._end()
        self._begin(self.name if not self.titles else f"{self.name}{len(self.titles) + 1}")
        self._rows(pl.DataFrame({name: [name] for name in self.header}, schema=dict.fromkeys(self.header, pl.String)))

    def _begin(self, title: str) -> None:
        self.titles.append(title)
        self.sheet = self.archive.open(_entry(f"xl/worksheets/sheet{len(self.titles)}.xml"), "w", force_zip64=True)
        self.sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
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
        cells = [_cell(frame.to_series(i), _letters(i)) for i in range(frame.width)]
        lines = frame.with_columns(number.alias("\0row")).select(
            pl.concat_str([pl.lit('<row r="'), pl.col("\0row"), pl.lit('">'), *cells, pl.lit("</row>")])
        )
        self.sheet.write("".join(lines.to_series().to_list()).encode())
        self.row += frame.height

    def _contents(self) -> None:
        count = range(1, len(self.titles) + 1)
        sheets = "".join(
            f'<sheet name="{t}" sheetId="{i}" r:id="rId{i}"/>' for i, t in zip(count, self.titles, strict=True)
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


def _letters(index: int) -> str:
    """A, B, … Z, AA …"""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def _cell(series: pl.Series, letters: str) -> pl.Expr:
    """The expression of one column's cells."""
    text = pl.col(series.name)
    if series.null_count() < len(series) and bool(series.str.contains("[&<]").any()):
        text = text.str.replace_all("&", "&amp;", literal=True).str.replace_all("<", "&lt;", literal=True)
    return (
        pl.when(pl.col(series.name).is_null())
        .then(pl.lit(""))
        .otherwise(
            pl.concat_str(
                [
                    pl.lit(f'<c r="{letters}'),
                    pl.col("\0row"),
                    pl.lit('" t="inlineStr"><is><t>'),
                    text,
                    pl.lit("</t></is></c>"),
                ]
            )
        )
    )
