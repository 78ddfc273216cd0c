"""The stated rates of the signs: honest groups are not flagged more often than is said, whatever their villages are like."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from bench import honest as registers
from bench import sign_photos as photos
from bench import signs as bench
from fupin.quality.signs import chance, digits, laying, levels, pictures, rises
from fupin.quality.signs.clues import Clue
from fupin.quality.signs.digits import Counted
from fupin.quality.tests.test_signs import DAY, HELD, honest, kinds, laid, village

RANDOM = np.random.default_rng


def err_no_more_than_stated(tests: Iterable[Clue], kind: str, at_least: int) -> None:
    """The chance of honest groups falls below 5 % and 1 % in no more than as many tests, but for what chance allows."""
    found = [one.chance for one in tests if one.kind == kind]
    assert len(found) >= at_least
    for rate in (0.05, 0.01):
        allowed = rate + 3 * sqrt(rate * (1 - rate) / len(found))
        assert sum(one <= rate for one in found) / len(found) <= allowed, (kind, rate)


def group(nth: int, *, sides: tuple[int, int] = (0, 0), rest: tuple[float, float] = (0, 0), low: int = 100,
          high: int = 100, last: Iterable[int] = (), first: Iterable[int] = ()) -> Counted:  # fmt: skip
    """A village as the tests have counted it: above the line and near it, the same of the others, digits."""
    return Counted(nth, nth, 120, *sides, 1000, *rest, low, high, tuple(last) or (0,) * 8, tuple(first) or (0,) * 9)


@pytest.mark.parametrize("rising", [0.5, 0.7])
@pytest.mark.parametrize("others", [40, 4_000])
def test_honest_villages_at_the_line_are_not_flagged_more_often_than_stated(rising: float, others: int) -> None:
    """Neither where as many stand above as below, nor where all of the banner rises there and few others are there to tell."""
    random = RANDOM([others, int(10 * rising)])
    made = [
        group(nth, sides=(int(random.binomial(60, rising)), 60), rest=(int(random.binomial(others, rising)), others))
        for nth in range(2_000)
    ]
    err_no_more_than_stated(digits.every_test(made, HELD, "village"), "heaping", 2_000)


def test_even_last_digits_are_not_flagged_more_often_than_stated() -> None:
    random = RANDOM(1)
    made = [group(nth, last=random.multinomial(80, [1 / 8] * 8).tolist()) for nth in range(2_000)]
    err_no_more_than_stated(digits.every_test(made, HELD, "village"), "last_digit", 2_000)


def test_first_digits_of_incomes_far_apart_are_not_flagged_more_often_than_stated() -> None:
    random, made = RANDOM(2), []
    for nth in range(2_000):
        yuan = random.lognormal(8, 1.6, 300).astype(int) + 1
        low, high = (int(one) for one in np.quantile(yuan, [0.05, 0.95]))
        first = np.bincount([int(str(one)[0]) for one in yuan], minlength=10)[1:]
        made.append(group(nth, low=low, high=high, first=first.tolist()))
    err_no_more_than_stated(digits.every_test(made, HELD, "village"), "first_digit", 1_500)


def test_one_slip_of_the_keyboard_does_not_make_first_digits_tell(tmp_path: Path) -> None:
    """Incomes of a village begin with 2, 3 and 4, as they do; one more is a yuan, and one has three noughts too many."""
    ordinary = [200_000 + 1_703 * nth for nth in range(150)]
    assert "first_digit" not in kinds(tmp_path, village([100, *ordinary, 300_000_000]))


def test_one_fixed_sum_that_many_are_paid_is_one_amount(tmp_path: Path) -> None:
    """Half of a village lives on the same 4,137 yuan; in another as many incomes end in 7, each of them another sum."""
    others = [900_000 + 1_300 * nth for nth in range(70)]
    assert kinds(tmp_path, village([413_700] * 60 + others)) == set()
    assert kinds(tmp_path, village([413_700 + 1_000 * nth for nth in range(60)] + others)) == {"last_digit"}


def moved(place: int, late: tuple[int, int], other: tuple[int, int]) -> list[laying.Change]:
    """Changes of a village, rises among them: in the last days, and at other times."""
    times = ((late, 2), (other, 90))
    return [
        (place * 1000 + nth, place, DAY - timedelta(days=days), nth < up)
        for (number, up), days in times
        for nth in range(number)
    ]


def late(folder: Path, changes: list[laying.Change], villages: int) -> list[Clue]:
    random = RANDOM(5)
    lines = [line for one in range(1, villages + 1) for line in honest(random, one, 60)]
    with laid(folder, lines, moved=changes) as where:
        return list(rises.every_test(where, HELD, "village"))


def test_villages_that_raise_more_all_the_year_are_not_flagged_more_often_than_stated(tmp_path: Path) -> None:
    random, changes = RANDOM(6), []
    for place in range(1, 501):
        share = 0.1 if place % 5 < 2 else 0.8
        changes += moved(place, (25, int(random.binomial(25, share))), (15, int(random.binomial(15, share))))
    err_no_more_than_stated(late(tmp_path, changes, 500), "late_rises", 500)


def test_who_changes_in_december_alone_makes_no_jump(tmp_path: Path) -> None:
    beside = [one for place in (2, 3) for one in moved(place, (30, 12), (0, 0))]
    assert late(tmp_path, moved(1, (30, 30), (9, 0)) + beside, 3) == []
    (only,) = late(tmp_path, moved(1, (30, 30), (10, 6)) + beside, 3)
    assert (only.group, only.expected) == (1, pytest.approx(18))
    assert only.chance == pytest.approx(chance.more_than_others(30, 30, 6, 10))


def test_officers_who_share_villages_by_chance_are_not_flagged_more_often_than_stated(tmp_path: Path) -> None:
    random = RANDOM(7)
    lines = [
        (h, v, 2 * v + int(random.integers(2)), fen) for v in range(1, 161) for h, _v, _o, fen in honest(random, v)
    ]
    with laid(tmp_path, lines) as where:
        tests = list(levels.every_test(where, HELD))
    # Of two who share a village one stands as far above as the other below: they are one test.
    err_no_more_than_stated([one for one in tests if one.group % 2], "level", 100)


def test_a_banner_whose_villages_differ_raises_no_clue(tmp_path: Path) -> None:
    register = registers.about_the_line(registers.made(12_000, 2), 2)
    assert bench.looked_at(register, tmp_path) == []


def test_villages_whose_incomes_begin_with_high_digits_are_found_where_incomes_are_far_apart(tmp_path: Path) -> None:
    register = registers.far_apart(registers.made(12_000, 2), 2)
    assert bench.looked_at(register, tmp_path) == []
    places = bench.large(register, "place_id", RANDOM(1))
    bench.invented(register, places, RANDOM(2))
    found = {
        one.group for one in bench.looked_at(register, tmp_path) if one.kind == "first_digit" and one.by == "village"
    }
    assert len(found & set(places)) >= 0.9 * len(places) > 0
    assert len(found - set(places)) <= 1


@pytest.mark.parametrize(("given", "likely"), [((3, 4, 1, 4), 17 / 70), ((4, 4, 0, 4), 1 / 70), ((0, 4, 4, 4), 1.0)])
def test_the_chance_beside_others_is_that_of_the_lady_tasting_tea(given: tuple[int, ...], likely: float) -> None:
    assert chance.more_than_others(*given) == pytest.approx(likely)


def test_few_others_tell_less_than_many_and_none_tell_nothing() -> None:
    assert (
        chance.more_than_others(18, 20, 5, 10)
        > chance.more_than_others(18, 20, 500, 1_000)
        > chance.at_least(18, 20, 0.5)
    )
    assert chance.more_than_others(20, 20, 0, 0) == 1.0


@pytest.mark.parametrize(("counted", "low", "high"), [((0, 10), 0, 0.2775), ((5, 100), 0.0215, 0.1118), ((0, 0), 0, 1)])
def test_the_intervals_of_the_calibration_are_wilsons(counted: tuple[int, int], low: float, high: float) -> None:
    assert registers.within(*counted) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_different_photos_are_not_as_near_more_often_than_stated() -> None:
    run = photos.taken(500, 1)
    counts, spread = photos.distances(run.prints), pictures.spread_of(run.prints)
    for apart in (7, 14):
        stated = spread.by_chance(apart) * counts.sum()
        assert counts[: apart + 1].sum() <= stated + 3 * sqrt(stated) + 3, apart
    assert photos.clues(run.prints) == set()


def test_photos_handed_in_again_are_found_among_hundreds() -> None:
    again, pairs = photos.reused(photos.taken(300, 2), 2)
    found = photos.clues(again)
    assert len(found & pairs) >= 0.8 * len(pairs)
    # On average one of twenty may be false: a pair of different photos, and with it the copy of one of them.
    assert len(found - pairs) <= 2


def test_every_sign_says_what_its_rate_stands_on() -> None:
    from fupin.quality.signs.words import KINDS, STANDS_ON

    assert set(STANDS_ON) == set(KINDS)
