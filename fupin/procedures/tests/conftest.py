"""What the tests of procedures begin with: a board, and a poor household with its case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from fupin.core import clock
from fupin.procedures import publicity
from fupin.procedures.tests import cases
from fupin.registry.models import Household


@pytest.fixture(autouse=True)
def board() -> Iterator[cases.Board]:
    """A board of the test's own."""
    made = cases.Board()
    before = cases.hang_on(made)
    yield made
    publicity.use(before)


@pytest.fixture
def household(cast: Any) -> Household:
    return cases.poor(cast.village, by=cast.village_officer)


@pytest.fixture
def case(cast: Any, household: Household) -> int:
    return cases.led(cast, household)


@pytest.fixture
def it_is(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """`it_is(day)`: the office's today from now on."""
    return lambda day: monkeypatch.setattr(clock, "today", lambda: day)
