"""A large worksheet in two: its rows are cut at a row boundary, so that two processes can read them at once."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import IO, Any

from fupin.core.workbooks.kinds import look_into

_ROW = re.compile(rb'<((?:\w+:)?)row [^>]*?\br="(\d{1,7})"')
_BLOCK = 4 << 20


def split(path: Path, sheet: str, first: int, folder: Path) -> list[dict[str, Any]]:
    """Two workbooks with the rows of one sheet, rows keeping their numbers; what the child's task must say of each.

    The sheet lies unpacked in the parts. A sheet whose rows carry no numbers stays whole.
    """
    found = next(each for each in look_into(path).sheets if each.name == sheet)
    parts = [folder / "part-0.xlsx", folder / "part-1.xlsx"]
    with zipfile.ZipFile(path) as source:
        info = source.getinfo(found.part)
        with zipfile.ZipFile(parts[0], "w") as one, zipfile.ZipFile(parts[1], "w") as two:
            for each in source.infolist():
                if not each.filename.startswith("xl/worksheets/"):
                    for part in (one, two):
                        part.writestr(each.filename, source.read(each), zipfile.ZIP_STORED)
            with (
                source.open(info) as rows,
                one.open(found.part, "w", force_zip64=True) as left,
            ):
                at = _cut(rows, left, two, found.part, info.file_size // 2)
    if at is None:
        for whole in parts:
            whole.unlink()
        return [{"path": str(path), "first": first, "last": found.last_row}]
    return [
        {"path": str(parts[0]), "first": first, "last": at - 1},
        {"path": str(parts[1]), "first": max(at, first), "last": found.last_row},
    ]


def _cut(rows: IO[bytes], left: IO[bytes], two: zipfile.ZipFile, name: str, half: int) -> int | None:
    """Write the rows before the middle to the left, the rest to the right; the number of the first row there."""
    prefix = b""
    while not (start := _ROW.search(prefix)) and len(prefix) < 4 * _BLOCK and (block := rows.read(_BLOCK)):
        prefix += block
    if not start:
        return None
    space = start.group(1)
    opening, pending, written = prefix[: start.start()], prefix, 0
    while True:
        match = _ROW.search(pending, 1) if written + len(pending) > half else None
        if match:
            break
        keep = pending[-512:] if len(pending) > 512 else b""
        left.write(pending[: len(pending) - len(keep)])
        written += len(pending) - len(keep)
        block = rows.read(_BLOCK)
        if not block:
            left.write(keep)
            return None
        pending = keep + block
    left.write(pending[: match.start()] + b"</" + space + b"sheetData></" + space + b"worksheet>")
    left.close()
    with two.open(name, "w", force_zip64=True) as right:
        right.write(opening + pending[match.start() :])
        while block := rows.read(_BLOCK):
            right.write(block)
    return int(match.group(2))
