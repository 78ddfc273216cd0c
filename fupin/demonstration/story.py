"""What happened to a made-up register between two years, as the files and acts that would have entered it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from fupin.synthetic import numbers
from fupin.synthetic.figures import Targets
from fupin.synthetic.frames import Part
from fupin.synthetic.growing import grown
from fupin.synthetic.headers import HOUSEHOLDS as H
from fupin.synthetic.headers import INCOME as I
from fupin.synthetic.headers import MARK
from fupin.synthetic.headers import PERSONS as P
from fupin.synthetic.make import Order, Run, make_part, part_count, prepare
from fupin.synthetic.names import pools
from fupin.synthetic.plan import NEW_SHARE

FIRST_YEAR, LAST_YEAR = 2014, 2018
BIRTHS, DEATHS = 160, 220
"""Over the four years, in a banner of 13,065 households."""
BIRTH_BLOCK = 7
"""Blocks beyond those of the run, for children that are born."""
SAFE = {"is_house_dangerous": "否", "house_grade": "结构基本满足，个别构件危险", "is_water_difficult": "否", "is_water_safe": "是",
        "water_source": "净化处理的自来水"}  # fmt: skip
MOVED = ("status", "standard", "identified_on", "first_identified_on", "exit_year", "return_year", "main_cause")


@dataclass(frozen=True, slots=True)
class Birth:
    """A child born into the household of a head."""

    head_id: str
    born_on: date
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Death:
    """A member who died."""

    id_number: str
    died_on: date


@dataclass(slots=True)
class Story:
    """The files in the order in which they are entered, and the acts between them.

    `households` and `persons` are of all who are ever in the register; `opening` are those of the first entry, `entries`
    those whom a later year identified.
    """

    run: Run
    households: pl.DataFrame
    persons: pl.DataFrame
    opening: tuple[pl.DataFrame, pl.DataFrame]
    entries: dict[int, tuple[pl.DataFrame, pl.DataFrame]] = field(default_factory=dict)
    changes: dict[int, pl.DataFrame] = field(default_factory=dict)
    growth: pl.DataFrame | None = None
    income: pl.DataFrame | None = None
    births: dict[int, list[Birth]] = field(default_factory=dict)
    deaths: dict[int, list[Death]] = field(default_factory=dict)

    def forget_what_is_in(self) -> None:
        """Let the files go that were entered; what the rest of the region is reckoned from stays."""
        self.entries.clear()
        self.changes.clear()
        self.growth = self.income = None


def order(households: int, persons: int, left: int, left_persons: int, division: str, seed: int = 1) -> Order:
    """The order of a banner: stocks at the end of 2014 and of 2018, everybody as old as in 2014.

    Beside the households of 2014 there are those who are newly identified in the years after.
    """
    targets = Targets({FIRST_YEAR: households, LAST_YEAR: left}, {FIRST_YEAR: persons, LAST_YEAR: left_persons})
    return Order(households + round(households * NEW_SHARE), division, seed, targets, year=FIRST_YEAR)


def tell(asked: Order) -> Story:
    """The whole story of an order."""
    run = prepare(asked)
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    by_year: dict[int, list[Part]] = {year: [make_part(run, i, year) for i in range(part_count(run))] for year in years}
    frames = {year: pl.concat([part.households for part in found]) for year, found in by_year.items()}
    persons = pl.concat([part.persons for part in by_year[FIRST_YEAR]])
    story = Story(run, frames[FIRST_YEAR], persons, _entering(run, frames[FIRST_YEAR], persons, FIRST_YEAR))
    for year in range(FIRST_YEAR + 1, LAST_YEAR + 1):
        story.entries[year] = _entering(run, frames[year], persons, year)
        story.changes[year] = _changes(run, frames[year], year)
    story.growth = grown(story.persons, LAST_YEAR, asked.seed)
    story.income = _income(run, {year: pl.concat([p.income for p in found]) for year, found in by_year.items()})
    _natural_changes(story)
    return story


def _entering(run: Run, frame: pl.DataFrame, persons: pl.DataFrame, year: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The households that a year identified (the first: all until then), and their members."""
    enter = run.plan.identified == year
    home = _homes(persons)
    return frame.filter(pl.Series(enter)), persons.filter(pl.Series(enter[home]))


def _homes(persons: pl.DataFrame) -> np.ndarray:
    """The place of each person's household in the run."""
    return np.cumsum((persons[P["relation"]] == "户主").to_numpy()) - 1


def _changes(run: Run, frame: pl.DataFrame, year: int) -> pl.DataFrame:
    """Households whose status a year changed; those that exit have a safe house and safe water.

    An exit of an earlier year than the last is entered as such at once: it is not touched a second time.
    """
    before, now = run.plan.status(year - 1), run.plan.status(year)
    moved = (before != now) & (now != "03") & (run.plan.identified < year)
    left = frame[H["status"]].is_in(["新脱贫（当年脱贫）"])
    keys = [H[name] for name in ("village", "head_name", "head_id", *MOVED)]
    mended = [
        pl.when(left & unsafe(frame, name)).then(pl.lit(value)).otherwise(pl.lit(None, dtype=pl.String)).alias(H[name])
        for name, value in SAFE.items()
    ]
    made = frame.select(*keys, H["is_synthetic"], *mended).filter(pl.Series(moved))
    if year < LAST_YEAR:
        earlier = {"新脱贫（当年脱贫）": "已脱贫（往年）"}
        made = made.with_columns(pl.col(H["status"]).replace(earlier))
    return made


