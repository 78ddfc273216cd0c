"""The register as conditions and figures speak of it: households, persons, income accounts, findings, divisions.

Each dataset shows the register as of a day, through valid time. `village_id` is the stored village, which scopes are
compiled for; `place_id` and the ids above it are those of that day's tree. Sealed values are not in any of them:
tokens of id numbers and phones stand in for equality.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models

from fupin.bulk.datasets import Dataset, Field, Members, Type, source_of
from fupin.core.columns import Sensitivity
from fupin.divisions.models import Designation, Division, DivisionFact, ReferenceFigure, Succession
from fupin.registry import measure_fields as measures
from fupin.registry import models as register
from fupin.registry import rule_fields as own
from fupin.registry import village_fields as villages
from fupin.registry.rule_fields import on_day as _on

_HOUSEHOLD, _PERSON = {"household_id": "household"}, {"person_id": "person"}
SOURCES = (
    source_of(register.Household, "household", keys={"id": "household"}, leave_out=["created_at"]),
    source_of(register.HouseholdFact, "household_fact", keys=_HOUSEHOLD, leave_out=["recorded_at"]),
    source_of(register.RegisterStatus, "register_status", keys=_HOUSEHOLD, leave_out=["recorded_at"]),
    source_of(register.Person, "person", keys={"id": "person"}, leave_out=["created_at"]),
    source_of(register.PersonFact, "person_fact", keys=_PERSON, leave_out=["recorded_at"]),
    source_of(register.PersonIdentity, "person_identity", keys=_PERSON, leave_out=["recorded_at"]),
    source_of(register.Membership, "membership", keys={**_HOUSEHOLD, **_PERSON}, leave_out=["recorded_at"]),
    source_of(register.IncomeAccount, "income_account", keys=_HOUSEHOLD, leave_out=["recorded_at"]),
    source_of(register.IncomeEntry, "income_entry", keys={"account_id": "income_account"}),
    source_of(register.GuaranteeFinding, "guarantee_finding", keys=_HOUSEHOLD, leave_out=["recorded_at"]),
    source_of(register.NationalMeasure, "national_measure", keys=_HOUSEHOLD, leave_out=["amount_fen"]),
    source_of(Division, "division"),
    source_of(DivisionFact, "division_fact", leave_out=["recorded_at"]),
    source_of(Succession, "succession"),
    source_of(Designation, "designation", leave_out=["recorded_at"]),
    source_of(ReferenceFigure, "reference_figure"),
    villages.SOURCE,
)

REGISTERED = ("01", "02", "04")
"""Codes of 脱贫属性 that mean registered and not yet exited: exit prepared, returned to poverty, not yet exited."""
MONITORED = ("100A03001", "100A03002", "100A03003")
"""The three kinds of monitored households."""
GUARANTEES = {
    "food": ("不愁吃", "Food"), "clothing": ("不愁穿", "Clothing"), "schooling": ("义务教育", "Compulsory schooling"),
    "medical": ("基本医疗", "Basic medical care"), "housing": ("住房安全", "Safe housing"), "water": ("饮水安全", "Safe water"),
}  # fmt: skip
_CODE_LISTS = {
    "status": "register_status", "standard": "poverty_standard", "risks": "risk_cause", "other_causes": "main_cause",
    "relation": "relation_to_head", "joined_by": "member_change", "left_by": "member_change", "number_sex": "sex",
    "item": "income_item", "outcome": "guarantee_outcome", "entered_by": "register_entry",
}  # fmt: skip
_CODES = {
    "household_kind", "main_cause", "disaster_kind", "water_source", "road_type", "house_structure", "house_grade", "fuel",
    "relocation_mode", "relocation_settlement", "relocation_place", "relocation_difficulty", "not_exit_reason",
    "monitor_kind", "risk_clear_mode", "document_kind", "sex", "ethnicity", "political", "education", "student",
    "dropout_reason", "disability_category", "disability_grade", "labour", "work_place", "job_channel", "public_job",
    "counted_basis", "guarantee", "number_kind", *_CODE_LISTS,
}  # fmt: skip
_SEVERAL = {"other_causes", "risks", "health"}
_PERSONAL = {"name", "mongolian_name", "born_on", "number_born_on", "evidence", "found_by", "remark", "employer",
             "natural_village", "winter_camp", "summer_camp", "herding_unit", "cause_note"}  # fmt: skip
_UNITS = {"_mu": "mu", "_m2": "m2", "_km": "km", "_fen": "yuan", "_months": "month"}


def _type(one: models.Field) -> Type:  # type: ignore[type-arg]
    if one.name in _SEVERAL:
        return Type.CODES
    if one.name in _CODES:
        return Type.CODE
    if one.name.endswith("_fen"):
        return Type.MONEY
    kinds = (
        (models.BooleanField, Type.BOOLEAN), (models.DateField, Type.DATE), (models.DecimalField, Type.DECIMAL),
        (models.IntegerField, Type.INTEGER), (models.ForeignKey, Type.INTEGER),
    )  # fmt: skip
    return next((type_ for kind, type_ in kinds if isinstance(one, kind)), Type.TEXT)


def _fields(model: type[models.Model], names: Iterable[str] = ()) -> tuple[Field, ...]:
    """Fields as their model declares them; without names, every plain attribute of a fact."""
    dull = {"id", "valid_from", "valid_to", "source", "recorded_at", "recorded_by", "household", "person", "village"}
    wanted = set(names)
    found = []
    for one in model._meta.concrete_fields:
        if (one.name in dull or isinstance(one, models.BinaryField)) if not wanted else one.name not in wanted:
            continue
        unit = next((unit for ending, unit in _UNITS.items() if one.name.endswith(ending)), "")
        codes = _CODE_LISTS.get(one.name, one.name if one.name in _CODES | _SEVERAL else "")
        found.append(
            Field(
                one.name,
                str(one.verbose_name).removesuffix("（分）"),
                _type(one),
                one.name.replace("_fen", "").replace("_", " "),
                unit,
                codes,
                Sensitivity.PERSONAL if one.name in _PERSONAL else Sensitivity.OPEN,
            )
        )
    return tuple(found)


def _text(name: str, label: str, label_en: str, *, personal: bool = False, token: bool = False) -> Field:
    return Field(name, label, Type.TOKEN if token else Type.TEXT, label_en,
                 sensitivity=Sensitivity.PERSONAL if personal else Sensitivity.OPEN)  # fmt: skip


def _number(name: str, label: str, label_en: str, unit: str = "", type: Type = Type.INTEGER) -> Field:
    return Field(name, label, type, label_en, unit)


_PLACE = (
    _number("village_id", "登记的嘎查村", "stored village"), _number("place_id", "嘎查村", "village"),
    _number("township_id", "苏木乡镇", "township"), _number("banner_id", "旗县", "banner"),
    _number("league_id", "盟市", "league"), _number("region_id", "自治区", "region"),
)  # fmt: skip
_STATUS_NAMES = ("status", "monitor_kind", "standard", "identified_on", "first_identified_on", "exit_year", "return_year",
                 "is_risk_cleared", "risk_cleared_on", "risk_clear_mode", "entered_by")  # fmt: skip
_ACCOUNT_NAMES = ("counted_basis", "counted_persons", "line_fen", "wage_fen", "business_fen", "property_fen",
                  "transfer_fen", "cost_fen", "claims_fen", "self_paid_fen", "net_fen", "per_head_fen")  # fmt: skip
_FACTS = _fields(register.HouseholdFact)
_STATUSES = _fields(register.RegisterStatus, _STATUS_NAMES)
_ACCOUNT = _fields(register.IncomeAccount, _ACCOUNT_NAMES)
_STATE = (
    Field("is_registered", "在册未脱贫", Type.BOOLEAN, "registered and not yet exited"),
    Field("was_registered", "曾建档立卡", Type.BOOLEAN, "ever registered"),
    Field("is_monitored", "在册监测对象", Type.BOOLEAN, "monitored, risk not cleared"),
)


def _column(prefix: str, fields: Iterable[Field]) -> str:
    return ", ".join(f"{prefix}.{one.name}" for one in fields)


_registered = f"s.status IN {REGISTERED}"
_monitored = f"s.monitor_kind IN {MONITORED} AND s.is_risk_cleared IS DISTINCT FROM TRUE"

PLACES = Dataset(
    "places", "区划归属", "places",
    (_number("id", "区划", "division"), *_PLACE[1:]),
    f"""
    WITH RECURSIVE alive AS (SELECT f.division_id AS id, f.parent_id, d.level FROM division_fact f
                             JOIN division d ON d.id = f.division_id WHERE {_on("f")}),
    nearest AS (SELECT f.division_id AS id, arg_min(f.parent_id, abs(date_diff('day', f.valid_from, $on))) AS parent_id
                FROM division_fact f GROUP BY ALL),
    merged AS (SELECT predecessor_id AS id, max(successor_id) AS successor_id FROM succession
               WHERE kind = 'merge' AND happened_on <= $on GROUP BY ALL),
    lead AS (SELECT n.id, coalesce(m.successor_id, n.parent_id) AS next FROM nearest n LEFT JOIN merged m ON m.id = n.id
             WHERE n.id NOT IN (SELECT id FROM alive)),
    home AS (SELECT id, id AS home FROM alive UNION SELECT l.id, h.home FROM lead l JOIN home h ON l.next = h.id),
    up AS (SELECT id, id AS above, level, parent_id FROM alive
           UNION SELECT u.id, a.id, a.level, a.parent_id FROM up u JOIN alive a ON a.id = u.parent_id),
    path AS (SELECT id, max(above) FILTER (WHERE level = 'village') AS place_id,
                    max(above) FILTER (WHERE level = 'township') AS township_id,
                    max(above) FILTER (WHERE level = 'banner') AS banner_id,
                    max(above) FILTER (WHERE level = 'league') AS league_id,
                    max(above) FILTER (WHERE level = 'region') AS region_id FROM up GROUP BY id)
    SELECT home.id, path.* EXCLUDE (id) FROM home JOIN path ON path.id = home.home
    """,
    key="id", division="id", looked_up=("id", "household_fact", "village_id"),
)  # fmt: skip

HOUSEHOLDS = Dataset(
    "households", "户", "households",
    (
        _number("household_id", "户", "household"), _text("number", "户编号", "household number"),
        _text("national_number", "国家系统户编号", "national number"),
        Field("is_synthetic", "合成数据", Type.BOOLEAN, "synthetic"),
        _text("head_name", "户主姓名", "head", personal=True), _number("persons", "家庭人口", "members", "person"),
        _number("labour_persons", "劳动力人数", "members able to work", "person"), *_PLACE, *_STATE, *_STATUSES, *_FACTS,
        _text("phone_token", "联系电话检索值", "phone token", token=True), _number("income_year", "收入年度", "income year"),
        *_ACCOUNT, _number("previous.per_head_fen", "上年人均纯收入", "net income a head, year before", "yuan", Type.MONEY),
        _number("previous.net_fen", "上年纯收入", "net income, year before", "yuan", Type.MONEY),
        Field("village.mean(per_head_fen)", "本村户人均纯收入均值", Type.DECIMAL, "village mean of income a head", "yuan",
              stands_on=()),
        *(Field(f"{name}_finding", label, Type.CODE, english, codes="guarantee_outcome")
          for name, (label, english) in GUARANTEES.items()),
        _number("unmet_guarantees", "未达标保障项数", "guarantees not met"), *own.HOUSEHOLD_FIELDS,
        *measures.FIELDS,
    ),
    f"""
    WITH newest AS (SELECT *, row_number() OVER (PARTITION BY household_id ORDER BY year DESC) AS nth FROM income_account
                    WHERE year <= year($on)),
    account AS (SELECT *, year AS income_year FROM newest WHERE nth = 1),
    findings AS (SELECT household_id,
        {", ".join(f"max(outcome) FILTER (WHERE guarantee = '{name}') AS {name}_finding" for name in GUARANTEES)},
        count(*) FILTER (WHERE outcome = 'unmet') AS unmet_guarantees
        FROM guarantee_finding g WHERE {_on("g")} GROUP BY household_id),
    members AS (SELECT m.household_id, count(*) AS persons, max(f.name) FILTER (WHERE m.relation = '01') AS head_name,
                       max(f.born_on) FILTER (WHERE m.relation = '01') AS head_born_on,
                       max(f.sex) FILTER (WHERE m.relation = '01') AS head_sex,
                       count(*) FILTER (WHERE f.labour IN ('01', '02', '05')) AS labour_persons
                FROM membership m LEFT JOIN person_fact f ON f.person_id = m.person_id AND {_on("f")}
                WHERE {_on("m")} GROUP BY m.household_id),
    former AS (SELECT DISTINCT household_id FROM register_status WHERE valid_from <= $on AND status NOT IN ('', '99')),
    {own.HOUSEHOLD_CTES}, {measures.CTES}
    SELECT h.id AS household_id, h.number, h.national_number, h.is_synthetic, members.head_name,
           coalesce(members.persons, 0) AS persons, coalesce(members.labour_persons, 0) AS labour_persons,
           f.village_id, {_column("p", _PLACE[1:])},
           coalesce({_registered}, FALSE) AS is_registered, former.household_id IS NOT NULL AS was_registered,
           coalesce({_monitored}, FALSE) AS is_monitored, {_column("s", _STATUSES)}, {_column("f", _FACTS)},
           lower(hex(f.phone_token)) AS phone_token, a.income_year, {_column("a", _ACCOUNT)},
           before.per_head_fen AS "previous.per_head_fen", before.net_fen AS "previous.net_fen",
           place.per_head AS "village.mean(per_head_fen)",
           {", ".join(f"findings.{name}_finding" for name in GUARANTEES)},
           coalesce(findings.unmet_guarantees, 0) AS unmet_guarantees, {own.HOUSEHOLD_COLUMNS},
           {measures.COLUMNS}
    FROM household h JOIN household_fact f ON f.household_id = h.id AND {_on("f")}
    LEFT JOIN {{places}} p ON p.id = f.village_id
    LEFT JOIN register_status s ON s.household_id = h.id AND {_on("s")}
    LEFT JOIN former ON former.household_id = h.id LEFT JOIN members ON members.household_id = h.id
    LEFT JOIN account a ON a.household_id = h.id
    LEFT JOIN income_account before ON before.household_id = h.id AND before.year = a.income_year - 1
    LEFT JOIN findings ON findings.household_id = h.id {own.HOUSEHOLD_JOINS}
    {measures.JOINS}
    """,
    key="household_id", needs=("places",), members={"members": Members("persons", "household_id", "household_id")},
    subject="household", subject_column="household_id", neighbours="place_id",
    neighbourhood=f"""SELECT f.household_id AS subject, p.place_id AS value FROM household_fact f
                      JOIN {{places}} p ON p.id = f.village_id WHERE {_on("f")}""",
)  # fmt: skip

_PERSON_FACTS = _fields(register.PersonFact)
_MEMBERSHIP = _fields(register.Membership, ("relation", "joined_by"))
_IDENTITY = _fields(register.PersonIdentity, ("document_kind", "number_kind", "is_valid", "is_temporary",
                                              "number_born_on", "number_sex", "number_area"))  # fmt: skip
_OF_HOUSEHOLD = ("main_cause", "household_kind", "status", "monitor_kind", "per_head_fen", "persons", "business_fen",
                 "item_d4_fen", "was_struck_off", "phone_form")  # fmt: skip

PERSONS = Dataset(
    "persons", "人", "persons",
    (
        _number("person_id", "人", "person"), _number("household_id", "户", "household"),
        _text("number", "人编号", "person number"), _text("household_number", "户编号", "household number"),
        *_PLACE, *_STATE, *_MEMBERSHIP, *_PERSON_FACTS, Field("age", "年龄", Type.INTEGER, "age", "year", stands_on=("born_on",)), *_IDENTITY,
        _text("number_token", "证件号码检索值", "id token", token=True), _text("phone_token", "联系电话检索值", "phone token", token=True),
        *(Field(f"household.{one.name}", f"户{one.label}" if not one.label.startswith("户") else one.label, one.type,
                f"household: {one.label_en}", one.unit, one.codes)
          for one in HOUSEHOLDS.fields if one.name in _OF_HOUSEHOLD),
        *own.PERSON_FIELDS,
    ),
    f"""
    WITH {own.PERSON_CTES}
    SELECT m.person_id, m.household_id, n.number, h.number AS household_number, {_column("h", _PLACE)},
           {_column("h", _STATE)}, {_column("m", _MEMBERSHIP)}, {_column("f", _PERSON_FACTS)},
           year($on) - year(f.born_on) - CAST(month($on) * 100 + day($on) < month(f.born_on) * 100 + day(f.born_on) AS INTEGER) AS age,
           {_column("i", _IDENTITY)}, lower(hex(i.number_token)) AS number_token, lower(hex(f.phone_token)) AS phone_token,
           {", ".join(f'h.{name} AS "household.{name}"' for name in _OF_HOUSEHOLD)},
           {own.PERSON_COLUMNS}
    FROM membership m JOIN person n ON n.id = m.person_id
    JOIN {{households}} h ON h.household_id = m.household_id
    LEFT JOIN person_fact f ON f.person_id = m.person_id AND {_on("f")}
    LEFT JOIN person_identity i ON i.person_id = m.person_id AND {_on("i")}
    {own.PERSON_JOINS}
    WHERE {_on("m")}
    """,
    key="person_id", needs=("households", "shared", "areas"), subject="household", subject_column="household_id",
)  # fmt: skip

INCOME = Dataset(
    "income", "家庭收支", "income accounts",
    (
        _number("account_id", "收支账", "account"), _number("household_id", "户", "household"),
        _text("number", "户编号", "household number"), *_PLACE, *_STATE, _number("year", "年度", "year"),
        *_fields(register.IncomeAccount, ("window_from", "window_to", "signed_on", *_ACCOUNT_NAMES)),
    ),
    f"""
    SELECT a.id AS account_id, a.household_id, h.number, {_column("h", _PLACE)}, {_column("h", _STATE)}, a.year,
           a.window_from, a.window_to, a.signed_on, {_column("a", _ACCOUNT)}
    FROM income_account a JOIN {{households}} h ON h.household_id = a.household_id WHERE a.year <= year($on)
    """,
    key="account_id", needs=("households",), subject="household", subject_column="household_id",
)  # fmt: skip

FINDINGS = Dataset(
    "findings", "保障核查", "guarantee findings",
    (
        _number("finding_id", "核查", "finding"), _number("household_id", "户", "household"),
        _text("number", "户编号", "household number"), *_PLACE, *_STATE,
        *_fields(register.GuaranteeFinding, ("guarantee", "outcome", "evidence", "found_by")),
        Field("found_on", "核查日期", Type.DATE, "found on"),
    ),
    f"""
    SELECT g.id AS finding_id, g.household_id, h.number, {_column("h", _PLACE)}, {_column("h", _STATE)}, g.guarantee,
           g.outcome, g.evidence, g.found_by, g.valid_from AS found_on
    FROM guarantee_finding g JOIN {{households}} h ON h.household_id = g.household_id WHERE {_on("g")}
    """,
    key="finding_id", needs=("households",), subject="household", subject_column="household_id",
)  # fmt: skip

STATUSES = Dataset(
    "statuses", "建档立卡状态变动", "changes of register status",
    (
        _number("status_id", "状态", "status"), _number("household_id", "户", "household"),
        _text("number", "户编号", "household number"), *_PLACE, *_STATUSES, Field("from_on", "生效日期", Type.DATE, "from"),
        Field("to_on", "失效日期", Type.DATE, "to"), Field("previous.status", "此前脱贫属性", Type.CODE, "status before",
                                                     codes="register_status"),
    ),
    f"""
    SELECT s.id AS status_id, s.household_id, h.number, {_column("h", _PLACE)}, {_column("s", _STATUSES)},
           s.valid_from AS from_on, s.valid_to AS to_on,
           lag(s.status) OVER (PARTITION BY s.household_id ORDER BY s.valid_from) AS "previous.status"
    FROM register_status s JOIN {{households}} h ON h.household_id = s.household_id WHERE s.valid_from <= $on
    """,
    key="status_id", needs=("households",), subject="household", subject_column="household_id",
)  # fmt: skip

DIVISIONS = Dataset(
    "divisions", "区划", "divisions",
    (
        _number("division_id", "区划", "division"), _text("code", "区划代码", "code"), _text("name", "名称", "name"),
        Field("kind", "类型", Type.CODE, "kind", codes="division_kind"), Field("level", "层级", Type.CODE, "level", codes="division_level"),
        Field("designations", "认定类别", Type.CODES, "designations", codes="designation_kind"), *_PLACE[1:],
        _number("registered_households", "在册户数", "registered households", "household"), *own.DIVISION_FIELDS,
        *villages.FIELDS,
    ),
    f"""
    WITH named AS (SELECT division_id, string_agg(kind, ',' ORDER BY kind) AS designations FROM designation x
                   WHERE {_on("x")} GROUP BY division_id),
    {villages.CTES},
    {own.DIVISION_CTES}
    SELECT f.division_id, f.code, f.name, f.kind, d.level, coalesce(n.designations, '') AS designations,
           {_column("p", _PLACE[1:])}, {villages.COLUMNS}, {own.DIVISION_COLUMNS}
    FROM division_fact f JOIN division d ON d.id = f.division_id JOIN {{places}} p ON p.id = f.division_id
    LEFT JOIN named n ON n.division_id = f.division_id {villages.JOINS}
    {own.DIVISION_JOINS} WHERE {_on("f")}
    """,
    key="division_id", division="division_id", needs=("places", "households"),
)  # fmt: skip

DATASETS = (PLACES, HOUSEHOLDS, own.AREAS, own.SHARED, PERSONS, INCOME, FINDINGS, STATUSES, DIVISIONS)
