"""Result files of jobs: sealed while they lie, for who asked for them, gone after three days."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.core import audit, sealed_files
from fupin.core.jobs import Running
from fupin.core.models import Job
from fupin.core.refusals import NotFound

KEPT = timedelta(hours=72)
"""How long a result waits to be taken. The work can be asked for again."""
Taking = Callable[[Job, Any], None]
_taking: dict[str, Taking] = {}


@dataclass(frozen=True, slots=True)
class Result:
    """A file that a job has made: its name, its size, its bytes a piece at a time."""

    name: str
    size: int
    pieces: Iterator[bytes]


def guard(kind: str, taking: Taking) -> None:
    """Hand in who may still take the files of a kind of jobs: it raises where somebody may not any more."""
    _taking[kind] = taking


@contextmanager
def writing(run: Running, name: str) -> Iterator[sealed_files.SealedWriter]:
    """Write the result of a job under the name that people will see. What is written half goes away again."""
    folder = folder_of(run.job)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folder.chmod(0o700)
    try:
        with _path(run.job).open("wb") as file:
            writer = sealed_files.SealedWriter(file, run.job.pk)
            yield writer
            writer.close()
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    run.result["bytes"] = writer.size
    run.result_file(name)


def take(row: Job, *, by: Any) -> Result:
    """The result of a job for who asked for it; stands in the trail. Raises NotFound for everybody else and where there
    is none or none any more, and what the kind's guard raises."""
    if row.user_id is None or row.user_id != getattr(by, "pk", None):
        raise NotFound(_("该任务没有结果文件"))
    if not is_there(row):
        gone = _("结果文件已过期清除，请重新办理") if row.state == "done" else _("该任务没有结果文件")
        raise NotFound(gone, "result")
    if row.kind in _taking:
        _taking[row.kind](row, by)
    size = int(row.result.get("bytes", 0))
    audit.record(by=by, act="core.take_job_result", subject=f"job:{row.pk}", division=row.division_id,
                 detail={"file": row.result_file, "rows": row.result.get("rows")})  # fmt: skip
    return Result(row.result_file, size, sealed_files.pieces(_path(row), row.pk))


def is_there(row: Job) -> bool:
    """Does a file wait to be taken?"""
    until = kept_until(row)
    return bool(row.result_file) and until is not None and timezone.now() < until and _path(row).is_file()


def kept_until(row: Job) -> datetime | None:
    """Until when the file can be taken."""
    return row.finished_at + KEPT if row.state == "done" and row.finished_at is not None else None


def folder_of(row: Job) -> Path:
    """Where the result of a job lies; in no backup, as it can be made again."""
    return _root() / str(row.pk)


def sweep() -> None:
    """Remove what was kept long enough, and what jobs that were given up left behind."""
    if not _root().is_dir():
        return
    limit = timezone.now() - KEPT
    for folder in _root().iterdir():
        row = Job.objects.filter(pk=int(folder.name)).first() if folder.name.isdigit() else None
        if row is None or (row.state not in ("waiting", "running") and (row.finished_at or row.created_at) <= limit):
            shutil.rmtree(folder, ignore_errors=True)
            Job.objects.filter(pk=getattr(row, "pk", None)).update(result_file="")


def reseal(key: str) -> int:
    """Seal the files anew that another key than `key` sealed; returns how many."""
    changed = 0
    for path in sorted(_root().glob("*/sealed")):
        changed += sealed_files.reseal(path, int(path.parent.name), key)
    return changed


def _root() -> Path:
    return Path(settings.DATA_FOLDER) / "results"


def _path(row: Job) -> Path:
    return folder_of(row) / "sealed"
