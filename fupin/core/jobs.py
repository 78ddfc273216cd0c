"""Work that outlives a request: one table is the queue, the record and the result (docs/adr: one job table).

A job has a unique key (asked for twice, done once), a heartbeat by which a dead worker is noticed, a checkpoint from
which the next attempt goes on, progress for the screen and a result file (`core.results`). The functions are handed in by `config`.
"""

from __future__ import annotations

import os
import socket
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.core import audit
from fupin.core.ids import new_id
from fupin.core.models import Job
from fupin.core.refusals import Refused
from fupin.core.sentences import together

log = structlog.get_logger("jobs")
MOST_ATTEMPTS = 5
HEARTBEAT_SECONDS = 5
SILENT_SECONDS = 60
"""A running job whose heartbeat is older than this has lost its worker."""
CLAIMABLE = Q(state="waiting") | Q(state="interrupted", attempts__lt=MOST_ATTEMPTS)

Function = Callable[["Running"], Any]
_functions: dict[str, Function] = {}
_quick: set[str] = set()
_periodic: dict[str, tuple[float, Callable[[], Any]]] = {}


class TakenOver(Exception):
    """This attempt was believed dead and another worker has the job: stop, write nothing more."""


class Stopping(Exception):
    """The worker is being stopped: the job goes on from its checkpoint when a worker is there again."""


def job(kind: str, *, quick: bool = False) -> Callable[[Function], Function]:
    """Register the function that does jobs of `kind`. `quick` jobs never wait behind long ones."""

    def register(function: Function) -> Function:
        _functions[kind] = function
        if quick:
            _quick.add(kind)
        return function

    return register


def every(seconds: float) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Register work that the workers do again and again, one of them at a time, at least `seconds` apart."""

    def register(function: Callable[[], Any]) -> Callable[[], Any]:
        _periodic[f"{function.__module__}.{function.__qualname__}"] = (seconds, function)
        return function

    return register


def enqueue(*, kind: str, key: str = "", arguments: dict[str, Any] | None = None, by: Any = None,
            posting: int | None = None, division: int | None = None, again: bool = False) -> Job:  # fmt: skip
    """Ask for work; returns the job, which is the older one where `key` was asked for before.

    `again`: a job of that key that has ended is done once more, from the beginning. Raises Refused for an unknown kind.
    """
    if kind not in _functions:
        raise Refused(_("没有名为“%(kind)s”的后台任务") % {"kind": kind})
    identity = new_id()
    fields = {
        "kind": kind, "arguments": arguments or {}, "user_id": getattr(by, "pk", None),
        "posting_id": posting, "division_id": division,
    }  # fmt: skip
    try:
        with transaction.atomic():
            row, made = Job.objects.get_or_create(key=key or f"{kind}:{identity}", defaults={"id": identity, **fields})
    except IntegrityError:
        row, made = Job.objects.get(key=key), False
    if again and not made:
        fresh = {"state": "waiting", "checkpoint": {}, "done": 0, "total": 0, "phase": "", "message": "", "result": {},
                 "result_file": "", "attempts": 0, "finished_at": None, **fields}  # fmt: skip
        Job.objects.filter(pk=row.pk, state__in=("done", "failed", "interrupted")).update(**fresh)
        row.refresh_from_db()
    return row


def resume(*, row: Job) -> Job:
    """Let an interrupted or failed job go on from its checkpoint. Raises Refused while it runs or after it is done."""
    changed = Job.objects.filter(pk=row.pk, state__in=("interrupted", "failed")).update(
        state="waiting", attempts=0, message="", finished_at=None
    )
    row.refresh_from_db()
    if not changed:
        raise Refused(_("任务当前状态为“%(state)s”，只有中断或失败的任务可以继续") % {"state": row.state})
    return row


class Running:
    """One attempt at a job, as its function sees it."""

    def __init__(self, row: Job, *, stop: threading.Event | None = None) -> None:
        self.job = row
        self.arguments: dict[str, Any] = row.arguments
        self.result: dict[str, Any] = dict(row.result)
        self._stop = stop
        self._told_at = 0.0

    @property
    def reached(self) -> dict[str, Any]:
        """The last checkpoint; empty at a first attempt."""
        return self.job.checkpoint

    def progress(self, done: int, total: int, phase: str = "") -> None:
        """Tell how far it is; written twice a second at most. Raises TakenOver or Stopping."""
        now = time.monotonic()
        changed_phase = phase != self.job.phase
        self.job.done, self.job.total, self.job.phase = done, total, phase
        if now - self._told_at >= 0.5 or changed_phase or done >= total:
            self._told_at = now
            self._write(done=done, total=total, phase=phase, heartbeat_at=timezone.now())
        self._mind_the_stop()

    def checkpoint(self, reached: dict[str, Any]) -> None:
        """Note how far the work is safe. Call it inside the chunk's own transaction: then no row is applied twice."""
        self.job.checkpoint = reached
        self._write(checkpoint=reached, done=self.job.done, total=self.job.total, heartbeat_at=timezone.now())

    def beat(self) -> None:
        """Say that the work is alive, during a step without progress of its own."""
        self._write(heartbeat_at=timezone.now())
        self._mind_the_stop()

    def result_file(self, name: str) -> None:
        """Say that a file of this name is there to be taken (`core.results` wrote it)."""
        self.job.result_file = name
        self._write(result_file=name)

    def _write(self, **fields: Any) -> None:
        if not _own(self.job).update(**fields):
            raise TakenOver(f"job {self.job.pk}")

    def _mind_the_stop(self) -> None:
        if self._stop is not None and self._stop.is_set() and not connection.in_atomic_block:
            raise Stopping


