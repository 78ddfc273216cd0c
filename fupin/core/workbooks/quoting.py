"""Line ends and quotation marks of a text file: what a reader would guess about in silence is settled before."""

from __future__ import annotations

import re
from pathlib import Path

_BLOCK = 1 << 20


def with_line_feeds(path: Path, target: Path) -> tuple[Path, bool]:
    """The file, or where some of its lines end without a line feed a copy in which all have one; and whether it has
    quotation marks: with them such an end may be part of a cell, and stays."""
    is_lone = False
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if b'"' in block:
                return path, True
            if block.endswith(b"\r"):
                block += file.read(1)
            is_lone = is_lone or block.count(b"\r") != block.count(b"\r\n")
    if not is_lone:
        return path, False
    with path.open(encoding="utf-8") as source, target.open("w", encoding="utf-8", newline="\n") as copy:
        while text := source.read(_BLOCK):
            copy.write(text)
    return target, False


def unclosed(path: Path, delimiter: str) -> int:
    """The line on which a quoted cell begins that does not end as one; 0 where there is none.

    Only lines with an odd number of marks are looked at: in all others every cell ends where it began. A mark within a
    cell that does not begin with one (5") is a part of its text.
    """
    mark = re.escape(delimiter.encode())
    opens = re.compile(rb'(?:^|%s) *"(?:[^"]|"")*$' % mark)
    closes = re.compile(rb'(?:[^"]|"")*" *(?:%s|\r?\n?$)' % mark)
    opened = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.count(b'"') % 2 == 0:
                continue
            if opened:
                if not closes.match(line):
                    return opened
                opened = 0
            elif opens.search(line):
                opened = number
    return opened
