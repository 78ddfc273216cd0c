"""Who is whom where the number is missing or wrong, on made-up people of known truth, by kind of error."""

from __future__ import annotations

import duckdb
import pytest

from fupin.core.sealing import check_character
from fupin.quality.comparison import linking, numbers, people
from fupin.quality.comparison.names import forms
from fupin.quality.tests.linkage_truth import link, tallies
from fupin.synthetic.linkage import KINDS, make

MATCH_FROM, DOUBT_FROM = 0.99, 0.5
LEAST_FOUND = {"birth_missing": 0.85, "homophone_and_birth": 0.7, "transliteration": 0.85}
"""Kinds of which many are left to a person: little is said of them, or two things are wrong at once."""


@pytest.fixture(scope="module")
def linked():
    """The connection in which the made-up people were linked, with what came of them by kind of error."""
    made = make(4_000, seed=7)
    with duckdb.connect(config={"threads": "1"}) as connection:
        link(connection, made, match_from=MATCH_FROM, doubt_from=DOUBT_FROM)
        yield connection, tallies(connection, made)


@pytest.fixture
def found(linked):
    return linked[1]


@pytest.mark.parametrize("kind", list(KINDS))
def test_an_error_of_each_kind_is_seen_through(found, kind):
    tally = found[kind]
    assert tally.rows >= 50
    assert tally.recall >= LEAST_FOUND.get(kind, 0.9), tally
    assert tally.precision >= 0.99, tally
    assert tally.lost <= tally.rows * 0.04, tally


def test_strangers_of_one_name_one_home_or_one_birth_day_are_hardly_ever_taken_for_somebody(found):
    assert found["stranger"].rows >= 500
    assert found["stranger"].wrong <= found["stranger"].rows * 0.005


BODY = "15990119800101012"
RIGHT = BODY + check_character(BODY)


def test_the_level_that_is_shown_is_the_one_whose_weight_was_counted(linked):
    connection, _tallies = linked
    known = people.model(connection, "compared_register")
    for one in known.comparisons:
        if any(level.frequency for level in one.levels):
            continue  # a rare value weighs more than its level
        graded = [level for level in one.levels if level.m is not None]
        expected = {len(graded) - 1 - at: linking.weight(level) for at, level in enumerate(graded)} | {-1: 0.0}
        rows = connection.execute(f"SELECT DISTINCT level_{one.name}, weight_{one.name} FROM found").fetchall()
        assert len(rows) > 1
        assert [(level, round(weight, 6)) for level, weight in rows] == [
            (level, round(expected[level], 6)) for level, _weight in rows
        ]


@pytest.mark.parametrize(
    "written",
    [RIGHT[:8] + "9" + RIGHT[9:], RIGHT[:14] + RIGHT[15] + RIGHT[14] + RIGHT[16:], RIGHT[:5] + RIGHT[6:], RIGHT[:9] + "7" + RIGHT[9:]],
    ids=["a digit wrong", "two swapped", "a digit lost", "a digit too many"],
)  # fmt: skip
def test_a_wrong_number_leads_to_the_one_that_was_meant(written):
    meant = numbers.meant(written)
    assert RIGHT in meant
    assert all(numbers.is_right(one) for one in meant)


def test_a_right_number_and_one_with_two_wrong_digits_lead_nowhere_near():
    assert numbers.meant(RIGHT) == []
    assert RIGHT not in numbers.meant(RIGHT[:8] + "97" + RIGHT[10:])


@pytest.mark.parametrize(
    ("one", "other", "form"),
    [
        ("其其格", "琪琪格", "sounds"), ("巴特尔", "巴特", "skeleton"), ("宝音", "布音", "skeleton"), ("王小红", "王红小", "ordered"),
        ("王清", "王青", "sounds"), ("李末", "李未", "shape"), ("孛儿只斤・巴图", "孛儿只斤·巴图", "name"),
        ("孛儿只斤巴图", "孛儿只斤‧巴图", "name"), ("单雄", "善雄", "sounds"),
    ],
)  # fmt: skip
def test_two_spellings_of_a_name_meet_in_a_form(one, other, form):
    a, b = getattr(forms(one), form), getattr(forms(other), form)
    assert set(a) & set(b) if isinstance(a, tuple) else a == b


def test_han_names_do_not_meet_by_their_consonants():
    assert forms("张伟").skeleton == ""
