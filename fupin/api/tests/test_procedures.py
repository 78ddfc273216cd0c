"""Procedures as a program uses them: a lead, papers, steps of one or many cases, meetings and votes, by the same checks."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from fupin.api.tests.calls import Program
from fupin.procedures.models import MeetingItem
from fupin.procedures.tests.cases import ago, led, poor, put, state_of, step, verified

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def household(cast):
    return poor(cast.village, by=cast.village_officer)


@pytest.fixture
def case(cast, household):
    return led(cast, household)


@pytest.fixture
def village(cast):
    return Program(
        cast.village_officer,
        "registry.view",
        "procedures.view",
        "procedures.work",
        "procedures.apply",
        "procedures.verify",
        "procedures.meet",
    )


def picture():
    target = BytesIO()
    Image.new("RGB", (64, 48), (90, 120, 120)).save(target, "JPEG")
    return SimpleUploadedFile("a.jpg", target.getvalue())


def test_a_program_takes_a_lead_down_and_reads_its_case(household, village):
    lead = {"household": household.number, "kind": "100A03002", "origin": "01", "statement": "因病", "applicant": "宝音",
            "risks": ["01"]}  # fmt: skip
    made = village.post("/cases", lead)
    assert made.status_code == 201
    read = village.get(f"/cases/{made.json()['id']}").json()
    assert (read["state"], read["household"], read["edition"]) == ("lead", household.number, "2021")
    again = village.post("/cases", lead)
    assert again.status_code in (409, 422)
    assert "已有办理中的同类案卷" in again.content.decode()


def test_a_step_without_its_papers_is_refused_with_the_mend(case, village):
    answer = village.post("/case-steps", {"cases": [str(case)], "act": "apply"})
    assert answer.status_code in (403, 409, 422)
    assert "承诺授权书" in answer.content.decode()
    assert state_of(case) == "lead"


def test_of_many_cases_each_refusal_is_told(cast, case, village):
    other = led(cast, poor(cast.village, by=cast.village_officer))
    put(f"case:{case}", "application", "authorisation")
    told = village.post("/case-steps", {"cases": [str(case), str(other)], "act": "apply", "on": str(ago(2)), "partly": True,
                                        "late_reason": "雪灾"}).json()  # fmt: skip
    assert told["taken"] == [str(case)]
    assert [one["case"] for one in told["refused"]] == [str(other)]
    steps = village.get(f"/cases/{case}/steps").json()
    assert [(one["act"], one["happened_on"]) for one in steps] == [("apply", str(ago(2)))]


def test_a_file_sent_by_a_program_lies_in_the_case(case, village):
    sent = village.client.post(f"/api/v1/cases/{case}/files", {"kind": "application", "file": picture()},
                               headers=village.headers)  # fmt: skip
    assert sent.status_code == 201
    wrong = village.client.post(
        f"/api/v1/cases/{case}/files", {"kind": "poem", "file": picture()}, headers=village.headers
    )
    assert "材料类别" in wrong.content.decode()


def test_meetings_and_votes_are_entered_by_a_program(cast, case, village):
    verified(cast, case)
    step(case, "compare", cast.banner_officer)
    held = {"village": "150522100200", "kind": "representatives", "held_on": str(ago(11)), "place": "村部", "chair": "包主任",
            "called": 40, "present": 30}  # fmt: skip
    made = village.post("/meetings", held).json()
    address = f"/meetings/{made['id']}/votes"
    wrong = village.post(address, {"votes": [{"case": str(case), "votes_for": 28}]})
    assert "合计应等于实到 30 人" in wrong.content.decode()
    village.post(address, {"votes": [{"case": str(case), "votes_for": 28, "votes_against": 1, "abstained": 1}]})
    assert MeetingItem.objects.get().votes_for == 28


def test_what_lies_outside_the_own_area_is_absent(cast, case):
    other = Program(cast.other_village_officer, "procedures.view", "procedures.work", "procedures.apply")
    assert other.get(f"/cases/{case}").status_code == 404
    assert other.post("/case-steps", {"cases": [str(case)], "act": "apply"}).status_code == 404
