"""Kinds of divisions, and how a statistical code and a name tell them.

Source: 统计用区划代码和城乡划分代码编制规则 (National Bureau of Statistics). A code has twelve digits: 2 region, 2 league,
2 banner, 3 township, 3 village. At village level 001–199 stand for residents' committees, 200–399 for village
committees, 400–499 for what is like the former (parks, housing areas), 500–599 for what is like the latter (living
areas of farms and forestry). At township level 001–099 are subdistricts, 100–399 towns, townships and sumu, 400–599
what is like a township.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Word(NamedTuple):
    """A word of a list in both languages."""

    label: str
    label_en: str


KINDS: dict[str, Word] = {
    "autonomous_region": Word("自治区", "autonomous region"),
    "league": Word("盟", "league"),
    "prefecture_city": Word("地级市", "prefecture-level city"),
    "banner": Word("旗", "banner"),
    "autonomous_banner": Word("自治旗", "autonomous banner"),
    "county": Word("县", "county"),
    "county_city": Word("县级市", "county-level city"),
    "district": Word("区", "district"),
    "zone": Word("开发区、管理区", "development or administrative zone"),
    "town": Word("镇", "town"),
    "township": Word("乡", "township"),
    "ethnic_township": Word("民族乡", "ethnic township"),
    "sumu": Word("苏木", "sumu"),
    "ethnic_sumu": Word("民族苏木", "ethnic sumu"),
    "subdistrict": Word("街道", "subdistrict"),
    "farm": Word("农牧林场", "state farm, pasture or forestry"),
    "gacha": Word("嘎查", "gacha"),
    "village_committee": Word("行政村", "administrative village"),
    "community": Word("社区、居委会", "residents' community"),
    "living_area": Word("场队生活区", "living area or team of a farm"),
    "statistical_area": Word("园区等统计单元", "park or other statistical unit"),
    "natural_village": Word("自然村", "natural village"),
    "herders_camp": Word("独贵龙、牧业点", "herders' camp"),
}

KINDS_OF_LEVEL: dict[str, tuple[str, ...]] = {
    "region": ("autonomous_region",),
    "league": ("league", "prefecture_city"),
    "banner": ("banner", "autonomous_banner", "county", "county_city", "district", "zone"),
    "township": ("town", "township", "ethnic_township", "sumu", "ethnic_sumu", "subdistrict", "farm", "zone"),
    "village": ("gacha", "village_committee", "community", "living_area", "statistical_area"),
    "natural_village": ("natural_village", "herders_camp"),
}

ADMINISTRATIVE_VILLAGES = frozenset({"gacha", "village_committee"})
"""What the indicator `administrative_villages` counts: gacha and village committees, not communities or farms."""

RURAL_VILLAGES = ADMINISTRATIVE_VILLAGES | {"living_area"}
"""Where rural households are expected."""

LEVELS = ("region", "league", "banner", "township", "village", "natural_village")
LEVEL_LABELS: dict[str, Word] = {
    "region": Word("自治区", "region"),
    "league": Word("盟市", "league"),
    "banner": Word("旗县", "banner"),
    "township": Word("苏木乡镇", "township"),
    "village": Word("嘎查村", "village"),
    "natural_village": Word("自然村", "natural village"),
}

DESIGNATIONS: dict[str, Word] = {
    "national_poverty_banner": Word("国家级贫困旗县", "national poverty banner"),
    "regional_poverty_banner": Word("自治区级贫困旗县", "regional poverty banner"),
    "contiguous_destitute_area": Word("集中连片特困地区旗县", "banner of a contiguous destitute area"),
    "deep_poverty_banner": Word("深度贫困旗县", "deep-poverty banner"),
    "key_banner_national": Word("国家乡村振兴重点帮扶县", "national key banner of rural revitalisation"),
    "key_banner_regional": Word("自治区乡村振兴重点帮扶旗县", "regional key banner of rural revitalisation"),
    "poverty_village": Word("贫困嘎查村", "poverty village"),
    "deep_poverty_village": Word("深度贫困嘎查村", "deep-poverty village"),
    "key_village": Word("重点帮扶嘎查村", "key village of rural revitalisation"),
    "pastoral": Word("牧区", "pastoral"),
    "semi_pastoral": Word("半农半牧区", "half farming, half pastoral"),
    "border": Word("边境旗县", "border"),
    "minority": Word("少数民族聚居", "minority area"),
    "old_revolutionary_base": Word("革命老区", "old revolutionary base area"),
}


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
