"""The write-ahead log of an SQLite register is the worker's to carry over."""

from __future__ import annotations

from django.db.utils import ConnectionHandler

from fupin.config.database import database_settings
from fupin.core.fair_sqlite3 import log


def test_a_long_log_is_left_by_the_writers_and_carried_over_by_the_worker(tmp_path, monkeypatch, django_db_blocker):
    path = tmp_path / "register.sqlite3"
    given = database_settings(f"sqlite:///{path}", tmp_path)
    with django_db_blocker.unblock():
        own = ConnectionHandler({"default": given | {"TIME_ZONE": None}})["default"]
        with own.cursor() as cursor:
            cursor.execute("CREATE TABLE saved (text)")
            for _each in range(3):
                cursor.execute("INSERT INTO saved VALUES (zeroblob(3000000))")
        assert path.stat().st_size < 1_000_000
        monkeypatch.setattr(log, "connection", own)
        log.carry_over()
        assert path.stat().st_size > 9_000_000
        own.close()


def test_the_settings_say_when_writers_do_it_after_all(tmp_path):
    given = database_settings("", tmp_path)
    assert f"wal_autocheckpoint={log.LATE_PAGES};" in given["OPTIONS"]["init_command"]
