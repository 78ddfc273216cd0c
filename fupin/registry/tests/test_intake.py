"""The staged import of households, persons and income into the register."""

from __future__ import annotations

import csv
from datetime import date
from itertools import product
from pathlib import Path

import openpyxl
import polars
import pytest

from bench.made_up import id_number
from fupin.core import attachments, sealing
from fupin.core.imports import runs
from fupin.core.imports.models import ImportRun
from fupin.core.imports.rejecting import rejects_file
from fupin.core.models import AuditEntry
from fupin.divisions.queries import tree
from fupin.registry import cards, names, operations, queries, rules
from fupin.registry.intake import contradictions
from fupin.registry.models import (
    Household,
    HouseholdCard,
    HouseholdFact,
    IncomeAccount,
    Membership,
    Opening,
    Person,
    PersonFact,
    PersonIdentity,
    RegisterStatus,
    SearchKey,
)  # fmt: skip
from fupin.registry.sheets import INCOME_ITEMS
from fupin.rulebook.queries import simulating

pytestmark = pytest.mark.django_db
DAY, NEXT = date(2018, 12, 30), date(2018, 12, 31)
VILLAGE = "150522100201"
ONE, TWO, THREE = id_number(1, "19600101", 1), id_number(2, "19620202", 2), id_number(3, "19850303", 1)


@pytest.fixture
def village():
    return next(node for node in tree().subtree(tree().by_code("150522").id) if node.level == "village")


@pytest.fixture
def give(tmp_path, village):
    """Import rows as a CSV and carry it through."""

    def import_rows(ledger: str, *rows: dict[str, str], on: date = DAY, accept: bool = True, **options) -> ImportRun:
        path = tmp_path / f"{ledger}-{len(list(tmp_path.iterdir()))}.csv"
        headers = list(dict.fromkeys(key for row in rows for key in row))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, headers)
            writer.writeheader()
            writer.writerows(rows)
        return carry(ledger, path, on=on, accept=accept, **options)

    return import_rows


def carry(ledger: str, path: Path, *, on: date = DAY, accept: bool = True, **options) -> ImportRun:
    run = runs.open_run(ledger=ledger, files=[runs.Given(path, path.name)], by=None, on=on, **options)
    run = runs.stage(run=run, by=None)
    if run.state == "ready" and accept:
        run = runs.merge(run=runs.accept(run=run, by=None), by=None)
    return run


def household(village, head: str = "宝音", number: str = ONE, **more: str) -> dict[str, str]:
    return {"行政村": village.code, "户主姓名": head, "户主证件号": number, "合成数据": "是", **more}


def person(name: str, number: str, relation: str, head: str = ONE, **more: str) -> dict[str, str]:
    return {"户主证件号": head, "姓名": name, "证件号码": number, "与户主关系": relation, "合成数据": "是", **more}


def counts(run: ImportRun) -> tuple[int, int, int, int]:
    return run.created, run.updated, run.unchanged, run.rejected


def test_households_come_in_with_their_heads_and_can_be_found(give, village):
    run = give("households", household(village, 主要致贫原因="因病", 联系电话="13800138000", 耕地面积="12.5"))
    assert (run.state, counts(run)) == ("done", (1, 0, 0, 0))
    fact = HouseholdFact.objects.get()
    assert (fact.village_id, fact.main_cause, str(fact.cultivated_mu)) == (village.id, "01", "12.50")
    assert b"13800138000" not in bytes(fact.phone_sealed)
    assert Household.objects.get().number == village.code + "00001"
    head = PersonFact.objects.get()
    assert (head.name, head.sex, head.born_on) == ("宝音", "1", date(1960, 1, 1))
    assert Membership.objects.get().relation == "01"
    assert HouseholdCard.objects.get().head_name == "宝音"
    assert ("宝音", "baoyin", "by") in SearchKey.objects.values_list("key", "pinyin", "initials")
    assert AuditEntry.objects.filter(act="households.import", subject=f"household:{fact.household_id}").exists()


