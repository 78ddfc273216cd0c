"""Signs of made-up figures: published values, honest villages that are left alone, planted fakery that is found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from bench import honest as registers
from bench import signs as bench
from fupin.bulk import steps
from fupin.bulk.steps import DuckSteps
from fupin.divisions.tree import Node
from fupin.quality.signs import chance, changes, copies, digits, judging, laying
from fupin.quality.signs.clues import Clue, Limits, last_deadline
from fupin.quality.signs.looking import limits

LINE, DAY = 320_000, date(2018, 12, 31)
HELD = Limits(LINE, deadline=DAY)
Line = tuple[int, int, int, int]
"""Household, village, officer, income a head in fen."""


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


def test_q_values_are_the_rates_at_which_tests_begin_to_count() -> None:
    chances = [0.001, 0.04, 0.03, 0.9]
    assert chance.adjusted(chances) == pytest.approx([0.004, 0.16 / 3, 0.16 / 3, 0.9])


def test_a_normal_deviate_of_1_96_lies_beyond_in_one_of_twenty() -> None:
    assert chance.normal_beyond(-1.959964) == pytest.approx(0.05, abs=1e-6)


@contextmanager
def laid(
    folder: Path, lines: Iterable[Line], items: dict[int, dict[str, int]] | None = None,
    moved: Iterable[laying.Change] = (),
) -> Iterator[DuckSteps]:  # fmt: skip
    """Households of one banner as the tests read them; villages of one hundred make a township."""
    with steps.duck(folder) as where:
        rows = ", ".join(f"({h}, {v}, {v // 100}, 1, 9, {fen}, 2018, {h}, {o})" for h, v, o, fen in lines)
        names = (
            "household_id, place_id, township_id, banner_id, league_id, per_head_fen, income_year, account_id, author"
        )
        where.table(laying.HOUSEHOLDS, f"SELECT * FROM (VALUES {rows}) v({names})")
        said = [f"({h}, '{item}', {fen})" for h, some in (items or {}).items() for item, fen in some.items()]
        where.table(laying.ITEMS, f"""
            SELECT h.household_id, h.place_id, h.banner_id, h.author, v.item, v.amount_fen
            FROM (VALUES {", ".join(said) or "(0, '', 0)"}) v(household_id, item, amount_fen)
            JOIN {laying.HOUSEHOLDS} h USING (household_id)""")  # fmt: skip
        laying.lay_changes(where, moved)
        yield where


def honest(random: np.random.Generator, village: int, number: int = 120) -> list[Line]:
    """Incomes of a village as they come: log-normal about the line, to the fen."""
    drawn = random.lognormal(np.log(LINE), 0.5, number)
    return [(village * 1000 + nth, village, village, int(fen)) for nth, fen in enumerate(drawn)]


def clues(folder: Path, lines: Iterable[Line], held: Limits = HELD) -> list[Clue]:
    with laid(folder, lines) as where:
        return judging.judge(where, held)


def test_honest_villages_give_no_more_false_clues_than_is_said(tmp_path: Path) -> None:
    for seed in range(3):
        random = np.random.default_rng(seed)
        assert clues(tmp_path, [line for village in range(1, 201) for line in honest(random, village)]) == []


@pytest.mark.parametrize("to", [1_000, 5_000, 10_000, 50_000])
def test_who_rounds_as_people_round_makes_nothing_up(tmp_path: Path, to: int) -> None:
    """Each village rounds in its own way: exactly, or to 10, 50, 100 or 500 yuan."""
    random = np.random.default_rng(to)
    lines = [line for village in range(1, 201) for line in honest(random, village)]
    said = [(h, v, o, (fen + to // 2) // to * to if v % 2 else fen) for h, v, o, fen in lines]
    assert clues(tmp_path, said) == []


def heaped(random: np.random.Generator, fen: int) -> int:
    """Whoever lies up to 400 yuan below the line stands just above it."""
    return LINE + int(random.integers(0, 15_000)) if LINE - 40_000 <= fen < LINE else fen


def eights(random: np.random.Generator, fen: int) -> int:
    """Half of the incomes end in 8."""
    return fen // 1_000 * 1_000 + 800 if random.random() < 0.5 else fen


@pytest.mark.parametrize(("fake", "kind"), [(heaped, "heaping"), (eights, "last_digit")])
def test_planted_fakery_is_found_among_honest_villages(
    tmp_path: Path, fake: Callable[[np.random.Generator, int], int], kind: str
) -> None:
    random = np.random.default_rng(99)
    lines = [line for village in range(1, 201) for line in honest(random, village)]
    lines = [(h, v, o, fake(random, fen) if v > 190 else fen) for h, v, o, fen in lines]
    found = clues(tmp_path, lines)
    assert len({one.group for one in found if one.group > 190 and one.kind == kind and one.by == "village"}) >= 9
    assert {one.group for one in found if one.group > 190 and one.kind == kind and one.by == "officer"} <= set(
        range(191, 201)
    )
    assert len([one for one in found if one.group <= 190]) <= 2


def kinds(folder: Path, lines: Iterable[Line]) -> set[str]:
    return {found.kind for found in clues(folder, lines) if found.by == "village"}


def village(incomes: Iterable[int], number: int = 1) -> list[Line]:
    return [(number * 10_000 + nth, number, number, fen) for nth, fen in enumerate(incomes)]


def test_first_digits_are_tested_only_where_incomes_are_far_apart(tmp_path: Path) -> None:
    spread = [int(10 ** (3 + 3 * nth / 500)) * 100 for nth in range(500)]
    lopsided = [one if str(one)[0] != "1" else int("9" + str(one)[1:]) for one in spread]
    assert kinds(tmp_path, village(spread)) == set()
    assert "first_digit" in kinds(tmp_path, village(lopsided))
    assert "first_digit" not in kinds(tmp_path, village(max(one, 50_000_00) for one in lopsided))


def test_a_village_with_too_few_incomes_is_not_judged(tmp_path: Path) -> None:
    assert kinds(tmp_path, village([LINE + 100] * 49)) == set()
    assert kinds(tmp_path, village([LINE + 500] * 50)) == {"heaping"}
    assert kinds(tmp_path, village([LINE + 200 + 1_000 * nth for nth in range(49)])) == set()
    assert kinds(tmp_path, village([LINE + 200 + 1_000 * nth for nth in range(50)])) == {"heaping", "last_digit"}


def test_where_a_whole_banner_rises_at_the_line_its_villages_are_held_against_the_banner(tmp_path: Path) -> None:
    alone = village([LINE + 1 + nth for nth in range(35)] + [LINE - 101 - nth for nth in range(15)])
    beside = village([LINE + 1 + nth for nth in range(700)] + [LINE - 101 - nth for nth in range(300)], 2)
    assert "heaping" in kinds(tmp_path, alone)
    with laid(tmp_path, alone + beside) as where:
        tested = list(digits.every_test(digits.counted(where, HELD, "village"), HELD, "village"))
    shares = {one.group: one.expected for one in tested if one.kind == "heaping"}
    assert shares[1] == pytest.approx(35)


def test_whole_hundreds_say_nothing_about_heaping(tmp_path: Path) -> None:
    assert kinds(tmp_path, village([LINE] * 60 + [LINE + 10_000] * 60)) == set()


def test_an_officer_is_tested_only_beside_others_who_entered_as_much(tmp_path: Path) -> None:
    above = [(h, v, 7, fen) for h, v, _o, fen in village([LINE + 101] * 60)]
    others = [(h, v, 8, fen) for h, v, _o, fen in village([9 * LINE + nth for nth in range(60)], 2)]
    assert {one.group for one in clues(tmp_path, above) if one.by == "officer"} == set()
    assert {one.group for one in clues(tmp_path, above + others) if one.by == "officer"} >= {7}


def test_the_counts_are_those_of_plain_python(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    lines = honest(random, 11) + honest(random, 212)
    node = Node(id=212, level="village", code="", name="", kind="", parent_id=None)
    with laid(tmp_path, lines) as where:
        one, other = digits.counted(where, HELD, "village")
        inside = digits.counted(where, HELD, "village", node=node)
    fen = [line[3] for line in lines if line[1] == 11]
    near = [one for one in fen if LINE - 20_000 <= one < LINE + 20_000 and one % 10_000]
    assert (one.near, one.above) == (len(near), sum(one >= LINE for one in near))
    amounts = {each // 100 for each in fen}
    assert one.last == tuple(sum(each % 10 == digit for each in amounts) for digit in (1, 2, 3, 4, 6, 7, 8, 9))
    assert one.low_fen == sorted(fen)[-(-len(fen) // 20) - 1] < one.high_fen == sorted(fen)[-(-19 * len(fen) // 20) - 1]
    assert one.first == tuple(sum(str(each)[0] == str(digit) for each in fen) for digit in range(1, 10))
    middle = (one.near + other.near) / 2
    weighed = min(1, middle / other.near)
    assert (one.rest_incomes, one.rest_near) == (other.incomes, pytest.approx(other.near * weighed))
    assert one.rest_above == pytest.approx(other.above * weighed)
    assert inside == [other]


def test_villages_that_heap_do_not_become_the_measure_of_each_other(tmp_path: Path) -> None:
    """Ten villages of forty heap, and hardly anybody else lies near the line."""
    few = [LINE + 101, LINE - 101, LINE - 102] + [9 * LINE + nth for nth in range(60)]
    many = [LINE + 101 + nth for nth in range(30)] + [9 * LINE + nth for nth in range(60)]
    lines = [line for one in range(1, 41) for line in village(many if one <= 10 else few, one)]
    found = {one.group for one in clues(tmp_path, lines) if one.kind == "heaping" and one.by == "village"}
    assert found == set(range(1, 11))


def accounts(random: np.random.Generator, lines: Iterable[Line]) -> dict[int, dict[str, int]]:
    """Five items of each household, some of them the same for many."""
    return {
        line[0]: {
            "a1": int(random.integers(5_000, 40_000)) * 100, "b2": int(random.integers(3_000, 60_000)) * 100,
            "e2": int(random.integers(1_000, 20_000)) * 100, "d4": int(random.choice([126_000, 252_000])),
            "c1": 300_000,
        }
        for line in lines
    }  # fmt: skip


def banner(villages: int = 20) -> tuple[np.random.Generator, list[Line], dict[int, dict[str, int]]]:
    random = np.random.default_rng(5)
    lines = [line for one in range(1, villages + 1) for line in honest(random, one, 60)]
    return random, lines, accounts(random, lines)


def test_households_that_carry_the_items_of_others_are_found_pair_by_pair(tmp_path: Path) -> None:
    _random, lines, items = banner()
    for nth in range(6):
        items[3000 + nth] = dict(items[3030 + nth])
        items[3000 + nth]["e2"] += 500 * (nth % 2)
    with laid(tmp_path, lines, items) as where:
        (of_village, of_officer) = [one for one in judging.judge(where, HELD) if one.kind == "copied"]
        behind = judging.behind(where, of_village, HELD, 50)
    assert (of_village.by, of_village.group, of_village.observed) == ("village", 3, 6)
    assert (of_officer.by, of_officer.group) == ("officer", 3)
    assert [(one, other) for one, other, _fen in behind] == [(3000 + nth, 3030 + nth) for nth in range(6)]


def test_households_of_different_villages_that_are_alike_are_no_sign(tmp_path: Path) -> None:
    _random, lines, items = banner()
    for nth in range(1, 11):
        items[nth * 1000] = dict(items[(nth + 10) * 1000])
    with laid(tmp_path, lines, items) as where:
        copies.pair_up(where, HELD)
        assert len(where.rows(f"SELECT * FROM {copies.PAIRS}")) == 10
        assert [one for one in judging.judge(where, HELD) if one.kind == "copied"] == []


def test_what_many_households_have_alike_tells_nothing(tmp_path: Path) -> None:
    """A village that lives on the same land a head and the same subsidies copies nothing."""
    _random, lines, items = banner()
    for nth in range(60):
        items[4000 + nth] = {"b1": 960_000 + nth % 4 * 320_000, "e1": 280_000 + nth % 4 * 90_000,
                             "d6": 80_000 + nth % 4 * 20_000, "d5": 55_000 + nth % 4 * 15_000}  # fmt: skip
    with laid(tmp_path, lines, items) as where:
        assert [one for one in judging.judge(where, HELD) if one.kind == "copied"] == []


def test_the_chance_of_a_pair_inside_a_group_is_that_of_counting_pairs() -> None:
    inside = [(a, b) for a in range(5) for b in range(a)]
    touching = [(a, b) for a in range(20) for b in range(a) if b < 5]
    assert copies.inside_by_chance(5, 20) == pytest.approx(len(inside) / len(touching))
    assert copies.inside_by_chance(1, 1) == 0


def moved(place: int, late: int, rises: int, days: int = 2, officer: int = 0) -> list[laying.Change]:
    return [(place * 1000 + nth, officer or place, DAY - timedelta(days=days), nth < rises) for nth in range(late)]


def rises_of(folder: Path, some: list[laying.Change]) -> dict[tuple[str, int], float]:
    _random, lines, _items = banner()
    with laid(folder, lines, moved=some) as where:
        return {(one.by, one.group): one.expected for one in judging.judge(where, HELD) if one.kind == "late_rises"}


def test_rises_that_crowd_before_the_deadline_are_found(tmp_path: Path) -> None:
    others = [one for place in range(2, 20) for one in moved(place, 12, 6)]
    found = rises_of(tmp_path, others + moved(1, 30, 28) + moved(1, 40, 20, days=60))
    assert set(found) == {("village", 1), ("officer", 1)}


def test_many_changes_before_the_deadline_are_no_sign_as_long_as_they_go_both_ways(tmp_path: Path) -> None:
    assert rises_of(tmp_path, moved(1, 60, 32) + moved(1, 20, 10, days=60) + moved(2, 12, 6)) == {}


def test_rises_that_the_whole_banner_has_in_those_days_are_no_sign(tmp_path: Path) -> None:
    """A new rate of a pension raises everybody's income in December."""
    before = [one for place in range(1, 20) for one in moved(place, 20, 10, days=60)]
    assert rises_of(tmp_path, before + [one for place in range(1, 20) for one in moved(place, 30, 28)]) == {}


