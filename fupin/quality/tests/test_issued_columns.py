"""The columns of lists from above: found, set right, said once, kept for the next list of that form."""

import pytest

from fupin.core import clock
from fupin.core.refusals import Refused
from fupin.quality.issued import books, layout, lines, taking
from fupin.quality.issued.models import IssuedForm, IssuedList
from fupin.quality.tests.issued_lists import issued, opened, saved, taken, workbook
from fupin.quality.tests.test_issued_lists import answered, given, line
from fupin.registry.tests.households import family, id_number, member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def numbers():
    return {"宝音": id_number(), "乌云": id_number("19620305", "2")}


@pytest.fixture
def household(cast, numbers):
    people = [member("宝音", "01") | {"id_number": numbers["宝音"]},
              member("乌云", "02", "19620305", "2") | {"id_number": numbers["乌云"]}]  # fmt: skip
    return family(cast.village, by=cast.banner_officer, members=people)


def test_columns_once_said_are_offered_for_the_next_list_of_that_form(cast, household):
    first = taken(workbook([line(household.number)]), by=cast.banner_officer, division=cast.banner)
    said = {**first.sheets[0]["columns"], "2": "person"}
    taking.map_columns(
        one=first, columns={"问题数据": said}, answers={"corrected": "已整改"}, by=cast.banner_officer, on=clock.today()
    )
    second = taken(workbook([line(household.number, key=7)]), by=cast.second_banner_officer, division=cast.banner)
    assert (second.sheets[0]["columns"], second.sheets[0]["is_known"], second.answers["corrected"]) == (
        said,
        True,
        "已整改",
    )
    assert IssuedForm.objects.count() == 1


def test_a_header_that_was_found_wrongly_is_set_right(cast, household):
    data = workbook([line(household.number)], titles=["户主姓名、身份证号、村、问题"])
    one = taken(data, by=cast.banner_officer, division=cast.banner)
    taking.look_anew(one, {"问题数据": (0, 0)})
    assert one.sheets[0]["bottom"] == 0
    taking.look_anew(one, {"问题数据": (1, 1)})
    assert one.sheets[0]["columns"]["1"] == "household"
    with pytest.raises(Refused, match="表头行"):
        taking.look_anew(one, {"问题数据": (9, 9)})


@pytest.mark.parametrize(("columns", "said"), [
    ({"1": "household"}, "哪一列是问题"), ({"5": "question"}, "须有户编号"), ({"1": "head", "2": "head", "5": "question"}, "两列"),
    ({"1": "household", "5": "question", "40": "key"}, "列用途有误"),
])  # fmt: skip
def test_columns_that_make_no_list_are_refused_with_the_reason(cast, household, columns, said):
    one = taken(workbook([line(household.number)]), by=cast.banner_officer, division=cast.banner)
    with pytest.raises(Refused, match=said):
        taking.map_columns(one=one, columns={"问题数据": columns}, answers={}, by=cast.banner_officer, on=clock.today())


def test_several_sheets_are_read_each_with_its_own_columns(cast, household, numbers):
    book = opened(workbook([line(household.number)]))
    page = book.create_sheet("医保")
    for at, text in enumerate(("身份证号", "姓名", "疑点"), start=1):
        page.cell(1, at, text)
    page["A2"], page["B2"], page["C2"] = numbers["乌云"], "乌云", "未参加医保"
    one = issued(saved(book), by=cast.banner_officer, division=cast.banner)
    assert {(row.sheet, row.fate) for row in one.lines.all()} == {("问题数据", "matched"), ("医保", "matched")}
    answered(cast)
    back, done = given(one, cast)
    assert (done.answered + done.unmatched, back["医保"]["D1"].value, back["医保"]["D2"].value) == (
        2,
        "核实结果",
        "情况属实",
    )


def test_what_is_no_list_is_refused_in_a_sentence(cast):
    with pytest.raises(Refused, match="另存为"):
        taken(b"PAR1" + b"\0" * 40, by=cast.banner_officer, division=cast.banner)
    with pytest.raises(Refused, match="损坏"):
        taken(b"PK\x03\x04" + b"\0" * 40, by=cast.banner_officer, division=cast.banner)
    assert not IssuedList.objects.exists()


@pytest.mark.parametrize(("text", "whole", "start", "end"), [
    ("150522198001011234", "150522198001011234", "", ""), ("150522********1234", "", "150522", "1234"),
    ("1505221980****123X", "", "1505221980", "123X"), ("1.50522E+17", "", "15052", ""),
    ("1.50522198001011E+17", "", "150522198001011", ""), ("150522198001011000", "", "150522198001011", ""),
    ("无", "", "", ""),
])  # fmt: skip
def test_what_is_seen_of_a_number(text, whole, start, end):
    number = lines.number_of(text)
    assert (number.whole, number.start, number.end) == (whole, start, end)


def test_a_cell_with_a_long_number_is_known_to_be_cut():
    assert books.cell_text(1.50522198001011e17) == "1.50522198001011E+17"
    assert books.cell_text(123456789012345) == "123456789012345"
    assert books.cell_text(3.0) == "3"


def test_a_header_of_nothing_that_we_know_is_the_first_row_with_two_texts():
    assert layout.find([["清单"], [], ["甲", "乙"], ["1", "2"]], []).bottom == 2
    assert layout.find([["清单"], ["一"]], []) is None


def test_the_senders_own_id_of_a_problem_is_its_key_and_not_the_running_number():
    headings = ("序号", "问题编号", "户主姓名", "问题描述")
    assert layout.guesses(headings) == {1: "key", 2: "head", 3: "question"}
    assert layout.guesses(("序号", "户主姓名", "问题描述")) == {0: "key", 1: "head", 2: "question"}


def test_a_deadline_said_as_by_a_day_is_that_day(cast, household):
    data = workbook([line(household.number)], titles=[])
    book = opened(data)
    book["问题数据"]["G2"] = "2026年12月20日前"
    one = issued(saved(book), by=cast.banner_officer, division=cast.banner)
    assert [(row.due_on.isoformat(), one.remarks) for row in one.lines.all()] == [("2026-12-20", [])]


def test_a_row_of_sums_is_no_line(cast, household):
    book = opened(workbook([line(household.number)]))
    book["问题数据"]["A3"], book["问题数据"]["C3"] = "合计", 6
    one = issued(saved(book), by=cast.banner_officer, division=cast.banner)
    assert one.lines.count() == 1
