"""A phone of wrong form is asked about by what stands beside its cipher."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fupin.bulk import taking
from fupin.core import clock
from fupin.quality.recheck import findings_of
from fupin.registry.models import PersonFact
from fupin.registry.tests.households import family, member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


def test_a_landline_without_area_code_is_asked_about_a_household_s_of_its_head(cast):
    taking.take()
    members = [
        member("宝音", "01"),
        member("乌云", "02", "19620305", "2", phone="8211234"),
        member("巴特尔", "03", "19900910"),
    ]
    home = family(cast.village, by=cast.banner_officer, members=members, phone="8211235")
    found = {one.subject_id for one in findings_of([home.pk], clock.today(), names=["ID-013"])}
    assert found == {PersonFact.objects.get(name=name).person_id for name in ("宝音", "乌云")}