def keys() -> set[tuple[str, str]]:
    found = SearchKey.objects.values_list("key", "person__facts__name")
    return {(key, name or "") for key, name in found}


def phone_key(number: str) -> str:
    return names.phone_key(sealing.token(number, "phone"))


def test_a_phone_finds_its_owner_from_the_import_on_and_after_every_change(give, village):
    give("households", household(village, 联系电话="13800138000"))
    give("persons", person("宝音", ONE, "户主", 联系电话="13900139000"), person("乌云", TWO, "配偶"))
    assert {(phone_key("13800138000"), ""), (phone_key("13900139000"), "宝音"), ("乌云", "乌云")} <= keys()
    give("households", household(village, 联系电话="13800138001"), on=NEXT)
    give("persons", person("宝音", ONE, "户主", 联系电话="13900139001"), person("乌云", TWO, "配偶", 联系电话="15000150000"),
         on=NEXT)  # fmt: skip
    written = keys()
    assert {
        (phone_key("13800138001"), ""),
        (phone_key("13900139001"), "宝音"),
        (phone_key("15000150000"), "乌云"),
    } <= written
    assert {phone_key("13800138000"), phone_key("13900139000")}.isdisjoint(key for key, _name in written)
    count = SearchKey.objects.count()
    cards.rebuild()
    assert (keys(), SearchKey.objects.count()) == (written, count)


def test_persons_join_the_household_of_the_head_they_name(give, village):
    give("households", household(village))
    run = give("persons", person("宝音", ONE, "户主", 民族="蒙古族"), person("乌云", TWO, "配偶"))
    assert counts(run) == (1, 1, 0, 0)
    assert HouseholdCard.objects.get().persons == 2
    assert PersonFact.objects.get(name="宝音").ethnicity == "02"
    assert Person.objects.count() == 2
    assert PersonIdentity.objects.filter(is_valid=True, number_kind="resident").count() == 2


def test_the_same_file_twice_changes_nothing(give, village):
    rows = [person("宝音", ONE, "户主", 健康状况="健康"), person("乌云", TWO, "配偶", 成员电话="13800138000")]
    give("households", household(village, 联系电话="13800138000"))
    give("persons", *rows)
    assert counts(give("persons", *rows)) == (0, 0, 2, 0)
    assert counts(give("persons", *rows, on=NEXT)) == (0, 0, 2, 0)
    assert counts(give("households", household(village, 联系电话="13800138000"))) == (0, 0, 1, 0)


def test_a_change_on_a_later_day_closes_the_fact_and_opens_another(give, village):
    give("households", household(village, 主要致贫原因="因病"))
    give("households", household(village, 主要致贫原因="因学"), on=NEXT)
    old, new = HouseholdFact.objects.order_by("valid_from")
    assert (old.main_cause, old.valid_to, new.main_cause, new.valid_from, new.valid_to) == (
        "01",
        NEXT,
        "03",
        NEXT,
        None,
    )


def test_a_change_on_the_same_day_replaces_the_fact_and_the_trail_keeps_the_old_one(give, village):
    give("households", household(village, 主要致贫原因="因病"))
    give("households", household(village, 主要致贫原因="因学"))
    assert HouseholdFact.objects.get().main_cause == "03"
    detail = AuditEntry.objects.filter(act="households.import").latest("id").detail
    assert detail["changed"]["main_cause"] == ["01", "03"]


def test_an_earlier_day_does_not_override_what_holds_since_later(give, village):
    give("households", household(village, 主要致贫原因="因病"), on=NEXT)
    run = give("households", household(village, 主要致贫原因="因学"), on=DAY)
    assert run.reasons == {"earlier_than_current": 1}


def test_an_empty_cell_keeps_and_a_dash_erases(give, village):
    give("households", household(village, 主要致贫原因="因病", 备注="旧", 联系电话="13800138000"))
    run = give("households", household(village, 主要致贫原因="", 备注="—", 联系电话="—"))
    fact = HouseholdFact.objects.get()
    assert counts(run) == (0, 1, 0, 0)
    assert (fact.main_cause, fact.remark, fact.phone_sealed, fact.phone_token) == ("01", "", None, None)


