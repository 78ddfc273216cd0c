"""What is shown of a table with all its sums never determines a hidden number: every table that fits is counted."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fupin.statistics.suppression import across, along

few = st.integers(0, 6)
LEAST = 3


def compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """All ways to write a total as so many numbers, none below nothing."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in compositions(total - first, parts - 1):
            yield (first, *rest)


def bounds_along(counts: Mapping[Hashable, int], hidden: frozenset[Any]) -> dict[Any, tuple[int, int]]:
    """The least and the most that each hidden count can be, beside the shown ones and the total."""
    names = sorted(hidden)
    fits = list(compositions(sum(counts[name] for name in names), len(names))) if names else []
    return {name: (min(one[i] for one in fits), max(one[i] for one in fits)) for i, name in enumerate(names)}


def bounds_across(counts: Mapping[tuple[int, int], int], hidden: frozenset[Any]) -> dict[Any, tuple[int, int]]:
    """The least and the most of each hidden cell over all tables with the same sums and the same shown cells."""
    rows, columns = ({cell[side] for cell in counts} for side in (0, 1))
    down = {c: sum(counts[r, c] for r in rows if (r, c) in hidden) for c in columns}
    found: dict[Any, tuple[int, int]] = {}

    def fill(left: list[int], rest: dict[int, int], so_far: dict[Any, int]) -> None:
        if not left:
            if not any(rest.values()):
                for cell, value in so_far.items():
                    low, high = found.get(cell, (value, value))
                    found[cell] = (min(low, value), max(high, value))
            return
        row, *following = left
        cells = sorted(c for c in columns if (row, c) in hidden)
        if not cells:
            fill(following, rest, so_far)
            return
        for line in compositions(sum(counts[row, c] for c in cells), len(cells)):
            after = {c: rest[c] - dict(zip(cells, line, strict=True)).get(c, 0) for c in columns}
            if min(after.values()) >= 0:
                fill(following, after, so_far | {(row, c): n for c, n in zip(cells, line, strict=True)})

    fill(sorted(rows), down, {})
    return found


@given(st.lists(few, min_size=1, max_size=5))
def test_beside_a_total_that_is_shown_every_hidden_number_could_be_another(numbers: list[int]) -> None:
    counts = dict(enumerate(numbers))
    small = {key for key, number in counts.items() if 0 < number < LEAST}
    if sum(numbers) < LEAST or (len(numbers) == 1 and small):
        return  # such a total is hidden itself
    hidden = along(counts, small, least=LEAST)
    assert small <= hidden
    assert bool(hidden) == bool(small)
    for low, high in bounds_along(counts, hidden).values():
        assert low < high
        assert high >= LEAST


@given(st.lists(few, min_size=1, max_size=6))
def test_beside_a_total_that_is_hidden_the_sum_of_what_is_shown_is_not_the_total(numbers: list[int]) -> None:
    counts = dict(enumerate(numbers))
    small = {key for key, number in counts.items() if 0 < number < LEAST}
    hidden = along(counts, small, least=LEAST, is_total_shown=False)
    assert small <= hidden
    assert hidden
    # What the total can fall by, some hidden part can: else the shown ones would be its lower bound and its value.
    assert any(counts[key] for key in hidden) == any(numbers)


@given(st.integers(2, 3), st.integers(2, 3), st.data())
def test_with_all_sums_of_rows_and_columns_known_no_hidden_cell_is_determined(
    rows: int, columns: int, data: st.DataObject
) -> None:
    numbers = data.draw(st.lists(few, min_size=rows * columns, max_size=rows * columns))
    counts = dict(zip(product(range(rows), range(columns)), numbers, strict=True))
    if not all(any(counts[r, c] for c in range(columns)) for r in range(rows)) or not all(
        any(counts[r, c] for r in range(rows)) for c in range(columns)
    ):
        return  # a table has only lines with records
    small = {cell for cell, number in counts.items() if 0 < number < LEAST}
    hidden = across(counts, small, least=LEAST)
    assert hidden is not None
    assert small <= hidden
    assert bool(hidden) == bool(small)
    found = bounds_across(counts, hidden)
    assert found.keys() == hidden
    assert all(low < high for low, high in found.values())


def test_the_smallest_that_is_enough_is_hidden_and_nothing_more() -> None:
    assert along({"a": 1, "b": 40, "c": 9, "d": 0}, {"a"}, least=3) == {"a", "c"}
    assert along({"a": 1, "b": 1, "c": 9, "d": 0}, {"a", "b"}, least=3) == {"a", "b", "c"}
    assert along({"a": 2, "b": 1, "c": 9}, {"a", "b"}, least=3) == {"a", "b"}
    assert along({"a": 5, "b": 9}, set(), least=3) == frozenset()
    assert along({"a": 5, "b": 9}, set(), least=3, is_total_shown=False) == {"a"}
    assert along({"a": 0, "b": 0}, set(), least=3, is_total_shown=False) == {"a"}
    assert along({"a": 1, "b": 4, "c": 5, "d": 9}, {"a"}, least=3, fewest=3) == {"a", "b", "c"}


def test_a_cross_table_hides_the_cheapest_walk_that_leaves_every_sum_as_it_is() -> None:
    counts = dict(zip(product("ab", "xyz"), [1, 9, 5, 7, 4, 30], strict=True))
    assert across(counts, [("a", "x")], least=3) == {("a", "x"), ("b", "x"), ("a", "y"), ("b", "y")}


def table(*lines: list[int]) -> dict[tuple[int, int], int]:
    return {(r, c): number for r, line in enumerate(lines) for c, number in enumerate(line)}


def test_a_walk_of_cells_that_hold_nothing_protects_nothing() -> None:
    counts = table([1, 0, 5], [0, 0, 7], [4, 6, 3])
    hidden = across(counts, [(0, 0)], least=LEAST)
    assert hidden is not None
    assert bounds_across(counts, hidden)[0, 0] == (0, 5)


def test_small_cells_that_cover_each_other_are_still_known_to_be_small() -> None:
    counts = table([1, 1, 9], [1, 1, 9], [9, 9, 9])
    small = [cell for cell, number in counts.items() if number < LEAST]
    hidden = across(counts, small, least=LEAST)
    assert hidden is not None
    assert all(bounds_across(counts, hidden)[cell][1] >= LEAST for cell in small)


def test_two_hidden_cells_in_each_line_are_not_enough_where_a_bridge_joins_them() -> None:
    """Gusfield, "A graph theoretic approach to statistical data security", SIAM Journal on Computing 17 (1988): a cell
    that alone joins two parts of the hidden ones is determined, though no line holds it alone."""
    counts = dict.fromkeys(product(range(5), range(5)), 20)
    counts[1, 2] = 1
    loops = {(0, 0), (0, 1), (1, 0), (1, 1), (2, 2), (3, 3), (2, 3), (3, 2)}
    counts |= dict.fromkeys(loops, 2)
    hidden = across(counts, [(1, 2), *loops], least=3)
    assert hidden is not None
    assert hidden - {(1, 2), *loops}


def test_a_table_of_one_line_cannot_be_protected() -> None:
    assert across({("a", "x"): 1, ("a", "y"): 9}, [("a", "x")], least=3) is None
