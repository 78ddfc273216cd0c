"""Numbers of documents: the value of a day, both sides of each change, and faults told clearly."""

import re
from datetime import date
from decimal import Decimal

import pytest

from fupin.policy import parameters
from fupin.policy.documents import Faulty, read_file
from fupin.policy.parameters import NotInForce, UnknownParameter, _gaps, _read, parameter, value


@pytest.mark.parametrize(
    ("day", "line"),
    [
        (date(2014, 1, 1), 2800),
        (date(2017, 12, 31), 2952),
        (date(2018, 1, 1), 2995),
        (date(2019, 12, 31), 3218),
        (date(2020, 1, 1), 4000),
        (date(2026, 11, 22), 4000),
    ],
)
def test_the_poverty_line_of_a_day(day, line):
    assert value("lines.poverty_line", on=day) == Decimal(line)


def test_the_cap_of_micro_credit_doubles_in_2026():
    assert value("credit.loan_cap", on=date(2025, 12, 31)) == 50_000
    assert value("credit.loan_cap", on=date(2026, 1, 1)) == 100_000


def test_nothing_is_answered_before_the_first_and_after_the_last_day():
    with pytest.raises(NotInForce, match="2020-03-19"):
        value("lines.monitoring_line", on=date(2020, 3, 19))
    assert value("lines.monitoring_line", on=date(2020, 3, 20)) == 5000
    assert value("publicity.township_days", on=date(2020, 12, 31)) == 7
    with pytest.raises(NotInForce):
        value("publicity.township_days", on=date(2021, 1, 1))


def test_an_unknown_name_is_refused():
    with pytest.raises(UnknownParameter):
        parameter("lines.no_such_line")


def test_every_value_has_a_day_and_a_source():
    for setting in parameters.parameters().values():
        assert not re.search("[\u4e00-\u9fff]", setting.label_en), setting.name
        for row in setting.values:
            assert row.source.title, setting.name
            assert row.since.year >= 1900, setting.name


SOURCE = {"title": "试行办法", "confidence": "design"}


def body(**changes):
    return {"label": "天数", "label_en": "Days", "values": {date(2014, 1, 1): 7}, "source": SOURCE} | changes


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"source": None}, "缺少 source"),
        ({"source": {date(2015, 1, 1): SOURCE}}, "2014-01-01 起的数值没有来源"),
        ({"source": {"title": "甲", "confidence": "sure"}}, "confidence"),
        ({"values": {"2014": 7}}, "应为日期"),
        ({"values": {date(2014, 1, 1): "七"}}, "不是数字"),
        ({"values": {date(2014, 1, 1): "7.5"}}, "应为整数"),
        ({"floor": 8}, "不得低于 8"),
        ({"ceiling": 6}, "不得高于 6"),
        ({"kind": "days"}, "kind"),
        ({"level": "gacha"}, "level"),
        ({"colour": "red"}, "colour"),
        ({"label_en": ""}, "缺少 label_en"),
    ],
)
def test_a_document_that_is_not_in_order_is_told_with_file_and_place(changes, told):
    with pytest.raises(Faulty, match=r"publicity/days\.yaml") as fault:
        _read("publicity.days", body(**changes))
    assert told in str(fault.value)


def test_a_gap_while_in_force_is_a_fault():
    late = _read("publicity.days", body(values={date(2014, 1, 2): 7}))
    assert "中间无数值" in _gaps(late)[0]
    stopped = _read("publicity.days", body(values={date(2014, 1, 1): 7, date(2016, 1, 1): None}))
    assert "until" in _gaps(stopped)[0]
    assert _gaps(_read("publicity.days", body())) == []


def test_a_value_by_designation_wins_where_the_designation_holds():
    scopes = [{"designation": "pastoral_banner", "values": {date(2016, 1, 1): 10}, "source": SOURCE}]
    setting = _read("publicity.days", body(scopes=scopes))
    assert setting.dated(date(2016, 1, 1), {"pastoral_banner"}).value == 10
    assert setting.dated(date(2015, 12, 31), {"pastoral_banner"}).value == 7
    assert setting.dated(date(2016, 1, 1), {"150522"}).value == 7


def test_a_key_said_twice_in_a_file_is_refused(tmp_path):
    path = tmp_path / "days.yaml"
    path.write_text("label: 甲\nlabel: 乙\n", encoding="utf-8")
    with pytest.raises(Faulty, match="出现两次"):
        read_file(path)
