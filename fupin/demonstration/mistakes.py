"""The mistakes of a made-up register: a small, stated number of each kind, put into the records of the last year.

Everything else in the register agrees with itself, so what the quality rules find is these, and what is truly left to
do. None touches what a figure of the texts counts. Each is one line of `mistakes.csv` beside the example files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from fupin.synthetic.defects import DOUBTFUL, Defect, beside
from fupin.synthetic.frames import Part
from fupin.synthetic.headers import HOUSEHOLDS as H
from fupin.synthetic.headers import INCOME as I
from fupin.synthetic.headers import LEDGERS
from fupin.synthetic.headers import PERSONS as P
from fupin.synthetic.make import Run

PER = 13_065
"""The number of households that the numbers of mistakes are given for."""
_NOT_EXITING = pl.col("\0status").str.contains("已脱贫（")
_HEAD = pl.col(P["relation"]) == "户主"


def _item(name: str) -> pl.Expr:
    """An item of the account in yuan; nothing is 0."""
    return pl.col("\0" + name).cast(pl.Float64).fill_null(0)


def _emptied(_text: str) -> str:
    return ""


def _times(factor: float) -> Callable[[str], str]:
    return lambda text: str(round(float(text) * factor, 2))


_FAR_ABOVE = _item("e2") * 10 > (_item("b1") + _item("b2") + _item("b3")) * 1.6
IN_ACCOUNTS: tuple[Defect, ...] = (
    Defect("INC-007", "income", "e2", _HEAD & _NOT_EXITING & _FAR_ABOVE, _times(10)),
    Defect("INC-010", "income", "a1", _HEAD & _NOT_EXITING & (_item("a1") > 0), _emptied),
    Defect("INC-011", "income", "a1", _HEAD & _NOT_EXITING & (_item("a1") > 2000), _times(0.3)),
    Defect("INC-014", "income", "d5", _HEAD & _NOT_EXITING & (pl.col("\0grass") > 0), _emptied),
    Defect("INC-016", "income", "b2", _HEAD & _NOT_EXITING & (_item("b2") > 5000 * pl.col("\0size")), _times(3)),
    Defect("SOC-006", "income", "d4", _HEAD & _NOT_EXITING & (_item("d4") > 0), _emptied),
    Defect("SOC-009", "income", "d2", _HEAD & _NOT_EXITING & (_item("d2") > 0), _emptied),
    Defect("DAT-002", "income", "year", _HEAD & _NOT_EXITING, _emptied),
)
"""Mistakes of accounts; the last one is an account of the year before the last that was never entered."""
MISSING = "DAT-002"
NUMBERS: Mapping[str, int] = {
    "EDU-004": 8, "EDU-011": 10, "LAB-001": 12, "LAB-002": 8, "LAB-003": 12, "LAB-004": 16, "EMP-006": 8, "EMP-008": 12,
    "EMP-010": 6, "HEA-001": 10, "HEA-003": 8, "HEA-004": 8, "SOC-001": 14, "SOC-003": 12, "LIV-002": 6,
    "LIV-004": 10, "LIV-006": 6, "LIV-007": 12, "LIV-008": 8, "LIV-009": 8, "LIV-011": 9, "LIV-012": 6, "LIV-014": 8,
    "INC-007": 8, "INC-010": 10, "INC-011": 12, "INC-014": 8, "INC-016": 8, "SOC-006": 8, "SOC-009": 8, "DAT-002": 20,
}  # fmt: skip
"""How many of each kind in a banner of `PER` households, by the rule that is to find them."""
KINDS = tuple(one for one in (*DOUBTFUL, *IN_ACCOUNTS) if one.rule in NUMBERS)
NOWHERE: Mapping[str, tuple[str, ...]] = {"households": (), "persons": ()}
FIELDS: Mapping[str, tuple[str, ...]] = {
    ledger: tuple(sorted({one.field for one in KINDS if one.ledger == ledger})) for ledger in NOWHERE
}
"""The fields that a mistake can stand in."""


@dataclass(frozen=True, slots=True)
class Planted:
    """The register of the last year with its mistakes, and their list: rule, ledger, field, person, before, after."""

    part: Part
    lines: pl.DataFrame


def plant(run: Run, part: Part, there: np.ndarray) -> Planted:
    """Put mistakes into the last year's records of those who are `there`: one in a household at most."""
    generator = np.random.default_rng([run.order.seed, 6])
    home = np.cumsum((part.persons[P["relation"]] == "户主").to_numpy()) - 1
    asked = _asked(part, home)
    free = np.ones(part.households.height, dtype=bool)
    frames = {"households": part.households, "persons": part.persons, "income": part.income}
    lines = []
    for kind in KINDS:
        able = asked.select(kind.bearer.fill_null(False)).to_series().to_numpy() & there & free[home]
        number = round(NUMBERS[kind.rule] * part.households.height / PER)
        chosen = _of_different_homes(generator.permutation(np.flatnonzero(able)), home, number)
        free[home[chosen]] = False
        if kind.rule != MISSING:
            rows = chosen if kind.ledger == "persons" else home[chosen]
            frames[kind.ledger], before, after = _changed(frames[kind.ledger], kind, rows)
        else:
            before, after = [str(int(part.income[I["year"]][0]) - 1)] * len(chosen), [""] * len(chosen)
        lines.append(_lines(kind, part.persons, chosen, before, after))
    return Planted(Part(**frames), pl.concat(lines))


