"""Imports, and an import and an officer, truly at once at the same households: each ends, and nothing is lost."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from fupin.core.imports.models import ImportRun
from fupin.core.tests.at_once import wait_for_somebody_waiting
from fupin.registry.models import Membership, PersonFact
from fupin.registry.operations.acts import lock_households
from fupin.registry.tests.households import id_number
from fupin.registry.tests.test_giving_back import (
    _a_portion_for_each_household,
    cause,
    change,
    counts,
    plan,
    two,
    write,
)
from fupin.registry.tests.test_imports_beside_others import child
from fupin.registry.tests.test_undone_writing import at_once

__all__ = ["_a_portion_for_each_household", "plan", "two"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _many_portions_in_a_transaction(monkeypatch):
    at_once(monkeypatch, 24)


def written_between(run: ImportRun, first, then) -> ImportRun:
    """Write an import while somebody who has done the first thing, in one transaction, goes on to the second. On SQLite
    one of them waits for its turn before it reads anything, so they are done one after another."""
    if connection.vendor == "sqlite":
        with transaction.atomic():
            first()
            then()
        return write(run)
    met: list[ImportRun | Exception] = []

    def try_write():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET deadlock_timeout = '3s'")
            met.append(write(run))
        except Exception as error:
            met.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=try_write)
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Of two who wait for each other it is the import that PostgreSQL ends.
            cursor.execute("SET LOCAL deadlock_timeout = '40s'")
        first()
        thread.start()
        wait_for_somebody_waiting()
        then()
    thread.join(60)
    (found,) = met
    assert isinstance(found, ImportRun), found
    return found


def test_an_officer_who_holds_a_household_saves_it_and_the_import_goes_on_behind(cast, two, plan):
    one, other, rows = two
    run = plan("households", *rows)
    run = written_between(run, lambda: lock_households({one.pk: None}), lambda: change(cast, one, main_cause="05"))
    assert (run.state, counts(run), run.reasons) == ("done", (0, 1, 1), {"changed_meanwhile": 1})
    assert (cause(one), cause(other)) == ("05", "03")


@pytest.mark.parametrize("order", [1, -1])
def test_two_imports_of_the_same_households_at_once_end_and_each_row_is_written_or_comes_back(two, plan, order):
    one, other, rows = two
    before = members(one, other)
    cards = [id_number(f"20{at}0101") for at in range(10, 14)]
    new = [child(household, card) for household, card in zip((one, other) * 2, cards, strict=True)]
    runs_ = [plan("persons", *new), plan("persons", *new[::order])]
    others = [
        plan("households", *rows),
        plan("households", *({**row, "主要致贫原因": "因残"} for row in rows[::order])),
    ]
    for pair in (runs_, others):
        ended = side_by_side(pair)
        assert [run.state for run in ended] == ["done", "done"]
        assert all(run.created + run.updated + run.rejected == run.read for run in ended)
        assert all(run.reasons in ({}, {"changed_meanwhile": run.rejected}) for run in ended)
    assert sum(ImportRun.objects.get(pk=run.pk).created for run in runs_) == 4
    assert PersonFact.objects.open().filter(name="苏和").count() == 4
    assert members(one, other) == before + 4
    assert {cause(one), cause(other)} <= {"02", "03"}


def members(*households) -> int:
    return Membership.objects.open().filter(household__in=households).count()


def side_by_side(pair) -> list[ImportRun]:
    if connection.vendor == "sqlite":
        return [write(run) for run in pair]
    ended: dict[int, ImportRun | Exception] = {}
    barrier = threading.Barrier(2)

    def go(at, run):
        try:
            barrier.wait(20)
            ended[at] = write(run)
        except Exception as error:
            ended[at] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=each) for each in enumerate(pair)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    found = [ended[0], ended[1]]
    assert all(isinstance(run, ImportRun) for run in found), found
    return found
