"""Reads: the tree of a day, held in the process and checked against a stamp."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import date
from typing import Any

from django.core.signals import request_finished, request_started

from fupin.core import clock
from fupin.divisions.models import DivisionFact, Succession, TreeStamp
from fupin.divisions.tree import FactRow, Tree

_KEPT_DAYS = 12
_lock = threading.Lock()
_trees: OrderedDict[tuple[int, date], Tree] = OrderedDict()
_facts: dict[int, tuple[list[FactRow], list[tuple[int, int, str, date]], list[date]]] = {}
_request = threading.local()


def tree(on: date | None = None) -> Tree:
    """The tree as it stood on a day (today). Costs one tiny query, inside a request once for the whole request."""
    day = on or clock.today()
    stamp = _stamp()
    with _lock:
        facts, successions, changes = _loaded(stamp)
        # Between two changes the tree is the same: one tree serves every day between them.
        since = max((change for change in changes if change <= day), default=date.min)
        found = _trees.get((stamp, since))
        if found is None:
            found = _trees[stamp, since] = Tree(facts, successions, day)
            while len(_trees) > _KEPT_DAYS:
                _trees.popitem(last=False)
        else:
            _trees.move_to_end((stamp, since))
        return found


def _loaded(stamp: int) -> tuple[list[FactRow], list[tuple[int, int, str, date]], list[date]]:
    if stamp not in _facts:
        facts = [
            FactRow(*row)
            for row in DivisionFact.objects.order_by("code", "valid_from").values_list(
                "division_id", "division__level", "code", "name", "kind", "parent_id", "valid_from", "valid_to"
            )
        ]
        successions = list(Succession.objects.values_list("predecessor_id", "successor_id", "kind", "happened_on"))
        changes = {row.valid_from for row in facts} | {row.valid_to for row in facts if row.valid_to}
        _facts.clear()
        _trees.clear()
        _facts[stamp] = facts, successions, sorted(changes)
    return _facts[stamp]


def _stamp() -> int:
    held = getattr(_request, "stamp", None)
    if held is not None:
        return held
    stamp = TreeStamp.objects.values_list("value", flat=True).filter(pk=1).first() or 0
    if getattr(_request, "running", False):
        _request.stamp = stamp
    return stamp


def forget() -> None:
    """Look at the stamp again: called by every operation that changes the tree."""
    _request.stamp = None


def _begin(**_: Any) -> None:
    _request.running, _request.stamp = True, None


def _end(**_: Any) -> None:
    _request.running, _request.stamp = False, None


request_started.connect(_begin, dispatch_uid="divisions.tree")
request_finished.connect(_end, dispatch_uid="divisions.tree")
