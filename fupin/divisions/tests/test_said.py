"""Reference figures are said in the units that people use."""

from decimal import Decimal

import pytest
from django.utils import translation

from fupin.divisions.lives import said_value


@pytest.mark.parametrize(
    ("value", "language", "said"),
    [
        ("5713000000", "zh-hans", (Decimal("57.13"), "亿元")),
        ("5713000000", "en", (Decimal("5713"), "million yuan")),
        ("100000000", "zh-hans", (Decimal(1), "亿元")),
        ("99999999.99", "zh-hans", (Decimal("99999999.99"), "元")),
        ("-100000000", "zh-hans", (Decimal(-1), "亿元")),
        ("9643", "en", (Decimal(9643), "yuan")),
    ],
)
def test_what_an_economy_makes_is_said_in_a_large_unit_and_an_income_in_yuan(value, language, said):
    with translation.override(language):
        assert said_value(Decimal(value), "yuan") == said


def test_other_units_stay_as_they_are():
    with translation.override("zh-hans"):
        assert said_value(Decimal("300000000"), "person")[0] == Decimal("300000000")
