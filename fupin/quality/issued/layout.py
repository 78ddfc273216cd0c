"""The layout of a sender's sheet: which row is its header, what each column is called, what it holds.

Rows and columns are counted from 0 here; a grid is a list of rows of texts, `merged` areas are (top, left, bottom, right).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fupin.core.workbooks.headers import fold
from fupin.quality.issued.words import GUESSES, Role

Area = tuple[int, int, int, int]
Grid = Sequence[Sequence[str]]
LOOKED_AT = 25
"""Rows in which the header is looked for."""
RUNNING = "序号"
"""The heading of a column that only counts the rows."""
WIDE = 0.8
"""A text merged over this part of the columns is a title, not a heading."""


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a sheet: its first and last row, and the heading of each column."""

    top: int
    bottom: int
    headings: tuple[str, ...]


def filled(grid: Grid, merged: Sequence[Area]) -> list[list[str]]:
    """The grid with every merged area holding its text in each of its cells."""
    width = max((len(row) for row in grid), default=0)
    full = [[*row, *[""] * (width - len(row))] for row in grid]
    for top, left, bottom, right in merged:
        if top >= len(full) or left >= width or not full[top][left]:
            continue
        for row in full[top : bottom + 1]:
            row[left : right + 1] = [full[top][left]] * (min(right, width - 1) - left + 1)
    return full


def find(grid: Grid, merged: Sequence[Area]) -> Header | None:
    """The header among the first rows: the row in which most columns are understood, with the rows of group headings
    above it. None where no row has two texts side by side."""
    full = filled(grid[:LOOKED_AT], [area for area in merged if area[0] < LOOKED_AT])
    best, most = -1, (0, 0)
    for at, row in enumerate(full):
        texts = [fold(text) for text in row if text.strip()]
        known = len({role for text in texts if (role := guess(text)) is not None})
        if len(set(texts)) >= 2 and known > most[0]:
            best, most = at, (known, len(texts))
    if best < 0:
        best = next((at for at, row in enumerate(full) if len({text for text in row if text.strip()}) >= 2), -1)
    return None if best < 0 else at_row(grid, merged, best)


def at_row(grid: Grid, merged: Sequence[Area], row: int, top: int | None = None) -> Header:
    """The header whose last row is this one, or the last that is merged with it; `top` says where it begins."""
    bottom = max([row, *(area[2] for area in merged if area[0] <= row <= area[2] and area[2] < LOOKED_AT)])
    if top is None:
        top = bottom
        while top > 0 and _is_header_too(grid, merged, top - 1, bottom):
            top -= 1
    full = filled(grid[: bottom + 1], [area for area in merged if area[0] <= bottom])
    width = len(full[0]) if full else 0
    headings = tuple(_joined([full[at][column] for at in range(top, bottom + 1)]) for column in range(width))
    while headings and not headings[-1]:
        headings = headings[:-1]
    return Header(top, bottom, headings)


def _is_header_too(grid: Grid, merged: Sequence[Area], row: int, bottom: int) -> bool:
    """Does a row above belong to the header: by a cell that reaches down into it, or by a heading over some columns?"""
    width = max(len(each) for each in grid)
    if any(area[0] <= row < area[2] <= bottom and area[3] - area[1] + 1 < WIDE * width for area in merged):
        return True
    spans = [area for area in merged if area[0] == row == area[2] and area[3] > area[1]]
    return bool(spans) and all(area[3] - area[1] + 1 < WIDE * width for area in spans)


def _joined(texts: Sequence[str]) -> str:
    """The headings of one column, one above the other, each once."""
    return " / ".join(dict.fromkeys(" ".join(text.split()) for text in texts if text.strip()))


def guess(heading: str) -> Role | None:
    """What a column seems to hold; None where its heading says nothing to us."""
    text = fold(heading)
    if not text:
        return None
    parts = [fold(part) for part in heading.split(" / ")]
    if len(parts) > 1 and parts[-1] == "姓名" and "户主" in text:
        return Role.HEAD
    leaf = next((role for role, pattern in GUESSES if pattern.search(parts[-1])), None)
    return leaf or next((role for role, pattern in GUESSES if pattern.search(text)), None)


def guesses(headings: Sequence[str]) -> dict[int, Role]:
    """What each column seems to hold; of several with one meaning the first, but every column of problems.

    A running number is the sender's id only where there is no other: it counts the rows anew in the next version."""
    found: dict[int, Role] = {}
    roles = [guess(heading) for heading in headings]
    has_ids = any(role is Role.KEY and fold(heading) != RUNNING for role, heading in zip(roles, headings, strict=True))
    for at, role in enumerate(roles):
        if role is Role.KEY and has_ids and fold(headings[at]) == RUNNING:
            continue
        if role is not None and (role is Role.QUESTION or role not in found.values()):
            found[at] = role
    return found


def key(headings: Sequence[str]) -> str:
    """By what lists of one form are known: their headings, in their order, whatever stands between the words."""
    return hashlib.sha256("\x1f".join(fold(text) for text in headings).encode()).hexdigest()


def columns_of(columns: Mapping[str, str], role: Role) -> list[int]:
    """The columns that hold this."""
    return sorted(int(at) for at, name in columns.items() if name == role)
