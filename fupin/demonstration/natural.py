"""Births and deaths of a made-up register: who, when, and how many of each household are there at a year's end.

Only what the records can bear: nobody leaves a household without the one on whose illness, disability or labour it
stands in the register.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from fupin.synthetic import numbers
from fupin.synthetic.headers import HOUSEHOLDS as H
from fupin.synthetic.headers import MARK
from fupin.synthetic.headers import PERSONS as P
from fupin.synthetic.make import Passed, Run, part_count
from fupin.synthetic.names import pools

BIRTHS, DEATHS = 160, 220
"""Over the four years, in a banner of 13,065 households."""
BIRTH_BLOCK = 7
"""Blocks beyond those of the run, for children that are born."""


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
class Natural:
    """All births and deaths by year, and where they stand in the run: the household of each birth, the row of each death."""

    births: dict[int, list[Birth]] = field(default_factory=dict)
    deaths: dict[int, list[Death]] = field(default_factory=dict)
    born_in: dict[int, list[int]] = field(default_factory=dict)
    died: dict[int, list[int]] = field(default_factory=dict)

    def passed(self, year: int, home: np.ndarray) -> Passed:
        """What had happened by the end of a year. `home` is the place of each person's household in the run."""
        born = [place for each, places in self.born_in.items() if each <= year for place in places]
        gone = np.zeros(len(home), dtype=bool)
        gone[[row for each, rows in self.died.items() if each <= year for row in rows]] = True
        return Passed(np.bincount(born, minlength=int(home[-1]) + 1).astype(np.int64), gone)


def homes_of(persons: pl.DataFrame) -> np.ndarray:
    """The place of each person's household in the run."""
    return np.cumsum((persons[P["relation"]] == "户主").to_numpy()) - 1


def happened(run: Run, households: pl.DataFrame, persons: pl.DataFrame, first: int, last: int) -> Natural:
    """Births and deaths after `first` until `last`; among those registered at the end as many of one as of the other."""
    generator = np.random.default_rng([run.order.seed, 4])
    home = homes_of(persons)
    scale = int((run.plan.identified == first).sum()) / 13_065
    births, deaths = round(BIRTHS * scale), round(DEATHS * scale)
    # Whoever came later may not have been in the register yet when somebody of the house was born or died.
    there = (run.plan.identified == first)[home]
    age = first - persons[P["born_on"]].str.slice(0, 4).cast(pl.Int64).to_numpy()
    mother, old = _mothers(persons, age) & there, _may_die(households, persons, home, age) & there
    stays = run.plan.is_registered(last)[home]
    level = min(round(births / 8), int((mother & stays).sum()), int((old & stays).sum()))
    natural = Natural()
    _children(
        natural, run, persons, home, _pick(mother, stays, level, births - level, generator), (first, last), generator
    )
    died = _pick(old, stays, level, deaths - level, generator)
    for row, year in zip(died.tolist(), generator.integers(first + 1, last + 1, len(died)).tolist(), strict=True):
        # All in November: nothing that ended before it can be cut off by it.
        natural.deaths.setdefault(year, []).append(Death(persons[P["id_number"]][row], date(year, 11, 15)))
        natural.died.setdefault(year, []).append(row)
    return natural


def _mothers(persons: pl.DataFrame, age: np.ndarray) -> np.ndarray:
    wife = persons[P["relation"]].is_in(["之儿媳", "配偶"]) & (persons[P["sex"]] == "女")
    found: np.ndarray = wife.to_numpy() & (age >= 19) & (age <= 36)
    return found


def _may_die(households: pl.DataFrame, persons: pl.DataFrame, home: np.ndarray, age: np.ndarray) -> np.ndarray:
    """The old who are no head, not the last companion of somebody still young, and not the cause of the poverty."""
    relation, size = persons[P["relation"]], np.bincount(home)[home]
    spouse, parent = (relation == "配偶").to_numpy(), relation.is_in(["之父", "之母"]).to_numpy()
    cause = households[H["main_cause"]].is_in(["因病", "因残"]).fill_null(False).to_numpy()[home]
    well = (persons[P["health"]] == "健康").to_numpy() | ~cause
    idle = (persons[P["labour"]] == "无劳动力").to_numpy()
    moved = (households[H["is_relocated"]] == "是").to_numpy()[home]
    found: np.ndarray = (spouse | parent & (size > 2)) & (age >= 68) & well & idle & ~moved
    return found


def _pick(can: np.ndarray, stays: np.ndarray, among: int, beyond: int, generator: np.random.Generator) -> np.ndarray:
    """`among` of those who stay in the register and `beyond` of the others."""
    inside = generator.permutation(np.flatnonzero(can & stays))[:among]
    outside = generator.permutation(np.flatnonzero(can & ~stays))[:beyond]
    return np.concatenate([inside, outside])


def _children(natural: Natural, run: Run, persons: pl.DataFrame, home: np.ndarray, mothers: np.ndarray,
              span: tuple[int, int], generator: np.random.Generator) -> None:  # fmt: skip
    """A child for each mother: the head's, or the head's grandchild."""
    if not len(mothers):
        return
    years = generator.integers(span[0] + 1, span[1] + 1, len(mothers))
    days = np.array([f"{year}-02-01" for year in years], dtype="datetime64[D]")
    days += generator.integers(0, 240, len(years)).astype("timedelta64[D]")
    male = generator.random(len(mothers)) < 0.52
    order = run.order
    block = numbers.first_block(order.division, order.seed) if order.first_block is None else order.first_block
    ids = numbers.id_numbers(days, male, block + part_count(run) + BIRTH_BLOCK)
    for place, row in enumerate(mothers.tolist()):
        mother, year = persons.row(row, named=True), int(years[place])
        values = _child(mother, bool(male[place]), ids[place], generator)
        natural.births.setdefault(year, []).append(Birth(mother[P["head_id"]], days[place].item(), values))
        natural.born_in.setdefault(year, []).append(int(home[row]))


def _child(mother: dict[str, Any], is_male: bool, number: str, generator: np.random.Generator) -> dict[str, Any]:
    names = pools().given["mongolian_male" if is_male else "mongolian_female"]
    codes = ("07", "08") if mother[P["relation"]] == "之儿媳" else ("03", "04")
    return {
        "name": names[int(generator.integers(0, len(names)))], "relation": codes[not is_male],
        "sex": "1" if is_male else "2", "id_number": number, "document_kind": "01",
        "ethnicity": "02" if mother[P["ethnicity"]] == "蒙古族" else "01", "education": "06", "health": "01",
        "labour": "04", "political": "13", "has_resident_medical": True, "has_major_illness_insurance": True,
        "has_employee_medical": False, "remark": MARK,
    }  # fmt: skip
