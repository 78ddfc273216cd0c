"""Registers of one banner in which nobody invented anything, for the calibration of the tests for made-up figures.

Where all villages are alike a test is easily right. So there are registers here whose villages differ: in how people
round, in how high and how wide incomes lie, in how often an income rises. Same seed, same register.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from math import sqrt

import numpy as np
import polars as pl

from fupin.quality.signs import laying
from fupin.quality.signs.clues import Limits
from fupin.synthetic.defects import Planter
from fupin.synthetic.frames import Part
from fupin.synthetic.headers import INCOME
from fupin.synthetic.incomes import ITEMS, line_fen
from fupin.synthetic.make import Order, parts, prepare

BANNER, YEAR = "150522000000", 2018
LINE = line_fen(YEAR)
DEADLINE = date(YEAR, 12, 31)
HELD = Limits(LINE, deadline=DEADLINE)
VILLAGES_AN_OFFICER, OFFICERS_A_VILLAGE = 4, 2
Random = np.random.Generator
_NINETY_FIVE = 1.959964


def within(counted: int, total: int) -> tuple[float, float]:
    """The interval in which a share lies in 95 of 100 cases (Wilson 1927); all that there is where nothing was counted."""
    if not total:
        return 0.0, 1.0
    square, share = _NINETY_FIVE**2, counted / total
    middle = (counted + square / 2) / (total + square)
    half = _NINETY_FIVE / (total + square) * sqrt(total * share * (1 - share) + square / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


def share(counted: int, total: int) -> str:
    """A share in per cent with its interval."""
    low, high = within(counted, total)
    return f"{counted / total:.1%} ({100 * low:.1f}–{100 * high:.1f})".replace("%", " %") if total else "–"


@dataclass(slots=True)
class Register:
    """One row a household: village, officer, income a head and the amount of each item in fen; and changes of accounts."""

    frame: pl.DataFrame
    changes: list[laying.Change]


def made(households: int, seed: int, *, dirty: float = 0) -> Register:
    """A register of one banner as the synthetic files have it."""
    frame = _made(households, seed, dirty)
    return Register(frame, _changes(frame, np.random.default_rng([seed, 7])))


@lru_cache(maxsize=32)
def _made(households: int, seed: int, dirty: float) -> pl.DataFrame:
    run, planter = prepare(Order(households, BANNER, seed)), Planter(dirty, seed, "csv")
    found = [planter.plant(part, nth)[0] if dirty else part for nth, part in enumerate(parts(run, YEAR))]
    frame = pl.concat([_plain(part) for part in found]).with_row_index("household_id")
    random, place = np.random.default_rng([seed, 6]), frame["place_id"].to_numpy()
    # Two officers share four villages: who came to which household is chance.
    author = (
        1_000 + place // VILLAGES_AN_OFFICER * OFFICERS_A_VILLAGE + random.integers(0, OFFICERS_A_VILLAGE, len(place))
    )
    return frame.with_columns(author=pl.Series(author), household_id=pl.col("household_id").cast(pl.Int64))


def _plain(part: Part) -> pl.DataFrame:
    village = pl.col(INCOME["village"])
    codes = sorted(part.income[INCOME["village"]].unique())
    fen = [
        (pl.col(INCOME[name]).cast(pl.Float64, strict=False).fill_null(0) * 100).round().cast(pl.Int64).alias(name)
        for name in (*ITEMS, "per_head")
    ]
    places = village.replace_strict(codes, [int(code[6:12]) for code in codes], return_dtype=pl.Int64)
    persons = pl.col(INCOME["counted_persons"]).cast(pl.Int64, strict=False).fill_null(1).alias("persons")
    return part.income.select(places.alias("place_id"), persons, *fen)


def _changes(frame: pl.DataFrame, random: Random, up: dict[int, float] | None = None) -> list[laying.Change]:
    """Every third account is changed once in the year, in every fifth village half of them in the last days, and rises as
    often as not, or as often as `up` says of its village."""
    found = []
    for household, place, author in frame.select("household_id", "place_id", "author").iter_rows():
        if random.random() < 0.34:
            days = 3 if place % 5 == 0 and random.random() < 0.5 else int(random.integers(0, 364))
            rises = bool(random.random() < (up[place] if up else 0.55))
            found.append((household, author, DEADLINE - timedelta(days=days), rises))
    return found


def rounded(register: Register, seed: int) -> Register:
    """The same with amounts said as people say them: to 1, 10, 50, 100, 500 yuan, and by village more or less coarsely."""
    random, frame = np.random.default_rng([seed, 8]), register.frame
    habit = {place: random.dirichlet((2, 2, 1, 2, 1)) for place in frame["place_id"].unique(maintain_order=True)}
    way = np.array([random.choice((100, 1_000, 5_000, 10_000, 50_000), p=habit[place]) for place in frame["place_id"]])
    amounts = {name: (frame[name].to_numpy() + way // 2) // way * way for name in (*ITEMS, "per_head")}
    return Register(frame.with_columns(**{name: pl.Series(said) for name, said in amounts.items()}), register.changes)


def about_the_line(register: Register, seed: int) -> Register:
    """Villages that differ: incomes crowd about the line, in each village higher or lower, closer or wider; and in each
    an income rises more or less often. Where nobody stands near the line, nothing is seen of the tests beside it."""
    random, frame = np.random.default_rng([seed, 10]), register.frame
    places = frame["place_id"].unique(maintain_order=True).to_list()
    middle = dict(zip(places, random.normal(np.log(1.2 * LINE), 0.3, len(places)), strict=True))
    wide = dict(zip(places, random.uniform(0.35, 0.65, len(places)), strict=True))
    up = dict(zip(places, random.beta(11, 9, len(places)), strict=True))
    drawn = random.lognormal([middle[one] for one in frame["place_id"]], [wide[one] for one in frame["place_id"]])
    return Register(frame.with_columns(per_head=pl.Series(drawn.astype(np.int64))), _changes(frame, random, up))


def far_apart(register: Register, seed: int) -> Register:
    """Incomes that range over two orders of size and more in each village, where first digits are looked at."""
    random, frame = np.random.default_rng([seed, 11]), register.frame
    drawn = random.lognormal(np.log(2 * LINE), 1.6, frame.height)
    return Register(frame.with_columns(per_head=pl.Series(drawn.astype(np.int64))), register.changes)
