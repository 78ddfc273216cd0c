"""What rules hold a village against: the sheet of the year, the count of the register, the day of its exit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fupin.bulk import taking
from fupin.bulk.extracts import Extract
from fupin.core import audit
from fupin.divisions.models import Designation, Division, ReferenceFigure, VillageYear
from fupin.registry.tests.made_register import MadeRegister

ON = date(2018, 12, 31)
COUNTS = ("listed_households", "listed_persons", "registered_persons", "labour_persons", "farmland_mu", "hard_water_households",
          "unsafe_house_households")  # fmt: skip


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def made(db: None) -> MadeRegister:
    """In the first village a registered pair and one who has exited, beside a household that was struck off; one in the second."""
    made = MadeRegister()
    here, there = made.villages_of("150522", 2)
    able, unable = {"labour": "01"}, {"labour": "04"}
    made.add("a-", here, [able, unable], cultivated_mu=Decimal("10.55"), is_water_difficult=True)
    made.add("b-", here, [able], status="05", cultivated_mu=Decimal("0.45"), is_house_dangerous=True)
    made.add("c-", here, [able], status="99", cultivated_mu=Decimal("4.00"))
    made.add("d-", there, [able])
    return made


def villages(made: MadeRegister) -> list[Division]:
    return made.villages_of("150522", 2)


def shown(extract: Extract, division: Division, *fields: str, on: date = ON) -> tuple[Any, ...]:
    columns = ", ".join(f'"{one}"' for one in fields)
    with extract.reading() as cursor:
        relation = extract.relation("divisions", on)
        return cursor.execute(f"SELECT {columns} FROM {relation} WHERE division_id = {division.pk}").fetchall()[0]


def sheet(division: Division, year: int, **said: Any) -> VillageYear:
    row = VillageYear.objects.create(division=division, year=year, **said)
    audit.record(by=None, act="villages.create", subject=f"villages:{row.pk}", division=division.pk)
    return row


def test_a_village_counts_its_households_and_those_above_add_them_up(made: MadeRegister) -> None:
    here, there = villages(made)
    banner = Division.objects.get(facts__code__startswith="150522", level="banner", facts__valid_to=None)
    extract = taking.take()
    assert shown(extract, here, *COUNTS) == (2, 3, 2, 3, 15.0, 1, 1)
    assert shown(extract, there, *COUNTS) == (1, 1, 1, 1, 0.0, 0, 0)
    assert shown(extract, banner, *COUNTS) == (3, 4, 3, 4, 15.0, 1, 1)


def test_the_newest_sheet_that_is_not_of_a_later_year_counts_with_the_income_of_the_year_before_it(
    made: MadeRegister,
) -> None:
    here, there = villages(made)
    for year, income in ((2015, 100), (2017, 300), (2018, 400), (2019, 500)):
        sheet(here, year, persons=year - 2000, collective_income_fen=income)
    fields = ("sheet.year", "sheet.persons", "sheet.collective_income_fen", "sheet.previous_collective_income_fen")
    extract = taking.take()
    assert shown(extract, here, *fields) == (2018, 18, 400, 300)
    assert shown(extract, here, *fields, on=date(2017, 6, 30)) == (2017, 17, 300, None)
    assert shown(extract, there, *fields) == (None, None, None, None)


def test_a_sheet_that_was_entered_mended_or_removed_is_seen_at_once(made: MadeRegister) -> None:
    here, _there = villages(made)
    assert shown(taking.take(), here, "sheet.persons") == (None,)
    row = sheet(here, 2018, persons=10)
    assert shown(taking.current(), here, "sheet.persons") == (10,)
    VillageYear.objects.filter(pk=row.pk).update(persons=11)
    audit.record(by=None, act="villages.update", subject=f"villages:{row.pk}", division=here.pk)
    extract = taking.current()
    assert shown(extract, here, "sheet.persons") == (11,)
    assert extract.changed["village_year"] == 1
    audit.record(by=None, act="villages.remove", subject=f"villages:{row.pk}", division=here.pk)
    row.delete()
    assert shown(taking.current(), here, "sheet.persons") == (None,)


@pytest.mark.parametrize(("kinds", "exited"), [
    ([("poverty_village", date(2018, 12, 31))], date(2018, 12, 31)), ([("poverty_village", date(2019, 1, 1))], None),
    ([("poverty_village", None)], None), ([("pastoral", date(2017, 1, 1))], None),
    ([("deep_poverty_village", date(2016, 5, 1)), ("poverty_village", date(2017, 5, 1))], date(2017, 5, 1)),
    ([("deep_poverty_village", date(2016, 5, 1)), ("poverty_village", None)], None),
])  # fmt: skip
def test_a_village_has_exited_when_its_designation_has_ended(
    made: MadeRegister, kinds: list[tuple[str, date | None]], exited: date | None
) -> None:
    here, _there = villages(made)
    for kind, until in kinds:
        Designation.objects.create(division=here, kind=kind, valid_from=date(2014, 1, 1), valid_to=until)
    assert shown(taking.take(), here, "exited_on") == (exited,)


@pytest.mark.parametrize(("period", "value"), [
    ("2018", 500), ("2017-12-31", 500), ("2016", None), ("2019", None), ("2014/2018", None), ("2018-Q1/Q3", None),
])  # fmt: skip
def test_the_rural_population_is_that_of_the_year_or_the_one_before(
    made: MadeRegister, period: str, value: int | None
) -> None:
    here, _there = villages(made)
    ReferenceFigure.objects.create(
        division=here, indicator="rural_registered_population", period=period, value=500, unit="person", source="年鉴"
    )
    ReferenceFigure.objects.create(
        division=here, indicator="population", period="2018", value=900, unit="person", source="年鉴"
    )
    assert shown(taking.take(), here, "rural_registered_persons") == (value,)
