"""Prepared data after a change: what is made again beside what is kept is what a whole new copy would show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from django.test import override_settings
from pyarrow import parquet

from fupin.bulk import preparing, slices, taking
from fupin.bulk.datasets import Field, Type, declared
from fupin.bulk.extracts import Extract
from fupin.core import audit
from fupin.divisions.models import DivisionFact
from fupin.registry import models as register
from fupin.registry.tests.made_register import MadeRegister, forget_extracts

DAYS = (date(2018, 12, 31), date(2017, 6, 30))
Change = Callable[[MadeRegister], None]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_FOLDER = tmp_path
    # In a register of six households half of them are soon affected: here what changed is always made by itself.
    monkeypatch.setattr(preparing, "MOST_SHARE", 10)


@dataclass(frozen=True)
class Kept:
    """The register, and what lies in its folder after it was copied, and after it was prepared for the days, too."""

    made: MadeRegister
    copied: Path
    prepared: Path


@pytest.fixture(scope="module")
def kept(shared_db: None, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Two neighbours in each of three villages, with accounts, findings and a member who once lived elsewhere."""
    made = MadeRegister()
    for place, village in enumerate(made.villages_of("150522", 3)):
        for turn in range(2):
            name = f"{'abc'[place]}{turn}-"
            income = {2017: 2000 + 100 * turn, 2018: 3000 + 1000 * place + 100 * turn}
            household = made.add(name, village, [{"born_on": date(1960, 1, 1)}, {"labour": "04"}], per_head=income)
            register.GuaranteeFinding.objects.create(
                household=household, guarantee="water", outcome="unmet" if turn else "met", valid_from=date(2017, 1, 1)
            )
    copied, prepared = (tmp_path_factory.mktemp("register") / name for name in ("copied", "prepared"))
    with override_settings(DATA_FOLDER=prepared):
        first = taking.take()
        copytree(prepared, copied)
        for on in DAYS:
            content(first, on)
    return Kept(made, copied, prepared)


@pytest.fixture
def made(kept: Kept, db: None) -> MadeRegister:
    forget_extracts()
    return replace(kept.made, households=dict(kept.made.households), persons=dict(kept.made.persons))


def touch(subject: str, row: Any) -> None:
    audit.record(by=None, act="made.changed", subject=f"{subject}:{row.pk}")


def earns(made: MadeRegister) -> None:
    register.IncomeAccount.objects.filter(household=made.households["a0-"], year=2018).update(per_head_fen=999_900)
    touch("household", made.households["a0-"])


def moves_away(made: MadeRegister) -> None:
    facts = register.HouseholdFact.objects.filter(household=made.households["a0-"], valid_to=None)
    village = register.HouseholdFact.objects.get(household=made.households["b0-"], valid_to=None).village
    facts.update(village=village)
    touch("household", made.households["a0-"])


def is_new(made: MadeRegister) -> None:
    made.add("d", made.villages_of("150522", 1)[0], [{}, {}, {}], per_head={2018: 100})


def joins_another(made: MadeRegister) -> None:
    person = made.persons["a0-1"]
    register.Membership.objects.filter(person=person).update(valid_to=date(2018, 6, 1))
    register.Membership.objects.create(
        person=person, household=made.households["c1-"], relation="03", valid_from=date(2018, 6, 1)
    )
    touch("person", person)


def leaves(made: MadeRegister) -> None:
    made.leave("b1-", date(2018, 12, 1))


def is_mended(made: MadeRegister) -> None:
    found = register.GuaranteeFinding.objects.get(household=made.households["c1-"])
    found.outcome = "met"
    found.save()
    touch("guarantee_finding", found)


def tree_changes(made: MadeRegister) -> None:
    village = made.villages_of("150522", 1)[0]
    fact = DivisionFact.objects.get(division=village, valid_to=None)
    other = DivisionFact.objects.filter(code__startswith="150522", division__level="township").exclude(
        division_id=fact.parent_id
    )
    DivisionFact.objects.filter(pk=fact.pk).update(parent_id=other.order_by("code")[0].division_id)
    touch("division", village)
    made.leave("b0-", date(2018, 12, 2))