def test_the_first_of_two_equal_rows_goes_in_and_the_second_comes_back(give, village):
    give("households", household(village))
    run = give("persons", person("乌云", TWO, "配偶"), person("乌云", TWO, "配偶"))
    assert counts(run) == (1, 0, 0, 1)
    assert run.reasons == {"duplicate_in_file": 1}


def test_a_number_that_stands_in_another_household_comes_back(give, village):
    give("households", household(village), household(village, "巴图", THREE))
    give("persons", person("乌云", TWO, "配偶"))
    assert give("persons", person("乌云", TWO, "配偶", head=THREE)).reasons == {"duplicate_in_register": 1}
    assert give("households", household(village, "乌云", TWO)).reasons == {"duplicate_in_register": 1}


def test_a_person_without_a_known_household_and_a_second_head_come_back(give, village):
    give("households", household(village))
    assert give("persons", person("乌云", TWO, "配偶", head=THREE)).reasons == {"household_unknown": 1}
    assert give("persons", person("乌云", TWO, "户主")).reasons == {"second_head": 1}


def test_each_field_is_checked_and_says_what_is_wrong(give, village):
    run = give(
        "households", household(village, 主要致贫原因="因为穷", 耕地面积="很多", 建房年份="去年", 联系电话="123")
    )
    assert run.reasons == {"not_a_code": 1, "not_a_number": 1, "not_a_year": 1, "phone": 1}
    assert "耕地面积应为数字，现为“很多”" in run.preview["rejects"][0]["reasons"]


def test_a_made_up_number_needs_the_synthetic_mark(give, village):
    assert give("households", household(village, 合成数据="否")).reasons == {"ID-SYN": 1}


def test_the_status_is_written_only_in_opening(give, village):
    give("households", household(village, 脱贫属性="未脱贫"))
    assert not RegisterStatus.objects.exists()
    Opening.objects.update_or_create(division_id=tree().root.id, defaults={"closed_at": None})
    give("households", household(village, 脱贫属性="未脱贫", 识别时间="2014-05-01"))
    status = RegisterStatus.objects.get()
    assert (status.status, status.identified_on) == ("04", date(2014, 5, 1))
    assert HouseholdCard.objects.get().status == "04"


@pytest.mark.parametrize(("more", "code"), [
    ({"性别": "女"}, "ID-007"), ({"性别": "男"}, ""), ({"出生日期": "1985-03-04"}, "ID-008"),
    ({"出生日期": "1985-03-03"}, ""), ({"与户主关系": "之女"}, "REL-006"), ({"与户主关系": "之子"}, ""),
    ({"证件类型": "护照", "证件号码": "150522198503031231", "性别": "女", "与户主关系": "其他"}, ""),
])  # fmt: skip
def test_a_person_who_contradicts_the_own_number_or_relation_comes_back(give, village, more, code):
    give("households", household(village))
    run = give("persons", person("巴特尔", THREE, "之子") | more)
    assert run.reasons == ({code: 1} if code else {})
    assert Person.objects.count() == (1 if code else 2)


def test_a_sex_alone_is_judged_by_the_relation_that_is_registered(give, village):
    give("households", household(village))
    give("persons", person("巴特尔", THREE, "之子"))
    number = Person.objects.get(facts__name="巴特尔").number
    assert give("persons", {"人编号": number, "性别": "女"}, on=NEXT).reasons == {"REL-006": 1}
    assert give("persons", {"人编号": number, "性别": "男", "民族": "蒙古族"}, on=NEXT).reasons == {}


def test_too_many_rejects_stop_the_whole_import(give, village):
    rows = [household(village), household(village, "巴图", "123")]
    run = give("households", *rows, max_rejected=49)
    assert (run.state, Household.objects.count()) == ("refused", 0)
    assert give("households", *rows, max_rejected=50).state == "done"


