"""The check of a banner on a real Spark finds what DuckDB finds, also when one of two workers is killed in mid-job.

Not part of `make test`: it needs Java and a Spark distribution (`make test-spark` brings it, about 450 MB).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.spark.cluster import Cluster, cluster

HOME = Path(os.environ["FUPIN_SPARK_HOME"])
DAY = "2018-12-31"


@pytest.fixture(scope="module")
def banner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration of a banner, and what DuckDB finds in it."""
    folder = tmp_path_factory.mktemp("banner")
    _fupin(folder, "demo", "--no-serve")
    _check(folder, "duckdb")
    return folder


@pytest.fixture
def spark(tmp_path: Path) -> Iterator[Cluster]:
    with cluster(HOME, tmp_path) as running:
        yield running


def _fupin(folder: Path, *command: str, may_find: bool = False, **more: str) -> str:
    environment = {**os.environ, "FUPIN_DATA": str(folder), **more}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run([sys.executable, "-m", "fupin", *command], env=environment, capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert done.returncode in ((0, 1) if may_find else (0,)), done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


def _check(folder: Path, engine: str, **more: str) -> dict[str, Any]:
    command = ("check", "--on", DAY, "--engine", engine, "--json", "-o", str(folder / f"{engine}.csv"))
    found: dict[str, Any] = json.loads(_fupin(folder, *command, may_find=True, **more))
    return found


def _found(folder: Path, engine: str) -> list[str]:
    return sorted((folder / f"{engine}.csv").read_text(encoding="utf-8-sig").splitlines())


def test_two_workers_find_what_one_machine_finds(banner: Path, spark: Cluster) -> None:
    answer = _check(banner, "spark", FUPIN_SPARK=spark.address)
    assert answer["engine"].startswith("spark ")
    assert spark.address in answer["engine"]
    assert answer["findings"] > 500
    assert _found(banner, "spark") == _found(banner, "duckdb")
    # The same findings again open nothing: their tickets are there since the first check.
    assert (answer["opened"], answer["closed"]) == (0, 0)


def test_a_worker_that_dies_in_mid_job_costs_time_and_no_finding(banner: Path, spark: Cluster) -> None:
    (banner / "spark.csv").unlink(missing_ok=True)
    answers: list[dict[str, Any]] = []
    check = threading.Thread(target=lambda: answers.append(_check(banner, "spark", FUPIN_SPARK=spark.address)))
    check.start()
    _wait_for_work(spark, check)
    spark.kill_a_worker()
    assert check.is_alive(), "the check was over before the worker was killed"
    check.join()
    assert answers, "the check failed after the worker was killed"
    assert _found(banner, "spark") == _found(banner, "duckdb")


def _wait_for_work(spark: Cluster, check: threading.Thread) -> None:
    """Until the worker that will die has an executor that has computed for a moment."""
    work = _work_of(spark)
    while check.is_alive() and not any("Running task" in log.read_text(errors="replace") for log in work()):
        time.sleep(0.05)


def _work_of(spark: Cluster) -> Any:
    folder = Path(f"/proc/{spark.workers[0].pid}/cwd").resolve() / "work"
    return lambda: list(folder.rglob("stderr"))
