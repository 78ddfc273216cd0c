"""Imports in the background: the screen shows how far they are and can be left."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone

from fupin.core import jobs
from fupin.core.audit import Circumstances, acting
from fupin.core.imports import runs
from fupin.core.imports.models import ImportRun
from fupin.core.refusals import Refused

KEPT_DAYS = 14
"""How long the staged texts of an import that has rejects, or waits for a decision, are kept."""
STAGE, MERGE = "import.stage", "import.merge"


def ask_for(run: ImportRun, *, by: Any) -> None:
    """Have a run staged, or merged once it is accepted, by a worker."""
    kind = MERGE if run.state == ImportRun.State.MERGING else STAGE
    job = jobs.enqueue(kind=kind, key=f"{kind}:{run.pk}", arguments={"run": run.pk}, by=by, posting=run.posting_id,
                       division=run.division_id)  # fmt: skip
    if job.state in ("interrupted", "failed"):
        jobs.resume(row=job)
    ImportRun.objects.filter(pk=run.pk).update(job_id=job.pk, heartbeat_at=timezone.now())


def stage(running: jobs.Running) -> None:
    """Read, check and plan an uploaded import."""
    _carry(running, runs.stage)


def merge(running: jobs.Running) -> None:
    """Write an accepted import, from where it stopped."""
    _carry(running, runs.merge)


def _carry(running: jobs.Running, act: Any) -> None:
    run = ImportRun.objects.get(pk=running.arguments["run"])
    by = get_user_model().objects.filter(pk=run.user_id).first()
    with acting(Circumstances(posting=run.options.get("posting", ""), channel="import")):
        run = act(run=run, by=by, progress=lambda done, total, phase: running.progress(done, total, phase))
    running.result |= {"import": str(run.pk), "state": run.state}
    if run.state == ImportRun.State.REFUSED:
        raise Refused(run.refusal, "refused")


def sweep() -> None:
    """Remove the staged files of imports that ended or were forgotten long ago: personal numbers lie in them."""
    root = Path(settings.DATA_FOLDER) / "imports"
    if not root.is_dir():
        return
    limit = timezone.now() - timedelta(days=KEPT_DAYS)
    at_work = ImportRun.objects.filter(state=ImportRun.State.MERGING).values_list("pk", flat=True)
    kept = {str(pk) for pk in ImportRun.objects.filter(created_at__gt=limit).values_list("pk", flat=True)}
    kept |= {str(pk) for pk in at_work}
    ImportRun.objects.filter(state__in=("staging", "ready"), created_at__lte=limit).update(
        state=ImportRun.State.CANCELLED, finished_at=timezone.now()
    )
    for folder in root.iterdir():
        if folder.name.isdigit() and folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)
