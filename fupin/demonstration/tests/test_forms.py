"""What is made up can be worked with: every form of it is accepted when it is sent back as it was opened."""

from __future__ import annotations

from datetime import date
from html import unescape
from re import findall

import pytest

from bench.made_up import write_csv
from bench.visiting import form_of
from fupin.accounts import scopes
from fupin.core import clock
from fupin.demonstration import loading, places
from fupin.demonstration.story import tell
from fupin.demonstration.tests.loaded import load
from fupin.registry import openings
from fupin.registry.models import HouseholdCard, IncomeAccount, Person, RegisterStatus
from fupin.synthetic.make import Order, make_part, prepare

NUMBER = 24
"""Households of each year's register."""


@pytest.fixture
def send_back(cast, client_of, monkeypatch):
    """`send_back(day, address)`: open a form on a day and send it back unchanged; what speaks against it, or nothing."""
    browser = client_of(cast.region_officer)

    def act(day: date, address: str) -> list[str]:
        monkeypatch.setattr(clock, "today", lambda: day)
        values = form_of(browser.get(address).content.decode(), address)
        answer = browser.post(address, values)
        if answer.status_code == 302:
            return []
        found = findall(r'class="invalid-feedback[^>]*>(.*?)<', unescape(answer.content.decode()))
        return [address, str(answer.status_code), *found]

    return act


def forms() -> list[str]:
    """The forms of every household that is there, of every person and of every income account."""
    homes = [f"/households/{number}/change/" for number in HouseholdCard.objects.values_list("number", flat=True)]
    people = [f"/persons/{number}/change/" for number in Person.objects.filter(
        memberships__valid_to=None).values_list("number", flat=True)]  # fmt: skip
    accounts = [
        f"/households/{account.household.number}/income/{account.year}/change/"
        for account in IncomeAccount.objects.all()
    ]
    return [*homes, *people, *accounts]


@pytest.mark.parametrize("year", [2014, 2016, 2018, 2020, 2023])
def test_every_form_of_a_register_made_up_for_a_year_is_accepted_as_it_stands(send_back, monkeypatch, year):
    day = date(year, 12, 31)
    monkeypatch.setattr(clock, "today", lambda: day)
    openings.open_region()
    part = make_part(prepare(Order(NUMBER, "150522", seed=year, year=year)), 0, year)
    for ledger, frame in (("households", part.households), ("persons", part.persons), ("income", part.income)):
        loading.import_frame(ledger, frame, on=day, by=scopes.SYSTEM)
    assert HouseholdCard.objects.count() == NUMBER

    assert [fault for address in forms() if (fault := send_back(day, address))] == []


def test_every_form_of_the_demonstrations_story_is_accepted_in_whatever_state_the_household_is(send_back, monkeypatch):
    day = places.today_of("banner")
    monkeypatch.setattr(clock, "today", lambda: day)
    openings.open_region()
    load(tell(places.banner_order("150522", 40)))
    assert set(RegisterStatus.objects.open().values_list("status", flat=True)) >= {"03", "04", "05"}

    assert [fault for address in forms() if (fault := send_back(day, address))] == []


def test_every_form_of_the_rows_that_imports_are_measured_with_is_accepted_as_it_stands(
    send_back, monkeypatch, tmp_path
):
    day = date(2018, 12, 31)
    monkeypatch.setattr(clock, "today", lambda: day)
    openings.open_region()
    one, two, _households = write_csv(tmp_path, 3 * NUMBER, ["150522100200"])
    loading.import_file("households", one, on=day, by=scopes.SYSTEM)
    loading.import_file("persons", two, on=day, by=scopes.SYSTEM)

    assert [fault for address in forms() if (fault := send_back(day, address))] == []
