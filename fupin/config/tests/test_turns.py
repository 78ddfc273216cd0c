"""Writers of an SQLite register take turns, whoever is in a hurry."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler

from fupin.config.database import database_settings

pytestmark = pytest.mark.django_db  # not of the suite's database, but of databases at all


def connections(path):
    """A handler of its own: each thread that asks it has its own connection."""
    given = database_settings(f"sqlite:///{path}", path.parent)
    return ConnectionHandler({"default": given | {"TIME_ZONE": None}})


@pytest.fixture
def register(tmp_path):
    path = tmp_path / "register.sqlite3"
    handler = connections(path)
    with handler["default"].cursor() as cursor:
        cursor.execute("CREATE TABLE saved (at REAL)")
    handler["default"].close()
    return path


def write(connection, seconds=0.0):
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO saved VALUES (1)")
        time.sleep(seconds)
    connection.commit()
    connection.set_autocommit(True)


IMPORT = """
import django, sys, time
django.setup()
from pathlib import Path
from fupin.config.tests.test_turns import connections, write
own, until = connections(Path(sys.argv[1]))["default"], time.monotonic() + 60
while time.monotonic() < until:
    write(own, 0.1)
    print("written", flush=True)
"""


def assert_is_not_the_last(register, act):
    """Five acts are done before another process ends that writes for a minute without a pause."""
    handler = connections(register)
    importing = subprocess.Popen([sys.executable, "-c", IMPORT, str(register)], stdout=subprocess.PIPE)
    try:
        importing.stdout.readline()
        for _ in range(5):
            act(handler["default"])
        assert importing.poll() is None
    finally:
        importing.kill()
        importing.communicate()
        handler["default"].close()


def test_who_saves_beside_an_import_waits_for_the_transaction_it_is_in_and_not_for_the_import(register):
    assert_is_not_the_last(register, write)


def test_a_single_statement_takes_its_turn_too(register):
    def insert(connection):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO saved VALUES (2)")

    assert_is_not_the_last(register, insert)


def test_a_writer_without_end_is_waited_for_as_long_as_was_said_and_then_named(register):
    handler = connections(register)
    handler.settings["default"]["OPTIONS"]["timeout"] = 0.2
    holder = connections(register)
    holder["default"].set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with holder["default"].cursor() as cursor:
        cursor.execute("INSERT INTO saved VALUES (1)")
    with pytest.raises(OperationalError, match="locked"):
        write(handler["default"])
    holder["default"].rollback()
    for each in (holder, handler):
        each["default"].close()
