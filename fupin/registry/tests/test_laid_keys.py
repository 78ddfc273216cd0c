"""Names and phones that an import brings are found once each, whatever happens while they are written."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from bench.made_up import write_csv
from fupin.core.imports import runs
from fupin.registry import cards
from fupin.registry.intake import merging
from fupin.registry.models import Household, Membership, PersonFact, SearchKey

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2018, 12, 31)


class _Stopped(Exception):
    """The process is gone."""


@pytest.fixture
def accepted(tmp_path, settings, monkeypatch):
    """An accepted import of persons in five parts, its households in the register."""
    settings.DATA_FOLDER = tmp_path
    monkeypatch.setattr("fupin.registry.intake.persons.SLICE", 10)
    monkeypatch.setattr("fupin.registry.intake.keys.FIRST_ROWS", 8)
    households, persons, _made = write_csv(tmp_path, 50, ["150522100201", "150522100202"], seed=7, start=800_000)
    for ledger, path in (("households", households), ("persons", persons)):
        run = runs.open_run(ledger=ledger, files=[runs.Given(path, path.name)], by=None, on=DAY)
        run = runs.accept(run=runs.stage(run=run, by=None), by=None)
        if ledger == "households":
            runs.merge(run=run, by=None)
    assert len(list(runs.folder_of(run).glob("plan-*.parquet"))) > merging.FEW_PARTS
    return run


def before_a_part(monkeypatch, number, act) -> None:
    """Let something happen once the import is about to write the rows of its nth part."""
    write, parts = merging._write, []

    def watched(merge_, part, group):
        if part.name not in parts:
            parts.append(part.name)
            if len(parts) == number:
                act(part)
        write(merge_, part, group)

    monkeypatch.setattr(merging, "_write", watched)


def keys() -> Counter:
    columns = ("key", "pinyin", "initials", "banner_id", "village_id", "household_id", "person_id")
    return Counter(SearchKey.objects.values_list(*columns))


def assert_right() -> None:
    found = keys()
    cards.refresh_keys(list(Household.objects.values_list("pk", flat=True)))
    assert found == keys()
    assert found.total() > Membership.objects.count() > 0


def merged(run):
    run.refresh_from_db()
    return runs.merge(run=run, by=None)


def test_every_name_and_phone_is_found_once(accepted):
    assert merged(accepted).rejected == 0
    assert_right()


def test_also_when_somebody_makes_the_keys_of_these_households_anew_meanwhile(accepted, monkeypatch):
    before_a_part(monkeypatch, 2, lambda part: cards.refresh_keys(part.portions[0].households))
    assert merged(accepted).rejected == 0
    assert_right()


@pytest.mark.parametrize("part", [2, 5])
def test_also_when_the_import_is_killed_meanwhile(accepted, monkeypatch, part):
    def stop(_part):
        raise _Stopped

    with monkeypatch.context() as patch:
        before_a_part(patch, part, stop)
        with pytest.raises(_Stopped):
            merged(accepted)
    assert merged(accepted).rejected == 0
    assert_right()


def test_a_row_that_is_given_back_leaves_no_key(accepted, monkeypatch):
    def change(part):
        """An officer corrects the record of a head: what the plan read of it is no longer there."""
        acts = next(each.removes + each.closes for each in part.portions if each.removes + each.closes)
        ids = next(ids for table, ids in acts if table == "registry_personfact")
        fact = PersonFact.objects.get(pk=ids[0])
        household = Membership.objects.open().get(person_id=fact.person_id).household_id
        fact.delete()
        cards.refresh_keys([household])

    before_a_part(monkeypatch, 2, change)
    assert merged(accepted).rejected > 0
    assert_right()
