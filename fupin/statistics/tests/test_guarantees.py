"""The figures of the guarantees count the households whose pages show the light."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fupin.bulk import taking
from fupin.divisions.queries import tree
from fupin.policy.guarantees import NAMES
from fupin.quality.guarantees.lights import lights_of
from fupin.registry.tests.made_register import MadeRegister
from fupin.statistics import records
from fupin.statistics.figures import Reader
from fupin.statistics.periods import read

ON = date(2018, 12, 31)
PUPIL = {"born_on": date(2006, 5, 1), "student": "01", "education": "02", "dropout_reason": "03"}


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


def test_every_figure_is_the_number_of_pages_with_that_light_and_opens_them(db: None) -> None:
    made = MadeRegister()
    here, there = made.villages_of("150522", 2)
    made.add("danger", here, [{}], house_grade="C", is_house_dangerous=True)
    made.add("thirsty", there, [{}], is_water_safe=False, house_grade="D")
    made.add("pupil", here, [{}, PUPIL])
    made.add("ordinary", here, [{}], status="", house_grade="D")
    made.add("elsewhere", made.villages_of("150521", 1)[0], [{}], house_grade="D")
    names = {pk.pk: name for name, pk in made.households.items()}
    pages = {
        (name, light.guarantee.name)
        for pk, name in names.items()
        for light in lights_of(pk, ON)
        if light.outcome == "unmet"
    }
    node, period = tree().by_code("150522"), read("2018")
    with Reader(taking.current()) as reader:
        for one in NAMES:
            indicator = f"{one}_unmet_households"
            shown = {name for name, guarantee in pages if guarantee == one} - {"ordinary", "elsewhere"}
            found = records.listing(reader, indicator, node, period)
            assert found is not None
            assert reader.figure(indicator, node, period).value == len(shown) == records.count(reader, found)
    assert pages >= {("danger", "housing"), ("thirsty", "housing"), ("thirsty", "water"), ("pupil", "schooling")}
