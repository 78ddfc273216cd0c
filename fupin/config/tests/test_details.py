"""An entry of the trail is read by people: no column name, no code."""

import re
from datetime import date

import pytest

from fupin.accounts import trail
from fupin.config import details
from fupin.core import audit
from fupin.registry.operations import (
    Finding,
    HouseholdChange,
    Leaving,
    change_household,
    record_findings,
    remove_members,
)
from fupin.registry.tests.households import family

DAY = date(2018, 9, 1)


@pytest.mark.parametrize(("act", "detail", "said"), [
    ("registry.change", {"main_cause": ["01", "04"]}, [("主要致贫原因", "因病 → 因灾")]),
    ("registry.change", {"cultivated_mu": ["", "12.5"]}, [("耕地面积", "— → 12.5 亩")]),
    ("registry.change", {"is_herder": [False, True]}, [("是否牧户", "否 → 是")]),
    ("registry.finding", {"guarantee": "housing", "outcome": ["", "unmet"]}, [("保障项目", "住房安全"), ("核查结果", "— → 未达标")]),
    ("registry.income", {"year": 2018, "net_fen": [0, 708600]}, [("年纯收入", "0.00 元 → 7086.00 元"), ("年度", "2018")]),
    ("registry.income", {"changed": {"a1": [100, ""], "counted_basis": ["registered", "resident"], "line": [0, 5]}}, [
        ("变更内容", "务工收入：1.00 元 → —；人口口径：户籍人口 → 常住人口；对照标准：0.00 元 → 0.05 元"),
    ]),
    ("registry.income.cite", {"item": "a1", "amount_fen": 100, "year": 2018}, [("金额", "1.00 元"), ("收支项目", "务工收入"), ("年度", "2018")]),
    ("registry.member.remove", {"person": "1", "left_by": "01"}, [("减少原因", "死亡"), ("人编号", "1")]),
    ("households.import", {"changed": {"status": ["04", "03"]}}, [("变更内容", "脱贫属性：未脱贫 → 已脱贫（往年）")]),
    ("import.done", {"ledger": "households", "rejected": 3}, [("内容", "户"), ("退回", "3")]),
    ("accounts.add_posting", {"role": "helper", "duty": "grid"}, [("职责", "网格员"), ("岗位角色", "帮扶责任人")]),
    ("accounts.sign_in", {"method": "password", "second_factor": False}, [("方式", "密码"), ("二次验证", "否")]),
    ("close_opening.ask_close", {"state": ["open", "closing_asked"]}, [("状态", "期初中 → 待另一人确认关闭")]),
    ("rulebook.confirm", {"publicity.village_days": ["7", "10"], "from": "2018-06-01"}, [
        ("起始", "2018-06-01"), ("村级公示天数", "7 天 → 10 天"),
    ]),
    ("rulebook.propose", {"main_cause": [None, {"label": "因市场", "label_en": "Market"}], "code": "20"}, [
        ("编码", "20"), ("主要致贫原因", "— → 因市场（Market）"),
    ]),
    ("answers.done", {"waiting": 3, "refused": 1}, [("退回", "1"), ("已提交，待复核", "3")]),
    ("core.attach", {"kind": "house"}, [("类别", "住房照片")]),
    ("designations.create", {"kind": ["", "national_poverty_banner"]}, [("认定类别", "— → 国家级贫困旗县")]),
    ("registry.reveal", {"field": "", "purpose": "电话通知入户"}, [("用途", "电话通知入户")]),
    ("villages.reveal", {"field": "head_phone"}, [("字段", "负责人电话")]),
    ("villages.update", {"head_phone": ["", "138****2345"]}, [("负责人电话", "— → 138****2345")]),
])  # fmt: skip
def test_an_entry_is_said_in_the_words_of_the_office(act, detail, said):
    assert details.said(act, detail, english=False) == said


def test_a_division_that_a_household_moved_to_is_named(cast):
    said = details.said("divisions.move", {"parent": [cast.township.pk, cast.other_township.pk]}, english=False)
    assert said == [("上级区划", "甘旗卡镇 → 吉尔嘎朗镇")]


def test_what_the_acts_of_the_register_write_has_no_name_of_a_column(cast):
    household = family(cast.village, by=cast.village_officer, main_cause="01")
    change = HouseholdChange(household.pk, {"main_cause": "04", "phone": "13800138000", "fuel": "02"})
    change_household(changes=[change], by=cast.village_officer, on=DAY)
    record_findings(findings=[Finding(household.pk, "water", "met", "自来水")], by=cast.village_officer, on=DAY)
    son = household.memberships.get(relation="03").person
    remove_members(leavings=[Leaving(son.pk, "02")], by=cast.village_officer, on=DAY)
    audit.record(by=None, act="import.done", subject="import:1", division=cast.village.pk,
                 detail={"ledger": "persons", "created": 1, "updated": 2, "unchanged": 3, "rejected": 4})  # fmt: skip
    lines, _following = trail.page(cast.banner_officer, trail.Wanted())
    names = [name for line in lines for name, _value in line.detail or ()]
    assert len(names) > 8
    assert [name for name in names if re.search("[a-z_]", name)] == []


def test_a_household_is_called_and_found_by_its_number(cast):
    household = family(cast.village, by=cast.village_officer)
    (line, *_rest) = trail.page(cast.banner_officer, trail.Wanted(subject=f"household:{household.pk}"))[0]
    assert line.subject_label == f"户 {household.number}"
    assert trail.subject_of(household.number) == f"household:{household.pk}"
    assert trail.subject_of("village_officer") == f"user:{cast.village_officer.pk}"
    assert trail.subject_of("nothing-of-that-name") == "nothing-of-that-name"
