"""The set-wise check of a staged file against the reading of a single cell."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fupin.core import cells
from fupin.core.columns import Column, Kind, Sensitivity
from fupin.core.imports.checking import _check_slice, _Part

ON = date(2018, 12, 31)
COLUMNS = (
    Column("text", "备注", max_length=5),
    Column("name", "姓名", max_length=9, sensitivity=Sensitivity.PERSONAL),
    Column("code", "主要致贫原因", Kind.CODE, codes="main_cause"),
    Column("codes", "健康状况", Kind.CODES, codes="health", most=2),
    Column("flag", "是否", Kind.YES_NO),
    Column("count", "月数", Kind.INTEGER, least=0, most=12),
    Column("area", "面积", Kind.DECIMAL, least=0, most=999),
    Column("money", "金额", Kind.MONEY, least=-5),
    Column("day", "日期", Kind.DATE),
    Column("year", "年度", Kind.YEAR, least=1900, most=2100),
    Column("id_number", "证件号码", Kind.ID_NUMBER, sensitivity=Sensitivity.SEALED),
    Column("phone", "电话", Kind.PHONE, sensitivity=Sensitivity.SEALED),
    Column("account", "账号", Kind.ACCOUNT, sensitivity=Sensitivity.SEALED),
)
_GOOD = ("150522196001011234", "150522198503031230", "15052219620202123X", "11010519491231002X", "110105194912310021",
         "15990019600101001X", "999999196001010011", "150522600101123", "1.50522E+17", "150522196001011000",
         "44052418800101001X", "15052219600101123420")  # fmt: skip
_SAID = ("", " ", "—", "--", "01", "1", "因病", "０１", "因病、因残", "健康", "健康,残疾,患有大病", "是", "否", "Y", "0", "12",
         "13", "-1", "1.5", "1.50", "1.505", "12.340000000000001", "１２", "1,234.50", "999", "999.01", "1e3", "3亩",
         "2018-12-05", "2018-02-30", "2018/12/5", "20181205", "2018年12月5日", "43439", "1849-12-31", "2018", "2018年",
         "13800138000", "+86 138 0013 8000", "0475-5212345", "1234", "6228480402564890018", "6228480402564890000",
         "=1+1", "@x", "-x", "+x", "＝1+1", "＠x", "－x", "＋x", "'001", "a\u200bb", "\u3000甲", "甲\u00a0乙", "甲\t乙", "甲\x01", "——", "甲乙丙丁戊", "甲乙丙丁戊己",
         "陈·斯", "陈•斯", "陈 ． 斯", "陈.斯", "王 伟", "王\n伟", "O'Brien. J", "ᠪᠠᠶᠠᠨ\u202fᠤ", "2018-12-05 00:00:00+08",
         "2018-12-05T00:00:00Z", "-5", "-5.01", "100000000000000000000", "000000０1", "1380013800０", "2018-12-0５", "１2", "1２.5",
         "15222319600101００1X", "٣٤٥٦٧٨٩١", *_GOOD)  # fmt: skip


class Stand:
    """As much of an intake as the check needs."""

    columns = COLUMNS
    identified_by = ""
    document_of: dict[str, str] = {}
    synthetic = ""
    lookup_columns: frozenset[str] = frozenset()


def check(rows: list[dict[str, str | None]]) -> polars.DataFrame:
    context = cells.Context(on=ON)
    parts = [_Part(column, Stand(), {each.name for each in COLUMNS}, context) for column in COLUMNS]  # type: ignore[arg-type]
    frame = polars.DataFrame(rows, schema={column.name: polars.String for column in COLUMNS})
    frame = frame.with_columns(polars.when(polars.all() != "").then(polars.all()))
    head = polars.DataFrame({"row_id": range(len(rows)), "source": [0] * len(rows), "row": range(len(rows))})
    return _check_slice(head.hstack(frame), parts)


texts = st.one_of(st.sampled_from(_SAID), st.text(max_size=8), st.from_regex(r"-?\d{1,20}(\.\d{1,4})?", fullmatch=True))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.fixed_dictionaries({column.name: texts for column in COLUMNS}), min_size=1, max_size=12))
def test_the_check_of_a_file_and_of_a_cell_agree(rows):
    compare(rows)


def test_they_agree_on_every_known_spelling_in_every_column():
    compare([dict.fromkeys((column.name for column in COLUMNS), said) for said in _SAID])


def compare(rows: list[dict[str, str | None]]) -> None:
    found = check(rows)
    for at, row in enumerate(rows):
        problems = {one["column"]: (one["code"], one["sentence"]) for one in found["problems"][at]}
        for column in COLUMNS:
            text = row[column.name]
            if "***" in (text or ""):
                continue
            value, problem = cells.parse(column, text, context=cells.Context(on=ON))
            erased = value is cells.ERASE
            assert found[column.name][at] == (None if erased else value), (column.name, text)
            assert (column.name in found["erased"][at].to_list()) is erased
            assert problems.get(column.name) == ((problem.code, problem.sentence) if problem else None)


@pytest.mark.parametrize(
    "typed", ["陈·斯日古楞", "陈•斯日古楞", "陈・斯日古楞", "陈．斯日古楞", "陈.斯日古楞", "陈 · 斯日古楞"]
)
def test_a_name_is_kept_with_one_interpunct_however_it_was_typed(typed):
    column = Column("name", "姓名", sensitivity=Sensitivity.PERSONAL)
    assert cells.parse(column, typed, context=cells.Context(on=ON)) == ("陈·斯日古楞", None)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("王 伟", "王伟"),
        ("包\u3000晓\u3000明", "包晓明"),
        ("王\n伟", "王伟"),
        ("John  Smith", "John Smith"),
        ("ᠪᠠᠶᠠᠨ\u202fᠤ", "ᠪᠠᠶᠠᠨ\u202fᠤ"),
    ],
)
def test_blanks_that_pad_a_name_in_its_column_are_not_part_of_it(typed, kept):
    column = Column("name", "姓名", sensitivity=Sensitivity.PERSONAL)
    assert cells.parse(column, typed, context=cells.Context(on=ON)) == (kept, None)


@pytest.mark.parametrize("typed", ["2018-06-01 00:00:00+08", "2018-06-01T00:00:00+0800", "2018-06-01T00:00:00Z"])
def test_the_zone_behind_a_moment_does_not_make_it_another_day(typed):
    column = Column("day", "日期", Kind.DATE)
    assert cells.parse(column, typed, context=cells.Context(on=ON)) == (date(2018, 6, 1), None)


@pytest.mark.parametrize("kind", [Kind.MONEY, Kind.DECIMAL])
@pytest.mark.parametrize(
    ("typed", "kept"),
    [("99999999.98999999", 9999999999), ("12.340000000000001", 1234), ("99999999.985", None), ("0.1000001", None)],
)
def test_what_a_binary_fraction_leaves_behind_is_not_the_writers(kind, typed, kept):
    value, problem = cells.parse(Column("n", "数", kind), typed, context=cells.Context(on=ON))
    assert (problem is None) == (kept is not None)
    assert value == (None if kept is None else kept if kind is Kind.MONEY else Decimal(kept) / 100)


@pytest.mark.parametrize(("text", "shown"), [
    ("=1+1", "'=1+1"), ("-1+1|cmd", "'-1+1|cmd"), ("@x", "'@x"), ("\tx", "'\tx"), ("＝1+1", "'＝1+1"), ("－x", "'－x"),
    ("＠x", "'＠x"), ("＋x", "'＋x"), ("+x", "'+x"), ("\rx", "'\rx"),
    ("-5", "-5"), ("+5.25", "+5.25"), ("宝音", "宝音"), ("", ""),
])  # fmt: skip
def test_no_cell_that_is_given_out_is_taken_for_a_formula(text, shown):
    assert cells.harmless(text) == shown


@pytest.mark.parametrize("text", ["=1+1", "@x", "-x", "＝1+1", "＠x", "＋x", "－x"])
def test_no_formula_comes_in(text):
    assert cells.parse(COLUMNS[0], text, context=cells.Context())[1].code == "formula"


BORN, PHONE, AREA = (
    Column("day", "日期", Kind.DATE),
    Column("phone", "电话", Kind.PHONE),
    Column("a", "面积", Kind.DECIMAL),
)
NUMBER, NOTE = Column("id_number", "证件号码", Kind.ID_NUMBER), Column("text", "备注")


@pytest.mark.parametrize(
    "typed",
    ["150522196001011234", "'150522196001011234", "‘150522196001011234", '="150522196001011234"', "“150522196001011234”",
     "\u202a150522196001011234\u202c", "１５０５２２１９６００１０１１２３４", "150522 19600101 1234"],
)  # fmt: skip
def test_what_was_put_around_an_id_number_is_not_part_of_it(typed):
    number, problem = cells.parse(NUMBER, typed, context=cells.Context(on=ON))
    assert (number or "", problem and problem.code) in {("150522196001011234", None), ("", "ID-003")}
    assert cells.parse(NUMBER, typed, context=cells.Context(on=ON)) == cells.parse(
        NUMBER, "150522196001011234", context=cells.Context(on=ON)
    )


@pytest.mark.parametrize("typed", ["无", "不详", "遗失补办中", "=1+1", "E12.5'4321", "身份证：150522196001011234"])
def test_what_is_no_number_of_any_document_is_not_kept_as_one(typed):
    assert cells.parse(NUMBER, typed, context=cells.Context(on=ON))[1] is not None


@pytest.mark.parametrize("typed", ["E12345678", "军字第1234567号", "H1234567(8)"])
def test_numbers_of_other_documents_are_kept(typed):
    assert cells.parse(NUMBER, typed, context=cells.Context(on=ON)) == (typed, None)


@pytest.mark.parametrize(
    ("column", "typed"),
    [
        (NUMBER, "150522196001011230.0"),  # a number with a fraction keeps 15 digits
        (BORN, "2018"), (BORN, "2018.3"), (BORN, "1905"),  # a year, and no day in 1905
        (PHONE, "1.38E+10"), (PHONE, "1.38001e+10"),
        (AREA, "12,34"), (AREA, "1,23,4"), (AREA, "1,234,5"),
    ],
)  # fmt: skip
def test_what_lost_digits_or_can_be_read_in_two_ways_is_not_guessed(column, typed):
    value, problem = cells.parse(column, typed, context=cells.Context(on=ON))
    assert value is None
    assert problem is not None


@pytest.mark.parametrize(
    ("column", "typed", "value"),
    [
        (PHONE, "1.3800138E10", "13800138000"), (PHONE, "13800138000.0", "13800138000"),
        (AREA, "1,234,567.5", Decimal("1234567.50")), (AREA, "12,3456", Decimal("123456.00")),
        (BORN, "43160", date(2018, 3, 1)), (BORN, "1899", date(1905, 3, 13)),
        (NOTE, "甲\r\n乙", "甲\n乙"), (NOTE, "甲_x000D_\n乙", "甲\n乙"), (NOTE, "a_x0041_b", "a_x0041_b"),
    ],
)  # fmt: skip
def test_what_can_be_read_in_one_way_only_is_read(column, typed, value):
    assert cells.parse(column, typed, context=cells.Context(on=ON)) == (value, None)
