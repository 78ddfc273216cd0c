"""Frozen years answer from their files ever after."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fupin.bulk import taking
from fupin.core.refusals import Refused
from fupin.registry import snapshots
from fupin.registry.tests.made_register import MadeRegister

TODAY = date(2019, 1, 5)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def made(db: None) -> MadeRegister:
    made = MadeRegister()
    made.add("a", made.villages_of("150522", 1)[0], [{}, {}])
    return made


def test_a_year_is_frozen_once_and_only_when_it_is_over(made: MadeRegister) -> None:
    extract = taking.current()
    with pytest.raises(Refused, match="尚未结束"):
        snapshots.freeze(year=2019, extract=extract, by=None, on=date(2019, 12, 30))
    row = snapshots.freeze(year=2018, extract=extract, by=None, on=TODAY)
    assert row.files["households"]["rows"] == 1
    assert snapshots.is_frozen(date(2018, 12, 31))
    assert not snapshots.is_frozen(date(2018, 12, 30))
    with pytest.raises(Refused, match="已冻结"):
        snapshots.freeze(year=2018, extract=extract, by=None, on=TODAY)
    assert snapshots.verify() == []


def test_people_stand_in_it_by_their_permanent_number(made: MadeRegister, tmp_path: Path) -> None:
    snapshots.freeze(year=2018, extract=taking.current(), by=None, on=TODAY)
    import duckdb

    with duckdb.connect() as db:
        path = tmp_path / "snapshots" / "2018" / "persons.parquet"
        found = db.execute(f"SELECT number FROM read_parquet('{path}') ORDER BY number").fetchall()
    assert [number for (number,) in found] == sorted(person.number for person in made.persons.values())


def test_a_changed_a_removed_and_an_added_file_are_found(made: MadeRegister, tmp_path: Path) -> None:
    snapshots.freeze(year=2018, extract=taking.current(), by=None, on=TODAY)
    place = tmp_path / "snapshots" / "2018"
    assert {path.stat().st_mode & 0o777 for path in place.glob("*.parquet")} == {0o440}  # nobody writes them by mistake
    (place / "persons.parquet").chmod(0o600)
    (place / "persons.parquet").write_bytes(b"other")
    (place / "income.parquet").unlink()
    (place / "more.parquet").write_bytes(b"")
    assert [(one.file, one.fault) for one in snapshots.verify()] == [
        ("income.parquet", "文件不在"), ("persons.parquet", "文件被改动"), ("more.parquet", "多出的文件")
    ]  # fmt: skip
