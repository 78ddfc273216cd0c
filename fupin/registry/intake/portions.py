"""What a merge writes: portions of whole households, and the part that they come in."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars
from polars import col

from fupin.core.audit import Circumstances
from fupin.registry.intake.carrying import Load, load_of
from fupin.registry.intake.references import Outside


@dataclass(slots=True)
class Portion:
    """Rows of whole households, ready to be written: what is removed, ended and raised, and what they touch.

    The new rows lie in the part's loads, under the portion's number.
    """

    number: int
    end: int
    """rows of the plan up to and including this portion"""
    row_ids: list[int]
    created: int = 0
    updated: int = 0
    removes: list[tuple[str, list[int]]] = field(default_factory=list)
    closes: list[tuple[str, list[int]]] = field(default_factory=list)
    bumps: list[tuple[str, list[int]]] = field(default_factory=list)
    stable: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    renamed: list[int] = field(default_factory=list)
    """persons whose search keys are written anew"""
    rephoned: list[int] = field(default_factory=list)
    """households whose own phone's key is written anew"""
    households: list[int] = field(default_factory=list)
    homes: list[tuple[int, int]] = field(default_factory=list)
    """households that the plan found in the register, and their villages"""


@dataclass(slots=True)
class Part:
    """A prepared part of the plan."""

    portions: list[Portion]
    loads: list[Load]
    numbers: Load
    """area and token of the id numbers of new persons; nobody may carry one meanwhile"""
    name: str = ""
    """what the part is called in the notes of what is written"""
    path: str | None = None
    """the file of the rows, where they do not lie in the loads"""
    ahead: Load | None = None
    """search keys that are only added, in a stored part: they do not lie in the loads (`intake.keys`)"""
    outside: Outside = field(default_factory=dict)
    """on PostgreSQL: records that the rows point to and that are not among them"""


@dataclass(frozen=True, slots=True)
class Circumstance:
    """What the preparing process must know beside the rows. It never opens the database."""

    run_id: int
    on: str
    now: Any
    actor_id: int | None
    actor: str
    where: Circumstances
    banners: dict[int, int]
    folder: str
    index_mark: str
    """the index key that the plan's tokens were made with"""


class Batch:
    """The portions of one part, filled table by table: rows come in the order of their portions."""

    def __init__(self, frame: polars.DataFrame) -> None:
        facts = frame.group_by("portion", maintain_order=True).agg(
            col("end").first(), col("row_id"), (col("action") == "created").sum().alias("created"),
            (col("action") == "updated").sum().alias("updated"), col("household_id").unique(maintain_order=True),
        )  # fmt: skip
        self.portions = {
            portion: Portion(portion, end, rows, created, updated, households=households)
            for portion, end, rows, created, updated, households in facts.rows()
        }
        self.loads: list[Load] = []
        self.numbers = load_of("", ("area", "token"), polars.DataFrame({"area": [], "token": []}), polars.Series([]))

    def _split(self, values: Sequence[Any], of: Sequence[int]) -> Iterator[tuple[Portion, list[Any]]]:
        start = 0
        while start < len(of):
            stop = bisect.bisect_right(of, of[start], start)
            yield self.portions[of[start]], list(values[start:stop])
            start = stop

    def insert(self, table: str, columns: Sequence[str], rows: polars.DataFrame, of: polars.Series) -> None:
        """Rows for a table, with the portion of each."""
        if rows.height:
            self.loads.append(load_of(table, columns, rows, of))

    def note(self, name: str, table: str, ids: Sequence[int], of: Sequence[int]) -> None:
        """Ids of a table to remove, close or bump (`name`), with the portion of each."""
        for portion, part in self._split(ids, of):
            getattr(portion, name).append((table, part))

    def stand(self, frame: polars.DataFrame) -> None:
        """Note where the households of these rows lie: rows of one that is gone or lies elsewhere are not written."""
        homes = frame.select("portion", "household_id", "village_id").unique(maintain_order=True).drop_nulls()
        self.extend("homes", homes.select("household_id", "village_id").rows(), homes["portion"].to_list())

    def extend(self, name: str, values: Sequence[Any], of: Sequence[int]) -> None:
        """Values for a list of the portions (`name`), with the portion of each."""
        for portion, part in self._split(values, of):
            getattr(portion, name).extend(part)
