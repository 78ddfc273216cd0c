"""Exits by program: the list of the year of a village, a household listed, its standards read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fupin.api.tests.calls import Program
from fupin.core import clock
from fupin.procedures.tests import exits
from fupin.procedures.tests.exits import BEGAN
from tests.cast import PLACES

VILLAGE = PLACES["village"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _of_2018(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_FOLDER = tmp_path
    monkeypatch.setattr(clock, "today", lambda: BEGAN)


def test_a_program_reads_the_list_and_lists_a_household(cast):
    household = exits.registered(cast)
    program = Program(cast.village_officer)
    (one,) = program.ask("GET", f"/exit-candidates?village={VILLAGE}").json()
    assert (one["household"], one["outcome"], one["per_head"], one["line"]) == (
        household.number,
        "met",
        "6000.00",
        "3535.00",
    )
    made = program.ask("POST", "/cases", {"procedure": "exit", "household": household.number, "kind": "exit"}).json()
    told = program.ask("GET", f"/cases/{made['id']}/exit-standards").json()
    assert (told["year"], told["is_kept"], told["held"]) == (2018, False, [])
    assert len(told["parts"]) == 7
    assert "产业帮扶" in told["continued_measures"]
