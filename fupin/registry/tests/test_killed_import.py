"""An import that is killed between two of its transactions goes on where it stopped and applies no row twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from bench.made_up import write_csv
from fupin.core.imports import runs
from fupin.core.models import AuditEntry
from fupin.registry.intake import merging
from fupin.registry.models import Membership

_KILLED = """
import os, signal, sys
import django
django.setup()
from fupin.registry.intake import merging
write = merging._write
left = [int(os.environ["WRITES"])]
def counted(*args):
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    left[0] -= 1
    write(*args)
merging._write = counted
from fupin.cli import main
main()
"""


@pytest.fixture
def instance(tmp_path):
    """A fresh instance of its own, and a function that runs a command in it."""
    environment = {
        **os.environ,
        "FUPIN_DATA": str(tmp_path / "data"),
        "DJANGO_SETTINGS_MODULE": "fupin.config.settings",
    }
    environment["PYTHONPATH"] = os.pathsep.join([str(Path.cwd()), environment.get("PYTHONPATH", "")])

    def run(*arguments: str, writes: int | None = None) -> subprocess.CompletedProcess[bytes]:
        start = ["-m", "fupin"] if writes is None else ["-c", _KILLED]
        more = {} if writes is None else {"WRITES": str(writes)}
        return subprocess.run(
            [sys.executable, *start, *arguments],
            env={**environment, **more},
            capture_output=True,
            check=False,
            timeout=300,
        )

    assert run("init").returncode == 0
    return run


class _Stopped(Exception):
    """The process is gone."""


def _merged(run, monkeypatch, writes: int | None = None):
    """Merge, and stop after so many transactions."""
    left = iter(range(writes if writes is not None else 1_000))
    write = merging._write

    def counted(*arguments):
        if next(left, None) is None:
            raise _Stopped
        write(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(merging, "_write", counted)
        patch.setattr(merging._Pace, "learn", lambda *_measured: None)
        if writes is None:
            return runs.merge(run=run, by=None)
        with pytest.raises(_Stopped):
            runs.merge(run=run, by=None)
    run.refresh_from_db()
    return run


@pytest.mark.django_db
@pytest.mark.parametrize("before", [1, 2])
def test_an_import_that_the_first_version_began_goes_on_after_the_upgrade_even_if_it_stops_again(
    tmp_path, monkeypatch, before
):
    monkeypatch.setattr("fupin.registry.intake.persons.SLICE", 10)
    households, persons, count = write_csv(tmp_path, 40, ["150522100201", "150522100202"], seed=7, start=900_000)
    day = date(2018, 12, 31)
    for ledger, path in (("households", households), ("persons", persons)):
        run = runs.open_run(ledger=ledger, files=[runs.Given(path, path.name)], by=None, on=day)
        run = runs.accept(run=runs.stage(run=run, by=None), by=None)
        if ledger == "households":
            runs.merge(run=run, by=None)
    assert len(list(runs.folder_of(run).glob("plan-*.parquet"))) > 3
    run = _merged(run, monkeypatch, before)
    # As the first version kept it: how far the whole plan was written, and no parts.
    done = max(run.options.pop("written").values())
    run.done = done
    run.save()
    run = _merged(run, monkeypatch, 1)
    run = _merged(run, monkeypatch)
    assert (run.created, run.updated, run.unchanged, run.rejected) == (40 - count, count, 0, 0)
    assert run.reasons == {}
    assert AuditEntry.objects.filter(act="persons.import").count() == count  # one for each household
    assert Membership.objects.count() == 40


def test_a_killed_import_goes_on_and_applies_no_row_twice(instance, tmp_path):
    # Villages that no other test of this database uses: on PostgreSQL the instance shares its server's own database.
    households, persons, count = write_csv(tmp_path, 1_500, ["150522100201", "150522100202"], seed=7, start=900_000)
    made = json.loads(instance("import", "households", str(households), "--on", "2018-12-31", "--json").stdout)
    assert (made["created"], made["rejected"]) == (count, 0)
    killed = instance("import", "persons", str(persons), "--on", "2018-12-31", "--json", writes=2)
    assert killed.returncode == -9
    assert killed.stdout == b""
    again = instance("import", "persons", str(persons), "--on", "2018-12-31", "--json")
    said = json.loads(again.stdout)
    assert (said["read"], said["created"], said["updated"], said["rejected"]) == (1_500, 1_500 - count, count, 0)
    assert "中断" in again.stderr.decode() or "Interrupted" in again.stderr.decode()
    once_more = json.loads(instance("import", "persons", str(persons), "--on", "2018-12-31", "--json").stdout)
    assert once_more["unchanged"] == 1_500
    assert json.loads(instance("audit", "verify", "--json").stdout)["broken"] == []
