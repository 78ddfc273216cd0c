"""A large table in parts: its rows are cut at row boundaries, so that processes read parts while others are cut."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fupin.core.workbooks.kinds import XlsxSheet

_ROW = re.compile(rb'<((?:\w+:)?)row [^>]*?\br="(\d{1,7})"')
_BLOCK = 4 << 20
_LONGEST = 512
"""Bytes of a row's opening tag: the last of a block wait for the next, a tag may go on there."""


@dataclass(frozen=True, slots=True)
class Part:
    """A workbook with some of the rows of one sheet, which keep their numbers."""

    path: Path
    first: int
    last: int


class Unnumbered(Exception):
    """The rows of the sheet carry no numbers: it must be read as a whole."""


def parts(path: Path, cut: XlsxSheet, folder: Path, size: int) -> Iterator[Part]:
    """Workbooks of about `size` bytes of rows each, one after the other as they are cut; the sheet is counted
    meanwhile. Raises Unnumbered before the first."""
    with zipfile.ZipFile(path) as source, source.open(cut.part) as rows:
        cutter = _Cutter(rows, cut.count)
        at = 0
        while not cutter.is_done:
            target = folder / f"part-{at}.xlsx"
            first = cutter.row
            with zipfile.ZipFile(target, "w") as made:
                _copy_rest(source, made)
                with made.open(cut.part, "w", force_zip64=True) as sheet:
                    cutter.write(sheet, size)
            if cutter.is_done:
                cut.end()
            yield Part(target, first, cut.last_row if cutter.is_done else cutter.row - 1)
            at += 1


def lines(path: Path, folder: Path, size: int) -> Iterator[Part]:
    """A text file as files of about `size` bytes of whole lines each; `first` and `last` number its lines from 1. Only
    for a file without quotation marks: a line in them may be part of a cell."""
    with path.open("rb") as source:
        at, row, left = 0, 1, b""
        while (read := source.read(size)) or left:
            block = left + read
            end = block.rfind(b"\n") + 1 if len(read) == size else len(block)
            block, left = block[:end], block[end:]
            if not block:
                continue
            target = folder / f"part-{at}.csv"
            target.write_bytes(block)
            count = block.count(b"\n") + (not block.endswith(b"\n"))
            yield Part(target, row, row + count - 1)
            row += count
            at += 1


def head(path: Path, member: str, size: int, folder: Path) -> Path:
    """A workbook with the first rows of a sheet, about `size` bytes of them. Raises Unnumbered."""
    target = folder / "head.xlsx"
    with zipfile.ZipFile(path) as source, source.open(member) as rows:
        cutter = _Cutter(rows)
        with zipfile.ZipFile(target, "w") as made:
            _copy_rest(source, made)
            with made.open(member, "w", force_zip64=True) as sheet:
                cutter.write(sheet, size)
    return target


def _copy_rest(source: zipfile.ZipFile, made: zipfile.ZipFile) -> None:
    for each in source.infolist():
        if not each.filename.startswith("xl/worksheets/"):
            made.writestr(each.filename, source.read(each), zipfile.ZIP_STORED)


class _Cutter:
    """The rows of a sheet as they come out of the archive, and where the next part begins."""

    def __init__(self, rows: IO[bytes], count: Callable[[bytes], None] = lambda block: None) -> None:
        self._rows, self._count = rows, count
        self._pending = b""
        while not (start := _ROW.search(self._pending)):
            block = self._read()
            if not block or len(self._pending) > 4 * _BLOCK:
                raise Unnumbered
            self._pending += block
        self._opening, self._pending = self._pending[: start.start()], self._pending[start.start() :]
        self._closing = b"</" + start.group(1) + b"sheetData></" + start.group(1) + b"worksheet>"
        self.row = int(start.group(2))
        self.is_done = False

    def _read(self) -> bytes:
        block = self._rows.read(_BLOCK)
        self._count(block)
        return block

    def write(self, sheet: IO[bytes], size: int) -> None:
        """A whole sheet with the next rows, at least `size` bytes of them where there are so many."""
        sheet.write(self._opening)
        written = 0
        while True:
            enough = max(size - written, 1)
            match = _ROW.search(self._pending, enough) if len(self._pending) > enough else None
            if match:
                break
            keep = self._pending[-_LONGEST:]
            block = self._read()
            if not block:
                sheet.write(self._pending)
                self.is_done = True
                return
            sheet.write(self._pending[: len(self._pending) - len(keep)])
            written += len(self._pending) - len(keep)
            self._pending = keep + block
        sheet.write(self._pending[: match.start()])
        sheet.write(self._closing)
        self._pending = self._pending[match.start() :]
        self.row = int(match.group(2))
