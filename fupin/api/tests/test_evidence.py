"""The evidence of income over the API."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from fupin.api.tests.calls import Program
from fupin.api.tests.test_files import give, photo
from fupin.core.models import Attachment
from fupin.registry.operations import AccountSheet, Line, enter_accounts
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    cache.clear()
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def household(cast):
    household = family(cast.village, by=cast.village_officer)
    lines = [Line("a1", 1_000_000), Line("b2", 500_000)]
    sheet = AccountSheet(household.pk, 2018, date(2017, 10, 1), date(2018, 10, 1), 3, lines)
    enter_accounts(sheets=[sheet], by=cast.village_officer, on=date(2018, 10, 8))
    return household


def test_items_are_rested_on_files_and_the_account_says_so(cast, household):
    program = Program(cast.village_officer)
    slip = give(program, household, photo("工资单.jpg"), "income").json()
    at = f"/households/{household.number}/income-accounts/2018"
    account = program.get(at)
    assert (account.json()["items"], account.json()["items_with_evidence"], account.json()["evidence"]) == (2, 0, [])
    body = {"on": "2018-10-09", "items": [{"item": one, "attachments": [slip["id"]]} for one in ("a1", "b2")]}
    assert program.ask("PUT", f"{at}/evidence", body).status_code == 428
    made = program.ask("PUT", f"{at}/evidence", body, If_Match=account["ETag"])
    assert made.status_code == 200, made.content
    assert made.json()["items_with_evidence"] == 2
    assert made.json()["evidence"][0] == {
        "item": "a1", "attachment": slip["id"], "name": "工资单.jpg", "sha256": slip["sha256"], "amount": "10000.00",
        "cited_on": "2018-10-09", "withdrawn_on": None, "state": "stands",
    }  # fmt: skip
    assert program.ask("PUT", f"{at}/evidence", body, If_Match=account["ETag"]).status_code == 412
    (listed,) = program.get(f"/households/{household.number}/attachments").json()
    assert listed["cited_by"] == [{"year": 2018, "item": "a1"}, {"year": 2018, "item": "b2"}]


def test_a_cited_file_is_withdrawn_only_by_who_knows_that_it_is_cited(cast, household):
    program = Program(cast.village_officer)
    slip = give(program, household, photo(), "income").json()
    at = f"/households/{household.number}/income-accounts/2018"
    body = {"items": [{"item": "a1", "attachments": [slip["id"]]}]}
    program.ask("PUT", f"{at}/evidence", body, If_Match=program.get(at)["ETag"])
    remove = f"/households/{household.number}/attachments/{slip['id']}/remove"
    refused = program.post(remove, {"reason": "传错了户"})
    assert refused.status_code == 422
    assert "2018 务工收入" in refused.json()["detail"]
    assert Attachment.objects.exists()
    assert program.post(remove, {"reason": "传错了户", "although_cited": True}).status_code == 204
    (left,) = program.get(at).json()["evidence"]
    assert (left["state"], left["attachment"], left["sha256"]) == ("withdrawn", None, slip["sha256"])
    assert program.get(at).json()["items_with_evidence"] == 0


def test_evidence_is_cited_by_who_may_change_the_account(cast, household):
    slip = give(Program(cast.village_officer), household, photo(), "income").json()
    at = f"/households/{household.number}/income-accounts/2018/evidence"
    body = {"items": [{"item": "a1", "attachments": [slip["id"]]}]}
    for person, status in ((cast.auditor, 403), (cast.helper, 403), (cast.other_township_officer, 404)):
        assert Program(person).ask("PUT", at, body, If_Match='"1"').status_code == status
    program = Program(cast.township_officer)
    for wrong in ({"items": []}, {"items": [{"item": "a1", "attachments": ["x"]}]}):
        assert program.ask("PUT", at, wrong, If_Match='"1"').status_code == 422
    missing = {"items": [{"item": "a1", "attachments": ["9223372036854775808"]}]}
    assert program.ask("PUT", at, missing, If_Match='"1"').status_code == 404
    assert program.ask("PUT", at, body, If_Match='"1"').status_code == 200
