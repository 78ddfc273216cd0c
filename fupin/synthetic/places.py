"""The villages that a made-up register is spread over, read from the divisions that are shipped with the product."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from fupin.synthetic.refusal import Impossible

ADMINISTRATIVE = re.compile(r"(嘎查|嘎查委员会|村|村委会|村民委员会|村委)$")
"""Names of 嘎查 and 村: communities and state farms hold no rural register."""
PASTORAL_BANNERS = frozenset(
    [
        "150223",
        "150421",
        "150422",
        "150423",
        "150425",
        "150426",
        "150521",
        "150522",
        "150526",
        "150623",
        "150624",
        "150625",
        "150626",
        "150724",
        "150725",
        "150726",
        "150727",
        "150824",
        "150825",
        "150929",
        "152222",
        "152502",
        "152522",
        "152523",
        "152524",
        "152525",
        "152526",
        "152528",
        "152529",
        "152530",
        "152921",
        "152922",
        "152923",
    ]
)
MIXED_BANNERS = frozenset(["150421", "150422", "150423", "150426", "150521", "150522", "150526", "150626", "152222"])
"""Pastoral banners in which most households also till land."""
MONGOLIAN_SHARE = {"1505": 0.46, "1522": 0.42, "1525": 0.31, "1504": 0.19, "1507": 0.09, "1506": 0.13, "1529": 0.28}
MONGOLIAN_SHARE_OF_BANNER = {"150522": 0.7517, "150521": 0.74, "150523": 0.15, "150626": 0.33, "150929": 0.09}
OTHER_LEAGUES = 0.04


@dataclass(frozen=True, slots=True)
class Places:
    """Villages in the order of their codes, each with its weight and nature; arrays of equal length."""

    division: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    weights: np.ndarray
    mongolian_share: np.ndarray
    herding: np.ndarray
    """0 farming, 1 half farming and half herding, 2 herding"""


@cache
def _rows() -> tuple[tuple[str, str, str], ...]:
    source = files("fupin.divisions").joinpath("data/divisions-150000.csv")
    with source.open(encoding="utf-8-sig") as lines:
        return tuple((row["code"], row["name"], row["level"]) for row in csv.DictReader(lines))


def prefix(division: str) -> str:
    """The part of a code that all codes below it share. Raises Impossible for a code that does not exist."""
    code = division.ljust(12, "0") if division.isdigit() else division
    if not any(row[0] == code for row in _rows()):
        raise Impossible([f"没有区划代码 {division}", f"there is no division with the code {division}"])
    return re.sub(r"^(\d{2}|\d{4}|\d{6}|\d{9})0*$", r"\1", code) if code.endswith("000") else code


def villages(division: str, generator: np.random.Generator, without: str = "") -> Places:
    """The administrative villages below a division (or the village itself), weighted as households are."""
    start = prefix(division)
    below = [row for row in _rows() if row[2] == "village" and row[0].startswith(start)]
    below = [row for row in below if not without or not row[0].startswith(prefix(without))]
    chosen = [row for row in below if ADMINISTRATIVE.search(row[1])] or below
    if not chosen:
        raise Impossible([f"区划 {division} 下没有嘎查村", f"no village lies below {division}"])
    codes = tuple(row[0] for row in chosen)
    banners = [code[:6] for code in codes]
    shares = [MONGOLIAN_SHARE_OF_BANNER.get(b, MONGOLIAN_SHARE.get(b[:4], OTHER_LEAGUES)) for b in banners]
    return Places(
        division=division,
        codes=codes,
        names=tuple(row[1] for row in chosen),
        weights=generator.lognormal(0.0, 0.45, len(codes)),
        mongolian_share=np.array(shares),
        herding=np.array([0 if b not in PASTORAL_BANNERS else 1 if b in MIXED_BANNERS else 2 for b in banners]),
    )


@cache
def _names() -> dict[str, str]:
    return {row[0]: row[1] for row in _rows()}


def names_of(village: str) -> tuple[str, ...]:
    """The names from the region down to a village code."""
    codes = [village[:width].ljust(12, "0") for width in (2, 4, 6, 9, 12)]
    return tuple(_names().get(code, "") for code in codes)
