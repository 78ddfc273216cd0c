"""Names of made-up persons: Han names by the real frequency of family names, Mongolian names as written in Chinese."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import polars as pl
import yaml

from fupin.synthetic.draw import Coded, coded, pick
from fupin.synthetic.families import RELATIONS, Members

ETHNICITIES = ("01", "02", "11", "03", "31")
"""Han, Mongolian, Manchu, Hui, Daur (GB/T 3304)."""
MONGOLIAN = ETHNICITIES.index("02")
OTHERS = {"11": 0.035, "03": 0.01, "31": 0.005}
OWN_FAMILY = tuple(RELATIONS.index(code) for code in ("02", "05", "06", "09", "10", "12"))
"""Spouse, children-in-law, a daughter's children and the mother bear a family name that is not the head's."""
FAMILY_AND_GIVEN, GIVEN_ALONE, CLAN_AND_GIVEN = range(3)
STYLES = [0.62, 0.26, 0.12]
"""包巴特尔, 巴特尔, 孛儿只斤·巴特尔"""


@dataclass(frozen=True, slots=True)
class Pools:
    """Texts to draw from, with the weights of the family names."""

    han_family: tuple[str, ...]
    han_weight: list[float]
    mongolian_family: tuple[str, ...]
    mongolian_weight: list[float]
    clan: tuple[str, ...]
    employers: tuple[str, ...]
    given: dict[str, pl.Series]


@cache
def pools() -> Pools:
    """The name parts of `data/names.yaml`, given names put together from their parts."""
    source: dict[str, Any] = yaml.safe_load(
        files("fupin.synthetic").joinpath("data/names.yaml").read_text(encoding="utf-8")
    )
    given = {
        f"{people}_{sex}": pl.Series(_given(source, people, sex))
        for people in ("han", "mongolian")
        for sex in ("male", "female")
    }
    return Pools(
        tuple(source["han_family"]), list(source["han_family"].values()),
        tuple(source["mongolian_family"]), list(source["mongolian_family"].values()), tuple(source["clan"]),
        tuple(source["employers"]), given,
    )  # fmt: skip


def _given(source: dict[str, Any], people: str, sex: str) -> list[str]:
    """All given names of a people and sex: one character or two for Han, one or two words for Mongolian."""
    if people == "han":
        parts = sorted(set(source[f"han_{sex}"]))
        pairs = [a + b for a in parts for b in parts]
        return parts * (len(pairs) // len(parts) // 3) + pairs
    first, last = source[f"mongolian_{sex}_first"], source[f"mongolian_{sex}_last"]
    return first * len(last) + [a + b for a in first for b in last if a != b and not a.endswith(b)]


def ethnicities(members: Members, share: np.ndarray, generator: np.random.Generator, *, mixed: bool = True) -> Coded:
    """The ethnicity of each person: the household's, but for one spouse or child-in-law in twelve.

    `share` is the chance that a household is Mongolian; without `mixed` it holds for each of its members alike.
    """
    households = len(share)
    chance = generator.random(households)
    of_household = np.where(chance < share, MONGOLIAN, 0)
    other = pick(generator, [1 - sum(OTHERS.values()), *OTHERS.values()], households)
    of_household = np.where((of_household == 0) & (other > 0), other + 1, of_household)
    index = of_household[members.household]
    married_in = np.isin(members.relation, [RELATIONS.index(code) for code in ("02", "05", "06")])
    other_people = married_in & (generator.random(len(index)) < (0.08 if mixed else 0.0))
    of_share = share[members.household][other_people]
    index[other_people] = np.where(generator.random(len(of_share)) < of_share, MONGOLIAN, 0)
    drawn = coded(ETHNICITIES, len(index))
    drawn.index[:] = index
    return drawn


def names(members: Members, ethnicity: Coded, households: int, generator: np.random.Generator) -> pl.Series:
    """A name for each person; father, sons and sons' children share the family name."""
    pool = pools()
    is_mongolian = ethnicity.index == MONGOLIAN
    han = _family(pool.han_family, pool.han_weight, members, households, generator)
    mongolian = _family(pool.mongolian_family, pool.mongolian_weight, members, households, generator)
    clan = pl.Series(pool.clan).gather(pick(generator, [1.0] * len(pool.clan), households)[members.household])
    style = pick(generator, STYLES, households)[members.household]
    frame = pl.DataFrame(
        {
            "mongolian": is_mongolian,
            "style": style,
            "han": han,
            "family": mongolian,
            "clan": clan,
            "given": _given_names(pool, is_mongolian, members.is_male, generator),
        }
    )
    return frame.select(
        pl.when(~pl.col("mongolian"))
        .then(pl.col("han") + pl.col("given"))
        .when(pl.col("style") == FAMILY_AND_GIVEN)
        .then(pl.col("family") + pl.col("given"))
        .when(pl.col("style") == CLAN_AND_GIVEN)
        .then(pl.col("clan") + "·" + pl.col("given"))
        .otherwise(pl.col("given"))
        .alias("name")
    ).to_series()


def _family(texts: tuple[str, ...], weight: list[float], members: Members, households: int,
            generator: np.random.Generator) -> pl.Series:  # fmt: skip
    """The household's family name, another for those who came in by marriage."""
    of_household = pick(generator, weight, households)[members.household]
    own = pick(generator, weight, len(members.household))
    return pl.Series(texts).gather(np.where(np.isin(members.relation, OWN_FAMILY), own, of_household))


def _given_names(
    pool: Pools, is_mongolian: np.ndarray, is_male: np.ndarray, generator: np.random.Generator
) -> pl.Series:
    """A given name by people and sex."""
    chance = generator.random(len(is_male))
    texts = pl.Series("", [], dtype=pl.String)
    start = np.zeros(len(is_male), dtype=np.int64)
    length = np.zeros(len(is_male), dtype=np.int64)
    for people, of_people in (("han", ~is_mongolian), ("mongolian", is_mongolian)):
        for sex, of_sex in (("male", is_male), ("female", ~is_male)):
            where = of_people & of_sex
            start[where], length[where] = len(texts), len(pool.given[f"{people}_{sex}"])
            texts = texts.append(pool.given[f"{people}_{sex}"])
    return texts.gather(start + (chance * length).astype(np.int64))