def _own(row: Job) -> Any:
    """The row, as long as this attempt holds it."""
    return Job.objects.filter(pk=row.pk, state="running", worker=row.worker, attempts=row.attempts)


@cache
def _boot(pid: int) -> str:
    return _started(pid)


def _started(pid: int) -> str:
    """When a process of this machine began, in ticks: a process id alone is handed out again. Empty if it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def worker_name() -> str:
    """This process, as a job names its worker: machine, process, start."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{_boot(os.getpid())}"


def _is_gone(worker: str) -> bool:
    """Whether a worker of this machine has ended. Of another machine only its silence tells."""
    machine, pid, started = worker.rsplit(":", 2) if worker.count(":") >= 2 else ("", "0", "")
    return bool(started) and machine == socket.gethostname()[:40] and _started(int(pid)) != started


def reap() -> int:
    """Set down the jobs whose worker died; they go on from their checkpoint, MOST_ATTEMPTS times at most."""
    since = timezone.now() - timedelta(seconds=SILENT_SECONDS)
    reaped = 0
    for row in Job.objects.filter(state="running"):
        if row.heartbeat_at is None or row.heartbeat_at < since or _is_gone(row.worker):
            reaped += _own(row).update(**_interrupted(row))
    return reaped


def be_heard(name: str) -> None:
    """Say that a worker is there; `/readyz` listens."""
    now = timezone.now()
    if not Job.objects.filter(key=f"worker:{name}").update(heartbeat_at=now, worker=worker_name()):
        Job.objects.get_or_create(
            key=f"worker:{name}",
            defaults={"kind": "worker", "state": "periodic", "heartbeat_at": now, "worker": worker_name()},
        )


def _interrupted(row: Job) -> dict[str, Any]:
    sentence = _("已完成 %(done)d / %(total)d 时中断") % {"done": row.done, "total": row.total}
    if row.attempts >= MOST_ATTEMPTS:
        sentence = _("%(sentence)s，已尝试 %(count)d 次，请查明原因后再继续") % {
            "sentence": sentence,
            "count": row.attempts,
        }
    return {"state": "interrupted", "message": sentence}


def _claim(row: Job) -> bool:
    now = timezone.now()
    taken = Job.objects.filter(CLAIMABLE, pk=row.pk, state=row.state, attempts=row.attempts).update(
        state="running", worker=worker_name(), attempts=F("attempts") + 1, heartbeat_at=now, message="",
        started_at=row.started_at or now,
    )  # fmt: skip
    if taken:
        row.refresh_from_db()
    return bool(taken)


def claim_next(*, quick_only: bool = False) -> Job | None:
    """The oldest job that waits or was interrupted, claimed for this process; None if there is none."""
    kinds = [kind for kind in _functions if not quick_only or kind in _quick]
    waiting = Job.objects.filter(CLAIMABLE, kind__in=kinds).order_by("created_at", "pk")
    return next((row for row in waiting[:5] if _claim(row)), None)


