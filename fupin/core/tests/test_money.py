from decimal import Decimal

import pytest

from fupin.core.money import NotMoney, per_head, to_fen, to_yuan


@pytest.mark.parametrize(
    ("text", "fen"),
    [("3.10", 310), ("1,234.5", 123450), ("￥ 12", 1200), ("１２．５", 1250), ("-0.01", -1), (Decimal("0.1"), 10)],
)
def test_yuan_are_read_to_the_fen(text, fen):
    assert to_fen(text) == fen


@pytest.mark.parametrize("text", ["", "abc", "1.005", "NaN", "Infinity", 0.1])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(NotMoney):
        to_fen(text)


def test_three_times_ten_fen_are_thirty_fen():
    assert to_yuan(3 * to_fen("0.10")) == Decimal("0.30")


@pytest.mark.parametrize(("fen", "persons", "each"), [(100, 3, 33), (200, 3, 67), (5, 2, 3), (-5, 2, -3)])
def test_a_head_gets_its_share_rounded_half_up_to_a_fen(fen, persons, each):
    assert per_head(fen, persons) == each
