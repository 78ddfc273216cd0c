"""Signs of made-up figures: published values, honest villages that are left alone, planted fakery that is found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from fupin.bulk import steps
from fupin.divisions.tree import Node
from fupin.quality.signs import chance
from fupin.quality.signs.looking import Limits, Sign, Village, counted, judge, limits

LINE = 320_000
HELD = Limits(LINE, 20_000, 50, 0.05, 100)
VILLAGES, HOUSEHOLDS = 400, 120


@pytest.mark.parametrize(
    ("statistic", "degrees", "beyond"),
    [(3.841, 1, 0.05), (16.919, 9, 0.05), (21.666, 9, 0.01), (15.507, 8, 0.05), (2.733, 8, 0.95), (0, 9, 1.0)],
)
def test_the_chance_of_a_chi_square_is_that_of_the_printed_table(statistic: float, degrees: int, beyond: float) -> None:
    assert chance.chi_square_beyond(statistic, degrees) == pytest.approx(beyond, abs=5e-5)


@pytest.mark.parametrize(
    ("successes", "trials", "share", "likely"),
    [(8, 10, 0.5, 56 / 1024), (10, 10, 0.5, 1 / 1024), (0, 10, 0.5, 1.0), (3, 3, 0.25, 1 / 64), (1, 5, 0.0, 0.0)],
)
def test_a_binomial_chance_is_exact(successes: int, trials: int, share: float, likely: float) -> None:
    assert chance.at_least(successes, trials, share) == pytest.approx(likely, rel=1e-9)


def test_benfords_shares_are_those_that_he_printed() -> None:
    assert [round(share, 3) for share in chance.BENFORD] == [
        0.301,
        0.176,
        0.125,
        0.097,
        0.079,
        0.067,
        0.058,
        0.051,
        0.046,
    ]


@pytest.mark.parametrize(
    ("deviation", "band"),
    [(0.006, "close"), (0.0061, "acceptable"), (0.012, "acceptable"), (0.015, "marginal"), (0.0151, "none")],
)
def test_the_bands_of_conformity_are_nigrinis(deviation: float, band: str) -> None:
    assert chance.conformity(deviation) == band


def test_the_worked_example_of_benjamini_and_hochberg_finds_its_four() -> None:
    chances = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
               0.7590, 1.0]  # fmt: skip
    assert chance.discoveries(chances, 0.05) == [True] * 4 + [False] * 11
    assert chance.discoveries([], 0.05) == []


def village(number: int, incomes: Sequence[int]) -> Village:
    """What is counted of incomes in fen, in plain Python."""
    near = [one for one in incomes if LINE - HELD.band_fen <= one < LINE + HELD.band_fen]
    yuan = [one // 100 for one in incomes]
    return Village(
        number, len(incomes), sum(one >= LINE for one in near), len(near), 0, 0,
        tuple(sum(one % 10 == digit for one in yuan) for digit in range(10)),
        tuple(sum(str(one)[0] == str(digit) for one in yuan) for digit in range(1, 10)), min(incomes), max(incomes),
    )  # fmt: skip


def honest(random: np.random.Generator) -> list[int]:
    """Incomes of a village as they come: log-normal about the line, to the fen."""
    return [int(one) for one in random.lognormal(np.log(LINE), 0.5, HOUSEHOLDS)]


def honest_villages(seed: int) -> list[Village]:
    random = np.random.default_rng(seed)
    return [village(number, honest(random)) for number in range(VILLAGES)]


def test_honest_villages_give_no_more_false_clues_than_is_said() -> None:
    runs = [judge(honest_villages(seed), HELD) for seed in range(8)]
    assert sum(map(bool, runs)) <= 2, "of eight runs without any fakery hardly one may raise a clue at a rate of 5%"
    assert sum(map(len, runs)) / (8 * VILLAGES) < 0.001


def heaped(random: np.random.Generator) -> list[int]:
    """Whoever lies up to 400 yuan below the line stands just above it."""
    return [LINE + int(random.integers(0, 15_000)) if LINE - 40_000 <= one < LINE else one for one in honest(random)]


def rounded(random: np.random.Generator) -> list[int]:
    """Half of the incomes end in 0 or 8."""
    return [
        one // 1000 * 1000 + int(random.choice([0, 800])) if nth % 2 else one for nth, one in enumerate(honest(random))
    ]


@pytest.mark.parametrize(("fake", "kind"), [(heaped, "heaping"), (rounded, "last_digit")])
def test_planted_fakery_is_found_among_honest_villages(fake: object, kind: str) -> None:
    random = np.random.default_rng(99)
    planted = [village(VILLAGES + number, fake(random)) for number in range(20)]  # type: ignore[operator]
    found = judge(honest_villages(7) + planted, HELD)
    true = {one.village for one in found if one.village >= VILLAGES and one.kind == kind}
    false = [one for one in found if one.village < VILLAGES]
    assert len(true) >= 18
    assert len(false) <= 3


def test_first_digits_are_tested_only_where_incomes_are_far_apart() -> None:
    spread = [int(10 ** (3 + 3 * nth / 500)) * 100 for nth in range(500)]
    lopsided = [one if str(one)[0] != "1" else int("9" + str(one)[1:]) for one in spread]
    assert kinds(village(1, spread)) == set()
    assert kinds(village(1, lopsided)) >= {"first_digit"}
    assert "first_digit" not in kinds(village(1, [max(one, 50_000_00) for one in lopsided]))


def kinds(one: Village) -> set[str]:
    return {found.kind for found in judge([one], HELD)}


def test_a_village_with_too_few_incomes_is_not_judged() -> None:
    assert judge([village(1, [LINE + 100] * 49)], HELD) == []
    assert {one.kind for one in judge([village(1, [LINE + 100] * 50)], HELD)} >= {"heaping", "last_digit"}


def test_where_a_whole_banner_rises_at_the_line_its_villages_are_held_against_the_banner() -> None:
    alone = village(1, [LINE + nth for nth in range(35)] + [LINE - 100 - nth for nth in range(15)])
    beside = Village(
        **{**{name: getattr(alone, name) for name in Village.__slots__}, "rest_above": 700, "rest_near": 1000}
    )
    assert "heaping" in kinds(alone)
    assert "heaping" not in kinds(beside)


def test_the_counts_of_the_extract_are_those_of_plain_python(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    incomes = {number: honest(random) for number in (11, 12)}
    with steps.duck(tmp_path) as where:
        rows = ", ".join(f"({number}, 2, {one})" for number, some in incomes.items() for one in some)
        where.table(
            "made",
            f"SELECT *, 1 AS township_id, 3 AS league_id FROM (VALUES {rows}) v(place_id, banner_id, per_head_fen)",
        )
        found = counted("made", where, HELD)
        inside = counted(
            "made", where, HELD, node=Node(id=12, level="village", code="", name="", kind="", parent_id=None)
        )
    for one, other in zip(found, reversed(found), strict=True):
        plain = village(one.village, incomes[one.village])
        assert (one.above, one.near, one.last, one.first) == (plain.above, plain.near, plain.last, plain.first)
        assert (one.rest_above, one.rest_near) == (other.above, other.near)
    assert [one.village for one in inside] == [12]


def test_the_limits_of_a_run_are_parameters_of_the_day(db: None) -> None:
    held = limits(date(2018, 12, 31))
    assert (held.band_fen, held.least_incomes, held.rate, held.least_ratio) == (20_000, 50, 0.05, 100)
    assert held.line_fen is not None


def test_a_clue_carries_the_numbers_behind_it() -> None:
    (first, *_) = judge([village(1, [LINE + 100] * 60)], HELD)
    assert first == Sign("heaping", 1, 1.0, pytest.approx(0.5**60), (60, 0), 0.05)
