"""Every address of the project against the access table: who is let in, who is refused, who finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from http.cookies import SimpleCookie
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from fupin.accounts.access import ADDRESSES, PUBLIC, SIGNED_IN, Row
from fupin.accounts.roles import PERMISSIONS, ROLES
from tests.architecture.samples import SAMPLES
from tests.cast import PLACES, browser_of, play
from tests.cast import ROLES as CAST

API = "api/v1/"


def addresses(
    resolver: URLResolver | None = None, names: str = "", route: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Every address of the project: (view name with its namespace, or its route), pattern."""
    for entry in (resolver or get_resolver()).url_patterns:
        here = route + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{names}{entry.namespace}:" if entry.namespace else names
            yield from addresses(entry, inner, here)
        elif not here.startswith(API):
            yield (f"{names}{entry.name}" if entry.name else here), entry


PATTERNS = dict(addresses())


def test_every_address_has_a_row_and_every_row_an_address():
    assert sorted(PATTERNS) == sorted(ADDRESSES)


def test_every_row_names_known_permissions_and_places():
    for name, row in ADDRESSES.items():
        assert row.get or row.post, name
        assert {row.get, row.post} <= {"", PUBLIC, SIGNED_IN, *PERMISSIONS}, name
        assert row.place in ("", "nobody", *PLACES), name


def test_every_address_with_a_parameter_has_a_sample():
    with_parameter = {name for name, pattern in PATTERNS.items() if pattern.pattern.converters}
    assert with_parameter - set(SAMPLES) == set()
    assert set(SAMPLES) - set(PATTERNS) == set()


def holds(player: str, permission: str, place: str = "") -> bool:
    """Told from the tables alone: does the player's role carry it, and does the place lie below the posting?"""
    role, code = CAST[player]
    if not role or permission not in ROLES[role].permissions:
        return False
    return not place or PLACES[place].startswith(code.rstrip("0"))


def expected(player: str, row: Row, method: str) -> str:
    """What the table says: allowed, denied (403 or 404), hidden (404) or unanswered (405)."""
    needed = getattr(row, method)
    if not needed:
        return "unanswered"
    if needed in (PUBLIC, SIGNED_IN):
        return "hidden" if row.place == "nobody" else "allowed"
    if not holds(player, needed):
        return "denied"
    there = not row.place or (row.place != "nobody" and holds(player, needed, row.place))
    return "allowed" if there else "hidden"


def at(name: str, cast: SimpleNamespace) -> str:
    """The address of a sample: by its name, or the route itself where it has none."""
    if name not in PATTERNS or not PATTERNS[name].name:
        return f"/{name}"
    return reverse(name, kwargs=SAMPLES[name](cast) if name in SAMPLES else {})


def happened(status: int) -> set[str]:
    """What a status can stand for."""
    return {403: {"denied"}, 404: {"denied", "hidden"}, 405: {"unanswered"}}.get(status, {"allowed"})


@pytest.fixture(scope="module")
def everybody(shared_db: None) -> tuple[SimpleNamespace, dict[str, SimpleCookie]]:
    """The cast, and what the browser of each holds after signing in."""
    cast = play()
    return cast, {player: browser_of(user).cookies for player, user in cast.people.items()}


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_each_person_of_the_cast_gets_what_the_table_says(name, everybody, db):
    """A reading address may ignore the method; an act never answers a GET, which a picture in a mail could send."""
    cast, cookies = everybody
    row, address, wrong = ADDRESSES[name], at(name, cast), []
    for player in cast.people:
        for method in ("get", "post"):
            browser = Client()
            browser.cookies = deepcopy(cookies[player])
            status = getattr(browser, method)(address).status_code
            right = {expected(player, row, method)}
            if method == "post" and not row.post:
                right.add(expected(player, row, "get"))
            if not right & happened(status):
                wrong.append((method, player, right, status))
    assert wrong == []


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_whoever_is_not_signed_in_gets_only_what_is_public(name, everybody, db):
    cast, _cookies = everybody
    row = ADDRESSES[name]
    for method in ("get", "post"):
        if not getattr(row, method):
            continue
        answer = getattr(Client(), method)(at(name, cast))
        leads_to_sign_in = answer.status_code == 302 and answer["Location"].startswith("/sign-in/?next=")
        assert leads_to_sign_in is (getattr(row, method) != PUBLIC), (method, answer.status_code)