def test_the_last_days_are_those_up_to_the_deadline_and_no_others(tmp_path: Path) -> None:
    for days, is_found in ((9, True), (10, False)):
        some = moved(1, 40, 40, days=days) + moved(1, 40, 4, days=40) + moved(2, 40, 4) + moved(2, 40, 4, days=40)
        assert bool(rises_of(tmp_path, some)) is is_found


def test_incomes_unlike_those_that_others_entered_in_the_same_villages_are_found(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    lines = [line for place in range(1, 9) for line in honest(random, place, 80)]
    shared = [(h, v, 7 if h % 3 == 0 else 8 + v, fen * 13 // 10 if h % 3 == 0 else fen) for h, v, _o, fen in lines]
    found = {one.group: one for one in clues(tmp_path, shared) if one.kind == "level"}
    assert found[7].observed > 0.6
    poorer = [(h, v, v, fen // (1 + v % 2)) for h, v, _o, fen in lines]
    assert [one for one in clues(tmp_path, poorer) if one.kind == "level"] == [], "villages differ, officers need not"


@pytest.mark.parametrize(
    ("detail", "gain"),
    [({"net_fen": [None, 500]}, None), ({"net_fen": [500, 500]}, None), ({"net_fen": [500, 800]}, 300),
     ({"changed": {"a1": ["100", "900"], "e1": ["", "300"]}}, 500), ({"changed": {"counted_persons": ["3", "4"]}}, None),
     ({"year": 2018}, None)],
)  # fmt: skip
def test_the_trail_tells_by_how_much_an_income_was_raised(detail: dict[str, object], gain: int | None) -> None:
    assert changes.gained(detail, {"a1": 1, "e1": -1}) == gain


@pytest.mark.parametrize(
    ("said", "on", "day"),
    [("12-31", date(2019, 1, 1), date(2018, 12, 31)), ("12-31", date(2018, 12, 31), date(2017, 12, 31)),
     ("02-30", date(2020, 3, 1), date(2020, 2, 29)), ("10-31", date(2018, 11, 1), date(2018, 10, 31))],
)  # fmt: skip
def test_the_deadline_that_is_looked_at_is_over(said: str, on: date, day: date) -> None:
    assert last_deadline(said, on) == day


def test_the_limits_of_a_run_are_parameters_of_the_day(db: None) -> None:
    held = limits(date(2018, 12, 31))
    assert held.line_fen is not None
    assert held == Limits(held.line_fen, 20_000, 50, 0.05, 100, 10_000, 4, 16, 10, 10, date(2017, 12, 31))


def test_a_clue_carries_the_numbers_behind_it(tmp_path: Path) -> None:
    (first, *_) = clues(tmp_path, village([LINE + 100] * 60))
    assert (first.kind, first.by, first.group, first.division, first.counts) == ("heaping", "village", 1, 1, (0, 60))
    assert (first.observed, first.expected, first.chance) == (60, 30, pytest.approx(0.5**60))


def test_a_made_up_banner_gives_no_false_clue_and_its_planted_villages_are_found(tmp_path: Path) -> None:
    """One run of the calibration in docs/algorithms/signs.md: `python -m bench.signs`."""
    register = registers.rounded(registers.made(12_000, 1), 1)
    assert bench.looked_at(register, tmp_path) == []
    places = bench.large(register, "place_id", np.random.default_rng(1))
    bench.copied(register, places, np.random.default_rng(2))
    found = {one.group for one in bench.looked_at(register, tmp_path) if one.kind == "copied" and one.by == "village"}
    assert len(found & set(places)) >= 0.9 * len(places)
    # On average 5 % of the clues may be false: of ten or eleven one, now and then, and never two of one run like this.
    assert len(found - set(places)) <= 1