def unsafe(frame: pl.DataFrame, name: str) -> pl.Series:
    """Where the house (or the water) was not safe."""
    if name in ("is_house_dangerous", "house_grade"):
        return frame[H["is_house_dangerous"]] == "是"
    return frame[H["is_water_safe"]] == "否"


def _income(run: Run, frames: dict[int, pl.DataFrame]) -> pl.DataFrame:
    """Accounts: each year those who just exited, who stay to the end, and some of the others."""
    kept = []
    for year, frame in frames.items():
        wanted = run.plan.is_registered(LAST_YEAR) | (run.plan.exited == year)
        wanted |= np.arange(frame.height) % (2 if year == LAST_YEAR else 4) == 0
        wanted &= run.plan.identified <= year
        kept.append(frame.filter(pl.Series(wanted)))
    # The totals follow from the items; an officer's file has the items only.
    totals = [I[name] for name in ("wage", "business", "property", "transfer", "cost", "net", "per_head")]
    return pl.concat(kept).drop(totals)


def _natural_changes(story: Story) -> None:
    """Births and deaths; among those registered at the end as many of one as of the other."""
    generator = np.random.default_rng([story.run.order.seed, 4])
    scale = story.opening[0].height / 13_065
    births, deaths = round(BIRTHS * scale), round(DEATHS * scale)
    home = _homes(story.persons)
    # Whoever came later may not have been in the register yet when somebody of the house was born or died.
    first = (story.run.plan.identified == FIRST_YEAR)[home]
    age = FIRST_YEAR - story.persons[P["born_on"]].str.slice(0, 4).cast(pl.Int64).to_numpy()
    relation = story.persons[P["relation"]]
    mother = (
        (relation.is_in(["之儿媳", "配偶"]) & (story.persons[P["sex"]] == "女")).to_numpy() & (age >= 19) & (age <= 36)
    ) & first
    old = relation.is_in(["配偶", "之父", "之母"]).to_numpy() & (age >= 68) & first
    stays = story.run.plan.is_registered(LAST_YEAR)
    level = min(round(births / 8), int((mother & stays[home]).sum()), int((old & stays[home]).sum()))
    born = _pick(mother, stays[home], level, births - level, generator)
    died = _pick(old, stays[home], level, deaths - level, generator)
    _children(story, born, generator)
    years = generator.integers(FIRST_YEAR + 1, LAST_YEAR + 1, len(died))
    for row, year in zip(died, years, strict=True):
        # All in November: nothing that ended before it can be cut off by it.
        story.deaths.setdefault(int(year), []).append(
            Death(story.persons[P["id_number"]][int(row)], date(int(year), 11, 15))
        )


def _pick(can: np.ndarray, stays: np.ndarray, among: int, beyond: int, generator: np.random.Generator) -> np.ndarray:
    """`among` of those who stay in the register and `beyond` of the others."""
    inside = generator.permutation(np.flatnonzero(can & stays))[:among]
    outside = generator.permutation(np.flatnonzero(can & ~stays))[:beyond]
    return np.concatenate([inside, outside])


def _children(story: Story, mothers: np.ndarray, generator: np.random.Generator) -> None:
    """A child for each mother: the head's, or the head's grandchild."""
    if not len(mothers):
        return
    years = generator.integers(FIRST_YEAR + 1, LAST_YEAR + 1, len(mothers))
    days = np.array(
        [
            np.datetime64(f"{year}-02-01") + np.timedelta64(int(d), "D")
            for year, d in zip(years, generator.integers(0, 240, len(years)), strict=True)
        ]
    )
    male = generator.random(len(mothers)) < 0.52
    order_ = story.run.order
    block = numbers.first_block(order_.division, order_.seed) if order_.first_block is None else order_.first_block
    ids = numbers.id_numbers(days.astype("datetime64[D]"), male, block + part_count(story.run) + BIRTH_BLOCK)
    given = {True: pools().given["mongolian_male"], False: pools().given["mongolian_female"]}
    for place, row in enumerate(mothers):
        mother = story.persons.row(int(row), named=True)
        grandchild = mother[P["relation"]] == "之儿媳"
        is_male = bool(male[place])
        code = ("07" if is_male else "08") if grandchild else ("03" if is_male else "04")
        names = given[is_male]
        values = {
            "name": names[int(generator.integers(0, len(names)))], "relation": code, "sex": "1" if is_male else "2",
            "id_number": ids[place], "document_kind": "01", "ethnicity": "02" if mother[P["ethnicity"]] == "蒙古族" else "01",
            "education": "06", "health": "01", "labour": "04", "political": "13", "has_resident_medical": True,
            "has_major_illness_insurance": True, "has_employee_medical": False, "remark": MARK,
        }  # fmt: skip
        born_on = days[place].astype("datetime64[D]").item()
        story.births.setdefault(int(years[place]), []).append(Birth(mother[P["head_id"]], born_on, values))
