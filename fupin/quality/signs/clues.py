"""What a look for signs is held to, and what it finds: clues about a village or an officer's entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from fupin.divisions.tree import Node
from fupin.quality.signs import chance

By = Literal["village", "officer"]
SUBJECTS: tuple[By, ...] = ("village", "officer")
COLUMNS: dict[By, str] = {"village": "place_id", "officer": "author"}
"""The column of the laid-out households that says which group a household belongs to."""
LEVELS = {"league": "league_id", "banner": "banner_id", "township": "township_id", "village": "place_id"}


@dataclass(frozen=True, slots=True)
class Limits:
    """The parameters of a look: see `policy/parameters/quality/sign_*.yaml`."""

    line_fen: int | None
    band_fen: int = 20_000
    least_incomes: int = 50
    rate: float = 0.05
    least_ratio: int = 100
    round_fen: int = 10_000
    least_items: int = 4
    least_bits: int = 16
    least_changes: int = 10
    deadline_days: int = 10
    deadline: date | None = None
    """the last deadline that is over"""


@dataclass(frozen=True, slots=True)
class Clue:
    """A clue: what was counted, what was to be expected, the statistic, how likely that is by chance.

    `group` is the division or the officer that it is about, `division` the smallest one that holds all of it. `q` is
    the smallest rate of false clues in the run at which it counts.
    """

    kind: str
    by: By
    group: int
    division: int
    statistic: float
    chance: float
    observed: float
    expected: float
    counts: tuple[int, ...]
    awaited: tuple[float, ...]
    q: float = 1.0


def last_deadline(said: str, on: date) -> date:
    """The last day of that month and day which is over."""
    month, day = (int(part) for part in said.split("-"))
    for year in (on.year, on.year - 1):
        first_after = date(year + month // 12, month % 12 + 1, 1)
        found = min(date(year, month, 1) + timedelta(days=day - 1), first_after - timedelta(days=1))
        if found < on:
            return found
    return found


def that_count(tests: Iterable[Clue], rate: float) -> list[Clue]:
    """Of all tests of a run those that count at the stated rate of false clues, each with its q-value."""
    every = list(tests)
    held = chance.adjusted([test.chance for test in every])
    return [replace(test, q=q) for test, q in zip(every, held, strict=True) if q <= rate]


def narrowed(node: Node | None) -> str:
    """The condition under which a group lies wholly in a division, for the HAVING of its counts."""
    return f"bool_and({LEVELS[node.level]} = {node.id})" if node is not None and node.level in LEVELS else "TRUE"


SMALLEST = (
    "CASE WHEN count(DISTINCT place_id) = 1 THEN min(place_id) WHEN count(DISTINCT township_id) = 1"
    " THEN min(township_id) ELSE min(banner_id) END"
)
"""The smallest division that holds all households of a group."""
