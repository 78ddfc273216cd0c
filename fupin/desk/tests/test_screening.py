"""The desk says how many households of a screening wait for the grid officer's word, and how many for a visit."""

import pytest

from fupin.core import clock
from fupin.desk import queries
from fupin.procedures.screening.tests import made


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


def told(user):
    return [one.label for one in queries.due(user, clock.today())]


def test_the_desk_says_what_of_a_screening_waits_in_the_own_village(cast):
    households = made.homes(cast.village, 3, by=cast.village_officer)
    made.hit(households[0], cast.village)
    made.opened(cast)
    assert "大排查还有 2 户待确认" in told(cast.village_officer)
    assert "大排查还有 1 户待入户" in told(cast.village_officer)
    assert not [one for one in told(cast.other_village_officer) if "大排查" in one]
    assert not [one for one in told(cast.banner_officer) if "大排查" in one]
