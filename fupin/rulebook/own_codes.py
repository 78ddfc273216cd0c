"""What offices added to code lists, held in the process: `core.codes` asks for it wherever a list does not know a code.

A confirmed request gives the divisions' stamp a new value, which every request reads anyway: no page pays a query for
codes that hardly ever change. Outside a request (a job, a command) what is held is looked at again each second.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from django.db import connection

from fupin.core.codes import Own
from fupin.divisions.queries import stamp, tree
from fupin.policy.catalogue import Item
from fupin.rulebook import own_sources
from fupin.rulebook.models import Override
from fupin.rulebook.queries import is_intact
from fupin.rulebook.words import State

SOURCES = "comparison_source"
"""The list of what a household may authorise: an office's own source stands in it as a code."""
_AGE = 1.0
_lock = threading.Lock()
_held: tuple[int, dict[str, tuple[Own, ...]]] = (-1, {})
_looked = 0.0


class OfficeCodes:
    """Answers for `core.codes`. Handed to it at start."""

    def added(self, name: str) -> Sequence[Own]:
        return _current().get(name, ())

    def above(self, division: int) -> frozenset[int]:
        standing = tree()
        home = standing.home(division)
        return frozenset({division}) if home is None else frozenset({division, *(n.id for n in standing.path(home))})


def _current() -> dict[str, tuple[Own, ...]]:
    global _held, _looked
    with _lock:
        # Inside a transaction nothing is taken from before it: what it wrote itself must be seen, and seen no longer.
        if connection.in_atomic_block or time.monotonic() - _looked > _AGE:
            value = stamp()
            if value != _held[0]:
                _held = value, _read()
            _looked = 0.0 if connection.in_atomic_block else time.monotonic()
        return _held[1]


def _read() -> dict[str, tuple[Own, ...]]:
    """Every confirmed addition by list. One that is no longer what was confirmed does not count."""
    found: dict[str, list[Own]] = {}
    later: dict[tuple[str, int, str], Override] = {}
    kinds = ("code", own_sources.KIND)
    rows = Override.objects.filter(kind__in=kinds, state=State.CONFIRMED).order_by("-valid_from", "-id")
    for row in rows:
        name, code = (row.name, row.code) if row.kind == "code" else (SOURCES, row.name)
        key = name, row.division_id, code
        following, later[key] = later.get(key), row
        if row.value is None or not is_intact(row):
            continue
        until = following.valid_from if following is not None else row.valid_to
        item = Item(code, row.value["label"], row.value["label_en"], since=row.valid_from, until=until)
        found.setdefault(name, []).append(Own(item, row.division_id))
    return {name: tuple(reversed(own)) for name, own in found.items()}
