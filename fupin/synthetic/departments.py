"""Made-up files of other departments about made-up people: one of each source (`policy/sources`), to try a comparison with.

In each some rows agree with the register and some do not, so that every rule that the source feeds has something to
ask; beside them a row whose number has a wrong digit, and one about somebody who is in no register.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from fupin.core.sealing import check_character
from fupin.policy.catalogue import code_list
from fupin.policy.sources import Source, sources
from fupin.synthetic import files
from fupin.synthetic.frames import Part
from fupin.synthetic.headers import HOUSEHOLDS as H
from fupin.synthetic.headers import INCOME as I
from fupin.synthetic.headers import PERSONS as P
from fupin.synthetic.numbers import AREA
from fupin.synthetic.places import names_of

_STUDENT, _HEALTH, _STATUS = code_list("student"), code_list("health"), code_list("register_status")


def _is(name: str, *texts: str) -> pl.Expr:
    return pl.col(name).is_in(texts).fill_null(value=False)


def _amount(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Float64, strict=False).fill_null(0)


ANYBODY = pl.lit(value=True)
HEAD = _is(P["relation"], "户主")
_LISTED = _is("status", _STATUS.label("04"))
_INSURED = _is(P["has_resident_medical"], "是")
_CHRONIC = pl.col(P["health"]).str.contains(_HEALTH.label("02")).fill_null(value=False)
_PUPIL = _is(P["student"], *(_STUDENT.label(code) for code in ("03", "04", "05", "06")))
_NO_PUPIL = _is(P["student"], _STUDENT.label("01")) | pl.col(P["student"]).is_null()
_ABLE = pl.col(P["disability_grade"]).is_null()
_ALLOWED = _is(P["gets_subsistence_allowance"], "是") | _is(P["gets_destitute_support"], "是")
_WAGE = pl.col(P["monthly_wage"]).is_not_null()
_DANGEROUS, _SAFE_WATER = _is("dangerous", "是"), _is("water", "是")
_NO_LIVESTOCK = _is("account", "是") & (_amount("b2") + _amount("e2") == 0)
_AGED, _WORKING = pl.col(P["born_on"]) < "1950", pl.col(P["born_on"]).is_between(pl.lit("1965"), pl.lit("1995"))
STRANGER = None
"""Somebody who is in no register."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row about the next person that fits; `again` is about the same person as the row before."""

    whom: pl.Expr | None
    says: Mapping[str, str]
    again: bool = False


def _row(whom: pl.Expr | None, **says: str) -> Row:
    return Row(whom, says)


def _again(**says: str) -> Row:
    return Row(None, says, again=True)


