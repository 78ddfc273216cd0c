"""Two processes at one import: one that was believed dead wakes up, or the same command was given twice."""

from __future__ import annotations

import pytest

from bench.made_up import id_number
from fupin.core.imports import previewing, runs
from fupin.core.imports.models import ImportRun
from fupin.core.models import AuditEntry
from fupin.core.refusals import Refused
from fupin.registry.intake import merging, planning
from fupin.registry.models import Household, HouseholdFact, Membership
from fupin.registry.tests.test_intake import DAY, NEXT, carry, give, household, village

__all__ = ["give", "village"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_portion_for_each_household(monkeypatch):
    monkeypatch.setattr(planning, "PORTION_ROWS", 1)
    monkeypatch.setattr(merging._Pace, "learn", lambda *_measured: None)


def numbers():
    return [id_number(at, f"196{at}0101", 1) for at in range(5)]


def staged(village, tmp_path, **more):
    path = tmp_path / f"h{len(more)}.csv"
    rows = [household(village, number=number, **more) for number in numbers()]
    path.write_text("\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)]), encoding="utf-8")
    return path


def merging_of(path, on):
    run = carry("households", path, on=on, accept=False)
    return runs.accept(run=run, by=None)


@pytest.mark.parametrize("changes", [False, True])
@pytest.mark.parametrize("after", [1, 3])
def test_who_wakes_up_behind_another_writes_nothing_twice_and_says_so(village, tmp_path, monkeypatch, changes, after):
    path = staged(village, tmp_path)
    if changes:
        assert carry("households", path, on=DAY).created == 5
        path = staged(village, tmp_path, 备注="改")
    run = merging_of(path, NEXT)
    write, count = merging._write, iter(range(1, 100))

    def interrupted(*arguments):
        write(*arguments)
        if next(count) == after:
            monkeypatch.setattr(merging, "_write", write)
            runs.merge(run=ImportRun.objects.get(pk=run.pk), by=None)
            monkeypatch.setattr(merging, "_write", write)

    monkeypatch.setattr(merging, "_write", interrupted)
    with pytest.raises(Refused) as caught:
        runs.merge(run=run, by=None)
    assert caught.value.code == "taken_over"
    run.refresh_from_db()
    assert (run.state, run.created + run.updated, run.rejected, run.done) == ("done", 5, 0, 5)
    assert Household.objects.count() == Membership.objects.filter(valid_to=None).count() == 5
    assert HouseholdFact.objects.count() == (10 if changes else 5)
    assert AuditEntry.objects.filter(act="households.import").count() == (10 if changes else 5)
    assert "given_back" not in run.options


@pytest.mark.parametrize("refuses", [False, True])
def test_who_ends_checking_behind_another_leaves_what_the_other_staged(village, tmp_path, monkeypatch, refuses):
    path = staged(village, tmp_path)
    run = runs.open_run(ledger="households", files=[runs.Given(path, path.name)], by=None, on=DAY)
    summarise = previewing.summarise

    def late(*arguments):
        monkeypatch.setattr(previewing, "summarise", summarise)
        assert runs.stage(run=ImportRun.objects.get(pk=run.pk), by=None).state == "ready"
        if refuses:
            raise Refused("x", "x")
        summarise(*arguments)

    monkeypatch.setattr(previewing, "summarise", late)
    found = runs.stage(run=run, by=None)
    assert (found.state, found.read) == ("ready", 5)
    assert runs.merge(run=runs.accept(run=found, by=None), by=None).created == 5
