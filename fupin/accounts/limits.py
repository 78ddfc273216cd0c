"""The measures of signing in: parameters of the subject "accounts", with what the region has set for itself.

The rulebook stands above this app, so its reading is handed in at start (`use`); without it the shipped documents
hold. A value is kept for a short while: a session is measured at every request.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from fupin.core import clock
from fupin.policy import parameters

KEPT_SECONDS = 30
_kept: dict[str, tuple[float, int]] = {}
_source: Callable[[str], Any] = lambda name: parameters.value(name, on=clock.today())  # noqa: E731


def use(source: Callable[[str], Any]) -> None:
    """Read the measures here from now on: a parameter's name in, its value of today out."""
    global _source
    _source = source
    forget()


def forget() -> None:
    """Read anew what was kept."""
    _kept.clear()


def value(name: str) -> int:
    """A measure such as `session_idle_minutes`. Raises UnknownParameter."""
    held = _kept.get(name)
    if held is None or time.monotonic() - held[0] > KEPT_SECONDS:
        held = _kept[name] = (time.monotonic(), int(_source(f"accounts.{name}")))
    return held[1]


def lockout_failures(request: Any = None, credentials: Any = None) -> int:
    """So many wrong passwords lock somebody out (asked by django-axes)."""
    return value("lockout_failures")


def lockout_time(request: Any = None) -> timedelta:
    """For so long (asked by django-axes)."""
    return timedelta(minutes=value("lockout_minutes"))
