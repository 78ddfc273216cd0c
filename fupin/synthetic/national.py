"""Made-up exports in the shape of the national register: its headers, its numbers, place names instead of codes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from fupin.policy.catalogue import code_list
from fupin.synthetic import files
from fupin.synthetic.frames import Part
from fupin.synthetic.headers import HOUSEHOLDS as H
from fupin.synthetic.headers import PERSONS as P
from fupin.synthetic.make import Order, make_part, part_count, prepare
from fupin.synthetic.places import names_of

PLACE = ("省", "市", "县", "乡", "村")
HOUSEHOLD = {
    "户主姓名": "head_name", "户主证件号码": "head_id", "户联系电话": "phone", "村民小组": "village_group",
    "识别标准": "standard", "户属性": "household_kind", "脱贫属性": "status", "识别时间": "identified_on",
    "首次识别时间": "first_identified_on", "脱贫年度": "exit_year", "返贫年度": "return_year", "致贫原因1": "main_cause",
    "其他致贫原因": "other_causes", "军烈属": "is_martyr_family", "独生子女户": "is_one_child_family",
    "双女户": "is_two_daughter_family", "耕地面积": "cultivated_mu", "有效灌溉面积": "irrigated_mu", "林地面积": "forest_mu",
    "退耕还林面积": "returned_forest_mu", "林果面积": "orchard_mu", "牧草地面积": "pasture_mu", "水面面积": "water_mu",
    "是否加入合作社": "in_cooperative", "生产用电": "has_production_power", "生活用电": "has_household_power",
    "饮水是否困难": "is_water_difficult", "安全饮用水": "is_water_safe", "与村主干路距离": "road_km", "入户路类型": "road_type",
    "住房面积": "house_area_m2", "是否危房户": "is_house_dangerous", "危房级别": "house_grade", "卫生厕所": "has_toilet",
    "主要燃料类型": "fuel", "是否搬迁户": "is_relocated", "搬迁方式": "relocation_mode",
}  # fmt: skip
PERSON = {
    "姓名": "name", "性别": "sex", "出生日期": "born_on", "证件类型": "document_kind", "证件号码": "id_number",
    "民族": "ethnicity", "与户主关系": "relation", "政治面貌": "political", "成员电话": "phone", "普通话": "speaks_mandarin",
    "文化程度": "education", "在校生状况": "student", "失学辍学原因": "dropout_reason", "健康状况": "health",
    "残疾类别": "disability_category", "残疾等级": "disability_grade", "残疾证办证年度": "disability_card_year",
    "劳动技能": "labour", "务工所在地": "work_division_code", "务工时间(月)": "work_months", "务工企业": "employer",
    "就业渠道": "job_channel", "公益岗类型": "public_job", "公益岗月数": "public_job_months", "国外务工": "works_abroad",
    "新农合": "has_resident_medical", "职工医保": "has_employee_medical", "大病保险": "has_major_illness_insurance",
    "商业补充医保": "has_commercial_medical", "大病救助": "has_medical_assistance", "其他健康扶贫": "has_other_health_help",
    "城乡养老": "has_resident_pension", "职工养老": "has_employee_pension", "低保": "gets_subsistence_allowance",
    "特困供养": "gets_destitute_support",
}  # fmt: skip
KINDS = ("household", "person", "monitored", "measure")


def write(order: Order, folder: Path, form: str) -> list[Path]:
    """Write the four exports of a run's registered households. Raises Impossible."""
    run = prepare(order)
    folder.mkdir(parents=True, exist_ok=True)
    paths = {kind: folder / f"national_{kind}.{form}" for kind in KINDS}
    tables = {kind: files.table(folder, f"national_{kind}", form) for kind in KINDS}
    before = 0
    for index in range(part_count(run)):
        part = make_part(run, index, run.year)
        for kind, frame in exports(part, before, run.year).items():
            tables[kind].write(frame)
        before += part.households.height
    for table in tables.values():
        table.close()
    return [*paths.values(), files.write_note(folder)]


