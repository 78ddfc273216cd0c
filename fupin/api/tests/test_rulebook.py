"""The rulebook over the API."""

import pytest
from django.core.cache import cache

from fupin.api.tests.calls import Program
from fupin.api.tests.test_frame import PROPOSAL

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_requests_so_far():
    cache.clear()


def test_a_parameter_tells_value_source_and_history(cast):
    found = Program(cast.helper).get("/parameters/lines.poverty_line?on=2018-12-31").json()
    assert found["value"] == "2995"
    assert found["since"] == "2018-01-01"
    assert found["source"]["confidence"] == "high"
    assert [row["since"] for row in found["history"]][:2] == ["2010-01-01", "2011-01-01"]


def test_a_list_of_parameters_costs_the_same_however_long(cast, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    program = Program(cast.helper)
    program.get("/parameters?limit=1&division=150522")
    with CaptureQueriesContext(connection) as few:
        program.get("/parameters?limit=1&division=150522")
    with CaptureQueriesContext(connection) as many:
        program.get("/parameters?limit=500&division=150522")
    assert len(many) == len(few)


def test_a_request_goes_from_hand_to_hand(cast):
    row = Program(cast.banner_officer).post("/overrides", PROPOSAL).json()
    assert row["state"] == "proposed"
    own = Program(cast.banner_officer).post(f"/overrides/{row['id']}/confirm", {"digest": row["digest"]})
    assert own.status_code == 403
    second = Program(cast.second_banner_officer)
    wrong = second.post(f"/overrides/{row['id']}/confirm", {"digest": "0" * 64})
    assert wrong.status_code == 403
    done = second.post(f"/overrides/{row['id']}/confirm", {"digest": row["digest"]})
    assert done.json()["state"] == "confirmed"
    found = Program(cast.helper).get("/parameters/publicity.village_days?on=2026-12-01&division=150522100200").json()
    assert (found["value"], found["override"]) == ("10", row["id"])


def test_what_lies_in_another_banner_does_not_exist(cast):
    row = Program(cast.banner_officer).post("/overrides", PROPOSAL).json()
    other = Program(cast.other_banner_officer)
    assert other.get("/overrides").json()["items"] == []
    for answer in (
        other.get(f"/overrides/{row['id']}"),
        other.post(f"/overrides/{row['id']}/withdraw"),
        other.post(f"/overrides/{row['id']}/confirm", {"digest": row["digest"]}),
        other.get("/overrides/nonsense"),
    ):
        assert answer.status_code == 404


def test_code_lists_and_regimes_are_readable_by_everybody(cast):
    program = Program(cast.helper, language="en")
    assert program.get("/code-lists/ethnicity").json()["items"][1]["label_en"] == "Mongol"
    assert program.get("/code-lists/nothing").status_code == 404
    assert [row["name"] for row in program.get("/regimes").json()["items"]][-1] == "2026_on"
    assert program.get("/code-lists?limit=2").json()["next"]


OWN_CODE = {"division": "150522", "code": "20", "label": "因市场", "label_en": "Market", "valid_from": "2018-06-01",
            "document": "后旗扶贫〔2018〕2号"}  # fmt: skip


def test_a_code_of_an_office_goes_from_hand_to_hand_and_out_of_use_again(cast):
    officer, second = Program(cast.banner_officer), Program(cast.second_banner_officer)
    row = officer.post("/code-lists/main_cause/codes", OWN_CODE).json()
    assert second.post(f"/overrides/{row['id']}/confirm", {"digest": row["digest"]}).status_code == 200
    listed = Program(cast.helper).get("/code-lists/main_cause?division=150522&on=2018-06-01").json()
    assert "20" in [item["code"] for item in listed["items"]]
    gone = officer.post(
        "/code-lists/main_cause/codes", OWN_CODE | {"label": None, "label_en": None, "valid_from": "2019-01-01"}
    ).json()
    second.post(f"/overrides/{gone['id']}/confirm", {"digest": gone["digest"]})
    for day, is_there in (("2018-12-31", True), ("2019-01-01", False)):
        listed = Program(cast.helper).get(f"/code-lists/main_cause?division=150522&on={day}").json()
        assert ("20" in [item["code"] for item in listed["items"]]) is is_there


def test_a_list_that_the_system_computes_with_takes_no_code(cast):
    answer = Program(cast.banner_officer, language="en").post("/code-lists/sex/codes", OWN_CODE | {"code": "7"})
    assert answer.status_code == 422
    assert "offices cannot add codes" in answer.json()["detail"]
