"""Kinds of divisions, and how a statistical code and a name tell them.

Source: 统计用区划代码和城乡划分代码编制规则 (National Bureau of Statistics). A code has twelve digits: 2 region, 2 league,
2 banner, 3 township, 3 village. At village level 001–199 stand for residents' committees, 200–399 for village
committees, 400–499 for what is like the former (parks, housing areas), 500–599 for what is like the latter (living
areas of farms and forestry). At township level 001–099 are subdistricts, 100–399 towns, townships and sumu, 400–599
what is like a township.
"""

from __future__ import annotations

from enum import StrEnum

from fupin.policy.catalogue import code_list

KINDS = "division_kind"
LEVEL_LIST = "division_level"
DESIGNATIONS = "designation_kind"
"""The code lists that these words are bound to."""

ADMINISTRATIVE_VILLAGES = frozenset({"gacha", "village_committee"})
"""What the indicator `administrative_villages` counts: gacha and village committees, not communities or farms."""

RURAL_VILLAGES = ADMINISTRATIVE_VILLAGES | {"living_area"}
"""Where rural households are expected."""

LEVELS = ("region", "league", "banner", "township", "village", "natural_village")


def kinds_of(level: str) -> tuple[str, ...]:
    """The kinds that a division of a level can have."""
    return tuple(item.code for item in code_list(KINDS).items if level in item.extra.get("levels", ()))


def label(list_name: str, code: str, english: bool = False) -> str:
    """The label of a code of one of these lists."""
    return code_list(list_name).label(code, english)


class Change(StrEnum):
    """What can happen to a division."""

    CREATE = "create"
    RENAME = "rename"
    RECODE = "recode"
    RECLASSIFY = "reclassify"
    MOVE = "move"
    MERGE = "merge"
    SPLIT = "split"
    ABOLISH = "abolish"


CODE_WIDTH: dict[str, int] = {"region": 2, "league": 4, "banner": 6, "township": 9, "village": 12}
"""How many digits of the twelve name a division of a level; the rest are zeros."""


def kind_of(code: str, name: str, level: str) -> str:
    """The kind of a division from its twelve-digit statistical code and its official name."""
    if level == "village":
        return _village_kind(code, name)
    if level == "township":
        return _township_kind(code, name)
    if level == "banner":
        return _banner_kind(code, name)
    if level == "league":
        return "league" if name.endswith("盟") else "prefecture_city"
    return "autonomous_region" if level == "region" else "natural_village"


def _banner_kind(code: str, name: str) -> str:
    # Statistical zones carry 7 as their fifth digit; Inner Mongolia has five of them.
    if code[4] == "7":
        return "zone"
    for ending, kind in (("自治旗", "autonomous_banner"), ("旗", "banner"), ("县", "county"), ("市", "county_city")):
        if name.endswith(ending):
            return kind
    return "district"


def _township_kind(code: str, name: str) -> str:
    endings = (
        ("民族苏木", "ethnic_sumu"), ("苏木", "sumu"), ("族乡", "ethnic_township"), ("乡", "township"), ("镇", "town"),
        ("街道", "subdistrict"), ("街道办事处", "subdistrict"),
    )  # fmt: skip
    for ending, kind in endings:
        if name.endswith((ending, f"{ending}人民政府")):
            return kind
    if code[6:9] < "100":
        return "subdistrict"
    return "farm" if any(word in name for word in ("农场", "牧场", "林场", "农牧场", "林业局", "种畜场")) else "zone"


def _village_kind(code: str, name: str) -> str:
    serial = code[9:12]
    # A name that says committee of a village wins: 33 of them carry a code of the fives.
    if "200" <= serial < "400" or (serial >= "500" and name.endswith(("嘎查", "村委会", "村民委员会"))):
        return "gacha" if "嘎查" in name else "village_committee"
    if serial < "200":
        return "community"
    if serial < "500":
        return "community" if name.endswith(("居委会", "居民委员会")) else "statistical_area"
    return "community" if name.endswith("居委会") else "living_area"
