"""Reads: the tree of a day, held in the process and checked against a stamp."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import date
from typing import Any

from django.core.signals import request_finished, request_started

from fupin.core import clock
from fupin.core.prepared import Prepared
from fupin.divisions.models import DivisionFact, Succession, TreeStamp
from fupin.divisions.tree import FactRow, Node, Tree
from fupin.divisions.words import LEVELS

_KEPT_DAYS = 12
_lock = threading.Lock()
_trees: OrderedDict[tuple[int, date], Tree] = OrderedDict()
_facts: dict[int, tuple[list[FactRow], list[tuple[int, int, str, date]], list[date]]] = {}
_request = threading.local()
_STAMP = Prepared(lambda: TreeStamp.objects.filter(pk=1).values_list("value", flat=True))


def tree(on: date | None = None) -> Tree:
    """The tree as it stood on a day (today). Costs one tiny query, inside a request once for the whole request."""
    day = on or clock.today()
    now = stamp()
    with _lock:
        facts, successions, changes = _loaded(now)
        # Between two changes the tree is the same: one tree serves every day between them.
        since = max((change for change in changes if change <= day), default=date.min)
        found = _trees.get((now, since))
        if found is None:
            found = _trees[now, since] = Tree(facts, successions, day)
            while len(_trees) > _KEPT_DAYS:
                _trees.popitem(last=False)
        else:
            _trees.move_to_end((now, since))
        return found


def find(text: str, *, below: int | None = None, on: date | None = None) -> int | None:
    """The id of the division with that code, name or run of names (`科左后旗甘旗卡镇`); None: there is none.

    Raises LookupError where a name is not unique. Endings that people leave out (嘎查, 村委会) may be missing.
    """
    standing = tree(on)
    text = "".join(text.split())
    if not text:
        return None
    if text.isascii() and text.isdigit():
        node = standing.find(text)
        return node.id if node and (below is None or standing.is_below(node.id, below)) else None
    found = standing.named(text)
    if below is not None:
        found = [node for node in found if standing.is_below(node.id, below)]
    if len(found) > 1:
        raise LookupError(text)
    return found[0].id if found else None


def suggest(text: str, roots: list[int] | None, limit: int = 20, *, on: date | None = None) -> list[tuple[str, str]]:
    """(code, full name) of divisions whose code begins or name contains what is typed, the higher levels first."""
    standing = tree(on)
    text = "".join(text.split())
    starts = [standing.root.id] if roots is None else [id for id in roots if standing.home(id) is not None]
    found: list[Node] = []
    for start in starts:
        for node in standing.subtree(start):
            if not text or node.code.startswith(text) or text in node.name:
                found.append(node)
    found.sort(key=lambda node: (LEVELS.index(node.level), node.code))
    return [(node.code, standing.full_name(node.id)) for node in dict.fromkeys(found[:limit])]


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


def stamp() -> int:
    """Changes with the tree, and with what else a process holds of divisions. One tiny query, once a request."""
    held = getattr(_request, "stamp", None)
    if held is not None:
        return held
    now = _STAMP.first() or 0
    if getattr(_request, "running", False):
        _request.stamp = now
    return now


def forget() -> None:
    """Look at the stamp again: called with every new one (`loading.renew_stamp`)."""
    _request.stamp = None


def _begin(**_: Any) -> None:
    _request.running, _request.stamp = True, None


def _end(**_: Any) -> None:
    _request.running, _request.stamp = False, None


request_started.connect(_begin, dispatch_uid="divisions.tree")
request_finished.connect(_end, dispatch_uid="divisions.tree")
