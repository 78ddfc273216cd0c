"""Screening as a program uses it: drafted, answered, visited, taken back, by the same checks."""

import pytest

from fupin.api.tests.calls import Program
from fupin.core import clock
from fupin.procedures.screening.tests.made import homes, line_of, opened

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


def test_a_program_drafts_opens_and_answers_a_screening(cast):
    household = homes(cast.village, 2, by=cast.village_officer)[0]
    banner = Program(cast.banner_officer, "procedures.view", "quality.campaign")
    today = str(clock.today())
    made = banner.post(
        "/screenings", {"name": "排查", "division": "150522", "period_from": today, "period_to": today, "form": "2021"}
    )
    assert made.status_code == 201
    assert banner.post(f"/screenings/{made.json()['id']}/step", {"act": "drop"}).status_code in (403, 409, 422)
    row = opened(cast)
    officer = Program(cast.village_officer, "procedures.view", "procedures.verify", "procedures.apply", "registry.view")
    listed = officer.get(f"/screenings/{row.pk}/households?state=to_confirm").json()
    assert {one["household"] for one in listed["items"]} >= {household.number}
    pk = str(line_of(household).pk)
    told = officer.post("/screening-answers", {"answers": [{"household": pk}]}).json()
    assert told == {"unchanged": 1, "to_visit": 0}
    assert officer.post(f"/screening-households/{pk}/undo", {}).json()["state"] == "to_confirm"
    seen = {"happened_on": today, "spoke_to": "乌云", "finding": "无风险"}
    assert officer.post(f"/screening-households/{pk}/visit", seen).json()["state"] == "visited"
    assert officer.get(f"/screenings/{row.pk}").json()["visited"] == 1
