"""Files over the API: photos and documents of households, and lists taken along."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from fupin.api.tests.calls import Program
from fupin.core import audit, jobs
from fupin.core.models import Attachment, AuditEntry, Job
from fupin.registry import exports
from fupin.registry.models import GuaranteeFinding, HouseholdFact
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    cache.clear()
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def household(cast):
    return family(cast.village, by=cast.village_officer, phone="13800138000")


def photo(name: str = "house.jpg", colour: str = "red") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "text/plain")


def give(program: Program, household: Any, file: SimpleUploadedFile, kind: str = "house", **headers: str) -> Any:
    told = program.headers | headers
    address = f"/api/v1/households/{household.number}/attachments"
    return program.client.post(address, {"kind": kind, "file": file}, headers=told)


def told(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


def test_a_photo_is_given_listed_and_taken_again_by_its_content(cast, household):
    program = Program(cast.village_officer)
    made = give(program, household, photo("house.pdf"))
    assert made.status_code == 201, made.content
    assert (made.json()["media_type"], made.json()["width"]) == ("image/jpeg", 40)
    at = made["Location"].removeprefix("/api/v1")
    (listed,) = Program(cast.township_officer).get(f"/households/{household.number}/attachments").json()
    assert listed["id"] == made.json()["id"]
    taken = program.get(at)
    assert taken["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(taken.content)).size == (40, 30)
    assert program.get(at, If_None_Match=taken["ETag"]).status_code == 304


def test_another_townships_photo_does_not_exist(cast, household):
    made = give(Program(cast.village_officer), household, photo()).json()
    other = Program(cast.other_township_officer)
    address = f"/households/{household.number}/attachments"
    assert other.get(address).status_code == 404
    assert other.get(f"{address}/{made['id']}").status_code == 404
    assert give(other, household, photo()).status_code == 404
    assert give(Program(cast.auditor), household, photo()).status_code == 403
    neighbour = family(cast.village, by=cast.village_officer)
    wrong = Program(cast.village_officer).get(f"/households/{neighbour.number}/attachments/{made['id']}")
    assert wrong.status_code == 404


def test_a_photo_of_another_house_is_taken_away_with_the_reason_that_the_trail_keeps(cast, household):
    made = give(Program(cast.village_officer), household, photo()).json()
    address = f"/households/{household.number}/attachments/{made['id']}"
    for person in (cast.helper, cast.auditor):
        assert Program(person).post(f"{address}/remove", {"reason": "传错了户"}).status_code == 403
    assert Program(cast.other_township_officer).post(f"{address}/remove", {"reason": "传错了户"}).status_code == 404
    program = Program(cast.village_officer)
    assert program.post(f"{address}/remove", {"reason": " 错 "}).status_code == 422
    assert program.get(address).status_code == 200
    assert program.post(f"{address}/remove", {"reason": "传错了户"}).status_code == 204
    assert program.get(address).status_code == 404
    entry = AuditEntry.objects.get(act="core.detach")
    assert (entry.detail["reason"], entry.detail["sha256"]) == ("传错了户", made["sha256"])
    assert entry.division_id == cast.village.pk


@pytest.mark.parametrize(("kind", "data"), [("house", b"MZ an executable"), ("house", b""), ("nonsense", None)])
def test_what_is_no_photo_or_shows_nothing_known_is_refused(cast, household, kind, data):
    file = photo() if data is None else SimpleUploadedFile("x.jpg", data)
    assert give(Program(cast.village_officer), household, file, kind).status_code == 422
    assert not Attachment.objects.exists()


def test_a_photo_sent_twice_over_a_bad_line_is_kept_once(cast, household):
    program = Program(cast.village_officer)
    first = give(program, household, photo(), **{"Idempotency-Key": "photo-1"})
    second = give(program, household, photo(), **{"Idempotency-Key": "photo-1"})
    assert second.json() == first.json()
    assert Attachment.objects.count() == 1


def test_another_photo_under_the_same_key_is_refused(cast, household):
    program = Program(cast.village_officer)
    give(program, household, photo(), **{"Idempotency-Key": "photo-1"})
    assert photo(colour="#f00000").size == photo().size
    other = give(program, household, photo(colour="#f00000"), **{"Idempotency-Key": "photo-1"})
    assert (other.status_code, other.json()["type"]) == (422, "urn:fupin:problem:repeated_differently")
    assert Attachment.objects.count() == 1


def test_the_list_of_households_is_taken_along_masked_filtered_and_in_scope(cast, household):
    HouseholdFact.objects.update(cause_note="-1+cmd()")
    family(cast.other_village, by=cast.other_village_officer)
    text = told(Program(cast.township_officer).get("/households/export"))
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert row["number"] == household.number
    assert "13800138000" not in text
    assert row["cause_note"] == "'-1+cmd()"
    assert len(told(Program(cast.township_officer).get("/households/export?state=registered")).splitlines()) == 1
    assert AuditEntry.objects.filter(act="registry.export").count() == 2
    assert Program(cast.helper).get("/households/export").status_code == 403


def test_a_ledger_is_taken_along_in_the_form_that_the_import_reads(cast):
    answer = Program(cast.banner_officer).get("/ledgers/postings/export?format=csv")
    text = told(answer)
    assert "banner_officer" in text
    assert "other_banner_officer" not in text
    assert Program(cast.banner_officer).get("/ledgers/postings/export?colour=red").status_code == 422


def test_the_trail_is_taken_along_within_the_area_and_that_stands_in_it(cast):
    audit.record_many(by=None, entries=[audit.Entry("test.act", f"user:{n}", cast.banner.pk) for n in range(3)])
    audit.record(by=None, act="test.act", subject="user:99", division=cast.other_banner.pk)
    program = Program(cast.auditor)
    lines = told(program.get("/audit-entries/export?act=test.act")).splitlines()
    assert len(lines) == 4
    assert not any("99" in line.split(",")[8] for line in lines[1:])
    assert AuditEntry.objects.filter(act="accounts.export_trail").get().detail == {"query": "act=test.act"}
    assert program.get("/audit-entries/export?division=150521").status_code == 404


def test_several_households_get_the_same_finding_and_move_together_or_not_at_all(cast, household):
    second = family(cast.village, by=cast.village_officer)
    stranger = family(cast.other_village, by=cast.other_village_officer)
    program = Program(cast.township_officer)
    found = {"findings": [{"guarantee": "water", "outcome": "met", "evidence": "看了水龙头"}], "on": "2018-09-01"}
    refused = program.post("/findings", {**found, "households": [household.number, stranger.number]})
    assert refused.status_code == 404
    assert not GuaranteeFinding.objects.exists()
    done = program.post("/findings", {**found, "households": [household.number, second.number]})
    assert done.json() == {"households": 2}
    banner = Program(cast.banner_officer)
    moved = banner.post("/household-moves", {"households": [household.number, second.number], "village": "150522101200",
                                             "on": "2018-10-01"})  # fmt: skip
    assert moved.status_code == 201, moved.content
    assert HouseholdFact.objects.open().filter(village=cast.other_village).count() == 3


def test_a_failed_job_goes_on_for_who_may_see_it(cast):
    job = Job.objects.create(kind="import", key="a", user_id=cast.township_officer.pk, state="failed")
    assert Program(cast.helper).post(f"/jobs/{job.pk}/resume").status_code == 404
    assert Program(cast.township_officer).post(f"/jobs/{job.pk}/resume").json()["state"] == "waiting"
    assert Program(cast.township_officer).get(f"/jobs/{job.pk}/result").status_code == 404


def test_programs_ask_for_the_same_and_are_told_to_where_the_list_is_long(cast, monkeypatch, settings, tmp_path):
    settings.DATA_FOLDER = tmp_path
    monkeypatch.setattr(exports, "AT_ONCE", 1)
    households = [family(cast.village, by=cast.village_officer, phone="13800138000") for _ in range(2)]
    family(cast.other_village, by=cast.other_village_officer)
    program = Program(cast.township_officer)
    refused = program.get("/households/export")
    assert (refused.status_code, refused.json()["code"]) == (422, "too_long")
    answer = program.post("/households/exports", {"format": "csv", "state": "ordinary"})
    assert answer.status_code == 202
    at = answer["Location"].removeprefix("/api/v1")
    jobs.run_pending()
    assert program.get(at).json()["result"]["rows"] == 2
    text = told(program.get(f"{at}/result")).removeprefix("\ufeff")
    numbers = {row["number"] for row in csv.DictReader(io.StringIO(text))}
    assert numbers == {household.number for household in households}
    assert "138****8000" in text
    assert Program(cast.banner_officer).get(f"{at}/result").status_code == 404
    assert Program(cast.village_team).post("/households/exports", {"format": "csv"}).status_code == 403
