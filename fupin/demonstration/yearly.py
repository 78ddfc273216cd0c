"""What a year changes in a register, as rows of an import: the same households and persons, one year older.

Every year has its own frames of all who are ever in the register, in one order. Here they are laid upon each other: what
is still true stays, what differs is a cell of the year's file, what is no longer true is emptied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from fupin.synthetic.headers import HOUSEHOLDS as H
from fupin.synthetic.headers import PERSONS as P

ERASE = "—"
"""What empties a cell of the register."""
MOVED = ("status", "standard", "identified_on", "first_identified_on", "exit_year", "return_year", "main_cause")
FOLLOWING = ("household_kind", "has_no_labour", "not_exit_reason")
"""What follows from the members and the account of the year."""
HOUSE = ("is_house_dangerous", "house_grade", "house_structure", "is_water_difficult", "is_water_safe", "water_source")
REPAIRED = {"is_house_dangerous": "否", "house_grade": "结构基本满足，个别构件危险"}
STAGES = ("education", "student", "labour", "political", "work_place", "public_job", "gets_subsistence_allowance",
          "gets_destitute_support", "has_resident_pension", "has_employee_pension")  # fmt: skip
"""What a year changes in a life."""
WORK = ("work_division_code", "work_months", "employer", "monthly_wage", "job_channel", "public_job_months")
"""What goes with it, and what the last year's visit writes down anew for everybody."""
HOUSEHOLD_KEYS = [H[name] for name in ("village", "head_name", "head_id", "is_synthetic")]
PERSON_KEYS = [P[name] for name in ("village", "head_id", "name", "id_number", "is_synthetic")]


@dataclass(frozen=True, slots=True)
class Standing:
    """Who is where in the register at a year's end: masks over the households of the run."""

    enters: np.ndarray
    there: np.ndarray
    """in the register before this year"""
    moved: np.ndarray
    """to another status"""
    exited: np.ndarray
    repaired: np.ndarray
    """still registered, and the house has been put right this year"""


def households_after(held: pl.DataFrame, now: pl.DataFrame, standing: Standing) -> pl.DataFrame:
    """All households as they are at the end of the year, from what is `held` of them and the year's own frame.

    Whoever exits has a safe house and safe water, and keeps them.
    """
    fresh, mended = pl.Series(standing.exited | standing.enters), pl.Series(standing.repaired)
    house = []
    for name in HOUSE:
        rest = held[H[name]]
        if name in REPAIRED:
            rest = pl.select(pl.when(mended).then(pl.lit(REPAIRED[name])).otherwise(rest)).to_series()
        house.append(pl.when(fresh).then(now[H[name]]).otherwise(rest).alias(H[name]))
    return now.with_columns(house)


def household_rows(held: pl.DataFrame, after: pl.DataFrame, standing: Standing, names: Sequence[str]) -> pl.DataFrame:
    """The year's rows of households that are in the register already: a new status, and what else differs."""
    cells = [_cell(held[H[name]], after[H[name]]) for name in names]
    moved = pl.Series(standing.moved)
    status = [
        pl.select(pl.when(moved).then(after[H[name]]).otherwise(None)).to_series().alias(H[name]) for name in MOVED
    ]
    rows = after.select(HOUSEHOLD_KEYS).with_columns(*status, *cells)
    differs = moved | pl.Series(_any(cells))
    return rows.filter(differs & pl.Series(standing.there))


def persons_after(
    held: pl.DataFrame,
    now: pl.DataFrame,
    names: Sequence[str],
    watched: Sequence[str],
    told: np.ndarray,
    fresh: np.ndarray,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All persons as the register has them at the end of the year, and the rows of those who are `told` of.

    Written down, with all their `names`, are those of whom something `watched` has changed. `fresh` ones come in whole.
    """
    cells = {name: _cell(held[P[name]], now[P[name]]) for name in names}
    rows = _any([cells[name] for name in watched]) & told
    taken = pl.Series(rows | fresh)
    file = now.select(PERSON_KEYS).with_columns(cells.values()).filter(pl.Series(rows))
    return now.with_columns(
        pl.when(taken).then(now[P[name]]).otherwise(held[P[name]]).alias(P[name]) for name in names
    ), file


def _cell(before: pl.Series, after: pl.Series) -> pl.Series:
    """The cell of the year's file: empty where nothing changed, a dash where the value is gone."""
    same = before.eq_missing(after)
    return pl.select(pl.when(same).then(None).otherwise(after.fill_null(ERASE))).to_series().alias(after.name)


def _any(cells: Sequence[pl.Series]) -> np.ndarray:
    found = np.zeros(len(cells[0]), dtype=bool)
    for cell in cells:
        found |= cell.is_not_null().to_numpy()
    return found
