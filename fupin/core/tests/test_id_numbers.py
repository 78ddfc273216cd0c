from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum.cn import ric

from fupin.core import id_numbers
from fupin.core.id_numbers import mask, mask_phone, nearness, read
from fupin.core.sealing import check_character


def number(area="150522", day="19800101", serial="001"):
    body = area + day + serial
    return body + check_character(body)


def codes(found):
    return [code for code, _ in found.problems]


def test_a_right_number_tells_birth_day_sex_and_area():
    found = read(number(serial="002"))
    assert (found.kind, found.is_valid, found.born_on, found.sex, found.area) == (
        "resident", True, date(1980, 1, 1), "2", "150522",
    )  # fmt: skip
    assert found.problems == ()


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["150522", "110101", "152322", "999998", "150100"]),
    st.dates(date(1880, 1, 1), date(2026, 1, 1)),
    st.integers(0, 999),
    st.sampled_from("0123456789X"),
)
def test_the_fast_path_agrees_with_the_reference_on_the_check_character(area, day, serial, last):
    text = f"{area}{day:%Y%m%d}{serial:03d}{last}"
    assert (last == ric.calc_check_digit(text)) == ("ID-003" not in codes(read(text)))
    assert check_character(text[:17]) == ric.calc_check_digit(text)


@pytest.mark.parametrize(("text", "said"), [
    ("1.50522E+17", "科学计数"), ("1.50522198001011E17", "科学计数"), ("150522198001010000", "末三位为 000"),
    ("150522198001010018", "请对照证件核对"), ("15052219800101001", "现为 17 位"),
])  # fmt: skip
def test_what_a_spreadsheet_did_to_a_number_is_told(text, said):
    assert said in read(text).problems[0][1]


def test_nobody_alive_was_born_before_1880():
    assert codes(read(number(day="18791231"))) == ["ID-004"]
    assert codes(read(number(day="18800101"))) == []


def test_every_area_that_the_reference_knows_is_known_and_no_other():
    assert "152322" in id_numbers.known_areas()
    assert "150522" in id_numbers.known_areas()
    assert codes(read(number(area="150599"))) == ["ID-005"]
    assert read(number(area="150599")).is_valid


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "ID-001"),
        ("  ", "ID-001"),
        ("15052219800101001", "ID-002"),
        ("1505221980010100101", "ID-002"),
        ("1.50522E+17", "ID-002"),
        ("15052219800101001A", "ID-003"),
        ("150522198013010017", "ID-004"),
        ("150522198002300010", "ID-004"),
    ],
)
def test_a_wrong_number_is_told_by_the_code_of_its_rule(text, problem):
    found = read(text)
    assert problem in codes(found)
    assert not found.is_valid
    assert found.errors


def test_the_check_character_is_a_capital_x_however_it_was_typed():
    text = next(n for s in range(100) if (n := number(serial=f"{s:03d}")).endswith("X"))
    assert read(text.lower()).text18 == text
    assert read(text.lower()).is_valid


def test_a_number_of_fifteen_digits_becomes_one_of_eighteen():
    found = read("130503670401001")
    assert (found.text18, found.is_valid, found.born_on) == ("130503196704010016", True, date(1967, 4, 1))


def test_a_birth_day_must_not_lie_ahead_nor_more_than_120_years_back():
    assert read(number(day="20181231"), on=date(2018, 12, 31)).is_valid
    assert codes(read(number(day="20190101"), on=date(2018, 12, 31))) == ["ID-004"]
    assert read(number(day="18980101"), on=date(2018, 12, 31)).is_valid
    assert codes(read(number(day="18970101"), on=date(2018, 12, 31))) == ["ID-004"]


@pytest.mark.parametrize("tail", ["14", "71", "23B1", "23B9"])
def test_a_disability_card_is_the_number_with_category_and_grade(tail):
    found = read(number() + tail)
    assert (found.kind, found.is_valid, found.problems, found.born_on) == ("disability", True, (), date(1980, 1, 1))


@pytest.mark.parametrize("tail", ["04", "81", "15", "10", "23B0", "23C1"])
def test_a_disability_card_with_a_wrong_tail_is_found(tail):
    assert codes(read(number() + tail)) == ["ID-009"]


def test_a_disability_card_of_another_length_is_refused_where_the_document_says_so():
    assert codes(read(number(), document="02")) == ["ID-002"]


def test_a_temporary_number_is_taken_with_a_warning():
    found = read("999999198001010011")
    assert (found.kind, found.is_temporary, found.is_valid, found.errors) == ("temporary", True, False, ())
    assert codes(found) == ["ID-006"]
    assert "ID-002" in codes(read("9999991"))


def test_other_documents_follow_no_rule_of_ours():
    assert (read("E12345678").kind, read("E12345678").is_valid) == ("other", True)
    assert read("12345678", document="04").kind == "other"


def test_a_made_up_number_is_valid_only_in_a_row_marked_synthetic():
    text = number(area="159922")
    assert read(text, synthetic=True).is_valid
    assert read(text, synthetic=True).is_synthetic
    assert not read(text).is_valid
    assert codes(read(text)) == ["ID-SYN"]


def test_masks_cover_the_birth_day_the_middle_of_a_phone_and_all_but_the_end_of_an_account():
    assert mask("150522198001010017") == "15052*********0017"
    assert mask("E12345678") == "E1*****78"
    assert mask(None) == ""
    assert mask_phone("13847512345") == "138****2345"
    assert mask_phone("0475-5212345") == "0475****2345"
    assert id_numbers.mask_account("6217000123456789") == "************6789"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 17), st.sampled_from("0123456789"))
def test_numbers_that_differ_in_one_digit_are_near(at, digit):
    right = number(serial="123")
    wrong = right[:at] + digit + right[at + 1 :]
    if wrong == right:
        assert nearness(right, wrong) == ""
        return
    assert nearness(right, wrong) == "digit"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 16))
def test_numbers_with_two_swapped_neighbours_are_near(at):
    right = "150432198709123457"
    wrong = right[:at] + right[at + 1] + right[at] + right[at + 2 :]
    assert nearness(right, wrong) == ("" if wrong == right else "swap")


def test_numbers_that_differ_elsewhere_are_not_near():
    assert nearness(number(), number(area="110101", day="19950607", serial="777")) == ""
    assert nearness(number(), number(serial="998")) == ""
    assert nearness("150522198001010017", "150522198001010710") == ""
    assert nearness("150522198001012317", "150522198001017312") == ""
    assert nearness("short", number()) == ""
