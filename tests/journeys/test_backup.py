"""A backup taken beside a writer, put back into an empty place on SQLite and on the database of this run."""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
import time
import uuid
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

PROJECT = Path(__file__).resolve().parents[2]
ADDRESS = os.environ.get("FUPIN_DATABASE", "")


def fupin(folder, *arguments, database="", code=0):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("FUPIN_", "DJANGO_"))}
    environment |= {"FUPIN_DATA": str(folder), "FUPIN_DATABASE": database, "FUPIN_LANG": "zh"}
    done = subprocess.run(
        [sys.executable, "-m", "fupin", *map(str, arguments)],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout) if done.stdout.startswith("{") else done.stderr


def inside(folder, script, database=""):
    """What a script prints that works on an instance."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FUPIN_", "DJANGO_"))}
    kept |= {"FUPIN_DATA": str(folder), "FUPIN_DATABASE": database, "DJANGO_SETTINGS_MODULE": "fupin.config.settings"}
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, env=kept, capture_output=True, text=True,
                          check=True)  # fmt: skip
    return done.stdout.strip()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("instance")
    fupin(folder, "init", "--json")
    (folder / "files" / "attachments" / "0a").mkdir(parents=True)
    (folder / "files" / "attachments" / "0a" / "photo").write_bytes(b"sealed bytes")
    (folder / "files" / "attachments" / "0a" / "photo").chmod(0o644)  # whatever the mask of the process is
    fupin(folder, "user", "add", "banner", "--role", "banner_officer", "--division", "150522000000", "--json")
    return folder


@pytest.fixture(scope="module")
def backup(place, tmp_path_factory):
    path = tmp_path_factory.mktemp("backup") / "register.fupin"
    return path, fupin(place, "backup", path, "--json")


@pytest.fixture(scope="module")
def later_backup(place, backup, tmp_path_factory):
    """Another of the same place, a day's work later."""
    path = tmp_path_factory.mktemp("later") / "other.fupin"
    fupin(place, "user", "add", "late", "--role", "auditor", "--division", "150522000000", "--json")
    fupin(place, "backup", path, "--json")
    return path


@pytest.fixture
def database():
    """An empty database on the server of this run; SQLite in the data folder otherwise."""
    if not ADDRESS.startswith("postgres"):
        yield ""
        return
    import psycopg

    name = f"restore_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(ADDRESS, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    yield urlunsplit(urlsplit(ADDRESS)._replace(path=f"/{name}"))
    with psycopg.connect(ADDRESS, autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def empty_place(place, folder):
    folder.mkdir()
    shutil.copy(place / "keys.env", folder / "keys.env")
    return folder


def tables(path):
    with tarfile.open(path) as archive:
        manifest = json.load(archive.extractfile("manifest.json"))
    return {table["name"]: (table["rows"], table["sha256"]) for table in manifest["tables"]}, manifest


def test_a_restored_place_is_equal_row_by_row_and_its_trail_holds(place, backup, tmp_path, database):
    path, said = backup
    folder = empty_place(place, tmp_path / "new")
    restored = fupin(folder, "restore", path, "--json", database=database)
    assert (restored["rows"], restored["sha256"], restored["broken"]) == (said["rows"], said["sha256"], [])
    again = tmp_path / "again.fupin"
    fupin(folder, "backup", again, "--json", database=database)
    assert tables(again)[0] == tables(path)[0]
    assert (folder / "files" / "attachments" / "0a" / "photo").read_bytes() == b"sealed bytes"
    assert fupin(folder, "audit", "verify", "--json", database=database)["broken"] == []
    added = fupin(
        folder, "user", "add", "next", "--role", "auditor", "--division", "150522000000", "--json", database=database
    )
    assert added["username"] == "next"
    assert fupin(folder, "audit", "verify", "--json", database=database)["broken"] == []


def test_keys_are_never_in_a_backup_and_only_the_owner_reads_it(place, backup):
    path, _said = backup
    _tables, manifest = tables(path)
    assert not any("keys" in name for name in manifest["files"])
    secrets = [line.partition("=")[2] for line in (place / "keys.env").read_text().splitlines() if "=" in line]
    with tarfile.open(path) as archive:
        body = archive.extractfile("manifest.json").read().decode()
    assert not any(secret.partition(":")[2][:16] in body for secret in secrets if ":" in secret)
    assert path.stat().st_mode & 0o077 == 0


def test_what_an_instance_writes_is_its_owners_alone_to_read(place):
    open_to_others = [path.name for path in place.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]
    assert open_to_others == ["photo"]  # which this test itself laid there


RUN = """
import django
django.setup()
from django.utils import timezone
from fupin.core.imports.models import ImportRun
row = ImportRun(ledger="persons", holds_on="2018-12-31", digest="0" * 64, state=ImportRun.State.READY)
{act}
"""


def test_imports_that_are_under_way_stay_out_of_a_backup_and_are_given_up_by_a_restore(place, tmp_path):
    """Their files hold personal numbers in the clear: who has the backup, and not the keys, must not read them."""
    inside(place, RUN.format(act="row.save()"))
    (place / "imports" / "1").mkdir(parents=True)
    (place / "imports" / "1" / "given-0.csv").write_text("150522196001011234")
    path = tmp_path / "register.fupin"
    fupin(place, "backup", path, "--json")
    assert [name for name in tables(path)[1]["files"] if name.startswith(("imports", "extensions", "temporary"))] == []
    folder = empty_place(place, tmp_path / "new")
    fupin(folder, "restore", path, "--json")
    assert inside(folder, RUN.format(act="print(ImportRun.objects.get().state)")) == "cancelled"
    inside(place, RUN.format(act="ImportRun.objects.all().delete()"))


def test_a_backup_whose_rows_were_altered_is_refused(place, backup, tmp_path):
    altered = tmp_path / "altered.fupin"
    with tarfile.open(backup[0]) as source, tarfile.open(altered, "w:gz") as target:
        for member in source:
            data = source.extractfile(member).read()
            if member.name == "tables/accounts_user.jsonl":
                data = data.replace(b"banner", b"sanner")
            member.size = len(data)
            target.addfile(member, io.BytesIO(data))
    said = fupin(empty_place(place, tmp_path / "new"), "restore", altered, code=2)
    assert "accounts_user" in said


FULL = """
import django
from pathlib import Path
django.setup()
from fupin.core import backups
from fupin.core.backups import {module}
whole = {module}.{name}
def without_room(*arguments):
    {before}
    raise OSError(28, "No space left on device")
{module}.{name} = without_room
try:
    backups.restore(Path({path!r}))
except Exception as fault:
    print(fault)
"""


@pytest.mark.parametrize(("module", "name", "before"), [
    ("files", "_write", "pass"), ("restoring", "_load_tables", "whole(*arguments)"),
    ("files", "Unpacked.move_in", "whole(*arguments)"),
], ids=["the files", "the rows", "the last step"])  # fmt: skip
def test_a_restore_that_found_no_room_leaves_nothing_and_is_done_again(
    place, backup, tmp_path, database, module, name, before
):
    path, said = backup
    folder = empty_place(place, tmp_path / "new")
    script = FULL.format(module=module, name=name, before=before, path=str(path))
    assert "No space left" in inside(folder, script, database)
    left = {file.name.partition(".sqlite3")[0] for file in folder.rglob("*") if file.is_file()}
    assert left <= {"keys.env", "fupin", "register"}
    assert fupin(folder, "restore", path, "--json", database=database)["rows"] == said["rows"]
    assert (folder / "files" / "attachments" / "0a" / "photo").read_bytes() == b"sealed bytes"


def test_a_restore_asks_for_an_empty_place(place, backup):
    assert "已有数据" in fupin(place, "restore", backup[0], code=2)


def test_files_of_a_register_without_its_database_are_no_empty_place(place, backup, tmp_path):
    folder = empty_place(place, tmp_path / "new")
    photo = folder / "files" / "attachments" / "0a" / "another"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"sealed bytes of another register")
    assert "已有文件" in fupin(folder, "restore", backup[0], code=2)
    assert "先运行 fupin init" in fupin(folder, "audit", "verify", code=2)


