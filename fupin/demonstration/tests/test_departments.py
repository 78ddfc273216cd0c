"""Files of departments that are made up: each is read as it stands, and every rule of its source has something to ask."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from fupin.accounts.scopes import SYSTEM
from fupin.core import clock
from fupin.demonstration import loading
from fupin.policy.sources import sources
from fupin.quality.models import Ticket
from fupin.quality.tests.departments import compared
from fupin.registry import openings
from fupin.synthetic import departments
from fupin.synthetic.make import Order, make_part, prepare
from fupin.synthetic.numbers import AREA

YEAR = 2018
DAY = date(YEAR, 12, 31)
NEVER_FED = {"EXT-009"}
"""Of a made-up register nobody has married in or come back, so nobody has to be in the police register for it."""


@pytest.fixture(scope="module")
def part():
    return make_part(prepare(Order(400, "150522", seed=5, year=YEAR)), 0, YEAR)


def test_there_is_a_file_for_every_source_and_every_number_in_it_is_made_up(part, tmp_path: Path):
    paths = departments.write(part, tmp_path, "xlsx")
    assert {path.stem for path in paths if path.suffix == ".xlsx"} == set(sources()) == set(departments.EXAMPLES)
    assert any(path.suffix == ".txt" for path in paths), "the note that nobody in them exists"
    for path in paths[:-1]:
        sheets = load_workbook(path, read_only=True)
        header, *rows = sheets.worksheets[0].iter_rows(values_only=True)
        assert len(rows) >= 2, path.name
        assert {str(row[header.index("证件号码")])[:4] for row in rows} == {AREA}, path.name
        assert "合成数据" in str([cell for sheet in sheets.worksheets[1:] for cell in sheet.values]), path.name


@pytest.mark.django_db
def test_each_file_is_read_whole_and_asks_by_every_rule_of_its_source(cast, part, tmp_path, settings, monkeypatch):

    settings.DATA_FOLDER = tmp_path
    monkeypatch.setattr(clock, "today", lambda: DAY)
    openings.open_region()
    for ledger, frame in (("households", part.households), ("persons", part.persons), ("income", part.income)):
        loading.import_frame(ledger, frame, on=DAY, by=SYSTEM)
    departments.write(part, tmp_path / "files", "csv")
    for name, one in sources().items():
        file = (tmp_path / "files" / f"{name}.csv").read_bytes()
        made = compared(name, file, by=cast.banner_officer, division=cast.banner, on=DAY)
        assert [text for text in made.remarks if "校验不通过" not in text] == [], name
        assert set(one.rules) - NEVER_FED <= set(Ticket.objects.values_list("rule", flat=True)), name
