"""The lists that the engines are handed at start, so that none of them imports upward.

One line a thing: a ledger, a table of steps, a dataset, a job, a check.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from fupin.core import jobs, seals
from fupin.divisions import loading
from fupin.registry import openings

PREPARATIONS: tuple[Callable[[], dict[str, Any]], ...] = (
    lambda: asdict(loading.load()),
    openings.open_region,
)
"""What `fupin init` does once the tables stand, in this order; each returns counts for its answer."""


def wire() -> None:
    """Hand every engine its declarations. Called once, when Django is ready."""
    jobs.every(60)(seals.seal_trail)
