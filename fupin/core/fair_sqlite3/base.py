"""The connection of `fupin.core.fair_sqlite3`: who wants to write takes the turn, begins, and passes the turn on.

SQLite lets one write at a time and keeps no queue: who waits asks again every 25 to 100 ms. An import, whose next
transaction begins a moment after the last, is hardly ever caught between two, and whoever saves a form beside it would
wait for seconds. A lock on a file beside the database is the queue: while somebody waits with the turn in hand, the
import cannot begin, and so leaves the database to them after the transaction that it is in.
"""

from __future__ import annotations

import fcntl
import functools
import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

ASK_AGAIN = 0.004
"""Seconds between two looks at the turn, and of who has it at the database."""


_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class Cursor(base.SQLiteCursorWrapper):  # type: ignore[misc]
    """A cursor that takes the turn for a single statement outside a transaction, too."""

    def __init__(self, connection: Any, turns: DatabaseWrapper) -> None:
        super().__init__(connection)
        self._turns = turns

    def execute(self, query: str, params: Any = None) -> Any:
        if self.connection.in_transaction or not query.lstrip()[:7].upper().startswith(_WRITES):
            return super().execute(query, params)
        with self._turns.in_turn():
            return super().execute(query, params)


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    """A connection with a place in the queue. Where no file can be opened (in memory, read-only), nobody queues."""

    # SQLite keeps a table in the order of its key, without an index of its own, only where the type says "integer".
    data_types = base.DatabaseWrapper.data_types | {"BigIntegerField": "integer"}
    asks_after = ASK_AGAIN
    """Seconds between two looks at the turn. Who writes one transaction after another asks less often, so that those who
    save a form come first."""
    others_at = -math.inf
    """When somebody else was last seen to write or to wait for it (`time.monotonic`)."""
    _turn: int | None = None

    @property
    def _patience(self) -> float:
        return float(self.settings_dict["OPTIONS"].get("timeout", 5))

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=functools.partial(Cursor, turns=self))

    def _start_transaction_under_autocommit(self) -> None:
        with self.in_turn() as until, self._asking_at_once():
            while not self._begun(until):
                self.others_at = time.monotonic()
                time.sleep(ASK_AGAIN)

    def _begun(self, until: float) -> bool:
        """Begin, unless somebody writes. Raises OperationalError once patience is over."""
        try:
            super()._start_transaction_under_autocommit()
        except OperationalError as fault:
            if "locked" not in str(fault) or time.monotonic() >= until:
                raise
            return False
        return True

    @contextmanager
    def in_turn(self) -> Iterator[float]:
        """Hold the turn, until when at the latest is said; who has waited so long tries without it, and SQLite says no."""
        until = time.monotonic() + self._patience
        if self._turn is None:
            self._turn = self._open_turn()
        while self._turn >= 0 and not _taken(self._turn) and time.monotonic() < until:
            self.others_at = time.monotonic()
            time.sleep(self.asks_after)
        try:
            yield until
        finally:
            if self._turn >= 0:
                fcntl.flock(self._turn, fcntl.LOCK_UN)

    @contextmanager
    def _asking_at_once(self) -> Iterator[None]:
        """SQLite's own waiting sleeps ever longer; who has the turn is the only one to wait and may ask more often."""
        self.connection.execute("PRAGMA busy_timeout = 0")
        try:
            yield
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {int(self._patience * 1000)}")

    def _open_turn(self) -> int:
        name = str(self.settings_dict["NAME"])
        try:
            return os.open(f"{name}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600) if os.path.isfile(name) else -1
        except OSError:
            return -1

    def _close(self) -> None:
        if self._turn is not None and self._turn >= 0:
            os.close(self._turn)
        self._turn = None
        super()._close()


def _taken(turn: int) -> bool:
    try:
        fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
