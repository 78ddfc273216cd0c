"""An extraction beside writers: every figure of it is from one moment, nobody waits for it, and nothing is overlooked."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.db import connection, transaction

from fupin.bulk import spans, taking
from fupin.bulk.datasets import declared
from fupin.bulk.horizon import Horizon, here
from fupin.core import audit
from fupin.core.models import AuditEntry
from fupin.registry import models as register
from fupin.registry.tests.made_register import MadeRegister

pytestmark = pytest.mark.django_db(transaction=True)

WRITER = """
import json, sys
plan = json.load(open(sys.argv[1]))
if plan["kind"] == "sqlite":
    import sqlite3
    # No patience at all: a writer that would have to wait for a reader fails here.
    db = sqlite3.connect(plan["path"], timeout=0, isolation_level=None)
    begin = "BEGIN IMMEDIATE"
else:
    import psycopg
    db = psycopg.connect(plan["dsn"], autocommit=True)
    db.execute("SET lock_timeout = '100ms'")
    begin = "BEGIN"
(turn,) = db.execute("SELECT count(*) FROM core_auditentry WHERE act = 'made.turn'").fetchone()
print("ready", flush=True)
from pathlib import Path
stop = Path(plan["stop"])
while not stop.exists():
    turn += 1
    db.execute(begin)
    for statement in plan["statements"]:
        db.execute(statement.replace("TURN", str(turn)))
    db.execute("COMMIT")
