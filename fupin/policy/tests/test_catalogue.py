"""The code lists: what they read, what they show, and that they are in order."""

import re
from datetime import date

import pytest

from fupin import policy
from fupin.policy.catalogue import Item, UnknownList, _check_items, code_list, code_lists


def test_the_shipped_documents_have_no_fault():
    assert policy.check() == []


def test_every_code_has_a_label_in_both_languages_and_every_list_a_source():
    for found in code_lists().values():
        assert found.source.title, found.name
        for item in found.items:
            assert item.label, (found.name, item.code)
            assert item.label_en, (found.name, item.code)
            assert not re.search("[\u4e00-\u9fff]", item.label_en), (found.name, item.label_en)


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("education", "大专", "07"),
        ("education", "大专及以上", "05"),
        ("ethnicity", "02", "02"),
        ("ethnicity", "2", "02"),
        ("ethnicity", "２", "02"),
        ("ethnicity", " 蒙古族 ", "02"),
        ("ethnicity", "02 蒙古族", "02"),
        ("ethnicity", "02-蒙古族", "02"),
        ("ethnicity", "03 蒙古族", None),
        ("ethnicity", "火星族", None),
        ("ethnicity", "", None),
        ("sex", "男性", "1"),
        ("disability_grade", "1", "1"),
        ("disability_grade", "1.0", "1"),
        ("house_grade", "Ｃ", "C"),
        ("house_grade", "c级", "C"),
        ("register_status", "已脱贫", "03"),
        ("household_kind", "低保贫困户", "04"),
    ],
)
def test_a_cell_is_read_by_code_label_or_alias(name, text, code):
    assert code_list(name).read(text) == code


def test_former_names_of_lists_are_known():
    assert code_list("hh_attr") is code_list("household_kind")
    with pytest.raises(UnknownList):
        code_list("no_such_list")


def test_a_label_follows_the_regime_of_the_day():
    kinds = code_list("household_kind")
    assert kinds.label("01", on=date(2020, 12, 31)) == "一般贫困户"
    assert kinds.label("01", on=date(2021, 1, 1)) == "一般农户"
    assert kinds.label("01") == "一般农户"
    assert kinds.label("01", english=True) == "Ordinary household"
    assert kinds.label("77") == "77"


def test_the_forms_of_2020_translate_into_the_registers_codes_and_back():
    form = code_list("education_2020")
    assert form.to_register("06") == "08"
    assert form.to_form("08") == "06"
    assert form.to_form("06") is None
    assert code_list("education_2016").to_register("06") == "06"


def test_an_item_may_be_chosen_only_while_it_holds():
    education = code_list("education")
    assert "07" not in {item.code for item in education.on(date(2019, 12, 31))}
    assert "07" in {item.code for item in education.on(date(2020, 1, 1))}
    assert "05" not in {item.code for item in education.on(date(2020, 1, 1))}


def test_a_code_said_twice_and_a_spelling_with_two_meanings_are_faults():
    from dataclasses import replace

    sex = code_list("sex")
    twice = replace(sex, items=(*sex.items, Item("1", "另一", "Other")))
    assert any("编码重复 1" in fault for fault in _check_items(twice, {}))
    double = replace(sex, items=(*sex.items, Item("3", "其他", "Other", aliases=("男",))))
    assert any("“男”既指 1 又指 3" in fault for fault in _check_items(double, {}))
