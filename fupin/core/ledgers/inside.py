"""Rows of a file that name other rows of the same file: a village under a township that the file brings as well.

While the file is read, a division that is not there yet but stands in the file is a negative number. Rows are judged
and written in waves, those above first, so that the order of the rows in the file means nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars

from fupin.core import cells
from fupin.core.columns import Kind
from fupin.core.ledgers.declaration import Ledger
from fupin.core.places import places
from fupin.core.workbooks.reading import Staged

CODE_DIGITS = 12


class Inside:
    """The new rows of one file by what others call them: the key, or a name that only one of them has."""

    def __init__(self, ledger: Ledger, staged: Sequence[Staged] = ()) -> None:
        self.place = ledger.place_column
        self.codes: list[str] = []
        self._by_code: dict[str, int] = {}
        self._by_name: dict[str, int] = {}
        self._names: Counter[str] = Counter()
        for code, *names in _texts(ledger, staged):
            if code and code not in self._by_code and _there(code) is None:
                self.codes.append(code)
                self._by_code[code] = -len(self.codes)
                for name in filter(None, names):
                    self._names[name] += 1
                    self._by_name[name] = -len(self.codes)

    def find(self, text: str) -> int | None:
        """A division of the register, or the number of a row of the file. Raises LookupError where both or several
        are called so."""
        standing = places().find(text)
        if (at := self._by_code.get(_full(text))) is not None:
            return standing if standing is not None else at
        if text not in self._by_name:
            return standing
        if standing is not None or self._names[text] > 1:
            raise LookupError(text)
        return self._by_name[text]

    def code(self, number: int) -> str:
        """The key of the row that a negative number stands for."""
        return self.codes[-number - 1]

    def waves(self, typed: polars.DataFrame, key: str) -> polars.Series:
        """How many rows of the file stand above each row; -1 where rows stand above each other in a circle."""
        if not self.codes:
            return polars.Series("wave", [0], dtype=polars.Int64).new_from_index(0, typed.height)
        above: dict[str, int | None] = {}
        for code, place in typed.select(key, self.place).iter_rows():
            above.setdefault(code, place)
        return polars.Series("wave", [self._depth(place, above) for place in typed[self.place]], dtype=polars.Int64)

    def _depth(self, place: int | None, above: dict[str, int | None]) -> int:
        for depth in range(len(self.codes) + 1):
            if place is None or place >= 0:
                return depth
            place = above.get(self.code(place))
        return -1


def _texts(ledger: Ledger, staged: Sequence[Staged]) -> Iterator[list[str]]:
    """What each row of the file is called, in the order of `Ledger.called`."""
    if not ledger.called or not any(column.kind is Kind.DIVISION for column in ledger.columns):
        return
    for each in staged:
        found = each.mapping.found
        if ledger.called[0] not in found:
            continue
        columns = [f"c{found[name]}" for name in ledger.called if name in found]
        for part in sorted(Path(each.parquet).parent.glob(Path(each.parquet).name)):
            for row in polars.read_parquet(part, columns=columns).select(columns).iter_rows():
                yield [cells.clean(text) for text in row]


def _there(code: str) -> Any:
    try:
        return places().find(code)
    except LookupError:
        return None


def _full(text: str) -> str:
    """A short code of a division with the zeros that people leave out."""
    return text.ljust(CODE_DIGITS, "0") if text.isascii() and text.isdigit() else text
