"""Which further numbers must stay hidden, so that a hidden one cannot be computed from those beside it.

The field calls it cell suppression: **primary** where too few records stand behind a number (minimum frequency rule),
**secondary** or **complementary** for what must be hidden beside it, as a number that is missing alone is its total less
its neighbours. Sources: Cox, "Suppression methodology and statistical disclosure control", JASA 75 (1980); Hundepool and
others, *Statistical Disclosure Control*, Wiley 2012, chapters 4 and 5. Pure decisions over counts; no number below nothing.

A reader is taken to know every total, that a number may be nothing, and no more: a hidden number may be nothing too.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from heapq import heappop, heappush
from itertools import count
from typing import Any, TypeVar

K = TypeVar("K", bound=Hashable)
Cell = tuple[Any, Any]
"""A row and a column of a cross-table."""


def along(
    counts: Mapping[K, int], small: Collection[K], *, least: int, fewest: int = 2, is_total_shown: bool = True
) -> frozenset[K]:
    """The hidden ones of counts that add up to a total; `small` are the primary ones.

    Beside a total that is shown at least two are hidden (`fewest`, where more than one sum over them is known), which together are no fewer than `least`: one alone would be
    the total less the others, and of two that are 3 together both are known to be few. Under a total that is hidden
    one must be too, as it would be their sum. Taken are the smallest, those with nothing last.
    """
    hidden = set(small)
    if is_total_shown and not hidden:
        return frozenset()
    rest = sorted((key for key in counts if key not in hidden), key=lambda key: (not counts[key], counts[key]))
    for key in rest:
        if _is_enough(counts, hidden, least, fewest if is_total_shown else 0):
            break
        hidden.add(key)
    return frozenset(hidden)


def _is_enough(counts: Mapping[K, int], hidden: Collection[K], least: int, fewest: int) -> bool:
    if fewest:
        return len(hidden) >= fewest and sum(counts[key] for key in hidden) >= least
    return any(counts[key] for key in hidden) or (bool(hidden) and not any(counts.values()))


def across(counts: Mapping[Cell, int], small: Iterable[Cell], *, least: int) -> frozenset[Cell] | None:
    """The hidden cells of a cross-table (every pair of its rows and columns) whose sums of rows and columns are known.

    Each small cell is hidden with the cheapest closed walk of cells, alternately in a column and in a row, along which
    numbers can be moved without changing any sum: Castro, "A shortest-paths heuristic for statistical data protection in
    positive tables", INFORMS Journal on Computing 19 (2007). Hence no cell of the walk is determined; wherever the other
    numbers allow it the small one could be `least` or more. None where a table is one line: every cell is a sum then.
    """
    hidden: set[Cell] = set()
    for cell in sorted(small, key=lambda cell: counts[cell]):
        wanted = max(least - counts[cell], 1)
        for is_up, step in ((True, wanted), (True, 1), (False, 1)):
            walk = _walk(counts, hidden, cell, is_up=is_up, step=step, least=least)
            if walk is not None:
                hidden.update(walk)
                break
        else:
            return None
    return frozenset(hidden)


def _walk(counts: Mapping[Cell, int], hidden: Collection[Cell], start: Cell, *, is_up: bool, step: int,
          least: int) -> list[Cell] | None:  # fmt: skip
    """The cheapest closed walk through `start`: what is moved into it (`is_up`) leaves its column, and so on round."""
    rows, columns = ({cell[side] for cell in counts} for side in (0, 1))
    order, done = count(), set()
    waiting: list[tuple[int, int, Cell, list[Cell]]] = [(0, next(order), (1, start[1]), [start])]
    while waiting:
        cost, _place, at, walk = heappop(waiting)
        if at == (0, start[0]):
            return walk
        if at in done:
            continue
        done.add(at)
        # Leaving a column, a cell gives what the last one took; leaving a row, it takes what the last one gave.
        gives = (at[0] == 1) == is_up
        for cell, following in _beside(at, rows, columns):
            if cell != start and following not in done and (not gives or counts[cell] >= step):
                heappush(waiting, (cost + _loss(counts, hidden, cell, least), next(order), following, [*walk, cell]))
    return None


def _beside(at: Cell, rows: Collection[Any], columns: Collection[Any]) -> Iterator[tuple[Cell, Cell]]:
    """The cells of a column (or of a row) with the row (or column) that each leads to."""
    side, name = at
    if side:
        yield from (((row, name), (0, row)) for row in rows)
    else:
        yield from (((name, column), (1, column)) for column in columns)


def _loss(counts: Mapping[Cell, int], hidden: Collection[Cell], cell: Cell, least: int) -> int:
    """What is lost with a cell: its records; one of nothing is worth as much as a small one."""
    return 0 if cell in hidden else counts[cell] or least
