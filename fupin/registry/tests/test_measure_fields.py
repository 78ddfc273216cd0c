"""What an export of the national register tells of measures: of whom, since when, and what of it rules read."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fupin.bulk import preparing, taking
from fupin.bulk.extracts import Extract
from fupin.core import audit
from fupin.registry import models as register
from fupin.registry.tests.made_register import MadeRegister
from fupin.registry.tests.test_preparing import content

ON = date(2022, 12, 31)
TOLD = date(2022, 11, 30)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_FOLDER = tmp_path
    # In a register of four households half of them are soon affected: here what changed is always made by itself.
    monkeypatch.setattr(preparing, "MOST_SHARE", 10)


@pytest.fixture
def made(db: None) -> MadeRegister:
    """Two neighbours in each of two villages."""
    made = MadeRegister()
    for place, village in enumerate(made.villages_of("150522", 2)):
        for turn in range(2):
            made.add(f"{'ab'[place]}{turn}", village, [{"born_on": date(1960, 1, 1 + turn)}])
    return made


def told(made: MadeRegister, *rows: tuple[str, int, str, str], as_of: date = TOLD) -> None:
    """An export that tells of measures: whose, of which year, of what kind and name."""
    division = register.HouseholdFact.objects.get(household=made.households["a0"]).village_id
    export = register.NationalExport.objects.create(kind="measure", division_id=division, as_of=as_of)
    for name, year, kind, called in rows:
        register.NationalMeasure.objects.create(
            export=export, household=made.households[name], as_of=as_of, year=year, kind=kind, name=called,
            started_on=date(year, 3, 1),
        )  # fmt: skip
    audit.record(by=None, act="national.compare", subject=f"national:{export.pk}", division=division)


def of(extract: Extract, made: MadeRegister, *fields: str, on: date = ON) -> dict[str, tuple[Any, ...]]:
    """Values of households by the names that the tests gave them."""
    names = {household.pk: name for name, household in made.households.items()}
    with extract.reading() as cursor:
        sql = f"SELECT household_id, {', '.join(fields)} FROM {extract.relation('households', on)}"
        return {names[one]: tuple(values) for one, *values in cursor.execute(sql).fetchall()}


def test_an_export_tells_of_every_household_of_its_villages_and_of_no_other(made: MadeRegister) -> None:
    told(made, ("a0", 2022, "07", "签约"))
    found = of(taking.take(), made, "measures_told_on", "measure_count", "measures")
    assert found["a0"] == (TOLD, 1, "07")
    assert found["a1"] == (TOLD, 0, None), "who has none in it has none"
    assert found["b0"] == found["b1"] == (None, 0, None)
    assert of(taking.take(), made, "measures_told_on", on=date(2022, 11, 29))["a0"] == (None,)


def test_kinds_are_told_once_each_in_the_order_of_their_list_and_not_where_one_cannot_be_read(
    made: MadeRegister,
) -> None:
    told(
        made,
        ("a0", 2022, "10", "低保金"),
        ("a0", 2022, "01", "养殖"),
        ("a0", 2022, "10", "临时救助"),
        ("a1", 2022, "", "某"),
    )
    found = of(taking.take(), made, "measures", "measure_count", "measure_kinds")
    assert found["a0"] == ("01,10", 3, 2)
    assert found["a1"] == (None, 1, 1)


def test_measures_of_years_before_a_household_was_identified_do_not_count(made: MadeRegister) -> None:
    register.RegisterStatus.objects.filter(household=made.households["a0"]).update(identified_on=date(2021, 6, 1))
    told(made, ("a0", 2020, "07", "签约"), ("a0", 2021, "10", "低保金"), ("a1", 2020, "07", "签约"))
    found = of(taking.take(), made, "measures", "first_measure_on")
    assert found["a0"] == ("10", date(2021, 3, 1))
    assert found["a1"] == ("07", date(2020, 3, 1))


def test_development_measures_are_named_or_not_and_repeated_where_all_but_the_money_is_the_same(
    made: MadeRegister,
) -> None:
    told(made, ("a0", 2022, "01", "养殖"), ("a0", 2022, "01", "养殖"), ("a0", 2021, "01", "养殖"), ("a0", 2022, "02", "其他"),
         ("a0", 2022, "02", "其他"), ("a1", 2022, "02", "外出务工交通补助"), ("a1", 2022, "10", "养殖"))  # fmt: skip
    names = ("development_measures", "named_development_measures", "repeated_measures", "has_work_away_measure")
    found = of(taking.take(), made, *names)
    assert found["a0"] == (5, 3, 1, False)
    assert found["a1"] == (1, 1, 0, True)


def test_a_new_export_changes_what_is_prepared_exactly_as_a_whole_copy_would(made: MadeRegister) -> None:
    told(made, ("a0", 2022, "07", "签约"), ("b0", 2022, "07", "签约"))
    before = content(taking.take(), ON)
    register.NationalMeasure.objects.filter(household=made.households["a0"]).delete()
    told(made, ("a1", 2022, "10", "低保金"), as_of=date(2022, 12, 1))
    changed = taking.current()
    shown = content(changed, ON)
    assert changed.changed
    assert shown == content(taking.take(), ON)
    assert shown != before
    found = of(changed, made, "measures_told_on", "measures")
    assert found["a0"] == (date(2022, 12, 1), None), "its measure is gone with the older export"
    assert found["b0"] == (TOLD, "07")
