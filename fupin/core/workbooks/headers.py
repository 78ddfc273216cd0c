"""Which column of a file is which of ours: by official header, alias, English name or national field code."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from fupin.core.cells import INVISIBLE
from fupin.core.columns import Column

_DROP = re.compile(rf"[\s*＊:：·{INVISIBLE}]+")
_AFTER = re.compile(r"[(（\[【].*$")


def fold(header: str) -> str:
    """A header without what does not matter: width, blanks, line breaks, the star of a required field."""
    return _DROP.sub("", unicodedata.normalize("NFKC", header)).casefold()


@dataclass(frozen=True, slots=True)
class Mapping:
    """A header row that was understood: our name → column of the file, and the rest."""

    row: int
    """the number of the header row, from 1"""
    first: int
    """the number of the first row below it (a second header row with English names is passed over)"""
    header: tuple[str, ...]
    found: dict[str, int] = field(default_factory=dict)
    extra: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()


def spellings(columns: Sequence[Column]) -> dict[str, str]:
    """Every spelling that a header may have → our name. Labels and names win over aliases, aliases over codes."""
    known: dict[str, str] = {}
    for column in columns:
        known[fold(column.label)] = column.name
    for wording in (lambda c: (c.name,), lambda c: c.aliases, lambda c: (c.national,)):
        for column in columns:
            for spelling in wording(column):
                if spelling:
                    known.setdefault(fold(spelling), column.name)
    return known


def match(header: Sequence[str], known: dict[str, str]) -> tuple[dict[str, int], list[str], list[str]]:
    """What of a row is understood: found, extra headers, names that two columns claim."""
    found: dict[str, int] = {}
    extra: list[str] = []
    twice: list[str] = []
    for at, text in enumerate(header):
        plain = fold(text)
        if not plain:
            continue
        name = known.get(plain) or known.get(fold(_AFTER.sub("", text)))
        if name is None:
            extra.append(text.strip())
        elif name in found:
            # An exact header beats one that was understood without its bracket.
            twice.append(text.strip())
        else:
            found[name] = at
    return found, extra, twice


def find(rows: Sequence[Sequence[str]], columns: Sequence[Column]) -> Mapping | None:
    """The header among the first rows of a sheet: the row in which most is understood; None where there is none.

    Title rows above it are passed over. One understood cell is enough only where it stands alone in its row.
    """
    known = spellings(columns)
    best: tuple[int, int] = (0, 0)
    for number, row in enumerate(rows, start=1):
        found, _extra, _twice = match(row, known)
        filled_count = sum(1 for cell in row if cell.strip())
        if len(found) > best[0] and (len(found) >= 2 or filled_count == 1 == len(columns)):
            best = (len(found), number)
        if best[0] and number > best[1] + 3:
            break
    if not best[0]:
        return None
    at = best[1]
    header = [cell.strip() for cell in rows[at - 1]]
    while header and not header[-1]:
        header.pop()
    found, extra, twice = match(header, known)
    first = at + 1
    if at < len(rows):
        below, _extra, _twice = match(rows[at], known)
        names = {column.name for column in columns}
        filled = [cell.strip() for cell in rows[at] if cell.strip()]
        if len(below) >= 2 and filled and sum(cell in names for cell in filled) * 2 > len(filled):
            first = at + 2
    return Mapping(at, first, tuple(header), found, tuple(extra), tuple(twice))
