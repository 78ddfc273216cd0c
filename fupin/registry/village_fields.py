"""What rules hold a village against: its yearly sheet, what the register counts there, and whether it has exited.

The sheet is the newest that is not of a later year than the day; how old it may be is said by each rule.
"""

from __future__ import annotations

from django.db import models

from fupin.bulk.datasets import Field, Type, source_of
from fupin.divisions.models import VillageYear
from fupin.registry.rule_fields import on_day

POOR_PLACES = ("poverty_village", "deep_poverty_village", "national_poverty_banner", "regional_poverty_banner")
"""Designations that a village or a banner loses when it exits."""
_SHEET = {
    "year": ("年度", "year", ""), "kind": ("村属性", "kind of village", ""), "households": ("总户数", "households", "household"),
    "persons": ("总人口", "persons", "person"), "labour_persons": ("劳动力人数", "able to work", "person"),
    "arable_mu": ("耕地面积", "farmland", "mu"), "collective_income_fen": ("村集体经济收入", "collective income", "yuan"),
    "has_paved_road": ("到乡镇通沥青（水泥）路", "paved road to the township", ""), "has_bus": ("通客运班车", "bus", ""),
    "hard_water_households": ("饮水困难户数", "households with difficult water", "household"),
    "unsafe_house_households": ("危房户数", "households in unsafe houses", "household"), "clinics": ("卫生室数", "clinics", ""),
    "public_toilets": ("公共卫生厕所数", "public toilets", ""), "doctors": ("执业（助理）医师数", "doctors", "person"),
    "waste_points": ("垃圾集中堆放点数", "waste collection points", ""), "libraries": ("文化（图书）室数", "libraries", ""),
    "broadband_households": ("通宽带户数", "households with broadband", "household"),
}  # fmt: skip
_TYPES = {"kind": Type.CODE, "arable_mu": Type.DECIMAL, "collective_income_fen": Type.MONEY}

SOURCE = source_of(
    VillageYear, "village_year", keys={"id": "village_year"},
    leave_out=[one.column for one in VillageYear._meta.concrete_fields if one.column not in ("id", "division_id", *_SHEET)],
)  # fmt: skip


def _type(name: str) -> Type:
    if name in _TYPES:
        return _TYPES[name]
    return Type.BOOLEAN if isinstance(VillageYear._meta.get_field(name), models.BooleanField) else Type.INTEGER


def _count(name: str, label: str, label_en: str, unit: str) -> Field:
    return Field(name, label, Type.INTEGER, label_en, unit, stands_on=())


FIELDS = (
    *(Field(f"sheet.{name}", f"村表{label}", _type(name), f"village sheet: {label_en}", unit, "village_kind" if name == "kind" else "")
      for name, (label, label_en, unit) in _SHEET.items()),
    Field("sheet.previous_collective_income_fen", "村表上年村集体经济收入", Type.MONEY,
          "village sheet: collective income of the year before", "yuan"),
    Field("exited_on", "贫困嘎查村出列、贫困旗县退出日期", Type.DATE, "exited as a poverty village or banner"),
    Field("rural_registered_persons", "乡村户籍人口（基础统计）", Type.INTEGER, "rural registered population (reference figures)", "person"),
    _count("registered_persons", "在册人口", "registered persons", "person"),
    _count("listed_households", "建档户数", "listed households", "household"),
    _count("listed_persons", "建档人口", "listed persons", "person"),
    _count("labour_persons", "登记册中的劳动力人数", "able to work by the register", "person"),
    _count("hard_water_households", "登记册中饮水困难户数", "households with difficult water by the register", "household"),
    _count("unsafe_house_households", "登记册中危房户数", "households in unsafe houses by the register", "household"),
    Field("farmland_mu", "各户耕地合计", Type.DECIMAL, "farmland of the households together", "mu", stands_on=()),
)  # fmt: skip
_COUNTED = ("registered_households", "registered_persons", "listed_households", "listed_persons", "labour_persons",
            "hard_water_households", "unsafe_house_households")  # fmt: skip
_PATH = ("place_id", "township_id", "banner_id", "league_id", "region_id")
_KINDS = ", ".join(f"'{kind}'" for kind in POOR_PLACES)
_listed = "was_registered AND coalesce(status, '') <> '99'"

CTES = f"""
    of_place AS (SELECT {", ".join(_PATH)}, count(*) FILTER (is_registered) AS registered_households,
                        sum(persons) FILTER (is_registered) AS registered_persons,
                        count(*) FILTER ({_listed}) AS listed_households, sum(persons) FILTER ({_listed}) AS listed_persons,
                        sum(labour_persons) AS labour_persons, count(*) FILTER (is_water_difficult) AS hard_water_households,
                        count(*) FILTER (is_house_dangerous) AS unsafe_house_households,
                        sum(CAST(cultivated_mu AS DECIMAL(14, 2))) AS farmland_mu
                 FROM {{households}} GROUP BY ALL),
    counted AS (SELECT id, {", ".join(f"sum({name}) AS {name}" for name in (*_COUNTED, "farmland_mu"))}
                FROM (SELECT unnest([{", ".join(_PATH)}]) AS id, * FROM of_place) WHERE id IS NOT NULL GROUP BY id),
    sheets AS (SELECT *, row_number() OVER (PARTITION BY division_id ORDER BY year DESC) AS nth FROM village_year
               WHERE year <= year($on)),
    sheet AS (SELECT s.*, e.collective_income_fen AS previous_collective_income_fen FROM sheets s
              LEFT JOIN village_year e ON e.division_id = s.division_id AND e.year = s.year - 1 WHERE s.nth = 1),
    exits AS (SELECT division_id, max(valid_to) AS exited_on FROM designation x WHERE kind IN ({_KINDS}) GROUP BY division_id
              HAVING max(valid_to) <= $on AND count(*) FILTER ({on_day("x")}) = 0),
    rural AS (SELECT division_id, arg_max(value, period) AS persons FROM reference_figure
              WHERE indicator = 'rural_registered_population' AND regexp_full_match(period, '\\d{{4}}(-12-31)?')
              AND left(period, 4) IN (CAST(year($on) AS VARCHAR), CAST(year($on) - 1 AS VARCHAR)) GROUP BY division_id)"""
COLUMNS = f"""{", ".join(f"coalesce(c.{name}, 0) AS {name}" for name in _COUNTED)}, coalesce(c.farmland_mu, 0) AS farmland_mu,
           {", ".join(f'sheet.{name} AS "sheet.{name}"' for name in (*_SHEET, "previous_collective_income_fen"))},
           exits.exited_on, rural.persons AS rural_registered_persons"""
JOINS = """LEFT JOIN counted c ON c.id = f.division_id LEFT JOIN sheet ON sheet.division_id = f.division_id
    LEFT JOIN exits ON exits.division_id = f.division_id LEFT JOIN rural ON rural.division_id = f.division_id"""
