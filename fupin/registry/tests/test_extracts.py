"""Extracts: what is copied, how a change reaches the next one, and that both roads copy the same."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from fupin.bulk import extracts, taking
from fupin.bulk.datasets import declared
from fupin.registry import models as register
from fupin.registry.tests.made_register import MadeRegister

YEAR_END = date(2018, 12, 31)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def made(db: None) -> MadeRegister:
    made = MadeRegister()
    here, there = made.villages_of("150522", 2)
    made.add(
        "a", here, [{"born_on": date(1960, 1, 1)}, {"born_on": date(2010, 1, 1)}], per_head={2017: 2000, 2018: 3000}
    )
    made.add("b", there, [{"born_on": date(1980, 1, 1)}], cause="09")
    return made


def rows(extract: extracts.Extract, dataset: str, columns: str, on: date = YEAR_END) -> list[tuple[Any, ...]]:
    cursor = extract.cursor()
    try:
        return cursor.execute(f"SELECT {columns} FROM {extract.relation(dataset, on)} ORDER BY ALL").fetchall()
    finally:
        cursor.close()


def test_an_extract_shows_the_register_as_of_any_day(made: MadeRegister) -> None:
    made.leave("a", date(2017, 12, 5))
    extract = taking.take()
    assert rows(extract, "households", "persons, is_registered", date(2016, 12, 31)) == [(1, True), (2, True)]
    assert rows(extract, "households", "persons, is_registered") == [(1, True), (2, False)]
    assert rows(extract, "households", "persons", date(2013, 12, 31)) == []


@pytest.mark.parametrize("fewer", ["a table", "a column"])
def test_after_an_upgrade_that_reads_more_everything_is_copied_anew(
    made: MadeRegister, monkeypatch: pytest.MonkeyPatch, fewer: str
) -> None:
    with monkeypatch.context() as before:
        if fewer == "a table":
            before.delitem(declared.sources, "reference_figure")
        else:
            facts = declared.sources["person_fact"]
            some = dict(list(facts.columns.items())[:-1])
            before.setitem(declared.sources, "person_fact", replace(facts, columns=some))
        old = taking.take()
        assert taking.newest().id == old.id
    extracts._known.clear()  # the upgraded program is another process
    assert taking.newest().id != old.id
    assert rows(taking.newest(), "households", "persons") == [(1,), (2,)]


def test_the_status_of_the_last_day_holds_and_the_day_of_exit_does_not(made: MadeRegister) -> None:
    made.leave("a", date(2017, 12, 5))
    extract = taking.take()
    registered = "count(*) FILTER (is_registered)"
    assert rows(extract, "households", registered, date(2017, 12, 4)) == [(2,)]
    assert rows(extract, "households", registered, date(2017, 12, 5)) == [(1,)]


def test_income_is_that_of_the_year_with_the_year_before_beside_it(made: MadeRegister) -> None:
    extract = taking.take()
    columns = 'income_year, per_head_fen, "previous.per_head_fen"'
    assert rows(extract, "households", columns)[0] == (2018, 300_000, 200_000)
    assert rows(extract, "households", columns, date(2017, 6, 30))[0] == (2017, 200_000, None)


def test_an_age_is_full_on_the_birthday_and_not_a_day_before(made: MadeRegister) -> None:
    extract = taking.take()
    ages = "age"
    assert (57,) in rows(extract, "persons", ages, date(2017, 12, 31))
    assert (58,) in rows(extract, "persons", ages, date(2018, 1, 1))


def test_a_change_is_in_the_next_extract_and_the_old_one_stays_as_it_was(made: MadeRegister) -> None:
    first = taking.take()
    made.leave("a", date(2018, 12, 1))
    assert first.changes_since() == 1
    second = taking.current()
    assert second.id != first.id
    assert second.base_stamp == first.stamp
    assert second.changes_since() == 0
    assert rows(first, "households", "count(*) FILTER (is_registered)") == [(2,)]
    assert rows(second, "households", "count(*) FILTER (is_registered)") == [(1,)]
    assert taking.current() is second


def test_a_household_that_is_new_and_a_person_who_moved_are_in_the_next_extract(made: MadeRegister) -> None:
    taking.take()
    made.add("c", made.villages_of("150522", 1)[0], [{}, {}, {}])
    moved = made.persons["a1"]
    register.Membership.objects.filter(person=moved).update(valid_to=date(2018, 6, 1))
    register.Membership.objects.create(
        person=moved, household=made.households["b"], relation="03", valid_from=date(2018, 6, 1)
    )
    from fupin.core import audit

    audit.record(by=None, act="made.moved", subject=f"person:{moved.pk}")
    assert rows(taking.current(), "households", "persons") == [(1,), (2,), (3,)]
    again = taking.take()
    assert rows(again, "households", "persons, is_registered") == rows(
        taking.current(), "households", "persons, is_registered"
    )


def test_no_sealed_value_leaves_the_database() -> None:
    columns = {column for source in declared.sources.values() for column in source.columns}
    assert not {column for column in columns if column.endswith("_sealed")}


@pytest.mark.django_db(transaction=True)
def test_the_child_process_copies_what_this_connection_reads(tmp_path: Path) -> None:
    made = MadeRegister()
    made.add(
        "a", made.villages_of("150522", 1)[0], [{"born_on": date(1960, 1, 1)}], cultivated_mu="3.50", is_herder=True
    )
    with transaction.atomic():
        mine = taking.take()
    theirs = _by_child(_database(tmp_path), tmp_path)
    assert theirs["stamp"] == mine.stamp
    for name in declared.sources:
        assert theirs["files"][name]["rows"] == mine.files[name]["rows"], name
        assert _content(tmp_path / "theirs" / f"{name}.parquet") == _content(mine.folder / f"{name}.parquet"), name


def _database(folder: Path) -> dict[str, str]:
    """The test database as the child can reach it: SQLite keeps it in memory, so it is put into a file first."""
    if connection.vendor == "postgresql":
        return taking.database_of(connection.settings_dict)
    connection.ensure_connection()
    with sqlite3.connect(folder / "file.sqlite3") as copy:
        connection.connection.backup(copy)
    copy.close()
    return {"kind": "sqlite", "path": str(folder / "file.sqlite3")}


def _by_child(database: dict[str, str], folder: Path) -> dict[str, Any]:
    (folder / "theirs").mkdir()
    plan = {
        "database": database, "data_folder": str(folder), "folder": str(folder / "theirs"), "memory_mb": 512, "threads": 1,
        "sources": {n: {"table": s.table, "columns": dict(s.columns)} for n, s in declared.sources.items()},
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-m", "fupin.bulk.child"], input=json.dumps(plan), capture_output=True,
                          text=True, check=True)  # fmt: skip
    return json.loads(done.stdout)


def _content(path: Path) -> list[tuple[Any, ...]]:
    import duckdb

    with duckdb.connect() as db:
        return db.execute(f"SELECT * FROM read_parquet('{path}') ORDER BY 1").fetchall()


def test_an_extract_that_a_screen_used_stays_and_an_old_one_goes(made: MadeRegister) -> None:
    made_ids = []
    for number in range(5):
        made.add(f"x{number}", made.villages_of("150522", 1)[0], [{}])
        made_ids.append(taking.current().id)
    hour = time.time() - extracts.KEEP_SECONDS - 60
    for one in made_ids:
        os.utime(extracts.folder() / one, (hour, hour))
    extracts.load(made_ids[1]).used()
    assert extracts.clean() == 1
    with pytest.raises(extracts.NoExtract):
        extracts.load(made_ids[0])
    assert extracts.load(made_ids[1]).id == made_ids[1]


@pytest.mark.parametrize("name", ["../secret", "", "nothing"])
def test_no_other_folder_is_ever_opened_as_an_extract(db: None, name: str) -> None:
    with pytest.raises(extracts.NoExtract):
        extracts.load(name)
