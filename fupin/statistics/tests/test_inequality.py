"""Poverty and inequality beside published worked examples (docs/algorithms/inequality.md)."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from fupin.bulk.datasets import Dataset, Field, Type
from fupin.conditions.indicators import Measure, measured
from fupin.conditions.parsing import parse
from fupin.conditions.sqltext import Circumstance

INCOMES = Dataset(
    "test_incomes", "收入", "incomes",
    (Field("id", "号", Type.INTEGER), Field("income", "收入", Type.MONEY), Field("persons", "人数", Type.INTEGER)),
    "SELECT 1", key="id",
)  # fmt: skip


def value(
    kind: str, incomes: list[int | None], persons: list[int] | None = None, line: int | None = None
) -> float | int | None:
    weights = persons or [1] * len(incomes)
    with duckdb.connect() as db:
        db.execute("CREATE TABLE incomes (id BIGINT, income BIGINT, persons BIGINT)")
        db.executemany(
            "INSERT INTO incomes VALUES (?, ?, ?)",
            [[i, y, w] for i, (y, w) in enumerate(zip(incomes, weights, strict=True))],
        )
        measure = Measure(INCOMES, parse("id is not null", INCOMES), kind, value="income", weight="persons", line=line)
        return measured(db, "incomes", measure, Circumstance(date(2018, 12, 31)))[0].value if incomes else None


@pytest.mark.parametrize(("kind", "percent"), [("fgt0", 50), ("fgt1", 8), ("fgt2", 1.36)])
def test_the_handbooks_country_c(kind: str, percent: float) -> None:
    """Haughton and Khandker 2009, pages 70 and 72: line 125; 100, 110, 150, 160."""
    assert value(kind, [100, 110, 150, 160], line=125) == pytest.approx(percent)


def test_who_stands_at_the_line_is_not_below_it() -> None:
    assert value("fgt0", [125, 124], line=125) == pytest.approx(50)


def test_the_gini_of_wbpips_reference() -> None:
    """wbpip, md_compute_gini(1:2000): 0.3331667."""
    assert value("gini", list(range(1, 2001))) == pytest.approx(0.3331667, abs=5e-8)


def test_equal_incomes_have_no_inequality() -> None:
    assert value("gini", [7, 7, 7]) == pytest.approx(0)
    assert value("s80s20", [7, 7, 7]) == pytest.approx(1)


TODARO_SMITH = (0.8, 1.0, 1.4, 1.8, 1.9, 2.0, 2.4, 2.7, 2.8, 3.0, 3.4, 3.8, 4.2, 4.8, 5.9, 7.1, 10.5, 12.0, 13.5, 15.0)


def test_the_quintile_share_ratio_of_todaro_and_smiths_table() -> None:
    """Todaro and Smith, Economic Development, table 5.1: of 100 units the lowest fifth has 5, the highest 51."""
    tenths = [round(10 * income) for income in TODARO_SMITH]
    assert sum(tenths) == 1000
    assert value("s80s20", tenths) == pytest.approx(51 / 5)


def test_the_quintile_share_ratio_of_the_university_of_reginas_example() -> None:
    """University of Regina, class notes of SOST 203, "Calculating quintiles, an example": 27,000 to 5,000 is 5.4."""
    assert value("s80s20", [12000, 6000, 4000, 15000, 8000, 4000, 2000, 9000, 5000, 3000]) == pytest.approx(5.4)


def test_the_published_ratio_holds_when_equal_persons_live_in_one_household() -> None:
    """The same example, the two persons of 4,000 in one household: weights count as persons do."""
    incomes, persons = [2000, 3000, 4000, 5000, 6000, 8000, 9000, 12000, 15000], [1, 1, 2, 1, 1, 1, 1, 1, 1]
    assert value("s80s20", incomes, persons) == pytest.approx(5.4)


def test_the_quintile_share_ratio_by_closed_form() -> None:
    assert value("s80s20", list(range(1, 11))) == pytest.approx(19 / 3)


def test_a_household_across_a_quintile_is_divided_by_persons() -> None:
    """Ten persons in five households; a fifth is two persons: 1 person at 10 and 1 of the 3 at 20; at the top 2 of 3 at 50."""
    assert value("s80s20", [10, 20, 30, 40, 50], [1, 3, 2, 1, 3]) == pytest.approx((2 * 50) / (10 + 20))


def test_a_household_weighs_as_many_as_its_members() -> None:
    assert value("gini", [1, 3], [3, 1]) == pytest.approx(value("gini", [1, 1, 1, 3]))
    assert value("fgt1", [50, 200], [3, 1], line=100) == pytest.approx(37.5)


def test_a_missing_income_is_left_out_and_one_below_nothing_counts_as_nothing() -> None:
    assert value("gini", [None, 1, 1]) == pytest.approx(0)
    assert value("gini", [-5, 1]) == value("gini", [0, 1])
