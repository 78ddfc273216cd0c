"""The processes of an instance: web workers, job workers, supervised, and stopped cleanly."""

from __future__ import annotations

import contextlib
import ctypes
import http.client
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings

log = structlog.get_logger("serve")
_GRACE_SECONDS = 30.0
_PATIENCE_SECONDS = 15.0
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 (compared, not bound)
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>


@dataclass(slots=True)
class Child:
    """One supervised process, started again when it ends by itself; the longer the more often it ends."""

    name: str
    command: list[str]
    log_to: Path | None = None
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    ends: list[float] = field(default_factory=list)

    def start(self) -> None:
        self.started_at = time.monotonic()
        with self.log_to.open("ab") if self.log_to else contextlib.nullcontext() as log_file:
            self.process = subprocess.Popen(  # noqa: S603 (our own commands)
                self.command, preexec_fn=_end_with_the_parent, start_new_session=True, stderr=log_file
            )

    def mind(self) -> None:
        """Start it again if it has ended. Raises ChildProcessError if it cannot stay up."""
        if self.process is None or self.process.poll() is None:
            return
        now = time.monotonic()
        self.ends = [at for at in self.ends if now - at < 60] + [now]
        log.warning("process ended", name=self.name, code=self.process.returncode, times=len(self.ends))
        if len(self.ends) > 5:
            where = f"日志 {self.log_to}" if self.log_to else "上面的日志"
            raise ChildProcessError(f"{self.name} 反复退出（exit {self.process.returncode}），请查看{where}")
        time.sleep(min(0.2 * 2 ** len(self.ends), 5.0))
        self.start()


def _end_with_the_parent() -> None:
    """A supervisor that was killed outright must leave no one behind (Linux; elsewhere the workers stay)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGTERM)


def serve(*, host: str, port: int, workers: int = 2, jobs: bool = True, web: bool = True,
          ready: Callable[[str], Any] | None = None, log_to: Path | None = None) -> None:  # fmt: skip
    """Serve until told to stop (SIGTERM, Ctrl-C). `ready` is called with the address once requests are answered; the
    log of the processes goes into the file `log_to` where one is named."""
    from fupin.config.preparation import require_sound_documents
    from fupin.core.schema import require_current

    require_sound_documents()
    require_current()
    metrics = Path(settings.DATA_FOLDER) / "run" / "metrics"
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(metrics))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    children = _children(host, port, workers, jobs=jobs, web=web)
    try:
        for child in children:
            child.log_to = log_to
            child.start()
        if web:
            _wait_until_answering(host, port, stop, children)
        if ready is not None and not stop.is_set():
            ready(address(host, port))
        while not stop.wait(0.5):
            for child in children:
                child.mind()
    finally:
        _stop(children)
        _seal_at_the_end()


def address(host: str, port: int) -> str:
    """The address that a browser on this machine opens."""
    return f"http://{'127.0.0.1' if host in _EVERYWHERE else host}:{port}/"


def _children(host: str, port: int, workers: int, *, jobs: bool, web: bool) -> list[Child]:
    python = [sys.executable, "-m"]
    children: list[Child] = []
    if web:
        children.append(Child("web", web_command(host, port, workers)))
    if jobs:
        children.append(Child("worker", [*python, "fupin", "worker"]))
        children.append(Child("quick worker", [*python, "fupin", "worker", "--quick"]))
    return children


def web_command(host: str, port: int, workers: int) -> list[str]:
    """The command of the serving processes."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--respawn-failed-workers", "--no-ws", "--workers-kill-timeout", "10",
        "--log-level", "warning", "--backpressure", "64", "--blocking-threads", "4", "fupin.config.wsgi:application",
    ]  # fmt: skip


def _wait_until_answering(host: str, port: int, stop: threading.Event, children: list[Child]) -> None:
    """Until a request is answered, however long: an address that is told is one that opens. Raises ChildProcessError
    where the processes do not stay up; who waits long is told why."""
    warn_at = time.monotonic() + _PATIENCE_SECONDS
    while not _answers(host, port) and not stop.wait(0.1):
        for child in children:
            child.mind()
        if time.monotonic() > warn_at:
            log.warning("no answer yet", seconds=_PATIENCE_SECONDS)
            warn_at += _PATIENCE_SECONDS


def _answers(host: str, port: int) -> bool:
    asked = http.client.HTTPConnection("127.0.0.1" if host in _EVERYWHERE else host, port, timeout=2)
    try:
        asked.request("GET", "/healthz", headers={"Host": _served_name()})
        asked.getresponse().close()
    except (http.client.HTTPException, OSError):
        return False
    finally:
        asked.close()
    return True


def _served_name() -> str:
    """A name under which pages are served: another one is refused, whatever the address."""
    return next((name for name in (each.lstrip(".*") for each in settings.ALLOWED_HOSTS) if name), "localhost")


def _stop(children: list[Child]) -> None:
    """Web first, so that nothing new comes in; then the workers, each after the chunk in hand."""
    for child in children:
        if child.process and child.process.poll() is None:
            child.process.terminate()
    until = time.monotonic() + _GRACE_SECONDS
    for child in children:
        if child.process is None:
            continue
        try:
            child.process.wait(max(until - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            log.warning("process killed", name=child.name)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.process.pid, signal.SIGKILL)


def _seal_at_the_end() -> None:
    from django.db import DatabaseError

    from fupin.core import seals

    with contextlib.suppress(DatabaseError):
        seals.seal_trail(patience=2.0)
