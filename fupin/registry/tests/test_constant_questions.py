"""A page asks the database a constant number of questions, however many households, members and entries there are."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fupin.registry.models import Household
from fupin.registry.tests.households import family, member

PAGES = (
    "/households/", "/households/?main_cause=01&state=ordinary", "/households/?m.health=01&fuel=01", "/households/total/",
    "/households/filters/", "/search/?q=宝音", "/households/{number}/", "/households/{number}/change/", "/audit/",
    "/audit/?act=registry.household.add", "/statistics/", "/map/150522/", "/divisions/150522/",
)  # fmt: skip


def asked(browser: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as questions:
        assert browser.get(address).status_code == 200, address
    return len(questions)


def saved(browser: Client, household: Household, remark: str) -> int:
    address = f"/households/{household.number}/change/"
    form = browser.get(address).context["form"]
    data = {bound.html_name: str(bound.value()) for bound in form if bound.value() not in (None, "", [])}
    data |= {"happened_on": "2018-09-01", "mode": "correct", "remark": remark}
    with CaptureQueriesContext(connection) as questions:
        answer = browser.post(address, data)
    assert answer.status_code == 302, answer.context["form"].errors
    return len(questions)


def many(cast: Any) -> Household:
    """Ten more households; the last has eight members."""
    for _turn in range(9):
        family(cast.village, by=cast.village_officer, main_cause="01", fuel="01")
    members = [member("宝音", "01"), *(member(f"敖{n}", "99", born=f"19{60 + n}0101") for n in range(7))]
    return family(cast.village, by=cast.village_officer, members=members, main_cause="01", fuel="01")


@pytest.mark.parametrize("role", ["banner_officer", "region_officer"])
def test_a_page_asks_as_many_questions_about_many_households_as_about_one(cast, client_of, role):
    browser = client_of(getattr(cast, role))
    one = family(cast.village, by=cast.village_officer, members=[member("宝音", "01")], main_cause="01", fuel="01")
    for page in PAGES:
        browser.get(page.format(number=one.number))  # what a process reads once is read by now
    before = {page: asked(browser, page.format(number=one.number)) for page in PAGES}
    large = many(cast)
    after = {page: asked(browser, page.format(number=large.number)) for page in PAGES}
    assert after == before


def test_saving_asks_as_many_questions_for_a_large_household_among_many_as_for_a_small_one(cast, client_of):
    browser = client_of(cast.banner_officer)
    one = family(cast.village, by=cast.village_officer, members=[member("宝音", "01")], main_cause="01", fuel="01")
    saved(browser, one, "甲")
    assert saved(browser, many(cast), "乙") == saved(browser, one, "丙")