def test_rejects_come_back_marked_and_go_in_once_corrected(give, village, tmp_path):
    run = give(
        "households", household(village, 性质="x"), household(village, "巴图", THREE, 主要致贫原因="因为穷", 性质="y")
    )
    target = tmp_path / "rejects.xlsx"
    assert rejects_file(run, target) == 1
    book = openpyxl.load_workbook(target)
    sheet = book.worksheets[0]
    header = [cell.value for cell in sheet[1]]
    wrong = sheet.cell(2, header.index("主要致贫原因") + 1)
    assert wrong.fill.start_color.rgb.endswith("FFC7CE")
    assert "代码表" in wrong.comment.text
    assert "退回原因" in header
    assert sheet.cell(2, header.index("性质") + 1).value == "y"
    wrong.value = "因病"
    book.save(target)
    assert counts(carry("households", target)) == (1, 0, 0, 0)


def test_income_is_summed_and_checked_against_the_totals_given(give, village):
    give("households", household(village))
    give("persons", person("乌云", TWO, "配偶"))
    good = {
        "户主证件号": ONE,
        "年度": "2018",
        "务工收入": "10000",
        "养殖业收入": "5000.50",
        "养殖业支出": "1000",
        "年纯收入": "14000.5",
    }
    assert counts(give("income", good)) == (1, 0, 0, 0)
    account = IncomeAccount.objects.get()
    assert (account.wage_fen, account.business_fen, account.cost_fen, account.net_fen) == (
        1000000,
        500050,
        100000,
        1400050,
    )
    assert (account.counted_persons, account.per_head_fen, account.entries.count()) == (2, 700025, 3)
    assert account.window_from == date(2017, 10, 1)
    assert HouseholdCard.objects.get().per_head_fen == 700025
    assert counts(give("income", good)) == (0, 0, 1, 0)
    assert counts(give("income", good | {"务工收入": "11000", "年纯收入": ""})) == (0, 1, 0, 0)
    assert IncomeAccount.objects.get().net_fen == 1500050
    assert give("income", good | {"年纯收入": "1"}).reasons == {"total_differs": 1}


def test_an_income_account_that_a_file_changes_is_signed_anew(give, village):
    give("households", household(village))
    row = {"户主证件号": ONE, "年度": "2018", "务工收入": "10000"}
    give("income", row | {"签字日期": "2018-10-08"})
    assert counts(give("income", row)) == (0, 0, 1, 0)
    assert IncomeAccount.objects.get().signed_on == date(2018, 10, 8)
    assert counts(give("income", row | {"务工收入": "11000"})) == (0, 1, 0, 0)
    assert IncomeAccount.objects.get().signed_on is None
    give("income", row | {"务工收入": "12000", "签字日期": "2018-11-01"})
    assert IncomeAccount.objects.get().signed_on == date(2018, 11, 1)


def test_a_file_of_income_leaves_the_evidence_of_what_it_does_not_change(give, village, cast, tmp_path, settings):
    settings.DATA_FOLDER = tmp_path
    give("households", household(village))
    row = {"户主证件号": ONE, "年度": "2018", "务工收入": "10000", "养殖业收入": "5000"}
    give("income", row)
    account = IncomeAccount.objects.get()
    subject = f"household:{account.household_id}"
    slip = attachments.store(b"%PDF-1.4\n%%EOF", subject=subject, kind="income", by=None, name="流水.pdf")
    operations.cite_evidence(
        household=account.household_id, year=2018, cited={"a1": [slip.pk], "b2": [slip.pk]}, by=cast.banner_officer,
        on=date(2018, 10, 8),
    )  # fmt: skip
    assert counts(give("income", row | {"务工收入": "11000"})) == (0, 1, 0, 0)
    found = queries.evidence_of(account, queries.amounts_of(account.entries.all()))
    assert [(one.row.item, one.state) for one in found.citations] == [("a1", "changed"), ("b2", "stands")]
    give("income", row)
    assert queries.evidence_of(account, queries.amounts_of(account.entries.all())).rested == {"a1", "b2"}