_TESTED = {"supply": "正常", "quantity": "达标", "access": "达标", "assurance": "达标", "tested_on": "2018-07-20"}
_WORKS = "镇区联村供水工程"
_LENT = {"amount_fen": "50000", "months": "36", "secured": "否", "state": "正常", "lent_on": "2017-03-10"}
EXAMPLES: Mapping[str, tuple[Row, ...]] = {
    "accidents": (
        _row(HEAD, kind="交通事故", happened_on="2018-06-11", paid_fen="35000"),
        _row(ANYBODY, kind="意外伤害", happened_on="2018-08-02", paid_fen="1200"),
    ),
    "companies": (
        _row(HEAD & _WORKING, company="顺达便民超市", kind="个体工商户", role="经营者", capital_fen="20000", state="存续"),
        _row(HEAD, company="草原牧业农民专业合作社", kind="农民专业合作社", role="出资人", capital_fen="300000", state="存续"),
        _row(HEAD, company="兴隆商贸有限责任公司", kind="有限责任公司", role="股东", capital_fen="500000", state="注销"),
    ),
    "convictions": (
        _row(_LISTED & _WORKING, kind="服刑", from_on="2017-04-01", until_on="2020-03-31"),
        _row(_LISTED & _WORKING, kind="社区矫正", from_on="2018-01-01", until_on="2019-12-31"),
    ),
    "deaths": (
        _row(_AGED, event="死亡注销", event_on="2018-10-03"), _row(_WORKING, event="迁出注销", event_on="2018-05-20"),
        _row(ANYBODY, event="正常"), _row(STRANGER, event="死亡注销", event_on="2018-02-14"),
    ),
    "deposits": (
        _row(HEAD, bank="农村信用合作联社", balance_fen="86000", stood_on="2018-11-30"),
        _row(HEAD, bank="邮政储蓄银行", balance_fen="3200", stood_on="2018-11-30"),
    ),
    "disability": (
        _row(_ABLE & _WORKING, category="肢体", grade="三级", state="有效"),
        _row(_ABLE & _WORKING, category="听力", grade="四级", state="注销"),
        _row(~_ABLE, category="肢体", grade="二级", state="有效"),
    ),
    "disasters": (
        _row(HEAD, kind="雪灾", happened_on="2018-11-19", loss_fen="28000"),
        _row(HEAD, kind="旱灾", happened_on="2018-07-30", loss_fen="4500"),
    ),
    "education_aid": (
        _row(_NO_PUPIL & _WORKING, item="雨露计划", term="2018 年秋季", paid_fen="1500"),
        _row(_PUPIL, item="寄宿生生活补助", term="2018 年秋季", paid_fen="625"),
        _row(_NO_PUPIL & _WORKING, item="普通高中国家助学金", term="2018 年秋季", paid_fen="1000"),
    ),
    "family_doctors": (
        _row(_CHRONIC, state="已签约", visits="4", signed_on="2018-01-15"), _row(_CHRONIC, state="已签约", visits="0", signed_on="2018-01-15"),
        _row(_CHRONIC, state="未签约"),
    ),
    "helpers": (
        _row(_LISTED & _WORKING, role="驻村工作队员", employer="旗财政局", state="在任"),
        _row(_LISTED & _WORKING, role="帮扶责任人", employer="旗教育局", state="离任"),
        _row(STRANGER, role="第一书记", employer="旗农牧局", state="在任"),
    ),
    "house_grades": (
        _row(HEAD & ~_DANGEROUS, grade="A级", state="", assessed_on="2018-05-10"),
        _row(HEAD & ~_DANGEROUS, grade="D级", state="未改造", assessed_on="2018-05-10"),
        _row(HEAD & _DANGEROUS, grade="A级", state="验收合格", assessed_on="2017-05-10", renovated_on="2018-09-28"),
    ),
    "household_registration": (
        _row(ANYBODY, state="在籍", since_on="2015-02-03", reason="出生"), _row(_WORKING, state="户籍在外", reason="婚嫁"),
        _row(STRANGER, state="未落户"),
    ),
    "land_subsidies": (
        _row(HEAD, kind="耕地地力保护补贴", subsidised_mu="12", contracted_mu="12", paid_fen="1128"),
        _row(HEAD, kind="耕地地力保护补贴", subsidised_mu="46", contracted_mu="20", paid_fen="4324"),
        _row(HEAD, kind="草原生态保护补助奖励", subsidised_mu="90000", paid_fen="5400"),
    ),
    "livestock": (
        _row(HEAD & _NO_LIVESTOCK, kind="牛", kept="9", sold="3", counted_on="2018-06-30"),
        _row(HEAD & ~_NO_LIVESTOCK, kind="羊", kept="40", sold="22", counted_on="2018-06-30"),
    ),
    "medical_bills": (
        _row(ANYBODY, hospital="旗人民医院", total_fen="48000", self_paid_fen="11500", settled_on="2018-09-12"),
        _row(ANYBODY, hospital="苏木卫生院", total_fen="2600", self_paid_fen="420", settled_on="2018-03-05"),
    ),
    "medical_insurance": (
        _row(_INSURED, kind="城乡居民", state="正常"), _row(_INSURED, kind="城乡居民", state="停保"), _row(_INSURED, kind="城乡居民", state="已缴费"),
    ),
    "microcredit": (
        _row(HEAD & _WORKING, **_LENT, used_by="自用"), _row(HEAD & _WORKING, **_LENT | {"amount_fen": "80000"}, used_by="自用"),
        _row(HEAD & _WORKING, **_LENT, used_by="户贷企用"), _row(HEAD & _WORKING, **_LENT | {"state": "逾期"}, used_by="自用"),
        _row(HEAD & _WORKING, **_LENT | {"state": "结清", "months": "60"}, used_by="自用"),
    ),
    "payroll": (
        _row(_WORKING, employer="旗林业局", kind="事业编", monthly_fen="5200"), _row(_WORKING, employer="嘎查村委会", kind="村干部", monthly_fen="1800"),
        _row(STRANGER, employer="旗水务局", kind="公务员", monthly_fen="6100"),
    ),
    "property": (
        _row(HEAD, certificate="合成 0001", kind="商品房", area_m2="88.5", houses="1", shared="单独所有"),
        _row(HEAD, certificate="合成 0002", kind="宅基地", area_m2="60", houses="1", shared="单独所有"),
        _row(HEAD, certificate="合成 0003", kind="商品房", area_m2="72", houses="1", shared="继承共有"),
    ),
    "public_posts": (
        _row(_WORKING, post="护林员", from_on="2018-01-01", monthly_fen="800"),
        _again(post="保洁员", from_on="2018-03-01", monthly_fen="600"),
        _again(post="护路员", from_on="2018-06-01", monthly_fen="600"),
        _row(_WORKING, post="护林员", from_on="2016-01-01", until_on="2017-01-01", monthly_fen="800"),
        _again(post="保洁员", from_on="2017-01-01", until_on="2018-01-01", monthly_fen="600"),
        _again(post="护路员", from_on="2018-01-01", monthly_fen="600"),
    ),
    "school_enrolment": (
        _row(_PUPIL, school="苏木中心校", grade="三年级", state="在读"), _row(_PUPIL, school="苏木中心校", grade="五年级", state="辍学"),
        _row(_NO_PUPIL & _WORKING, school="旗职业中学", grade="一年级", state="在读"),
    ),
    "social_insurance": (
        _row(_WORKING & ~_WAGE, employer="合成服装厂", state="停缴", stopped_months="5"),
        _row(_WAGE, employer="合成乳业", state="正常缴费", stopped_months="0"),
    ),
    "subsistence": (
        _row(_ALLOWED, kind="农村低保", monthly_fen="420", certificate="合成低保 0001", since_on="2016-01-01"),
        _row(STRANGER, kind="农村低保", monthly_fen="420", certificate="合成低保 0001", since_on="2016-01-01"),
        _row(~_ALLOWED, kind="农村低保", monthly_fen="380", certificate="合成低保 0002", since_on="2018-04-01"),
    ),
    "vehicles": (
        _row(HEAD, plate="蒙G·合001", kind="小型轿车", registered_on="2017-08-08", value_fen="76000", state="正常"),
        _row(HEAD, plate="蒙G·合002", kind="拖拉机", registered_on="2012-04-01", value_fen="18000", state="正常"),
        _row(HEAD, plate="蒙G·合003", kind="小型轿车", registered_on="2006-08-08", value_fen="9000", state="报废"),
    ),
    "water_supply": (
        _row(HEAD & _SAFE_WATER, project=_WORKS, **_TESTED, quality="达标"), _row(HEAD & _SAFE_WATER, project=_WORKS, **_TESTED, quality="不达标"),
        _row(HEAD & _SAFE_WATER, project="单户机井", **_TESTED | {"access": "不达标"}, quality="达标"),
        _row(HEAD & _SAFE_WATER, project="单户机井", **_TESTED | {"supply": "停水"}, quality="达标"),
    ),
}  # fmt: skip
"""What each department's file says, by the names of its columns."""