def write_part(part: Part, township: str, year: int, folder: Path, form: str) -> list[Path]:
    """Write the four exports of one township of a run's first part, to be compared with what was loaded from it."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, frame in exports(part, 0, year).items():
        table = files.table(folder, f"national_{kind}", form)
        table.write(frame.filter(pl.col("乡") == township))
        table.close()
    return [folder / f"national_{kind}.{form}" for kind in KINDS]


def exports(part: Part, before: int, year: int) -> dict[str, pl.DataFrame]:
    """The four frames of a part whose first household is number `before` of the run."""
    number = part.households.height
    villages = part.households[H["village"]]
    codes = villages + (pl.Series(np.arange(before, before + number) % 10**7).cast(pl.String).str.zfill(7))
    places = pl.DataFrame(
        [names_of(code) for code in villages.unique(maintain_order=True)], schema=list(PLACE), orient="row"
    )
    where = places[pl.Series(_positions(villages))]
    listed = part.households[H["status"]].is_not_null()
    persons = part.persons
    home = np.cumsum(persons[P["relation"]].to_numpy() == "户主") - 1
    members = pl.Series(np.arange(persons.height)).cast(pl.String).str.zfill(2).str.slice(-2)
    household = where.with_columns(户编号=codes, 家庭人口数=pl.Series(np.bincount(home)).cast(pl.String))
    household = household.with_columns(part.households[H[name]].alias(header) for header, name in HOUSEHOLD.items())
    in_home = where[pl.Series(home)].with_columns(户编号=codes.gather(home), 人口编号=codes.gather(home) + members)
    person = in_home.with_columns(_of_form(persons[P[name]], name).alias(header) for header, name in PERSON.items())
    return {
        "household": household.filter(listed),
        "person": person.filter(listed.gather(home)),
        "monitored": _monitored(household, part, year).filter(listed & (pl.Series(np.arange(number)) % 40 == 0)),
        "measure": _measures(household, part, year).filter(listed),
    }


def _positions(villages: pl.Series) -> np.ndarray:
    """The place of each household's village among the part's villages."""
    changes = np.r_[False, villages.to_numpy()[1:] != villages.to_numpy()[:-1]]
    return np.cumsum(changes)


def _of_form(texts: pl.Series, name: str) -> pl.Series:
    """Labels as the form since 2020 words them."""
    forms = {"education": "education_2020", "student": "student_2020"}
    if name not in forms:
        return texts
    form = code_list(forms[name])
    words: dict[str, str | None] = {}
    for text in texts.drop_nulls().unique():
        code = form.to_form(code_list(name).read(text) or "")
        words[text] = form.label(code) if code else None
    return texts.replace_strict(words, default=None, return_dtype=pl.String)


def _monitored(household: pl.DataFrame, part: Part, year: int) -> pl.DataFrame:
    kinds = code_list("monitor_kind")
    number = household.height
    turn = pl.Series(np.arange(number) % 3).cast(pl.String)
    labels = {"0": kinds.label("100A03001"), "1": kinds.label("100A03002"), "2": kinds.label("100A03003")}
    day = pl.Series([f"{year}-06-15"]).new_from_index(0, number)
    return household.select("县", "乡", "村", "户编号", "户主姓名", "户主证件号码").with_columns(
        监测对象类型=turn.replace_strict(labels),
        首次识别时间=day,
        风险识别时间=day,
        致贫返贫风险=pl.Series([code_list("risk_cause").label("01")]).new_from_index(0, number),
        整户无劳动能力=part.households[H["has_no_labour"]],
        风险是否消除=pl.Series(["否"]).new_from_index(0, number),
    )


def _measures(household: pl.DataFrame, part: Part, year: int) -> pl.DataFrame:
    kinds = code_list("measure_kind")
    turn = pl.Series(np.arange(household.height) % 4).cast(pl.String)
    names = {"0": ("01", "基础母牛养殖"), "1": ("07", "家庭医生签约"), "2": ("10", "低保金"), "3": ("02", "务工补助")}
    return household.select("县", "乡", "村", "户编号", "户主姓名").with_columns(
        年度=pl.Series([str(year)]).new_from_index(0, household.height),
        措施大类=turn.replace_strict({key: kinds.label(code) for key, (code, _) in names.items()}),
        措施名称=turn.replace_strict({key: name for key, (_, name) in names.items()}),
        金额=pl.Series(1000 + np.arange(household.height) % 7 * 500).cast(pl.String),
        开始时间=pl.Series([f"{year}-03-01"]).new_from_index(0, household.height),
    )
