"""The same persons some years on: what the years changed in schooling and labour, for those whom they did."""

from __future__ import annotations

import numpy as np
import polars as pl

from fupin.synthetic.draw import EMPTY
from fupin.synthetic.frames import labels
from fupin.synthetic.headers import PERSONS
from fupin.synthetic.persons import ages, schooling, september

ERASE = "—"
"""What empties a cell of the register."""
OLDEST = 26


def grown(persons: pl.DataFrame, year: int, seed: int) -> pl.DataFrame:
    """Rows for the import of persons who went to school or have left it since, as of the end of `year`."""
    day = np.datetime64(f"{year}-12-31")
    born = persons[PERSONS["born_on"]].str.to_date("%Y-%m-%d").to_numpy().astype("datetime64[D]")
    age = ages(born, day)
    young = np.flatnonzero(age < OLDEST)
    generator = np.random.default_rng([seed, 3, year])
    student, education = schooling(age[young], ages(born[young], september(day)), generator)
    picked = persons[young]
    pupil = student.index != EMPTY
    well = (picked[PERSONS["health"]] == "健康").to_numpy()
    able = (age[young] >= 16) & ~pupil
    labour = np.where(able & well, "普通劳动力", np.where(able, "弱劳动力或半劳动力", "无劳动力"))
    keys = [PERSONS[name] for name in ("village", "head_id", "name", "id_number", "is_synthetic")]
    frame = picked.select(keys).with_columns(
        pl.Series(PERSONS["education"], labels("education", education)).fill_null(ERASE),
        pl.Series(PERSONS["student"], labels("student", student)).fill_null(ERASE),
        pl.Series(PERSONS["labour"], labour),
    )
    same = (
        (frame[PERSONS["education"]] == picked[PERSONS["education"]].fill_null(ERASE))
        & (frame[PERSONS["student"]] == picked[PERSONS["student"]].fill_null(ERASE))
        & (frame[PERSONS["labour"]] == picked[PERSONS["labour"]].fill_null(ERASE))
    )
    return frame.filter(~same)
