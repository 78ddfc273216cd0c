"""What the engines need to know of divisions, handed in at start: names, codes, what lies below.

`core` knows no domain word, but many columns hold a division. `fupin.config.wiring` hands in the tree.
"""

from __future__ import annotations

from typing import Any, Protocol


class Places(Protocol):
    """Divisions as a column of kind DIVISION needs them. Ids are those of the permanent division rows."""

    def find(self, text: str) -> int | None:
        """The id for a code or a name; None: no such place. Raises LookupError where a name is not unique."""

    def name(self, id: int) -> str:
        """The short name."""

    def full_name(self, id: int) -> str:
        """The names from the league down."""

    def code(self, id: int) -> str:
        """The code of today."""

    def below(self, id: int) -> Any:
        """A subquery of the ids at and below a division, predecessors included."""

    def suggest(self, text: str, roots: list[int] | None, limit: int) -> list[tuple[str, str]]:
        """(code, full name) of divisions whose code or name fits, below the given roots (None: everywhere)."""


_places: list[Places] = []


def use(places: Places) -> None:
    """Hand in the divisions. Called once at start."""
    _places[:] = [places]


def places() -> Places:
    """The divisions that were handed in. Raises LookupError when none were."""
    if not _places:
        raise LookupError("no divisions were handed in (fupin.config.wiring)")
    return _places[0]
