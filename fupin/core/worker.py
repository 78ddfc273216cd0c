"""The worker: one process that does jobs and periodic work until it is told to stop."""

from __future__ import annotations

import signal
import threading
import time

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections

from fupin.core import jobs

log = structlog.get_logger("worker")
_REAP_EVERY = 10.0


def work(*, quick_only: bool = False, pause: float = 0.5, stop: threading.Event | None = None,
         heartbeat: bool = True) -> None:  # fmt: skip
    """Do jobs as they come, oldest first; reap those of dead workers; stop at SIGTERM after the chunk in hand.

    A worker that takes quick jobs only is the one that does the periodic work.
    """
    ending = stop or _stop_at_signals()
    reaped_at = -_REAP_EVERY
    while not ending.is_set():
        try:
            if time.monotonic() - reaped_at >= _REAP_EVERY:
                jobs.be_heard("quick" if quick_only else "any")
                jobs.reap()
                reaped_at = time.monotonic()
            if quick_only:
                jobs.run_periodic()
            row = jobs.claim_next(quick_only=quick_only)
            if row is not None:
                jobs.run(row, stop=ending, heartbeat=heartbeat)
                continue
        except (OperationalError, InterfaceError) as fault:
            # The database is away for a moment: the worker waits for it, and says so.
            log.warning("database away", fault=type(fault).__name__)
            ending.wait(2.0)
        close_old_connections()
        ending.wait(pause)


def _stop_at_signals() -> threading.Event:
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    return ending
