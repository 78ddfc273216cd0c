"""Collection over the API: a round from its draft to the spot check, as a program goes through it."""

from __future__ import annotations

import pytest

from fupin.api.tests.calls import Program
from fupin.core import clock
from fupin.policy import collection as forms
from fupin.quality.campaigns import operations
from fupin.quality.campaigns.tests.rounds import registered

pytestmark = pytest.mark.django_db
ASKED = forms.form("2021").compared


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


def test_a_program_drafts_opens_collects_checks_and_reads(cast):
    home = registered(cast.village, by=cast.banner_officer)
    banner, village, today = Program(cast.banner_officer), Program(cast.village_officer), str(clock.today())
    data = {"name": "下半年采集", "division": "150522", "kind": "second_half", "period_from": today, "period_to": today,
            "form": "2021"}  # fmt: skip
    made = banner.post("/collection-rounds", data).json()
    assert banner.post(f"/collection-rounds/{made['id']}/step", {"act": "open"}).json()["stage"] == "open"
    operations.refresh(pk=int(made["id"]), by=None, on=clock.today())
    (line,) = village.get(f"/collection-rounds/{made['id']}/households?state=unfinished").json()["items"]
    assert line["household"] == home.number
    said = {"id": line["id"], "outcome": "collected", "visited_on": today, "spoke_to": "", "version": 1}
    assert village.post("/collection-visits", {"visits": [said]}).status_code in (403, 409, 422)
    assert village.post("/collection-visits", {"visits": [said | {"spoke_to": "乌云"}]}).json() == {"households": 1}
    (found,) = banner.get(f"/collection-rounds/{made['id']}/progress?by=village").json()
    assert (found["key"], found["collected"]) == ("150522100200", 1)
    drawn = banner.post(f"/collection-rounds/{made['id']}/spot-checks", {"division": "150522"}).json()
    assert (drawn["population"], len(drawn["households"])) == (1, 1)
    right = {"checked_on": today, "right": dict.fromkeys(ASKED, True)}
    one = Program(cast.township_officer).post(f"/spot-check-households/{drawn['households'][0]['id']}/check", right)
    assert (one.status_code, one.json()["wrong"]) == (200, 0)
    assert Program(cast.other_banner_officer).get(f"/collection-rounds/{made['id']}").status_code == 404
