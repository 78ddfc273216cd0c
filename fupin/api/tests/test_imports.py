"""Staged imports over the API: given, checked, looked at, accepted, and the rejects taken back."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from fupin.api.tests.calls import Program
from fupin.core import jobs
from fupin.core.imports.models import ImportRun
from fupin.registry.models import Household
from fupin.registry.tests.households import id_number

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    cache.clear()
    settings.DATA_FOLDER = tmp_path


def rows(*villages: str) -> SimpleUploadedFile:
    """A file of one household in each village."""
    text = io.StringIO()
    writer = csv.DictWriter(text, ["行政村", "户主姓名", "户主证件号", "合成数据"])
    writer.writeheader()
    for village in villages:
        writer.writerow({"行政村": village, "户主姓名": "宝音", "户主证件号": id_number(), "合成数据": "是"})
    return SimpleUploadedFile("households.csv", text.getvalue().encode(), "text/csv")


def give(program: Program, file: SimpleUploadedFile, **more: Any) -> Any:
    headers = program.headers | {name.replace("_", "-"): value for name, value in more.pop("headers", {}).items()}
    data = {"ledger": "households", "on": "2018-12-30", "files": [file], **more}
    return program.client.post("/api/v1/imports", data, headers=headers)


def test_good_rows_come_in_and_bad_rows_come_back(cast):
    program = Program(cast.township_officer)
    answer = give(program, rows("150522100200", "150522101200"))
    assert answer.status_code == 202
    at = answer["Location"].removeprefix("/api/v1")
    assert answer.json()["state"] == "staging"
    assert program.post(f"{at}/accept").status_code == 422
    jobs.run_pending()
    seen = program.get(at).json()
    assert (seen["state"], seen["read"], seen["created"], seen["rejected"]) == ("ready", 2, 1, 1)
    assert not Household.objects.exists()
    assert program.post(f"{at}/accept").status_code == 202
    jobs.run_pending()
    done = program.get(at).json()
    assert done["state"] == "done"
    assert Household.objects.count() == 1
    workbook = program.get(f"{at}/rejects")
    assert openpyxl.load_workbook(io.BytesIO(b"".join(workbook.streaming_content))).worksheets
    assert program.get("/imports").json()["items"][0]["id"] == done["id"]


def test_an_import_is_given_once_however_often_it_is_sent(cast):
    program, file = Program(cast.township_officer), rows("150522100200")
    first = give(program, file, headers={"Idempotency_Key": "upload-1"})
    file.seek(0)
    second = give(program, file, headers={"Idempotency_Key": "upload-1"})
    assert first.json() == second.json()
    assert ImportRun.objects.count() == 1
    other = give(program, rows("150522100200"), headers={"Idempotency_Key": "upload-1"})
    assert other.status_code == 422


def test_an_import_is_cancelled_before_it_is_accepted(cast):
    program = Program(cast.township_officer)
    at = give(program, rows("150522100200"))["Location"].removeprefix("/api/v1")
    jobs.run_pending()
    assert program.post(f"{at}/cancel").json()["state"] == "cancelled"
    assert program.post(f"{at}/accept").status_code == 422
    assert program.post(f"{at}/resume").status_code == 422
    assert program.get(f"{at}/rejects").status_code == 404


def test_another_users_import_does_not_exist(cast):
    at = give(Program(cast.township_officer), rows("150522100200"))["Location"].removeprefix("/api/v1")
    other = Program(cast.banner_officer)
    assert other.get(at).status_code == 404
    assert other.get("/imports").json()["items"] == []
    for act in ("accept", "cancel", "resume"):
        assert other.post(f"{at}/{act}").status_code == 404


def test_who_may_not_import_gives_nothing(cast):
    assert give(Program(cast.village_officer), rows("150522100200")).status_code == 403
    assert Program(cast.village_officer).get("/import-templates").status_code == 403


def test_an_unknown_record_type_or_limit_is_refused(cast):
    program = Program(cast.township_officer)
    assert give(program, rows("150522100200"), ledger="nothing").status_code == 404
    assert give(program, rows("150522100200"), max_rejected="101").status_code == 422


def test_templates_are_workbooks(cast):
    program = Program(cast.township_officer)
    ledgers = [each["ledger"] for each in program.get("/import-templates").json()]
    assert {"households", "persons", "income"} <= set(ledgers)
    answer = program.get("/import-templates/households")
    assert openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets


def test_a_token_of_one_township_imports_into_no_other_whatever_it_says(cast):
    for more in ({}, {"division": "150522101"}, {"division": "150522"}):
        program = Program(cast.township_officer)
        at = give(program, rows("150522101200", "150522101201"), **more)["Location"].removeprefix("/api/v1")
        jobs.run_pending()
        seen = program.get(at).json()
        assert (seen["created"], seen["rejected"], seen["reasons"]) == (0, 2, {"outside_division": 2})
        program.post(f"{at}/accept")
        jobs.run_pending()
    assert not Household.objects.exists()
    assert all(run.options["divisions"] == [cast.township.pk] for run in ImportRun.objects.all())
