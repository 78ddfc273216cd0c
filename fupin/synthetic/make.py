"""A made-up register, part by part: the same version, arguments and seed make the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from fupin.synthetic import families, figures, frames, homes, incomes, names, numbers, persons
from fupin.synthetic.families import RELATIONS, Members
from fupin.synthetic.places import Places, villages
from fupin.synthetic.plan import CAUSES, DEFAULT_YEAR, Plan, plan
from fupin.synthetic.refusal import Impossible

PART = 12_500
"""Households a part: bounds the memory and the numbers that one block must hold."""
REGION = "150000000000"


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for."""

    households: int
    division: str = REGION
    seed: int = 1
    targets: figures.Targets | None = None
    year: int = 0
    """the year whose end the files stand at and are brought in as of; 0: the last year of the figures, else
    DEFAULT_YEAR, in codes that hold on any day"""
    first_block: int | None = None
    without: str = ""
    """a division below that is left out"""
    """where numbers start, for runs that go into one register"""


@dataclass(frozen=True, slots=True)
class Passed:
    """What the years did to the families of a part: children `born` to each household, and which persons are `gone`."""

    born: np.ndarray
    gone: np.ndarray


@dataclass(slots=True)
class Run:
    """A settled run: the plan, the villages, and the order it came from."""

    order: Order
    places: Places
    plan: Plan
    blocks: int = field(default=0)

    @property
    def year(self) -> int:
        return self.order.year or self.plan.year or DEFAULT_YEAR


def prepare(order: Order) -> Run:
    """Settle what is to be made. Raises Impossible naming what cannot be met together."""
    if order.households < 1:
        raise Impossible(["--households 应为正整数", "--households must be a positive number"])
    generator = np.random.default_rng([order.seed, 0])
    places = villages(order.division, generator, order.without)
    return Run(order, places, plan(order.households, places, order.targets, generator))


def order_from(households: int, division: str, seed: int, path: Path | None) -> Order:
    """An order from what the command line gives. Raises Impossible."""
    return Order(households, division, seed, figures.read(path, division) if path else None)


def part_count(run: Run) -> int:
    """How many parts the run has."""
    return -(-len(run.plan.size) // PART)


def parts(run: Run, year: int | None = None) -> Iterator[frames.Part]:
    """The run's parts in order, as the register stood at the end of `year`."""
    for index in range(part_count(run)):
        yield make_part(run, index, year or run.year)


def make_part(run: Run, index: int, year: int, passed: Passed | None = None) -> frames.Part:
    """One part of the run as it stood at the end of a year.

    The same persons and homes each year: after the run's own year the persons are as much older, and who is gone or
    born since (`passed`) counts in the accounts. The rows are those of the persons of the run's year all the same.
    """
    made, where = run.plan, slice(index * PART, (index + 1) * PART)
    generator = np.random.default_rng([run.order.seed, 1, index])
    village, status = made.village[where], made.status(year)[where]
    cause = np.array(["", *CAUSES])[made.cause[where] + 1]
    members = families.members(made.shape[where], generator)
    _send_to_school(members, cause, generator)
    share = run.places.mongolian_share[village] if made.mongolian is None else made.mongolian[where].astype(float)
    ethnicity = names.ethnicities(members, share, generator, mixed=made.mongolian is None)
    called = names.names(members, ethnicity, len(village), generator)
    day, until = np.datetime64(f"{run.year}-12-31"), np.datetime64(f"{max(year, run.year)}-12-31")
    people = persons.people(members, cause, day, generator, is_dated=bool(run.order.year), until=until)
    cause[status == ""] = ""
    home = homes.homes(people, status, cause, run.places.herding[village], run.year, generator)
    if passed is not None:
        homes.let_pass(home, people, passed.born, passed.gone)
    account = incomes.accounts(home, people, year, made.exited[where], generator)
    start = numbers.first_block(run.order.division, run.order.seed)
    first = start if run.order.first_block is None else run.order.first_block
    codes = pl.Series(run.places.codes).gather(village)
    return frames.part(
        frames.Drawn(
            codes, codes.str.slice(0, 6) + "000000", called, ethnicity, people, home, account,
            made.identified[where], made.exited[where], made.returned[where], year, first + index,
            generator.random(len(members.age)),
        )
    )  # fmt: skip


def _send_to_school(members: Members, cause: np.ndarray, generator: np.random.Generator) -> None:
    """A household poor through schooling has a child at school, who stays there for some years to come."""
    young = np.isin(members.relation, [RELATIONS.index(code) for code in ("03", "04", "07", "08", "09", "10")])
    candidates = np.flatnonzero(young & (cause == "03")[members.household])
    first = candidates[np.r_[True, np.diff(members.household[candidates]) > 0]] if len(candidates) else candidates
    off = (members.age[first] < 6) | (members.age[first] > 10)
    members.age[first[off]] = generator.integers(7, 11, int(off.sum()))