def write(part: Part, folder: Path, form: str) -> list[Path]:
    """One file for each source of a department about the people of a part, under the headers that its officers know."""
    folder.mkdir(parents=True, exist_ok=True)
    people = _people(part)
    paths = []
    for number, one in enumerate(sources().values(), start=1):
        table = files.table(folder, one.name, form, one.label)
        table.write(_file(one, people, number))
        table.close()
        paths.append(files.file_of(folder, one.name, form))
    return [*paths, files.write_note(folder)]


def _people(part: Part) -> pl.DataFrame:
    """The persons, each with what the rows ask of the household."""
    home = pl.DataFrame({
        P["head_id"]: part.households[H["head_id"]], "head": part.households[H["head_name"]], "status": part.households[H["status"]],
        "dangerous": part.households[H["is_house_dangerous"]], "water": part.households[H["is_water_safe"]],
    })  # fmt: skip
    account = part.income.select(
        pl.col(I["head_id"]).alias(P["head_id"]),
        pl.col(I["b2"]).alias("b2"),
        pl.col(I["e2"]).alias("e2"),
        account=pl.lit("是"),
    )
    people = part.persons.join(home, on=P["head_id"], how="left", maintain_order="left")
    return people.join(account.unique(P["head_id"], keep="first"), on=P["head_id"], how="left", maintain_order="left")


def _file(source: Source, people: pl.DataFrame, number: int) -> pl.DataFrame:
    """The rows of a source in texts. The last of them is about a person whose number has a wrong digit."""
    rows = EXAMPLES[source.name]
    taken: list[int] = []
    made = []
    for row in (*rows, rows[0]):
        if row.whom is None and not row.again:
            made.append(_line(source, _stranger(number), row.says))
            continue
        if row.whom is not None:
            fitting = people.with_row_index("at").filter(row.whom)["at"]
            taken += fitting.filter(~fitting.is_in(taken))[:1].to_list()
        if taken:
            made.append(_line(source, people.row(taken[-1], named=True), row.says))
    if made:
        made[-1][source.keys[0].label] = _miswritten(made[-1][source.keys[0].label])
    headers = [one.label for one in source.all_columns]
    return pl.DataFrame([[line.get(header, "") for header in headers] for line in made], headers, orient="row")


def _line(source: Source, person: Mapping[str, str | None], says: Mapping[str, str]) -> dict[str, str]:
    """A line of a file by its headers."""
    known = {
        "number": person[P["id_number"]], "name": person[P["name"]], "sex": person[P["sex"]], "born_on": person[P["born_on"]],
        "village": names_of(str(person[P["village"]]))[-1] if person[P["village"]] else "", "kin": person["head"],
    }  # fmt: skip
    labels = {one.name: one.label for one in source.all_columns}
    keys = {one.label: known[one.name] or "" for one in source.keys}
    return keys | {labels[name]: text for name, text in says.items()}


def _stranger(number: int) -> dict[str, str | None]:
    body = f"{AREA}9919730615{number:03}"
    return {P["id_number"]: body + check_character(body), P["name"]: "合成外户", P["sex"]: "男" if number % 2 else "女",
            P["born_on"]: "1973-06-15", P["village"]: None, "head": None}  # fmt: skip


def _miswritten(number: str) -> str:
    """The same number with its last digit but one wrong, as a hurried hand writes it."""
    return f"{number[:-2]}{(int(number[-2]) + 1) % 10}{number[-1]}"
