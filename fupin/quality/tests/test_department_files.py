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
        "1 行有读不懂的内容",
        "“飞碟”不是认识的写法",
    ):
        assert sentence in said, sentence
