"""Defective files of every kind end in a sentence that says what and how to mend it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fupin.core.refusals import Refused
from fupin.quality.tests.departments import csv_file, hand_in, xlsx_file

pytestmark = pytest.mark.django_db
HEADER = ["姓名", "身份证号", "车辆类型", "车辆价值"]
ROW = ["某", "159901197001010031", "小轿车", "60000"]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (csv_file([HEADER]), "没有数据行"),
        (csv_file([["颜色", "气味"], ["红", "香"]]), "没有找到表头"),
        (csv_file([["车牌号", "车辆类型"], ["蒙G1", "小轿车"]]), "没有证件号码列，也没有姓名列"),
        (
            csv_file([["姓名", "身份证号", "学校名称", "年级", "学籍状态"], ["某", "", "小学", "三", "在读"]]),
            "看上去是“学籍”的文件",
        ),
        (csv_file([HEADER, *([["某", "1.59901E+17", "小轿车", "1"]] * 3)]), "截去了末几位"),
        (csv_file([["姓名", "姓名", "身份证号"], ["某", "某", "1"]]), "两列都是同一字段"),
        (b"PK\x03\x04 nothing", ""),
        (b"\x00\x01\x02\x03" * 50, ""),
        (b"%PDF-1.7 nothing", ""),
    ],
    ids=[
        "no rows",
        "no header",
        "nobody named",
        "another department",
        "cut by Excel",
        "twice",
        "broken zip",
        "binary",
        "pdf",
    ],
)
def test_a_file_that_cannot_be_compared_is_refused_with_a_sentence(cast, data, said):
    made = hand_in("vehicles", data, by=cast.banner_officer, division=cast.banner)
    assert made.state == "refused"
    assert said in made.refusal
    assert len(made.refusal) > 8


def test_an_empty_file_is_refused_at_once(cast):
    with pytest.raises(Refused, match="是空文件"):
        hand_in("vehicles", b"", by=cast.banner_officer, division=cast.banner)


def test_a_required_column_that_is_missing_is_named(cast):
    data = csv_file([["姓名", "身份证号", "开户机构"], ["某", "", "银行"]])
    assert "缺少列：余额" in hand_in("deposits", data, by=cast.banner_officer, division=cast.banner).refusal


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_text_files_of_every_encoding_are_read(cast, encoding):
    made = hand_in("vehicles", csv_file([HEADER, ROW], encoding), by=cast.banner_officer, division=cast.banner)
    assert (made.state, made.rows) == ("ready", 1)


def test_a_workbook_with_a_title_above_its_header_is_read(cast):
    data = xlsx_file([["机动车登记明细"], HEADER, ROW])
    made = hand_in("vehicles", data, by=cast.banner_officer, division=cast.banner, file="车辆.xlsx")
    assert (made.state, made.rows) == ("ready", 1)


def test_what_a_reader_should_know_of_a_file_is_said(cast):
    rows = [ROW, ["某", "159901197001010030", "小轿车", "很多"], ["", "", "飞碟", "1"], ["某", "", "小轿车", "1"]]
    made = hand_in("vehicles", csv_file([HEADER, *rows]), by=cast.banner_officer, division=cast.banner)
    said = "".join(made.remarks)
    for sentence in (
        "1 个证件号码校验不通过",
        "2 行没有证件号码",
        "1 行既没有证件号码也没有姓名",
        "列“车辆价值”有 1 格读不懂，按未填处理：第 3 行",
        "列“车辆类型”有 1 行的写法不认识，按未填处理：“飞碟”（第 4 行）",
    ):
        assert sentence in said, sentence


def test_words_that_are_not_understood_are_told_once_with_their_number_and_first_rows(cast):
    rows = [*([["某", "", "有轿车一辆", "1"]] * 5), ["某", "", "飞碟", "1"], ["某", "", " 飞碟 ", "1"]]
    made = hand_in("vehicles", csv_file([HEADER, *rows]), by=cast.banner_officer, division=cast.banner)
    (said,) = [one for one in made.remarks if "不认识" in one]
    assert "7 行" in said
    assert "“有轿车一辆”（第 2、3、4 行等 5 行）、“飞碟”（第 7、8 行）" in said


def test_of_many_different_words_the_most_frequent_are_named_and_the_rest_counted(cast):
    rows = [["某", "", f"车{nth}", "1"] for nth in range(20)] + [["某", "", "车19", "1"]]
    made = hand_in("vehicles", csv_file([HEADER, *rows]), by=cast.banner_officer, division=cast.banner)
    (said,) = [one for one in made.remarks if "不认识" in one]
    assert said.index("“车19”") < said.index("“车0”")
    assert "其他写法 14 行" in said


def test_columns_that_were_not_read_are_told_with_what_they_may_be(cast):
    data = csv_file(
        [["序号", "姓名", "身份证号", "车辆类型（必填项目说明）", "初次登记日期时间"], ["1", "某", "", "小轿车", "x"]]
    )
    made = hand_in("vehicles", data, by=cast.banner_officer, division=cast.banner)
    assert made.preview["unread"] == [["序号", ""], ["初次登记日期时间", "登记日期"]]
    assert "登记日期" in made.preview["unfound"]
    assert "姓名" not in made.preview["unfound"]


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("microcredit", ["借款人姓名", "借款人身份证号", "借款金额"]),
        ("vehicles", ["车主", "车主身份证号", "车型"]),
        ("property", ["产权人姓名", "权利人证件号码", "房屋类型"]),
        ("medical_bills", ["患者姓名", "患者身份证号", "自付费用"]),
        ("water_supply", ["用水户姓名", "身份证号码", "供水情况"]),
    ],
)
def test_the_usual_headings_of_departments_are_read(cast, name, header):
    rows = [header, ["宝音", "159901197001010031", "1"]]
    made = hand_in(name, csv_file(rows), by=cast.banner_officer, division=cast.banner)
    assert (made.state, made.preview["unread"]) == ("ready", [])


def test_nothing_that_is_said_of_a_file_speaks_of_an_import(cast):
    book = xlsx_file([HEADER, ["某", "", "小轿车", "=1+1"]])
    made = hand_in("vehicles", book, by=cast.banner_officer, division=cast.banner, file="车辆.xlsx")
    assert "公式" in "".join(made.remarks)
    assert "导入" not in "".join(made.remarks)
    refused = hand_in("vehicles", b"%PDF-1.7 nothing", by=cast.banner_officer, division=cast.banner)
    assert "导入" not in refused.refusal
