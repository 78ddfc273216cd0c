"""A department's file against the person's household: its house, its water, its members, and how often somebody is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fupin.quality.comparison.models import Exchange
from fupin.quality.models import Ticket
from fupin.quality.tests.departments import compared, csv_file
from fupin.quality.tests.test_comparison import number_of, who
from fupin.registry.tests.households import family, id_number, member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


def handed_in(cast: Any, name: str, header: list[str], *rows: list[Any]) -> Exchange:
    return compared(name, csv_file([header, *rows]), by=cast.banner_officer, division=cast.banner)


def asked() -> dict[str, set[int]]:
    """The persons that are asked about, by rule."""
    found: dict[str, set[int]] = {}
    for rule, subject in Ticket.objects.exclude(state="closed").values_list("rule", "subject_id"):
        found.setdefault(rule, set()).add(subject)
    return found


def test_a_house_that_is_graded_otherwise_is_asked_about_and_one_that_agrees_is_not(cast):
    family(cast.village, by=cast.banner_officer, members=[member("宝音", "01")], house_grade="B")
    family(cast.village, by=cast.banner_officer, members=[member("海山", "01")], house_grade="D")
    header = ["姓名", "身份证号", "鉴定等级", "改造状态"]
    handed_in(
        cast,
        "house_grades",
        header,
        ["宝音", number_of("宝音"), "D级", ""],
        ["海山", number_of("海山"), "D级", "未改造"],
    )
    assert asked() == {"CMP-016": {who("宝音").pk}}
    handed_in(
        cast,
        "house_grades",
        header,
        ["宝音", number_of("宝音"), "B级", ""],
        ["海山", number_of("海山"), "A级", "验收合格"],
    )
    assert asked() == {"CMP-016": {who("宝音").pk}, "LIV-013": {who("海山").pk}}, (
        "a file that is not whole closes nothing"
    )


def test_a_broken_supply_is_asked_about_where_the_water_is_said_to_be_safe(cast):
    family(cast.village, by=cast.banner_officer, members=[member("宝音", "01")], is_water_safe=True)
    family(cast.village, by=cast.banner_officer, members=[member("海山", "01")], is_water_safe=False)
    rows = [[name, number_of(name), "停水", "达标", "达标", "达标", "达标"] for name in ("宝音", "海山")]
    handed_in(
        cast, "water_supply", ["姓名", "身份证号", "供水状况", "水量", "水质", "用水方便程度", "供水保证率"], *rows
    )
    assert asked() == {"CMP-017": {who("宝音").pk}, "LIV-015": {who("海山").pk}}


ALLOWANCE = ["姓名", "身份证号", "保障类别", "低保证号"]


@pytest.fixture
def homes(cast):
    """Two households on the allowance: of one three people, of the other one."""
    given = {"gets_subsistence_allowance": True}
    family(cast.village, by=cast.banner_officer, members=[
        member("宝音", "01", **given), member("乌云", "02", "19620305", "2", **given), member("巴特尔", "03", "19900910", **given),
    ])  # fmt: skip
    family(cast.village, by=cast.banner_officer, members=[member("海山", "01", **given)])


def on_allowance(name: str, certificate: str, number: str = "") -> list[str]:
    return [name, number or number_of(name), "低保", certificate]


def test_a_household_is_asked_once_about_an_allowance_that_is_paid_for_a_stranger_too(cast, homes):
    stranger = on_allowance("赵六", "A1", id_number("19700101"))
    handed_in(cast, "subsistence", ALLOWANCE, *(on_allowance(name, "A1") for name in ("乌云", "宝音", "巴特尔")), stranger,
              on_allowance("海山", "A2"))  # fmt: skip
    assert asked() == {"CMP-014": {who("宝音").pk}}


def test_the_question_stays_until_a_whole_list_says_who_stands_with_whom(cast, homes):
    stranger = on_allowance("赵六", "A1", id_number("19700101"))
    handed_in(cast, "subsistence", ALLOWANCE, on_allowance("宝音", "A1"), stranger)
    own = [on_allowance(name, certificate) for name, certificate in (("宝音", "A1"), ("乌云", "A1"), ("海山", "A2"))]
    whole = {"by": cast.banner_officer, "division": cast.banner, "is_complete": True}
    compared("subsistence", csv_file([ALLOWANCE[:3], *(row[:3] for row in own)]), **whole)
    assert "CMP-014" in asked(), "a list without certificates says nothing of it"
    compared("subsistence", csv_file([ALLOWANCE, *own]), **whole)
    assert "CMP-014" not in asked()


def test_where_a_member_of_another_household_is_on_the_certificate_both_are_asked(cast, homes):
    handed_in(
        cast,
        "subsistence",
        ALLOWANCE,
        on_allowance("乌云", "A1"),
        on_allowance("巴特尔", "A1"),
        on_allowance("海山", "A1"),
    )
    speaker = min(who("乌云").pk, who("巴特尔").pk)
    assert asked() == {"CMP-014": {speaker, who("海山").pk}}


@pytest.mark.parametrize("row", [
    ["赵六", "", "低保", "A1"], ["赵六", "15992219700101001", "低保", "A1"], ["赵六", "", "低保", ""], ["宝音", "", "低保", "A1"],
])  # fmt: skip
def test_who_may_be_a_member_or_stands_on_no_certificate_is_no_stranger(cast, homes, row):
    handed_in(cast, "subsistence", ALLOWANCE, on_allowance("宝音", "A1"), row, on_allowance("海山", "A2"))
    assert asked() == {}


def test_whoever_has_a_third_kind_of_post_is_asked_about_and_one_paid_by_the_month_is_not(cast):
    family(cast.village, by=cast.banner_officer, members=[member("宝音", "01"), member("乌云", "02", "19620305", "2")])
    posts = [("宝音", post) for post in ("护林员", "保洁员", "护路员")]
    posts += [("乌云", post) for post in ("护林员", "护林员", "护林员", "保洁员", "保洁员")]
    handed_in(
        cast, "public_posts", ["姓名", "身份证号", "岗位"], *([name, number_of(name), post] for name, post in posts)
    )
    assert asked() == {"EMP-013": {who("宝音").pk}}


def posts_of(cast: Any, *held: tuple[str, str, str]) -> dict[str, set[int]]:
    """What is asked when the file says that 宝音 held these posts, each with its first day and the day it ended."""
    family(cast.village, by=cast.banner_officer, members=[member("宝音", "01")])
    header = ["姓名", "身份证号", "岗位", "上岗日期", "离岗日期"]
    handed_in(cast, "public_posts", header, *(["宝音", number_of("宝音"), *post] for post in held))
    return asked()


def test_posts_held_one_after_another_are_not_several_at_once(cast):
    assert posts_of(cast, ("护林员", "2018-01-01", "2018-05-01"), ("保洁员", "2018-05-01", "2018-09-01"),
                    ("护路员", "2018-09-01", ""), ("护草员", "2016-01-01", "2017-01-01")) == {}  # fmt: skip


@pytest.mark.parametrize("third", [
    ("护路员", "2018-08-31", ""), ("护路员", "", "2018-05-02"), ("护路员", "", ""), ("护路员", "2018-03-01", "2018-12-31"),
])  # fmt: skip
def test_three_posts_of_which_all_hold_on_one_day_are_asked_about(cast, third):
    first, second = ("护林员", "2018-01-01", "2018-09-01"), ("保洁员", "2018-05-01", "2018-09-01")
    assert posts_of(cast, first, second, third) == {"EMP-013": {who("宝音").pk}}


def test_two_posts_at_once_and_a_third_that_overlaps_each_on_another_day_are_not_three(cast):
    first, second = ("护林员", "2018-01-01", "2018-06-01"), ("保洁员", "2018-06-01", "2018-12-01")
    assert posts_of(cast, first, second, ("护路员", "2018-03-01", "2018-09-01")) == {}


def test_livestock_without_an_account_says_nothing_and_with_an_empty_one_is_asked_about(cast):
    from fupin.registry.models import IncomeAccount, IncomeEntry

    homes = [
        family(cast.village, by=cast.banner_officer, members=[member(name, "01")]) for name in ("宝音", "海山", "那顺")
    ]
    for home, item in zip(homes, ("a1", "b2", ""), strict=True):
        if item:
            account = IncomeAccount.objects.create(
                household=home, year=2018, window_from="2017-10-01", window_to="2018-10-01", counted_persons=1
            )
            IncomeEntry.objects.create(account=account, item=item, amount_fen=100)
    handed_in(
        cast,
        "livestock",
        ["姓名", "身份证号", "存栏数"],
        *([name, number_of(name), "30"] for name in ("宝音", "海山", "那顺")),
    )
    assert asked() == {"INC-015": {who("宝音").pk}}