def content(extract: Extract, on: date) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    for name, declaration in declared.datasets.items():
        columns = ", ".join(f'"{one}"' for one in declaration.names)
        with extract.reading() as cursor:
            sql = f"SELECT {columns} FROM {extract.relation(name, on)} ORDER BY ALL"
            found[name] = cursor.execute(sql).fetchall()
    return found


@pytest.mark.parametrize(
    "change", [earns, moves_away, is_new, joins_another, leaves, is_mended, tree_changes], ids=lambda one: one.__name__
)
@pytest.mark.parametrize("is_warm", [True, False], ids=["prepared before", "not prepared before"])
def test_what_changed_is_made_again_as_a_whole_copy_would(
    kept: Kept, made: MadeRegister, tmp_path: Path, change: Change, is_warm: bool
) -> None:
    copytree(kept.prepared if is_warm else kept.copied, tmp_path, dirs_exist_ok=True)
    first = taking.newest()
    change(made)
    changed = taking.current()
    assert changed.base_stamp == first.stamp
    shown = {on: content(changed, on) for on in DAYS}
    whole = taking.take()
    for on in DAYS:
        assert shown[on] == content(whole, on)


@pytest.mark.parametrize("most", [1, 2, 3])
def test_what_is_made_slice_by_slice_is_what_is_made_at_once(
    made: MadeRegister, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Slices keep a village whole: its mean is that of all its households."""
    joins_another(made)
    at_once = taking.take()
    expected = [content(at_once, on) for on in DAYS]
    monkeypatch.setattr(slices, "most", lambda _dataset: most)
    sliced = taking.take()
    assert [content(sliced, on) for on in DAYS] == expected
    assert parquet.read_metadata(prepared(sliced, "households")).num_row_groups == (2 if most == 3 else 3)
    assert not list(sliced.folder.glob("datasets/*slices*"))


def test_the_one_file_of_what_changed_is_made_range_by_range(
    made: MadeRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    taking.current().path("persons", DAYS[0])
    earns(made)
    monkeypatch.setattr(slices, "most", lambda _dataset: 5)
    changed = taking.current()
    keys = parquet.read_table(changed.path("persons", DAYS[0])).column("person_id").to_pylist()
    assert len(keys) == 12
    assert keys == sorted(keys)
    assert content(changed, DAYS[0]) == content(taking.take(), DAYS[0])


@pytest.mark.parametrize("most", [1, 3])
def test_many_changes_are_made_again_slice_by_slice(
    made: MadeRegister, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """A hundredth of a large register touches every village: what is made again must not all be held at once."""
    content(taking.take(), DAYS[0])
    for change in (earns, moves_away, leaves):
        change(made)
    monkeypatch.setattr(slices, "most", lambda _dataset: most)
    changed = taking.current()
    shown = content(changed, DAYS[0])
    assert parquet.read_metadata(prepared(changed, "households", ".patch")).num_row_groups > 1
    monkeypatch.undo()
    assert shown == content(taking.take(), DAYS[0])


def test_a_second_change_stands_on_the_same_base_and_shows_both(made: MadeRegister) -> None:
    content(taking.take(), DAYS[0])
    earns(made)
    content(taking.current(), DAYS[0])
    joins_another(made)
    moves_away(made)
    assert content(taking.current(), DAYS[0]) == content(taking.take(), DAYS[0])


def prepared(extract: Extract, dataset: str, part: str = "") -> Path:
    return preparing._file(extract, "datasets", dataset, DAYS[0], part)


def test_only_the_affected_are_made_again(made: MadeRegister) -> None:
    """The neighbour is, as the mean of the village is a field of its row, too; the four in other villages are kept."""
    content(taking.take(), DAYS[0])
    earns(made)
    extract = taking.current()
    content(extract, DAYS[0])
    with extract.reading() as cursor:
        made_again = {
            name: cursor.execute(
                f"SELECT count(*) FROM read_parquet('{prepared(extract, name, '.patch')}')"
            ).fetchall()[0][0]
            for name in ("households", "persons")
        }
    assert made_again == {"households": 2, "persons": 2}
    assert not prepared(extract, "households").exists()


def test_where_most_is_affected_everything_is_made_anew(made: MadeRegister, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "MOST_SHARE", 0.1)
    content(taking.take(), DAYS[0])
    earns(made)
    extract = taking.current()
    shown = content(extract, DAYS[0])
    assert prepared(extract, "households").exists()
    assert shown == content(taking.take(), DAYS[0])


def test_the_file_of_a_changed_dataset_holds_all_of_it_in_order(made: MadeRegister) -> None:
    content(taking.take(), DAYS[0])
    leaves(made)
    extract = taking.current()
    path = extract.path("households", DAYS[0])
    with extract.reading() as cursor:
        ids = [row[0] for row in cursor.execute(f"SELECT household_id FROM read_parquet('{path}')").fetchall()]
    assert ids == sorted(household.pk for household in made.households.values())


def test_where_much_has_changed_the_last_extract_becomes_the_base_and_the_database_is_not_copied_again(
    made: MadeRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = taking.take()
    content(first, DAYS[0])
    with monkeypatch.context() as small:
        # Each of these acts alone is less than too much, all of them together are more.
        small.setattr(taking, "MOST_CHANGED", 3)
        small.setattr(taking, "_everything", lambda: pytest.fail("everything was copied again"))
        for number, change in enumerate((earns, joins_another, leaves, is_mended)):
            before = taking.newest()
            change(made)
            now = taking.current()
            content(now, DAYS[number % 2])
            assert now.stamp > before.stamp
        assert now.base_stamp > first.stamp
        shown = {on: content(now, on) for on in DAYS}
    whole = taking.take()
    assert shown == {on: content(whole, on) for on in DAYS}


def test_what_changed_before_the_base_was_made_anew_does_not_come_back(
    made: MadeRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    content(taking.take(), DAYS[0])
    earns(made)
    content(taking.current(), DAYS[0])
    monkeypatch.setattr(taking, "MOST_CHANGED", 2)
    leaves(made)
    now = taking.current()
    assert "household" in now.changed
    assert now.changed["household"] == 1
    assert content(now, DAYS[0]) == content(taking.take(), DAYS[0])


def test_who_comes_too_late_copies_everything(made: MadeRegister, monkeypatch: pytest.MonkeyPatch) -> None:
    first = taking.take()
    monkeypatch.setattr(taking, "MOST_CHANGED", 1)
    for change in (earns, joins_another, leaves, is_mended):
        change(made)
    now = taking.current()
    assert (now.changed, now.base_stamp > first.stamp) == ({}, True)


def test_after_an_upgrade_no_prepared_file_of_an_older_shape_is_read(
    made: MadeRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upgraded program asks for fields that the files of the day before do not have."""
    extract = taking.take()
    before = extract.path("households", DAYS[0])
    households = declared.dataset("households")
    more = (*households.fields, Field("just_added", "新字段", Type.INTEGER))
    newer = replace(households, fields=more, sql=f"SELECT *, 7 AS just_added FROM ({households.sql})")
    monkeypatch.setitem(declared.datasets, "households", newer)
    preparing._shape.cache_clear()
    try:
        after = extract.path("households", DAYS[0])
        assert after != before
        with extract.reading() as cursor:
            relation = extract.relation("households", DAYS[0])
            assert cursor.execute(f"SELECT DISTINCT just_added FROM {relation}").fetchall() == [(7,)]
    finally:
        preparing._shape.cache_clear()
