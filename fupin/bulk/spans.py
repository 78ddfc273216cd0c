"""Numbers of the trail that a reader has not seen: acts that were under way while it read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

FAR = 100_000
"""So many numbers of the trail are looked through for gaps: no act is under way while others write that much."""
_MOST_SPANS = 200
Span = tuple[int, int]


def gaps(table: str, last: int, run: Callable[[str], Iterable[Any]]) -> tuple[Span, ...]:
    """The spans of numbers that are not in the table; `run` answers SQL that PostgreSQL and DuckDB both speak."""
    floor = max(0, last - FAR)
    spans = [
        (int(first), int(end))
        for first, end in run(
            "SELECT before + 1, id - 1 FROM (SELECT id, COALESCE(LAG(id) OVER (ORDER BY id), "
            f"{floor}) AS before FROM {table} WHERE id > {floor} AND id <= {last}) AS found"
            " WHERE id > before + 1 ORDER BY 1"
        )
    ]
    # Acts that were numbered by turns leave many small gaps: one that spans them all says the same and stays short.
    return tuple(spans) if len(spans) <= _MOST_SPANS else ((spans[0][0], spans[-1][1]),)
