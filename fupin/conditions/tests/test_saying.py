"""A condition in the words of the screen: what stands beside a field is said as a value of that field."""

from datetime import date

import pytest

from fupin.conditions.parsing import parse
from fupin.conditions.saying import say_node
from fupin.conditions.sqltext import Circumstance
from fupin.conditions.tests.made_dataset import boxes


@pytest.mark.parametrize(("text", "said"), [
    ("price_fen > 250000", "价格 > 2500.00 元"),
    ("coalesce(cause, '02') = '01'", "主要致贫原因（空按 因残） = 因病"),
    ("coalesce(cause, '02') in ('01', '02')", "主要致贫原因（空按 因残） 属于 因病、因残"),
    ("coalesce(price_fen, 100) < 250000", "价格（空按 1.00 元） < 2500.00 元"),
    ("price_fen - a > 250000", "价格 − 甲 > 2500.00 元"),
    ("price_fen * 2 > 250000", "价格 × 2 > 2500.00 元"),
    ("price_fen / a > 250000", "价格 ÷ 甲 > 2500.00 元"),
    ("price_fen / price_fen > 3", "价格 ÷ 价格 > 3"),
    ("abs(price_fen) between 100 and 200", "价格 的绝对值 在 1.00 元 与 2.00 元 之间"),
    ("a > 250000", "甲 > 250000"),
    ("max(members, size) > 3", "家庭成员 大小 最大值 > 3"),
])  # fmt: skip
def test_a_value_is_said_as_what_it_stands_beside(text, said):
    with boxes() as dataset:
        assert say_node(parse(text, dataset).root, Circumstance(date(2018, 12, 31), {})) == said
