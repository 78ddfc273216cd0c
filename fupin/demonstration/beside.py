"""The process in which a story is made up while the database is built and its opening goes in."""

from __future__ import annotations

import polars as pl

from fupin.demonstration.story import Begun, Story, begin, go_on
from fupin.synthetic.make import Order

_begun: list[Begun] = []
"""The story that this process tells."""


def opening(asked: Order) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Begin the story; the households and persons of the first entry."""
    _begun[:] = [begin(asked)]
    return _begun[0].story.opening


def whole() -> Story:
    """Go on to the end."""
    return go_on(_begun.pop())