def test_rows_outside_the_division_come_back(give, village):
    other = tree().by_code("150521").id
    run = give("households", household(village), division=other)
    assert run.reasons == {"outside_division": 1}


def test_another_way_to_type_the_interpunct_or_to_pad_a_name_is_the_same_head(give, village):
    give("households", household(village, "陈·斯日古楞"), household(village, "王伟", TWO))
    run = give("households", household(village, "陈•斯日古楞"), household(village, "王 伟", TWO))
    assert counts(run) == (0, 0, 2, 0)


def test_another_name_of_the_head_is_marked_in_the_name(give, village):
    give("households", household(village))
    run = give("households", household(village, "那顺"), accept=False)
    assert run.reasons == {"head_differs": 1}
    (plan,) = runs.folder_of(run).glob("plan-*.parquet")
    assert [one["column"] for one in polars.read_parquet(plan)["problems"][0]] == ["head_name"]


@pytest.mark.parametrize("said", ["150522100000", "甘旗卡镇"])
def test_a_township_where_a_village_belongs_is_named_as_such(give, village, said):
    run = give("households", {**household(village), "行政村": said}, accept=False)
    assert run.reasons == {"division_too_high": 1}
    assert "甘旗卡镇" in run.preview["rejects"][0]["reasons"][0]


def test_what_hardly_stands_together_goes_in_and_is_told_with_its_rows(give, village):
    rows = [
        household(village, 耕地面积="5", 有效灌溉面积="9"),
        household(village, "王伟", TWO, 耕地面积="5", 有效灌溉面积="5"),
    ]
    run = give("households", *rows)
    assert counts(run) == (2, 0, 0, 0)
    assert run.findings == ["1 行有效灌溉面积大于耕地面积（第 2 行），已照写，请核对"]


def test_a_health_that_hardly_stands_goes_in_and_is_told(give, village):
    give("households", household(village))
    run = give("persons", person("巴特尔", THREE, "之子", 健康状况="健康,残疾"))
    assert counts(run) == (1, 0, 0, 0)
    assert run.findings == ["1 行健康状况选了“健康”，又选了别的（第 2 行），已照写，请核对"]


IMPOSSIBLE = [
    ({"文化程度": "小学", "在校生状况": "七年级"}, "EDU-001"),
    ({"文化程度": "小学", "在校生状况": "非在校生"}, ""),
    ({"文化程度": "学龄前儿童", "在校生状况": "学前教育"}, ""),
    ({"务工状况": "省外务工"}, "EMP-002"),
    ({"务工时间": "6"}, "EMP-002"),
    ({"务工时间": "0"}, ""),
    ({"务工所在地": "110105000000", "务工时间": "6"}, ""),
    ({"新农合": "是", "职工医保": "是"}, "SOC-002"),
    ({"新农合": "是", "职工医保": "否"}, ""),
    ({"低保": "是", "特困供养": "是"}, "SOC-007"),
    ({"低保": "否", "特困供养": "是"}, ""),
]


@pytest.mark.parametrize(("more", "code"), IMPOSSIBLE)
def test_a_person_of_whom_two_values_cannot_both_be_true_comes_back(give, village, more, code):
    give("households", household(village))
    run = give("persons", person("巴特尔", THREE, "之子", **more))
    assert run.reasons == ({code: 1} if code else {})


def test_half_of_a_contradiction_is_judged_by_what_is_registered_and_old_ones_are_left_alone(give, village):
    give("households", household(village))
    give("persons", person("巴特尔", THREE, "之子", 新农合="是"))
    number = Person.objects.get(facts__name="巴特尔").number
    assert give("persons", {"人编号": number, "职工医保": "是"}, on=NEXT).reasons == {"SOC-002": 1}
    PersonFact.objects.filter(person__number=number).update(has_employee_medical=True)
    run = give("persons", {"人编号": number, "新农合": "是", "职工医保": "是", "政治面貌": "群众"}, on=NEXT)
    assert counts(run) == (0, 1, 0, 0)


