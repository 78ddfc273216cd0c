"""A database of an earlier version is refused, then upgraded with nothing lost; one of a later version is left alone."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.releases import KEYS, backups

PROJECT = Path(__file__).resolve().parents[2]


def run(folder, *arguments, code=0, module="fupin"):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("FUPIN_", "DJANGO_"))}
    environment |= {"FUPIN_DATA": str(folder), "FUPIN_LANG": "zh", "DJANGO_SETTINGS_MODULE": "fupin.config.settings"}
    done = subprocess.run(
        [sys.executable, *(["-m", module] if module else ["-c"]), *map(str, arguments)],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done


def serve():
    """The command at an address that nobody uses: an address in use is refused before the database is looked at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return ["serve", "--port", str(probe.getsockname()[1])]


def rows(folder):
    with closing(sqlite3.connect(folder / "fupin.sqlite3")) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for name in names
            if name.startswith(("divisions_", "registry_", "accounts_", "core_auditentry"))
        }


def search_keys(folder):
    with closing(sqlite3.connect(folder / "fupin.sqlite3")) as database:
        columns = "key, pinyin, initials, banner_id, village_id, household_id, person_id"
        return set(database.execute(f"SELECT {columns} FROM registry_searchkey"))


def rebuilt(folder):
    code = "import django; django.setup(); from fupin.registry import cards; cards.rebuild()"
    run(folder, code, module=None)
    return search_keys(folder)


@pytest.fixture
def place(tmp_path):
    run(tmp_path, "init")
    return tmp_path


def test_an_older_database_is_refused_until_init_has_upgraded_it(place):
    run(place, "migrate", "mfa", "0002", "-v", "0", module="django")
    before = rows(place)
    refusal = run(place, *serve(), code=2).stderr
    assert "fupin init" in refusal
    assert "mfa.0003" in refusal
    assert json.loads(run(place, "init", "--json").stdout)["upgraded"] is True
    assert rows(place) == before
    assert json.loads(run(place, "audit", "verify", "--json").stdout)["broken"] == []


def test_a_newer_database_is_neither_served_nor_touched(place):
    with closing(sqlite3.connect(place / "fupin.sqlite3")) as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('core', '9999_later', '2030-01-01')"
        )
        database.commit()
    before = rows(place)
    file = place / "户.csv"
    file.write_text("行政村,户主姓名,户主证件号\n", encoding="utf-8")
    commands = (
        serve(), ["init"], ["worker"], ["import", "households", str(file)], ["export", "households", "-o", str(file)],
        ["user", "add", "somebody", "--role", "auditor", "--division", "150522"], ["token", "add", "somebody"],
        ["figures", "--division", "150522", "--period", "2018"], ["snapshot", "--year", "2018"], ["snapshot", "verify"],
        ["audit", "verify"], ["backup", str(place / "kept.fupin")], ["keys", "status"],
    )  # fmt: skip
    for command in commands:
        assert "9999_later" in run(place, *command, code=2).stderr, command
    assert rows(place) == before


def test_an_empty_place_is_told_to_be_prepared_first(tmp_path):
    (tmp_path / "keys.env").write_text(KEYS, encoding="utf-8")
    for command in (
        serve(),
        ["snapshot", "--year", "2018"],
        ["user", "add", "x", "--role", "auditor", "--division", "15"],
    ):
        assert "fupin init" in run(tmp_path, *command, code=2).stderr, command


def test_every_released_version_is_restored_and_upgraded(tmp_path):
    released = backups()
    assert released
    for path in released:
        folder = tmp_path / path.stem
        folder.mkdir()
        (folder / "keys.env").write_text(KEYS, encoding="utf-8")
        assert json.loads(run(folder, "restore", path, "--json").stdout)["broken"] == []
        assert json.loads(run(folder, "init", "--json").stdout)["divisions"] == 15938
        kept = rows(folder)
        assert (kept["registry_household"], kept["registry_incomeaccount"]) == (60, 60)
        assert search_keys(folder) == rebuilt(folder)
        assert json.loads(run(folder, "audit", "verify", "--json").stdout)["broken"] == []