def run(row: Job, *, stop: threading.Event | None = None, heartbeat: bool = True) -> Job:
    """Do a job that this process has claimed; how it ended is on the row that comes back."""
    running = Running(row, stop=stop)
    clock = time.monotonic()
    where = replace(audit.circumstances(), channel="job", request_id=f"job-{row.pk}")
    with audit.acting(where), _heartbeats(row) if heartbeat else _nothing():
        fields = _attempt(running)
    _own(row).update(heartbeat_at=timezone.now(), **fields)
    row.refresh_from_db()
    log.info("job", kind=row.kind, job=row.pk, state=row.state, attempts=row.attempts,
             seconds=round(time.monotonic() - clock, 3))  # fmt: skip
    return row


def _attempt(running: Running) -> dict[str, Any]:
    """Call the function; returns what the row says afterwards."""
    row = running.job
    try:
        _functions[row.kind](running)
    except Stopping:
        return {**_interrupted(row), "attempts": row.attempts - 1}
    except TakenOver:
        return {}
    except Refused as refusal:
        return {"state": "failed", "message": together(refusal.reasons), "finished_at": timezone.now(),
                "result": {**running.result, "code": refusal.code}}  # fmt: skip
    except Exception as fault:
        # The text of a fault may quote a row: the log gets its kind and place, never its words.
        where = traceback.extract_tb(fault.__traceback__)[-1]
        log.error(
            "job failed", kind=row.kind, job=row.pk, fault=type(fault).__name__, place=f"{where.name}:{where.lineno}"
        )
        sentence = _("程序故障（%(fault)s），请将任务编号 %(job)d 告知系统管理员") % {
            "fault": type(fault).__name__,
            "job": row.pk,
        }
        return {"state": "failed", "message": sentence, "finished_at": timezone.now(), "result": running.result}
    return {"state": "done", "result": running.result, "finished_at": timezone.now(), "message": "",
            "done": row.done, "total": row.total}  # fmt: skip


@contextmanager
def _nothing():  # type: ignore[no-untyped-def]
    yield


@contextmanager
def _heartbeats(row: Job):  # type: ignore[no-untyped-def]
    """Beat in a thread of its own, on its own connection, while the job works."""
    ended = threading.Event()

    def beat() -> None:
        try:
            while not ended.wait(HEARTBEAT_SECONDS):
                _own(row).update(heartbeat_at=timezone.now())
        except Exception as fault:  # a missed beat must not end the job: the reaper's patience covers a few
            log.warning("heartbeat", fault=type(fault).__name__)
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def run_here(row: Job, *, heartbeat: bool = True) -> Job:
    """Do this job in the calling process (the command line), or wait for the worker that has it already."""
    if _claim(row):
        return run(row, heartbeat=heartbeat)
    while row.state == "running":
        time.sleep(0.3)
        reap()
        row.refresh_from_db()
        if row.state == "interrupted" and _claim(row):
            return run(row, heartbeat=heartbeat)
    return row


def run_pending(*, quick_only: bool = False) -> int:
    """Do every job that waits, one after the other, in this thread; returns how many. For tests and commands."""
    count = 0
    while (row := claim_next(quick_only=quick_only)) is not None:
        run(row, heartbeat=False)
        count += 1
    return count


def run_periodic() -> int:
    """Do the periodic work that is due and that no other worker does; returns how many.

    Looking costs one read; only what is due takes the write lock.
    """
    known = dict(Job.objects.filter(kind="every").values_list("key", "heartbeat_at"))
    done = 0
    for name, (seconds, function) in _periodic.items():
        since = known.get(f"every:{name}")
        if since is None or since < timezone.now() - timedelta(seconds=seconds):
            done += _run_if_due(name, seconds, function)
    return done


def _run_if_due(name: str, seconds: float, function: Callable[[], Any]) -> bool:
    now = timezone.now()
    key = f"every:{name}"
    if not Job.objects.filter(key=key).exists():
        Job.objects.get_or_create(key=key, defaults={"kind": "every", "state": "periodic"})
    due = Q(heartbeat_at=None) | Q(heartbeat_at__lt=now - timedelta(seconds=seconds))
    if not Job.objects.filter(due, key=key).update(heartbeat_at=now, worker=worker_name()):
        return False
    try:
        function()
    except Exception as fault:  # one broken duty must not keep the others from being done
        log.error("periodic work failed", name=name, fault=type(fault).__name__)
        Job.objects.filter(key=key).update(message=type(fault).__name__)
        return True
    Job.objects.filter(key=key).update(finished_at=timezone.now(), message="")
    return True
