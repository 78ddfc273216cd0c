"""An import leaves the database and the processor to those who save forms, where there are many; alone it keeps its pace."""

import math
from types import SimpleNamespace

import pytest

from fupin.core import preferences
from fupin.core.models import Preference
from fupin.registry.intake import beside


@pytest.fixture
def connection(monkeypatch):
    """The connection of the import, on which it meets others."""
    made = SimpleNamespace(vendor="sqlite", others_at=-math.inf)
    monkeypatch.setattr(beside, "connection", made)
    return made


@pytest.fixture
def rests(monkeypatch):
    """The seconds that an import rested."""
    found: list[float] = []
    monkeypatch.setattr(beside.time, "sleep", found.append)
    return found


def write(others, connection, *, met: bool) -> float:
    """One transaction of 0.06 s, before which somebody else was met, or nobody."""
    if met:
        connection.others_at = beside.time.monotonic()
    return others.wrote(0.06)


def test_alone_an_import_never_rests(rests, connection):
    others = beside.Others()
    assert {write(others, connection, met=False) for _ in range(50)} == {beside.LOCK_SECONDS["sqlite"]}
    assert rests == []


def test_it_does_not_rest_for_somebody_who_saves_now_and_then(rests, connection):
    others = beside.Others()
    for number in range(100):
        write(others, connection, met=number % 10 == 0)
    assert rests == []


def test_where_many_save_it_holds_the_database_for_less_and_rests_as_long_as_it_wrote(rests, connection):
    others = beside.Others()
    seconds = [write(others, connection, met=number % 2 == 0) for number in range(100)]
    assert set(seconds[20:]) == {beside.BESIDE_OTHERS_SECONDS}
    assert set(rests) == {0.06}
    assert len(rests) > 80


def test_once_they_have_gone_it_takes_up_its_pace_again(rests, connection):
    others = beside.Others()
    for _ in range(20):
        write(others, connection, met=True)
    rests.clear()
    for _ in range(40):
        write(others, connection, met=False)
    assert 0 < len(rests) < 20
    assert write(others, connection, met=False) == beside.LOCK_SECONDS["sqlite"]


@pytest.mark.django_db
def test_who_has_no_draft_waits_for_nobody_to_forget_it(cast, django_assert_num_queries):
    with django_assert_num_queries(1):
        preferences.write(cast.village_officer, "draft:change", None)
    preferences.write(cast.village_officer, "draft:change", "x")
    preferences.write(cast.village_officer, "draft:change", None)
    assert not Preference.objects.exists()
