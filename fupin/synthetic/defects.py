"""Planted defects: what a quality rule must find, in a known share of the persons, each written down in truth.csv.

A person bears at most one. Where a defect belongs to the household or its account, its head bears it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from fupin.synthetic.frames import Part
from fupin.synthetic.headers import HOUSEHOLDS, INCOME, LEDGERS, PERSONS

Change = Callable[[str], str]
TRUTH = ("ledger", "file", "row", "code", "rule", "field", "before", "after")


@dataclass(frozen=True, slots=True)
class Defect:
    """A defect of a rule in one field. `bearer` says which persons can bear it; `after` makes the wrong value."""

    rule: str
    ledger: str
    field: str
    bearer: pl.Expr
    after: Change


def _p(name: str) -> pl.Expr:
    return pl.col(PERSONS[name])


def _set(value: str) -> Change:
    return lambda _: value


def _is(name: str, *values: str) -> pl.Expr:
    return _p(name).is_in(values)


_AGE = pl.col("\0age")
_OTHER = _p("relation") != "户主"
_HEAD = _p("relation") == "户主"
_ALONE = _HEAD & (pl.col("\0size") == 1)
_GROWN = (_AGE >= 16) & _p("student").is_null()
_IDLE = _p("work_months").is_null() & _p("public_job_months").is_null()
_HAS_FIELD = pl.col("\0cultivated") > 0
_ROOMY = pl.col("\0area") >= 24 * pl.col("\0size")
_EXITED = pl.col("\0status").str.contains("脱贫（")


def _other_digit(text: str) -> str:
    return text[:-1] + ("0" if text[-1] != "0" else "1")


def _month_13(text: str) -> str:
    """A month that no calendar has, with the check digit that goes with it."""
    body = text[:10] + "13" + text[12:17]
    total = sum(int(d) * w for d, w in zip(body, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return body + "10X98765432"[total % 11]


def _later_year(text: str) -> str:
    return f"{int(text[:4]) - 2}-{'01' if text.endswith('02-29') else text[5:7]}{text[7:]}"


def _turned(text: str) -> str:
    return {"之子": "之女", "之女": "之子", "之父": "之母", "之母": "之父", "之孙子": "之孙女", "之孙女": "之孙子"}[
        text
    ]


def _more(text: str) -> str:
    return str(round(float(text) * 2 + 100, 2))


DEFECTS: tuple[Defect, ...] = (
    Defect("ID-001", "persons", "id_number", _OTHER, _set("")),
    Defect("ID-002", "persons", "id_number", _OTHER, lambda text: text[:17]),
    Defect("ID-003", "persons", "id_number", _OTHER, _other_digit),
    Defect("ID-004", "persons", "id_number", _OTHER, _month_13),
    Defect("ID-007", "persons", "sex", _ALONE, lambda text: "女" if text == "男" else "男"),
    Defect("ID-008", "persons", "born_on", _OTHER & (_AGE >= 25) & (_AGE < 55), _later_year),
    Defect("ID-012", "persons", "name", _OTHER, lambda text: text + "1"),
    Defect("ID-013", "persons", "phone", _OTHER & _p("phone").is_not_null(), lambda text: text[:10]),
    Defect("REL-005", "persons", "relation", _OTHER, _set("")),
    Defect(
        "REL-006", "persons", "relation", _is("relation", "之子", "之女", "之父", "之母", "之孙子", "之孙女"), _turned
    ),
    Defect("REL-009", "households", "head_name", _HEAD, lambda text: text + "某"),
    Defect("EDU-001", "persons", "education", _is("student", "小学", "七年级", "八年级", "九年级"), _set("小学")),
    Defect("EDU-003", "persons", "education", _GROWN & (_AGE >= 23), _set("速成班")),
    Defect("EDU-004", "persons", "student", _is("student", "小学", "七年级", "八年级") & (_AGE < 15), _set("非在校生")),
    Defect("EDU-011", "persons", "education", _GROWN & (_AGE <= 22), _set("小学")),
    Defect("LAB-001", "persons", "labour", _AGE >= 16, _set("")),
    Defect("LAB-002", "persons", "labour", _AGE < 16, _set("普通劳动力")),
    Defect("LAB-003", "persons", "labour", _GROWN & (_AGE < 59) & _is("health", "健康") & _IDLE, _set("无劳动力")),
    Defect("LAB-004", "persons", "labour", (_AGE >= 61) & _is("health", "健康"), _set("普通劳动力")),
    Defect("EMP-001", "persons", "work_months", _p("work_months").is_not_null(), _set("15")),
    Defect("EMP-002", "persons", "work_months", _p("work_months").is_not_null(), _set("")),
    Defect("EMP-006", "persons", "monthly_wage", _p("work_months").is_not_null(), _set("45000")),
    Defect("EMP-008", "persons", "employer", _p("work_months").is_not_null(), _set("")),
    Defect("EMP-010", "persons", "job_channel", _is("work_place", "县外省内务工", "省外务工"), _set("帮扶车间")),
    Defect("EMP-012", "persons", "public_job_months", _p("public_job_months").is_not_null(), _set("")),
    Defect("HEA-001", "persons", "health", _OTHER, _set("")),
    Defect("HEA-003", "persons", "health", _is("health", "残疾") & _IDLE, _set("健康")),
    Defect("HEA-004", "persons", "health", _is("health", "长期慢性病"), _set("健康,长期慢性病")),
    Defect("SOC-001", "persons", "has_resident_medical", _is("has_resident_medical", "是"), _set("否")),
    Defect("SOC-002", "persons", "has_employee_medical", _is("has_employee_medical", "否"), _set("是")),
    Defect("SOC-003", "persons", "has_major_illness_insurance", _is("has_major_illness_insurance", "是"), _set("否")),
    Defect("SOC-007", "persons", "gets_subsistence_allowance", _is("gets_destitute_support", "是"), _set("是")),
    Defect("LIV-002", "households", "cultivated_mu", _HEAD & _HAS_FIELD, lambda text: str(float(text) + 6667)),
    Defect("LIV-004", "households", "irrigated_mu", _HEAD & _HAS_FIELD, lambda text: _more(str(float(text) + 2000))),
    Defect("LIV-006", "households", "road_km", _HEAD, lambda text: str(float(text) + 100)),
    Defect("LIV-007", "households", "fuel", _HEAD, _set("")),
    Defect("LIV-008", "households", "house_area_m2", _HEAD, _set("")),
    Defect("LIV-009", "households", "house_area_m2", _HEAD & _ROOMY, lambda text: text + "5"),
    Defect("LIV-011", "households", "house_grade", _HEAD & _EXITED, _set("局部危房")),
    Defect("LIV-012", "households", "has_household_power", _HEAD, _set("否")),
    Defect("LIV-014", "households", "is_water_difficult", _HEAD & (pl.col("\0water") == "是"), _set("是")),
    Defect("INC-002", "income", "net", _HEAD, _more),
    Defect("INC-003", "income", "per_head", _HEAD, _more),
)


DOUBTFUL = tuple(
    defect for defect in DEFECTS
    if defect.rule in (
        "EDU-004", "EDU-011", "LAB-001", "LAB-002", "LAB-003", "LAB-004", "EMP-006", "EMP-008", "EMP-010", "HEA-001",
        "HEA-003", "HEA-004", "SOC-001", "SOC-003", "LIV-002", "LIV-004", "LIV-006", "LIV-007", "LIV-008",
        "LIV-009", "LIV-011", "LIV-012", "LIV-014",
    )
)  # fmt: skip
"""Defects that an import takes as they are: values that hardly stand together, none that cannot be."""


@dataclass(slots=True)
class Planter:
    """Plants defects part by part and keeps count of rows, persons and defects."""

    percent: float
    seed: int
    form: str
    defects: Sequence[Defect] = DEFECTS
    persons: int = 0
    planted: int = 0
    households: int = 0

    def plant(self, part: Part, index: int) -> tuple[Part, pl.DataFrame]:
        """The part with its defects, and their lines of truth.csv."""
        generator = np.random.default_rng([self.seed, 2, index])
        number = part.persons.height
        due = round((self.persons + number) * self.percent / 100) - self.planted
        able = bearers(part, self.defects)
        chosen = np.sort(generator.permutation(number)[:due])
        kinds = _assign(able[:, chosen], generator)
        frames = {"households": part.households, "persons": part.persons, "income": part.income}
        heads = np.cumsum(part.persons[PERSONS["relation"]].to_numpy() == "户主") - 1
        truth = []
        for kind, defect in enumerate(self.defects):
            who = chosen[kinds == kind]
            if len(who):
                rows = who if defect.ledger == "persons" else heads[who]
                frames[defect.ledger], lines = self._apply(defect, frames[defect.ledger], rows, part, who)
                truth.append(lines)
        self.persons, self.planted, self.households = (
            self.persons + number, self.planted + int((kinds >= 0).sum()), self.households + part.households.height
        )  # fmt: skip
        return Part(**frames), pl.concat(truth) if truth else pl.DataFrame(schema=dict.fromkeys(TRUTH, pl.String))

    def _apply(self, defect: Defect, frame: pl.DataFrame, rows: np.ndarray, part: Part,
               who: np.ndarray) -> tuple[pl.DataFrame, pl.DataFrame]:  # fmt: skip
        """Change one field in some rows of a file."""
        label = LEDGERS[defect.ledger][defect.field]
        before = [text or "" for text in frame[label].gather(rows).to_list()]
        after = [defect.after(text) for text in before]
        cells = frame[label].to_list()
        for row, text in zip(rows, after, strict=True):
            cells[row] = text or None
        base = self.persons if defect.ledger == "persons" else self.households
        lines = pl.DataFrame(
            {
                "ledger": [defect.ledger] * len(rows),
                "file": [f"{defect.ledger}.{self.form}"] * len(rows),
                "row": [str(base + int(row) + 2) for row in rows],
                "code": part.persons[PERSONS["id_number"]].gather(who),
                "rule": [defect.rule] * len(rows),
                "field": [label] * len(rows),
                "before": before,
                "after": after,
            }
        )
        return frame.with_columns(pl.Series(label, cells, dtype=pl.String)), lines


def bearers(part: Part, defects: Sequence[Defect]) -> np.ndarray:
    """For each defect and person whether the person can bear it."""
    masks = beside(part).select([defect.bearer.fill_null(False).alias(f"{i}") for i, defect in enumerate(defects)])
    return np.array([masks.to_series(i).to_numpy() for i in range(masks.width)])


def beside(part: Part) -> pl.DataFrame:
    """The persons with what bearers ask of them and of their household: age, size, water, land, house, status."""
    household = np.cumsum(part.persons[PERSONS["relation"]].to_numpy() == "户主") - 1
    year = int(part.income[INCOME["year"]][0]) if part.income.height else 0
    born = part.persons[PERSONS["born_on"]].str.slice(0, 4).cast(pl.Int64)
    return part.persons.with_columns(
        (year - born).alias("\0age"),
        pl.Series("\0size", np.bincount(household)[household]),
        part.households[HOUSEHOLDS["is_water_safe"]].gather(household).alias("\0water"),
        part.households[HOUSEHOLDS["cultivated_mu"]].cast(pl.Float64).gather(household).alias("\0cultivated"),
        part.households[HOUSEHOLDS["house_area_m2"]].cast(pl.Float64).gather(household).alias("\0area"),
        part.households[HOUSEHOLDS["status"]].gather(household).alias("\0status"),
    )


def _assign(bearers: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """One of the possible defects for each chosen person, every defect as often as it can be."""
    weight = generator.random(bearers.shape) * bearers
    return np.where(weight.max(axis=0) > 0, weight.argmax(axis=0), -1) if bearers.shape[1] else np.zeros(0, dtype=int)


def write_truth(folder: Path, lines: list[pl.DataFrame]) -> Path:
    """The list of what was planted."""
    path = folder / "truth.csv"
    pl.concat(lines).write_csv(path)
    return path