def test_form_and_file_judge_a_person_alike():
    """Every combination of the fields of the rules, in both forms of them."""
    values = {
        "education": ["", "02", "06"], "student": ["", "01", "02", "04", "17"], "work_place": ["", "04"],
        "work_division_code": ["", "1"], "work_months": [None, 0, 6], "has_resident_medical": [None, True, False],
        "has_employee_medical": [None, True, False], "gets_subsistence_allowance": [None, True, False],
        "gets_destitute_support": [None, True, False],
    }  # fmt: skip
    asked = {each.code: each for each in rules.PERSON_CONTRADICTIONS}
    for code, each in asked.items():
        rows = [dict(zip(each.fields, one, strict=True)) for one in product(*(values[name] for name in each.fields))]
        schema = {f"new__{name}": _TYPES.get(name, polars.Boolean) for name in values}
        frame = polars.DataFrame([{f"new__{n}": v or None if v == "" else v for n, v in row.items()} for row in rows],
                                 schema={name: schema[name] for name in (f"new__{n}" for n in each.fields)})  # fmt: skip
        said = frame.select(contradictions._ANSWERS[code].fill_null(value=False)).to_series().to_list()
        assert said == [each.holds(row) for row in rows]
        assert len(set(said)) == 2


_TYPES = {"work_months": polars.Int64} | dict.fromkeys(
    ("education", "student", "work_place", "work_division_code"), polars.String
)


@pytest.mark.parametrize(("others", "code"), [("缺资金,因学", "REL-016"), ("缺资金", "")])
def test_other_causes_that_repeat_the_main_one_come_back(give, village, others, code):
    run = give("households", household(village, 主要致贫原因="因学", 其他致贫原因=others))
    assert run.reasons == ({code: 1} if code else {})


def test_a_key_is_used_once(give, village):
    one = give("households", household(village), key="k")
    two = give("households", household(village), key="k")
    assert one.pk == two.pk


def test_an_income_file_leaves_the_entries_of_items_that_it_does_not_change(give, village):
    give("households", household(village))
    row = {"户主证件号": ONE, "年度": "2018", "务工收入": "300", "养殖业收入": "50"}
    give("income", row)
    account = IncomeAccount.objects.get()
    item = account.entries.get(amount_fen=30000).item
    account.entries.filter(item=item).delete()
    for amount in (10000, 20000):
        account.entries.create(
            item=item, amount_fen=amount, origin="received", received_on=date(2018, 5, amount // 10000), note="工资单"
        )
    assert counts(give("income", row | {"养殖业收入": "60"})) == (0, 1, 0, 0)
    said = account.entries.order_by("amount_fen").values_list("amount_fen", "origin", "note")
    assert list(said) == [(6000, "asked", ""), (10000, "received", "工资单"), (20000, "received", "工资单")]
    give("income", row | {"养殖业收入": "60", "务工收入": "—"})
    assert list(account.entries.values_list("amount_fen", flat=True)) == [6000]


def test_an_income_file_counts_as_the_offices_of_the_place_have_set(give, village):
    give("households", household(village))
    wage = next(item for item, label, _kind, _national in INCOME_ITEMS if label == "务工收入")
    with simulating({"income.window_start": "01-01", "income.uncounted_items": [wage]}):
        give("income", {"户主证件号": ONE, "年度": "2018", "务工收入": "300", "养殖业收入": "50"})
    account = IncomeAccount.objects.get()
    assert (account.window_from, account.window_to) == (date(2018, 1, 1), date(2019, 1, 1))
    assert (account.net_fen, account.wage_fen, account.entries.count()) == (5000, 0, 2)


def test_an_income_account_of_a_time_without_rules_comes_back(give, village):
    give("households", household(village))
    run = give("income", {"户主证件号": ONE, "年度": "2013", "务工收入": "300"})
    assert run.reasons == {"window": 1}