print(turn, flush=True)
"""


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def made(db: None) -> MadeRegister:
    made = MadeRegister()
    here_ = made.villages_of("150522", 1)[0]
    for name in ("a", "b"):
        made.add(name, here_, [{"born_on": date(1960, 1, 1)}], per_head={2018: 0})
    audit.record(by=None, act="made.before", subject="household:1")
    return made


def _database(folder: Path) -> dict[str, str]:
    """The test database as other processes reach it: SQLite keeps it in memory, so it is put into a file first."""
    if connection.vendor == "postgresql":
        return taking.database_of(connection.settings_dict)
    connection.ensure_connection()
    with sqlite3.connect(folder / "file.sqlite3") as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=WAL")
    copy.close()
    return {"kind": "sqlite", "path": str(folder / "file.sqlite3")}


def _statements() -> list[str]:
    """One act: it writes a fact, two accounts in two tables and the trail, the same number everywhere."""
    columns = "at, happened_on, actor, posting, channel, request_id, address, act, subject, detail, digest"
    digest = "decode('00', 'hex')" if connection.vendor == "postgresql" else "x'00'"
    return [
        "UPDATE registry_householdfact SET natural_village = 'TURN'",
        "UPDATE registry_incomeaccount SET per_head_fen = TURN",
        f"INSERT INTO core_auditentry ({columns}) VALUES ('2018-12-31', '2018-12-31', '', '', '', '', '', 'made.turn',"
        f" 'household:1', '{{}}', {digest})",
        "UPDATE registry_personfact SET employer = 'TURN'",
    ]


def _extract(database: dict[str, str], folder: Path) -> dict[str, Any]:
    folder.mkdir()
    plan = {
        "database": database, "data_folder": str(folder.parent), "folder": str(folder), "memory_mb": 512, "threads": 2,
        "sources": {n: {"table": s.table, "columns": dict(s.columns)} for n, s in declared.sources.items()},
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-m", "fupin.bulk.child"], input=json.dumps(plan), capture_output=True,
                          text=True, check=True)  # fmt: skip
    return json.loads(done.stdout)


def _turns(database: dict[str, str], where: str = "TRUE") -> int:
    sql = f"SELECT count(*) FROM core_auditentry WHERE act = 'made.turn' AND {where}"
    if database["kind"] == "sqlite":
        with sqlite3.connect(database["path"]) as db:
            found = db.execute(sql).fetchone()[0]
        db.close()
        return int(found)
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


def _said(folder: Path) -> set[int]:
    """The numbers that the tables of an extract hold: one alone, if they are all of one moment."""
    sql = (
        f"SELECT DISTINCT natural_village FROM '{folder}/household_fact.parquet'"
        f" UNION SELECT CAST(per_head_fen AS VARCHAR) FROM '{folder}/income_account.parquet'"
        f" UNION SELECT employer FROM '{folder}/person_fact.parquet'"
    )
    with duckdb.connect() as db:
        return {int(row[0] or 0) for row in db.execute(sql).fetchall()}


def test_every_table_of_an_extract_is_of_one_moment_and_no_writer_waits_for_it(
    made: MadeRegister, tmp_path: Path
) -> None:
    database = _database(tmp_path)
    plan = {**database, "stop": str(tmp_path / "stop"), "statements": _statements()}
    (tmp_path / "writer.json").write_text(json.dumps(plan), encoding="utf-8")
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path / "writer.json")], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)  # fmt: skip
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        for number in range(3):
            before = _turns(database)
            answer = _extract(database, tmp_path / f"taken{number}")
            said = _said(tmp_path / f"taken{number}")
            assert len(said) == 1
            seen = " AND ".join(
                [f"id <= {answer['stamp']}", *(f"NOT id BETWEEN {a} AND {b}" for a, b in answer["unseen"])]
            )
            # The trail's last entry in it is that of the same moment, too; and the writer went on meanwhile.
            assert said == {_turns(database, seen)}
            assert _turns(database) > before + 1
    finally:
        (tmp_path / "stop").touch()
        _out, failed = writer.communicate(timeout=60)
    assert (writer.returncode, failed) == (0, "")


def test_an_act_that_was_under_way_meanwhile_is_in_the_next_extract(made: MadeRegister) -> None:
    """On PostgreSQL its entries may carry lower numbers than those which the extract saw."""
    written, may_commit = threading.Event(), threading.Event()

    def slow_act() -> None:
        with transaction.atomic():
            register.IncomeAccount.objects.filter(household=made.households["a"]).update(per_head_fen=77)
            audit.record(by=None, act="slow", subject=f"household:{made.households['a'].pk}")
            # So many that no fixed look back would find the first again.
            for _turn in range(1_200):
                audit.record(by=None, act="slow", subject="user:1")
            written.set()
            may_commit.wait(60)
        connection.close()

    if connection.vendor == "sqlite":
        # One writer at a time: nothing can be under way while another act is numbered.
        may_commit.set()
    thread = threading.Thread(target=slow_act)
    thread.start()
    assert written.wait(60)
    if connection.vendor == "sqlite":
        thread.join()
    audit.record(by=None, act="quick", subject=f"household:{made.households['b'].pk}")
    first = taking.take()
    may_commit.set()
    thread.join()
    second = taking.current()
    with second.reading() as cursor:
        sql = f"SELECT per_head_fen FROM {second.relation('households', date(2018, 12, 31))} ORDER BY 1"
        assert cursor.execute(sql).fetchall() == [(0,), (77,)]
    if connection.vendor == "postgresql":
        assert second.id != first.id
        assert second.changed["household"] == 1


def test_what_was_not_there_below_the_highest_number_is_looked_for_again(made: MadeRegister) -> None:
    for _turn in range(3):
        audit.record(by=None, act="x", subject="user:1")
    last = AuditEntry.objects.latest("id").pk
    seen = Horizon(last, ((last - 1, last - 1),))
    assert [one.pk for one in seen.beyond()] == [last - 1]
    assert list(here().beyond()) == []


def test_gaps_are_told_as_spans_and_many_of_them_as_one() -> None:
    with duckdb.connect() as db:
        db.execute("CREATE TABLE few AS SELECT unnest([1, 2, 5, 9, 10]) AS id")
        db.execute("CREATE TABLE many AS SELECT range * 2 AS id FROM range(1, 1001)")

        def run(sql: str) -> list[Any]:
            return db.execute(sql).fetchall()

        assert spans.gaps("few", 10, run) == ((3, 4), (6, 8))
        assert spans.gaps("few", 9, run) == ((3, 4), (6, 8))
        assert spans.gaps("many", 2000, run) == ((1, 1999),)
