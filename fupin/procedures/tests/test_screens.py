"""Procedures on screen: what waits for me, a case step by step, a meeting, many at once, the workbook."""

import io
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook
from PIL import Image

from fupin.core import clock
from fupin.core.models import AuditEntry, Case
from fupin.procedures.models import Meeting, MeetingItem, Verification
from fupin.procedures.tests.cases import ago, led, poor, put, state_of, step, verified


def at(name, *args):
    return reverse(f"procedures:{name}", args=args)


def page(client, name, *args, **query):
    return client.get(at(name, *args), query).content.decode()


def picture(name="a.jpg"):
    target = BytesIO()
    Image.new("RGB", (64, 48), (90, 120, 120)).save(target, "JPEG")
    return SimpleUploadedFile(name, target.getvalue())


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def village(cast, client_of):
    return client_of(cast.village_officer)


def test_a_lead_is_taken_down_on_the_page_of_the_household(cast, household, village):
    card = page(village, "of_household", household.number)
    assert at("new", household.number, "identification") in card
    data = {"kind": "100A03002", "origin": "01", "on": str(clock.today()), "applicant": "宝音", "risks": ["01"],
            "statement": "因病支出大"}  # fmt: skip
    sent = village.post(at("new", household.number, "identification"), data)
    made = Case.objects.get(subject=f"household:{household.pk}")
    assert sent["Location"] == at("case", made.pk)
    again = village.post(at("new", household.number, "identification"), data)
    assert again.status_code == 422
    assert "已有办理中的同类案卷" in again.content.decode()
    assert "因病支出大" in again.content.decode()


def test_the_case_says_what_is_due_and_what_stands_against_it(case, village):
    shown = page(village, "case", case)
    assert "受理申请" in shown
    assert "承诺授权书" in shown
    assert "还不能办理" in shown


def test_papers_are_uploaded_and_the_step_is_taken_on_the_page(case, village):
    for kind in ("application", "authorisation"):
        village.post(at("attach", case), {"kind": kind, "file": picture()})
    row = Case.objects.get(pk=case)
    village.post(
        at("step", case), {"act": "apply", "on": str(clock.today()), "version": row.version, "late_reason": "雪灾"}
    )
    assert state_of(case) == "applied"


def test_a_page_that_was_opened_before_another_s_step_is_refused_in_words(case, cast, village):
    put(f"case:{case}", "application", "authorisation")
    step(case, "apply", cast.village_officer)
    answer = village.post(at("step", case), {"act": "verify", "on": str(clock.today()), "version": 1}, follow=True)
    assert "刚被他人办理" in answer.content.decode()


def test_a_home_visit_is_entered_with_photograph_and_signature(case, village):
    data = {
        "kind": "home",
        "on": str(clock.today()),
        "person": "包村官",
        "place": "家中",
        "agrees": "1",
        "finding": "属实",
    }
    bare = village.post(at("verify", case), data)
    assert bare.status_code == 422
    assert "照片和签字" in bare.content.decode()
    assert not Verification.objects.exists()
    village.post(at("verify", case), data | {"photo": picture(), "signature": picture("b.jpg")})
    assert Verification.objects.get().photo_id is not None


def test_a_meeting_is_entered_with_its_votes(cast, case, village):
    verified(cast, case)
    step(case, "compare", cast.banner_officer)
    village.post(at("meeting_new"), {"village": cast.village.pk, "kind": "representatives", "held_on": str(ago(11)),
                                     "place": "村部", "chair": "包主任", "called": 40, "present": 30})  # fmt: skip
    meeting = Meeting.objects.get()
    data = {"case": case, f"for-{case}": 28, f"against-{case}": 1, f"abstained-{case}": 2, "version": meeting.version}
    wrong = village.post(at("meeting", meeting.pk), data)
    assert "合计应等于实到 30 人" in wrong.content.decode()
    assert f'name="abstained-{case}" value="2"' in wrong.content.decode()
    village.post(at("meeting", meeting.pk), data | {f"abstained-{case}": 1})
    assert MeetingItem.objects.get().votes_for == 28


def test_of_many_chosen_cases_each_refusal_is_said(cast, village):
    cases = [led(cast, poor(cast.village, by=cast.village_officer)) for _ in range(2)]
    put(f"case:{cases[0]}", "application", "authorisation")
    answer = village.post(at("many"), {"chosen": cases, "act": "apply", "on": str(ago(2)), "late_reason": "雪灾"})
    assert "已办理 1 份" in answer.content.decode()
    assert "承诺授权书" in answer.content.decode()


def test_the_list_of_the_own_tasks_shows_what_waits_at_the_own_level(cast, household, case, village, client_of):
    assert household.number in page(village, "home", show="mine")
    banner = client_of(cast.banner_officer)
    assert household.number not in page(banner, "home", show="mine")
    assert household.number in page(banner, "home", show="open")


def test_the_next_village_sees_nothing_of_it(cast, household, case, client_of):
    other = client_of(cast.other_village_officer)
    assert other.get(at("case", case)).status_code == 404
    assert household.number not in page(other, "home", show="open")
    assert other.post(at("step", case), {"act": "apply"}).status_code == 404


def test_the_workbook_holds_the_list_and_the_trail_says_so(cast, household, case, client_of):
    banner = client_of(cast.banner_officer)
    sent = b"".join(banner.get(at("export"), {"show": "open"}).streaming_content)
    rows = list(load_workbook(io.BytesIO(sent)).active.values)
    assert any(household.number in row for row in rows)
    assert AuditEntry.objects.filter(act="procedures.export").count() == 1


def test_the_table_of_steps_is_shown_as_the_engine_works(village):
    shown = page(village, "table")
    assert "防返贫监测对象识别" in shown
    assert "公示期满、异议已答复、有张贴照片" in shown
