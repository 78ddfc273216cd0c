"""A sealed number of a ledger's row while it is in memory: whatever writes it down writes its mask.

Only who asks for `number` by name gets it: the operations that seal it, the plan of an import, and a reveal.
"""

from __future__ import annotations

from typing import Any

from fupin.core import cells, sealing
from fupin.core.columns import Column, Sensitivity


class Hidden:
    """A number of a sealed column; equal to another with the same digits.

    Not a dataclass: those are written out field by field by whoever makes JSON of them.
    """

    __slots__ = ("column", "number")

    def __init__(self, column: Column, number: str) -> None:
        self.column, self.number = column, number

    def __str__(self) -> str:
        return cells.show(self.column, self.number, masked=True)

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hidden) and self.number == other.number

    def __hash__(self) -> int:
        return hash(self.number)

    def sealed(self) -> bytes:
        """The number as it lies in the table."""
        return sealing.seal(self.number)

    def mark(self) -> str:
        """A keyed digest that changes with the number and tells nothing of it: part of a row's version."""
        return sealing.short_token(self.number, "ledger").hex()


def is_sealed(column: Column) -> bool:
    """Is the column kept encrypted?"""
    return column.sensitivity is Sensitivity.SEALED


def opened(column: Column, sealed: Any) -> Hidden | None:
    """What a table holds, as a number that hides itself."""
    return None if sealed is None else Hidden(column, sealing.unseal(bytes(sealed)))


def hidden(column: Column, value: Any) -> Hidden | None:
    """What a form, a file or a program gave for a sealed column, hidden from here on; nothing stays None."""
    if value is None or value == "":
        return None
    return value if isinstance(value, Hidden) else Hidden(column, str(value))
