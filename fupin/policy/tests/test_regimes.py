"""The four regimes: every day has one, and each speaks its own words."""

from datetime import date

import pytest

from fupin.policy.regimes import NoRegime, regime, regimes


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2014, 1, 1), "2014_2015"),
        (date(2015, 12, 31), "2014_2015"),
        (date(2016, 1, 1), "2016_2020"),
        (date(2020, 12, 31), "2016_2020"),
        (date(2021, 1, 1), "2021_2025"),
        (date(2025, 12, 31), "2021_2025"),
        (date(2026, 1, 1), "2026_on"),
        (date(2040, 1, 1), "2026_on"),
    ],
)
def test_every_day_has_its_regime(day, name):
    assert regime(day).name == name


def test_before_the_first_regime_there_is_none():
    with pytest.raises(NoRegime):
        regime(date(2013, 12, 31))


def test_the_objects_are_called_otherwise_since_2021():
    assert regime(date(2018, 12, 31)).word("household") == "贫困户"
    assert regime(date(2026, 1, 1)).word("household") == "防止返贫致贫对象户"


def test_no_word_of_the_current_regimes_says_poor_household():
    for found in regimes()[2:]:
        for key, word in found.words.items():
            assert "贫困户" not in word.label, (found.name, key)


def test_a_regime_binds_the_official_lists_of_its_time():
    assert regime(date(2018, 1, 1)).code_list("education").name == "education_2016"
    assert regime(date(2026, 1, 1)).code_list("education").name == "education_2020"
    assert regime(date(2026, 1, 1)).code_list("ethnicity").name == "ethnicity"


def test_publicity_is_once_in_the_village_since_2021():
    assert [(stage.place, stage.days) for stage in regime(date(2018, 1, 1)).publicity] == [
        ("village", 7),
        ("township", 7),
    ]
    assert [(stage.place, stage.days) for stage in regime(date(2026, 1, 1)).publicity] == [("village", 5)]