def without_missing(accounts: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """The accounts of all years but those that were never entered."""
    never = lines.filter(pl.col("rule") == MISSING).select(
        pl.col("head").alias(I["head_id"]), pl.col("before").alias(I["year"])
    )
    return accounts.join(never, on=[I["head_id"], I["year"]], how="anti", maintain_order="left")


def _asked(part: Part, home: np.ndarray) -> pl.DataFrame:
    """The persons with what their household and its account say."""
    grass = part.households.select(
        pl.sum_horizontal(pl.col(H[name]).cast(pl.Float64) for name in ("grass_ban_mu", "grass_balance_mu"))
    ).to_series()
    items = [
        part.income[I[name]].gather(home).alias("\0" + name) for name in ("a1", "b1", "b2", "b3", "d2", "d4", "e2")
    ]
    return beside(part).with_columns(*items, grass.gather(home).alias("\0grass"))


def _of_different_homes(rows: np.ndarray, home: np.ndarray, number: int) -> np.ndarray:
    """The first so many rows, none of one household with another."""
    _homes, first = np.unique(home[rows], return_index=True)
    return np.sort(rows[np.sort(first)][:number])


def _changed(frame: pl.DataFrame, kind: Defect, rows: np.ndarray) -> tuple[pl.DataFrame, list[str], list[str]]:
    label = LEDGERS[kind.ledger][kind.field]
    cells = frame[label].to_list()
    before = [cells[row] or "" for row in rows]
    after = [kind.after(text) for text in before]
    for row, text in zip(rows, after, strict=True):
        cells[row] = text or None
    return frame.with_columns(pl.Series(label, cells, dtype=pl.String)), before, after


def _lines(
    kind: Defect, persons: pl.DataFrame, chosen: np.ndarray, before: list[str], after: list[str]
) -> pl.DataFrame:
    mine = persons[chosen]
    return pl.DataFrame(
        {
            "rule": [kind.rule] * len(chosen), "ledger": [kind.ledger] * len(chosen),
            "field": [LEDGERS[kind.ledger][kind.field]] * len(chosen), "village": mine[P["village"]],
            "head": mine[P["head_id"]], "person": mine[P["id_number"]], "name": mine[P["name"]], "before": before,
            "after": after,
        },
        schema=dict.fromkeys(("rule", "ledger", "field", "village", "head", "person", "name", "before", "after"), pl.String),
    )  # fmt: skip