def test_a_restore_asks_for_the_keys_of_the_backup(backup, tmp_path):
    folder = tmp_path / "keyless"
    folder.mkdir()
    assert "keys.env" in fupin(folder, "restore", backup[0], code=2)


def test_a_damaged_file_is_refused_and_leaves_nothing(place, backup, tmp_path):
    broken = tmp_path / "broken.fupin"
    data = bytearray(backup[0].read_bytes())
    broken.write_bytes(data[: len(data) // 2])
    folder = empty_place(place, tmp_path / "new")
    assert "备份文件" in fupin(folder, "restore", broken, code=2)
    data[len(data) // 3] ^= 0xFF
    broken.write_bytes(data)
    assert "备份文件" in fupin(folder, "restore", broken, code=2)
    assert "先运行 fupin init" in fupin(folder, "audit", "verify", code=2)


def test_a_backup_beside_a_writer_is_of_one_moment(place, tmp_path):
    """Every user comes with a posting and an entry of the trail in one act: a backup never holds half an act."""
    stop = threading.Event()

    def write():
        number = 0
        while not stop.is_set():
            number += 1
            name = f"writer{number}"
            fupin(place, "user", "add", name, "--role", "helper", "--division", "150522100200", "--json")

    thread = threading.Thread(target=write)
    thread.start()
    try:
        time.sleep(1.5)
        path = tmp_path / "busy.fupin"
        fupin(place, "backup", path, "--json")
    finally:
        stop.set()
        thread.join()
    found, _manifest = tables(path)
    assert found["accounts_user"][0] == found["accounts_posting"][0]
    folder = empty_place(place, tmp_path / "new")
    assert fupin(folder, "restore", path, "--json")["broken"] == []


STOPPED = """
import django
from pathlib import Path
django.setup()
from fupin.core import backups
from fupin.core.backups import restoring
def stopped(*arguments, **options):
    raise OSError(28, "No space left on device")
{place}.{name} = stopped
try:
    backups.restore(Path({path!r}))
except OSError as fault:
    print(fault)
"""


@pytest.mark.parametrize(("where", "name"), [
    ("restoring", "call_command"), ("restoring", "_renumber"), ("restoring.seals", "write_head"),
])  # fmt: skip
def test_a_restore_that_stopped_after_its_rows_were_in_is_gone_on_with(
    place, backup, later_backup, tmp_path, database, where, name
):
    path, said = backup
    folder = empty_place(place, tmp_path / "new")
    assert "No space left" in inside(folder, STOPPED.format(place=where, name=name, path=str(path)), database)
    assert "已有数据" in fupin(folder, "restore", later_backup, code=2, database=database)
    again = fupin(folder, "restore", path, "--json", database=database)
    assert (again["rows"], again["broken"]) == (said["rows"], [])
    assert "已有数据" in fupin(folder, "restore", path, code=2, database=database)


def test_who_reads_english_is_told_in_english_which_keys_are_missing(backup, tmp_path):
    (tmp_path / "new").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "fupin", "restore", str(backup[0])],
        cwd=PROJECT,
        env={**os.environ, "FUPIN_DATA": str(tmp_path / "new"), "FUPIN_DATABASE": "", "FUPIN_LANG": "en"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "keys.env" in done.stderr
    assert not any("\u4e00" <= mark <= "\u9fff" for mark in done.stderr)
