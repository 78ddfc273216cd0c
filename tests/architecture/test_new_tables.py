"""A new database gets its tables at once, an older one through migrations: both end in the same tables.

That of the tests is a new one; beside it another goes through every migration.
"""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tests.architecture.described import described

OTHER = (
    # A column that the program no longer has: the next release takes it out of databases that hold it.
    "registry_personidentity|near_tokens|",
    # Of Django's own groups, which no one uses: its migrations count their rows in a wider number than its models do.
    "auth_group_permissions|id|",
)
PROJECT = Path(__file__).resolve().parents[2]


@contextmanager
def empty(folder):
    """The address of a database in which there is nothing."""
    address = os.environ.get("FUPIN_DATABASE", "")
    if not address.startswith("postgresql"):
        yield f"sqlite:///{folder / 'new.sqlite3'}"
        return
    import psycopg

    with psycopg.connect(address, autocommit=True) as server:
        server.execute("CREATE DATABASE new_tables ENCODING 'UTF8' TEMPLATE template0")
        try:
            yield urlsplit(address)._replace(path="/new_tables").geturl()
        finally:
            server.execute("DROP DATABASE new_tables")


@pytest.mark.django_db
def test_a_new_database_has_the_tables_indexes_and_references_that_the_migrations_end_in(tmp_path):
    with empty(tmp_path) as address:
        environment = os.environ | {"FUPIN_DATABASE": address, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        done = subprocess.run(
            [sys.executable, "-m", "tests.architecture.described"], cwd=PROJECT, env=environment, check=True,
            capture_output=True, text=True,
        )  # fmt: skip
    migrated = json.loads(done.stdout)
    assert migrated.pop("state") == "current"
    made = json.loads(json.dumps(described(connection)))
    for kind, things in migrated.items():
        assert _compared(made[kind]) == _compared(things), kind


def _compared(things):
    return {one for one in things if not one.startswith(OTHER)}
