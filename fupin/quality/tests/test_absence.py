"""Who ought to be in a department's file and is not: asked where it is sure, never because of a file that is not whole."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from fupin.core import clock
from fupin.divisions.queries import tree
from fupin.quality.comparison import operations, queries
from fupin.quality.comparison.letters import answers
from fupin.quality.comparison.models import Candidate, Exchange
from fupin.quality.models import Ticket
from fupin.quality.tests import letters
from fupin.quality.tests.departments import compared, csv_file
from fupin.quality.tests.own_sources import NAME, RULE, own_source
from fupin.quality.tests.test_comparison import number_of, who
from fupin.registry.models import PersonIdentity
from fupin.registry.tests.households import family, member

pytestmark = pytest.mark.django_db
HEADER = ["姓名", "身份证号", "保障类别", "所在村"]
HERE = ("宝音", "乌云", "巴特尔", "海山")
THERE = ("其其格", "那顺")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


def on_allowance(name: str, nth: int, **more: Any) -> dict[str, Any]:
    given = {"born": f"19{60 + nth}0101", "gets_subsistence_allowance": True, **more}
    return member(name, "01" if nth == 0 else "99", **given)


@pytest.fixture
def homes(cast):
    """Four people who are said to get the allowance in one township, two in another."""
    for village, names in ((cast.village, HERE), (cast.other_village, THERE)):
        family(village, by=cast.banner_officer, members=[on_allowance(name, nth) for nth, name in enumerate(names)])


def handed_in(cast: Any, *names: str, rows: tuple[list[Any], ...] = (), is_complete: bool = True,
              on: date | None = None, header: list[str] = HEADER) -> Exchange:  # fmt: skip
    """The list of the civil-affairs office with these people on it."""
    lines = [[name, number_of(name), "低保", ""] for name in names]
    return compared("subsistence", csv_file([header, *lines, *rows]), by=cast.banner_officer, division=cast.banner,
                    on=on or clock.today(), is_complete=is_complete)  # fmt: skip


def asked() -> set[int]:
    return set(Ticket.objects.exclude(state="closed").values_list("subject_id", flat=True))


def test_who_is_said_to_get_it_and_is_not_in_a_whole_list_is_asked_about(cast, homes):
    done = handed_in(cast, "宝音", "乌云", "巴特尔", *THERE)
    assert asked() == {who("海山").pk}
    assert Ticket.objects.get().rule == "CMP-011"
    assert (done.preview["missing"], done.preview["absence"]) == (1, [])


def test_a_list_that_is_not_said_to_be_whole_says_nothing_of_who_is_not_in_it(cast, homes):
    done = handed_in(cast, "宝音", "乌云", "巴特尔", *THERE, is_complete=False)
    assert asked() == set()
    assert "名册完整" in done.preview["absence"][0]


def test_a_list_of_another_banner_finds_nobody_missing_and_says_so(cast, homes):
    stranger = [["赵六", "150521196001014579", "低保", ""]]
    done = handed_in(cast, rows=tuple(stranger))
    assert asked() == set()
    assert "2 个苏木乡镇" in done.preview["absence"][0]


def test_a_list_without_one_township_asks_about_nobody_there(cast, homes):
    done = handed_in(cast, "宝音", "乌云", "巴特尔")
    assert asked() == {who("海山").pk}
    assert "1 个苏木乡镇" in done.preview["absence"][0]


def test_just_enough_of_a_township_is_enough_and_one_less_is_not(cast, homes):
    handed_in(cast, "宝音", "乌云", *THERE)
    assert asked() == set()
    handed_in(cast, "宝音", "乌云", "海山", *THERE)
    assert asked() == {who("巴特尔").pk}


def test_a_list_that_is_too_old_says_nothing_of_today(cast, homes):
    done = handed_in(cast, "宝音", "乌云", "巴特尔", *THERE, on=clock.today() - timedelta(days=32))
    assert asked() == set()
    assert "超过时效 31 天" in done.preview["absence"][0]
    handed_in(cast, "宝音", "乌云", "巴特尔", *THERE, on=clock.today() - timedelta(days=31))
    assert asked() == {who("海山").pk}


def test_who_may_be_one_of_its_rows_is_not_missing(cast, homes):
    village = tree().name(cast.village.pk)
    done = handed_in(cast, "宝音", "乌云", "巴特尔", *THERE, rows=(["海珊", "", "低保", village],))
    assert (done.undecided, asked()) == (1, set())
    pair = Candidate.objects.get()
    operations.decide(
        candidates=[pair], is_same=False, reason="入户核实不是同一人", by=cast.banner_officer, on=clock.today()
    )
    operations.compare(exchange=done, source=queries.source_by(done), by=cast.banner_officer)
    assert asked() == {who("海山").pk}


def test_who_has_no_right_number_cannot_be_missed(cast):
    people = [on_allowance(name, nth) for nth, name in enumerate(HERE)]
    people[3]["id_number"], people[3]["document_kind"] = "", ""
    family(cast.village, by=cast.banner_officer, members=people)
    handed_in(cast, "宝音", "乌云", "巴特尔")
    assert asked() == set()


@pytest.mark.parametrize("state", [{"is_valid": False}, {"is_temporary": True}])
def test_who_has_a_number_that_cannot_be_relied_on_cannot_be_missed_either(cast, homes, state):
    PersonIdentity.objects.filter(person=who("海山")).update(**state)
    handed_in(cast, "宝音", "乌云", "巴特尔", *THERE)
    assert asked() == set()


def test_rows_that_name_nobody_may_be_anybody(cast, homes):
    done = handed_in(cast, "宝音", "乌云", "巴特尔", *THERE, rows=tuple(["", "", "低保", ""] for _nth in range(3)))
    assert asked() == set()
    assert "3 行看不出是谁" in done.preview["absence"][0]


def test_who_is_not_said_to_get_it_is_not_missed(cast, homes):
    family(cast.village, by=cast.banner_officer, members=[member("苏和", "01", "19700101")])
    handed_in(cast, *HERE, *THERE)
    assert asked() == set()


def test_the_question_closes_once_the_person_is_in_a_whole_list_and_stays_where_nothing_can_be_said(cast, homes):
    handed_in(cast, "宝音", "乌云", "巴特尔", *THERE)
    handed_in(cast, *THERE)
    assert asked() == {who("海山").pk}, "a list without the township says nothing of it"
    handed_in(cast, *HERE, *THERE)
    assert asked() == set()


def test_of_an_answer_to_a_letter_who_it_has_nothing_of_is_missing_line_by_line(cast, homes):
    letter = letters.sent(cast, "subsistence")
    header, *lines = letters.taken(letter, cast.banner_officer)
    at, result, kind = header.index("姓名"), header.index("查询结果"), header.index("保障类别")
    for line in lines:
        if line[at] != "那顺":
            line[result] = "查无" if line[at] == "海山" else "查有"
            line[kind] = "" if line[at] == "海山" else "低保"
    made = answers.take_in(letter=letter, pieces=[letters.workbook([header, *lines])], name="回函.xlsx",
                           by=cast.banner_officer, on=clock.today())  # fmt: skip
    source = queries.source_by(made)
    read = operations.read(exchange=made, source=source)
    operations.compare(exchange=read, source=source, by=cast.banner_officer)
    assert asked() == {who("海山").pk}, "of whom nothing was answered nothing is said"


def test_an_offices_own_source_asks_about_who_is_missing(cast):
    own_source(cast, columns=[], hits=False, absents=True, whom="all", absent_when="age >= 60")
    people = [member(name, "01" if nth == 0 else "99", f"194{nth}0101") for nth, name in enumerate(HERE)]
    family(cast.village, by=cast.banner_officer, members=[*people, member("苏和", "99", "20150101")])
    source = queries.source_of(NAME, on=clock.today(), division=cast.banner.pk)
    rows = [["姓名", "身份证号"], *([name, number_of(name)] for name in ("宝音", "乌云", "巴特尔"))]
    made = operations.take_in(source=source, pieces=[csv_file(rows)], name="x.csv", division=cast.banner.pk,
                              by=cast.banner_officer, on=clock.today(), is_complete=True)  # fmt: skip
    read = operations.read(exchange=made, source=source)
    operations.compare(exchange=read, source=source, by=cast.banner_officer)
    assert (asked(), Ticket.objects.get().rule) == ({who("海山").pk}, RULE)
