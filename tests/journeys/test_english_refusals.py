"""Whoever reads English is refused in English: one language a message, from every room."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from fupin.api.tests.calls import Program
from fupin.registry.tests.households import family, member
from fupin.rulebook.operations import Proposal, propose

pytestmark = pytest.mark.django_db
CHINESE = re.compile(r"[\u4e00-\u9fff]")
OVERRIDE = {"name": "publicity.village_days", "division": "150522", "value": 10, "valid_from": "2026-12-01",
            "document": "HQ 1"}  # fmt: skip
CODE = {"division": "150522", "code": "20", "label": "因市场", "label_en": "Market", "valid_from": "2018-06-01",
        "document": "HQ 2"}  # fmt: skip
SPLIT = {"on": "2018-06-01", "document": "HQ 3", "into": [{"code": "150522", "name": "x", "kind": "banner"}]}
PLACED = re.compile(r"[“(（][^”)）]*[”)）]|[^ :]*(?:旗|镇|嘎查|村)[^ ,:;]*")
"""Names of places, and what was typed or listed, are quoted as they are."""


@pytest.fixture(autouse=True)
def _no_requests_so_far() -> None:
    cache.clear()


def reasons(answer: Any) -> list[str]:
    assert answer.status_code in (403, 404, 409, 412, 422), answer.content.decode()
    found = answer.json()["reasons"]
    assert found
    return found


def chinese_in(told: list[str]) -> list[str]:
    return [one for one in told if CHINESE.search(PLACED.sub("", one))]


@pytest.mark.parametrize(
    ("who", "address", "body"),
    [
        ("banner_officer", "/overrides", OVERRIDE | {"value": 10_000}),
        ("banner_officer", "/overrides", OVERRIDE | {"value": "ten"}),
        ("banner_officer", "/overrides", OVERRIDE | {"value": "1.5"}),
        ("banner_officer", "/overrides", OVERRIDE | {"valid_from": "1999-01-01"}),
        ("banner_officer", "/overrides", OVERRIDE | {"valid_to": "2026-11-01"}),
        ("banner_officer", "/overrides", OVERRIDE | {"document": " "}),
        ("banner_officer", "/overrides", OVERRIDE | {"name": "api.page_size"}),
        ("banner_officer", "/overrides", OVERRIDE | {"name": "no.such"}),
        ("banner_officer", "/overrides", OVERRIDE | {"division": "150000"}),
        ("banner_officer", "/overrides", OVERRIDE | {"division": "999999"}),
        ("banner_officer", "/code-lists/main_cause/codes", CODE | {"code": "01"}),
        ("banner_officer", "/code-lists/main_cause/codes", CODE | {"code": "200", "document": ""}),
        ("banner_officer", "/code-lists/sex/codes", CODE | {"code": "7"}),
        ("banner_officer", "/code-lists/main_cause/codes", CODE | {"label": None, "label_en": None}),
        ("banner_officer", "/divisions/150522100200/split", SPLIT),
        ("banner_officer", "/divisions/150522100200/split", SPLIT | {"on": "2999-01-01"}),
        ("banner_officer", "/divisions/150522100200/split", SPLIT | {"into": []}),
        ("banner_officer", "/division-mergers", {"predecessors": ["150522100200"], "into": "150522100", "on": "2018-06-01"}),
        ("banner_officer", "/division-mergers", {"predecessors": [], "into": "150522100200"}),
        ("township_officer", "/households", {"village": "150522100200", "members": [member("Bo", "02")]}),
        ("township_officer", "/households",
         {"village": "150522100200", "is_synthetic": True, "members": [member("Bo", "01", sex="1"), member("Wu", "01")]}),
        ("township_officer", "/households",
         {"village": "150522100200", "values": {"main_cause": "zz", "cultivated_mu": "many"}, "members": [member("Bo", "01")]}),
        ("township_officer", "/households", {"village": "nowhere", "members": [member("Bo", "01")]}),
        ("security_admin", "/postings", {"user": 0, "division": "150522100200", "role": "helper"}),
        ("security_admin", "/users", {"username": "x", "division": "150522100200", "role": "region_officer"}),
        ("security_admin", "/users", {"username": "x", "division": "150522100200", "role": "emperor"}),
    ],
)  # fmt: skip
def test_a_refusal_over_the_api_is_english(cast, who, address, body):
    told = reasons(Program(getattr(cast, who), language="en").post(address, body))
    assert chinese_in(told) == []


def test_nobody_reviews_their_own_request_and_is_told_so_in_english(cast):
    (row,) = propose(
        proposals=[Proposal("publicity.village_days", cast.banner, "10", date(2026, 12, 1), "HQ 1")],
        by=cast.banner_officer,
    )
    own = Program(cast.banner_officer, language="en")
    told = reasons(own.post(f"/overrides/{row.pk}/confirm", {"digest": bytes(row.digest).hex()}))
    assert told == ["Nobody reviews their own request; ask another person"]


def test_the_screens_refuse_in_english_too(cast, client_of):
    english = {"Accept-Language": "en"}
    officer = client_of(cast.banner_officer)
    page = officer.post("/parameters/publicity.village_days/", {
        "division": cast.banner.pk, "value": "10000", "valid_from": "2026-12-01", "document": "HQ 1",
    }, headers=english)  # fmt: skip
    assert chinese_in(page.context["form"].non_field_errors()) == []
    assert "Not above" in " ".join(page.context["form"].non_field_errors())
    household = family(cast.village, by=cast.village_officer)
    answer = client_of(cast.village_officer).post(
        reverse("registry:change", args=[household.number]),
        {"happened_on": "2018-09-01", "mode": "change", "base": "{}", "cultivated_mu": "many", "main_cause": "zz"},
        headers=english,
    )
    told = [str(text) for errors in answer.context["form"].errors.values() for text in errors]
    assert len(told) >= 2
    assert chinese_in(told) == []
