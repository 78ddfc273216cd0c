"""A small dataset of the tests: boxes with their things, one field of every type."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fupin.bulk.datasets import Dataset, Field, Members, Type, declared

THINGS = Dataset(
    "test_things", "物", "things",
    (Field("thing", "物", Type.INTEGER), Field("box", "箱", Type.INTEGER), Field("size", "大小", Type.INTEGER),
     Field("weight", "重量", Type.DECIMAL), Field("bought_on", "购入日期", Type.DATE), Field("is_new", "新", Type.BOOLEAN),
     Field("colour", "颜色", Type.TEXT)),
    "SELECT 1", key="thing",
)  # fmt: skip
BOXES = Dataset(
    "test_boxes", "箱", "boxes",
    (Field("box", "箱", Type.INTEGER), Field("a", "甲", Type.INTEGER), Field("b", "乙", Type.INTEGER),
     Field("price_fen", "价格", Type.MONEY, unit="yuan"), Field("x", "长", Type.DECIMAL), Field("y", "宽", Type.DECIMAL),
     Field("name", "名称", Type.TEXT), Field("cause", "主要致贫原因", Type.CODE, codes="main_cause"), Field("marks", "标记", Type.CODES),
     Field("is_open", "敞开", Type.BOOLEAN), Field("made_on", "制成日期", Type.DATE), Field("sold_on", "售出日期", Type.DATE),
     Field("previous.a", "上年甲", Type.INTEGER)),
    "SELECT 1", key="box", members={"members": Members("test_things", "box", "box")},
)  # fmt: skip


@contextmanager
def boxes() -> Iterator[Dataset]:
    """The dataset of boxes, declared for the time of a test."""
    declared.declare(datasets=[THINGS, BOXES])
    try:
        yield BOXES
    finally:
        del declared.datasets["test_things"], declared.datasets["test_boxes"]
