"""Measures of assistance as the national register's export tells them (row A8), as rules speak of them.

An export that has measures of a village tells of all its households: who has none in it has none. Of a household that is
monitored the measures of the years since it was identified count. What was kept of a village by an older export gives way
to a newer one, so a day in the past is told of only by exports that still stand.
"""

from __future__ import annotations

from fupin.bulk.datasets import Field, Type
from fupin.policy.catalogue import code_list
from fupin.registry.rule_fields import on_day

DEVELOPMENT = ("01", "02", "03", "04")
"""Kinds of measures by which a household earns: industry, employment, finance, public-interest posts."""
_KINDS = tuple(sorted(item.code for item in code_list("measure_kind").items))
_NAMELESS = ("", "其他")
"""What stands in place of a measure's name where nobody has said what it is."""
_AWAY = ("劳务输出", "交通补")
"""Words in the names of measures for who works away from home: labour export, travel subsidy."""


def _count(name: str, label: str, label_en: str) -> Field:
    return Field(name, label, Type.INTEGER, label_en, "item")


FIELDS = (
    Field("measures_told_on", "帮扶措施导出日期", Type.DATE, "day of the export of measures", stands_on=()),
    Field("measures", "帮扶措施大类", Type.CODES, "kinds of measures", codes="measure_kind"),
    _count("measure_count", "帮扶措施项数", "number of measures"),
    _count("measure_kinds", "帮扶措施大类数", "number of kinds of measures"),
    _count("development_measures", "开发式帮扶措施项数", "number of development measures"),
    _count("named_development_measures", "写明内容的开发式帮扶措施项数", "number of development measures that are named"),
    _count("repeated_measures", "重复登记的帮扶措施项数", "number of measures entered again"),
    Field("has_work_away_measure", "有劳务输出或交通补助措施", Type.BOOLEAN, "has a measure for working away"),
    Field("first_measure_on", "最早的帮扶措施开始日期", Type.DATE, "first measure began on"),
)  # fmt: skip
_development, _named = f"m.kind IN {DEVELOPMENT}", f"m.name NOT IN {_NAMELESS}"
_away = " OR ".join(f"m.name LIKE '%{word}%'" for word in _AWAY)
_same = " || '|' || ".join(("CAST(m.export_id AS VARCHAR)", "CAST(m.year AS VARCHAR)", "m.kind", "m.name"))
_kinds = " || ".join(f"max(CASE WHEN m.kind = '{one}' THEN ',{one}' ELSE '' END)" for one in _KINDS)

CTES = f"""
    told AS (SELECT o.place_id, max(m.as_of) AS as_of FROM national_measure m
             JOIN own_place o ON o.household_id = m.household_id WHERE m.as_of <= $on GROUP BY o.place_id),
    taken AS (SELECT m.household_id, count(*) AS measure_count, count(DISTINCT m.kind) AS measure_kinds,
                     CASE WHEN max(CASE WHEN m.kind = '' THEN 1 ELSE 0 END) = 0 THEN substr({_kinds}, 2) END AS measures,
                     sum(CASE WHEN {_development} THEN 1 ELSE 0 END) AS development_measures,
                     sum(CASE WHEN {_development} AND {_named} THEN 1 ELSE 0 END) AS named_development_measures,
                     count(CASE WHEN {_named} THEN 1 END) - count(DISTINCT CASE WHEN {_named} THEN {_same} END) AS repeated_measures,
                     max(CASE WHEN {_away} THEN 1 ELSE 0 END) AS has_work_away_measure,
                     min(m.started_on) AS first_measure_on
              FROM national_measure m
              LEFT JOIN register_status i ON i.household_id = m.household_id AND {on_day("i")}
              WHERE m.as_of <= $on AND (i.identified_on IS NULL OR m.year = 0 OR m.year >= year(i.identified_on))
              GROUP BY m.household_id)"""
_COUNTS = ("measure_count", "measure_kinds", "development_measures", "named_development_measures", "repeated_measures")
COLUMNS = f"""told.as_of AS measures_told_on, taken.measures, {", ".join(f"coalesce(taken.{name}, 0) AS {name}" for name in _COUNTS)},
           coalesce(taken.has_work_away_measure, 0) = 1 AS has_work_away_measure, taken.first_measure_on"""
JOINS = """LEFT JOIN told ON told.place_id = p.place_id LEFT JOIN taken ON taken.household_id = h.id"""
