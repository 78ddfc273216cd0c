"""A check of the register: a fresh extract, a sweep of it, and what it found settled as tickets."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings

from fupin.bulk import spark, steps, taking
from fupin.bulk.child import digest
from fupin.bulk.extracts import Extract
from fupin.bulk.steps import Steps
from fupin.core.models import Job
from fupin.divisions.queries import tree
from fupin.quality import kept, operations
from fupin.quality.applying import applied
from fupin.quality.models import Sweep
from fupin.quality.operations import Settled
from fupin.quality.sweeping import Swept, Tell, sweep


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check looked at, found and opened."""

    sweep: Sweep
    swept: Swept
    settled: Settled


def check(
    *, on: date, division: int | None = None, names: Collection[str] = (), engine: str = "duckdb", by: Any = None,
    job: Job | None = None, tell: Tell = lambda done, total, phase: None, keep: Callable[[Swept], None] | None = None,
) -> Checked:  # fmt: skip
    """Judge the rules (those of `names` only, where some are named) in a division or everywhere, and settle the tickets.

    `keep` is handed the findings before their file goes. Raises NotFound for a rule that nobody knows.
    """
    wanted = applied(on, names)
    began = time.perf_counter()
    extract = taking.current()
    extract.used()
    seconds = time.perf_counter() - began
    with TemporaryDirectory(dir=_folder(), prefix="sweep-") as folder, running(engine) as where:
        node = tree().by_id(division) if division is not None else None
        swept = sweep(extract, on, wanted, where, Path(folder) / "findings.parquet", node=node, tell=tell)
        made = _note(extract, swept, on=on, division=division, seconds=seconds, by=by, job=job, is_partial=bool(names))
        kept.keep(swept.findings, made)
        began = time.perf_counter()
        settled = operations.settle(swept.findings, sweep=made, rules=swept.rules, division=division, by=by, on=on)
        made.seconds_settle = time.perf_counter() - began
        made.save(update_fields=["seconds_settle"])
        if keep is not None:
            keep(swept)
    return Checked(made, swept, settled)


@contextmanager
def running(engine: str) -> Iterator[Steps]:
    """Where the steps of a check are run: `duckdb`, or `spark` (the server that `FUPIN_SPARK` names, or an embedded one).

    Raises Refused where Spark is not installed or does not answer.
    """
    if engine == "spark":
        with spark.spark(settings.SPARK) as on_spark:
            yield on_spark
        return
    with steps.duck(settings.DATA_FOLDER) as on_duckdb:
        yield on_duckdb


def _folder() -> Path:
    place: Path = settings.DATA_FOLDER / "temporary"
    place.mkdir(parents=True, exist_ok=True)
    return place


def _note(
    extract: Extract, swept: Swept, *, on: date, division: int | None, seconds: float, by: Any, job: Job | None,
    is_partial: bool,
) -> Sweep:  # fmt: skip
    return Sweep.objects.create(
        division_id=division, on=on, extract=extract.id, as_of=extract.as_of, stamp=extract.stamp, engine=swept.engine,
        rules=len(swept.rules), households=swept.rows.get("households", 0), persons=swept.rows.get("persons", 0),
        findings=swept.found, seconds_extract=seconds, seconds_sweep=swept.seconds, inputs=swept.inputs, job=job,
        made_by=getattr(by, "pk", None), is_partial=is_partial, by_rule=swept.by_rule,
        findings_sha256=digest(swept.findings),
    )  # fmt: skip
