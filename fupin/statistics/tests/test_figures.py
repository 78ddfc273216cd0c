"""Figures computed on paper beside those computed from records, as of any day, in both directions of a boundary."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from fupin.bulk import taking
from fupin.core import audit
from fupin.divisions import published
from fupin.divisions.models import Designation, ReferenceFigure
from fupin.divisions.queries import tree
from fupin.policy import indicators as policy
from fupin.registry import snapshots
from fupin.registry.tests.made_register import MadeRegister
from fupin.rulebook.conditions import condition
from fupin.statistics import records
from fupin.statistics.figures import Figure, Reader
from fupin.statistics.periods import BadPeriod, read

HERE = "150522"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def made(db: None) -> MadeRegister:
    """Four households in two villages of the banner and one in another banner.

    2014: a (3 persons, ill), b (2, no funds), c (1, ill), d (4, schooling) registered; e lies elsewhere.
    b leaves on 2016-12-20, c on 2018-12-31; d was never registered until 2015-06-01.
    """
    made = MadeRegister()
    one, two = made.villages_of(HERE, 2)
    made.add("a", one, [{"labour": "03"}, {"ethnicity": "01"}, {}], cause="01", per_head={2017: 2000, 2018: 2400})
    made.add("b", one, [{}, {}], cause="09", per_head={2016: 4000})
    made.add("c", two, [{}], cause="01", per_head={2018: 6000})
    made.add("d", two, [{}, {}, {}, {}], cause="03", since=date(2015, 6, 1), per_head={2018: 1497})
    made.add("e", made.villages_of("150521", 1)[0], [{}], cause="02")
    made.leave("b", date(2016, 12, 20))
    made.leave("c", date(2018, 12, 31))
    return made


def figure(name: str, period: str, place: str = HERE) -> Figure:
    with Reader(taking.current()) as reader:
        return reader.figure(name, tree().by_code(place), read(period))


@pytest.mark.parametrize(
    ("name", "period", "value", "behind"),
    [
        ("registered_households", "2014", 3, 3),
        ("registered_households", "2015-05-31", 3, 3),
        ("registered_households", "2015-06-01", 4, 4),
        ("registered_households", "2016-12-19", 4, 4),
        ("registered_households", "2016-12-20", 3, 3),
        ("registered_households", "2018-12-30", 3, 3),
        ("registered_households", "2018", 2, 2),
        ("registered_persons", "2014", 6, 6),
        ("registered_persons", "2018", 7, 7),
        ("poverty_reduction_households", "2014/2018", 1, 3),
        ("poverty_reduction_persons", "2014/2018", -1, 7),
        ("poverty_reduction_households", "2016", 1, 1),
        ("poverty_reduction_households", "2018-Q1/Q3", 0, 0),
        ("cause_share_illness", "2014", Decimal(200) / 3, 2),
        ("cause_share_illness", "2018", 50, 1),
        ("cause_share_schooling", "2018", 50, 1),
        ("average_household_size", "2018", Decimal("3.5"), 2),
        ("ethnic_mongol_share", "2018", Decimal(600) / 7, 6),
        ("per_head_income", "2018", (2400 * 3 + 1497 * 4) / Decimal(7), 2),
        ("households_below_line", "2018", 2, 2),
        ("rural_households", "2018", 4, 4),
        ("registered_households", "2013", 0, 0),
    ],
)
def test_a_figure_is_what_paper_says_with_its_records(
    made: MadeRegister, name: str, period: str, value: Any, behind: int
) -> None:
    found = figure(name, period)
    assert found.value == pytest.approx(Decimal(value)), found
    assert found.records == behind


def test_every_figure_counts_the_list_that_it_opens(made: MadeRegister) -> None:
    with Reader(taking.current()) as reader:
        for name in policy.indicators():
            for text in ("2018", "2014/2018"):
                node, period = tree().by_code(HERE), read(text)
                found = records.listing(reader, name, node, period)
                shown = reader.figure(name, node, period)
                assert shown.records == (0 if found is None else records.count(reader, found)), (name, text)
                if found is not None:
                    records.page(reader, found)


def test_the_incidence_divides_by_the_rural_registered_population_of_the_same_day(made: MadeRegister) -> None:
    node = tree().by_code(HERE)
    ReferenceFigure.objects.create(
        division_id=node.id,
        indicator="rural_registered_population",
        period="2018",
        value=350,
        unit="person",
        source="年鉴",
    )
    assert figure("poverty_incidence", "2018").value == 2
    assert figure("poverty_incidence", "2018-12-31").value == 2
    missing = figure("poverty_incidence", "2014")
    assert missing.value is None
    assert "乡村户籍人口" in missing.note
    with translation.override("en"):
        assert "is missing" in figure("poverty_incidence", "2014").note, (
            "what one reader was told is not kept for another"
        )


def test_a_figure_that_the_register_cannot_know_comes_from_statistics_with_its_source(made: MadeRegister) -> None:
    node = tree().by_code(HERE)
    ReferenceFigure.objects.create(
        division_id=node.id, indicator="gdp", period="2018-Q1/Q3", value=5_713_000_000, unit="yuan", source="旗统计局"
    )
    found = figure("gdp", "2018-Q1/Q3")
    assert (found.value, found.records, found.source) == (5_713_000_000, 0, "旗统计局")
    assert figure("gdp", "2018").value is None
    assert figure("poverty_line", "2018").value == 2995


def test_villages_are_counted_from_the_tree(made: MadeRegister) -> None:
    assert figure("administrative_villages", "2018").value == 262
    assert figure("administrative_villages", "2018", "150626").value == 61
    assert figure("banners_with_registered_households", "2018", "150500").value == 2


def test_a_division_adds_up_from_those_below(made: MadeRegister) -> None:
    standing = tree()
    with Reader(taking.current()) as reader:
        for name in ("registered_households", "registered_persons"):
            below = standing.children(standing.by_code(HERE).id)
            whole = reader.figure(name, standing.by_code(HERE), read("2018")).value
            assert sum(reader.figure(name, node, read("2018")).value or 0 for node in below) == whole


def test_an_accepted_change_moves_the_figure_by_exactly_that_household(made: MadeRegister) -> None:
    before = figure("registered_persons", "2018")
    made.add("f", made.villages_of(HERE, 1)[0], [{}, {}])
    after = figure("registered_persons", "2018")
    assert (after.value or 0) - (before.value or 0) == 2
    assert after.extract != before.extract


def test_every_indicator_says_a_condition_over_its_dataset() -> None:
    assert policy.check() == []
    for one in policy.indicators().values():
        for text in (one.where, one.of if one.measure != "ratio" else ""):
            if text:
                condition(one.dataset, text)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2018", date(2017, 12, 31), date(2018, 12, 31)),
        ("2018-12-05", date(2018, 12, 5), date(2018, 12, 5)),
        ("2014/2018", date(2014, 12, 31), date(2018, 12, 31)),
        ("2018-Q1/Q3", date(2017, 12, 31), date(2018, 9, 30)),
        ("2018-Q2", date(2018, 3, 31), date(2018, 6, 30)),
        ("2018-02", date(2018, 1, 31), date(2018, 2, 28)),
    ],
)
def test_periods_are_read(text: str, start: date, end: date) -> None:
    assert (read(text).start, read(text).end) == (start, end)


@pytest.mark.parametrize(
    "text", ["", "18", "2018/2014", "2018/2018", "2018-Q5", "2018-Q3/Q1", "2018-13", "2018-02-30", "去年"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(BadPeriod):
        read(text)


def test_a_frozen_year_answers_from_its_snapshot_with_later_corrections_beside(made: MadeRegister) -> None:
    assert figure("registered_households", "2017").value == 3
    snapshots.freeze(year=2017, extract=taking.current(), by=None, on=date(2018, 1, 5))
    made.leave("a", date(2017, 12, 1))
    found = figure("registered_households", "2017")
    assert (found.value, found.later, found.extract) == (3, 2, "snapshot-2017")
    assert figure("registered_households", "2018").value == 1


def test_a_frozen_figure_says_its_later_value_in_its_own_unit_and_only_where_it_differs(made: MadeRegister) -> None:
    snapshots.freeze(year=2018, extract=taking.current(), by=None, on=date(2019, 1, 5))
    assert figure("per_head_income", "2018").later is None
    made.leave("d", date(2018, 12, 30))
    found = figure("per_head_income", "2018")
    assert found.value == pytest.approx((2400 * 3 + 1497 * 4) / Decimal(7))
    assert found.later == 2400
    assert figure("administrative_villages", "2018").later is None


def test_parts_add_up_where_one_is_known_from_statistics_alone(made: MadeRegister) -> None:
    """31 national poverty banners stand in the designations, of the 26 regional ones only the number is published."""
    published.load()
    both = figure("poverty_banners", "2017", "150000")
    assert (both.value, both.records, both.note) == (57, 31, "部分取自基础统计")
    assert "2017" in both.source
    assert figure("poverty_banners", "2016", "150000").value == 31, "no number is known for 2016: those designated"


def test_parts_that_are_all_recorded_need_no_statistics(made: MadeRegister) -> None:
    published.load()
    named = tree().by_code("150221")
    Designation.objects.create(division_id=named.id, kind="regional_poverty_banner", valid_from=date(2012, 1, 1))
    audit.record(by=None, act="made.designated", subject=f"division:{named.id}")
    both = figure("poverty_banners", "2017", "150000")
    assert (both.value, both.records, both.source) == (32, 32, "")
