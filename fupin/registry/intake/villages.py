"""Villages in cells and in scopes."""

from __future__ import annotations

from collections.abc import Callable, Collection

from fupin.core.cells import TooHigh
from fupin.core.imports.declaration import Work
from fupin.divisions.queries import tree


def village_reader(work: Work) -> Callable[[str], int | None]:
    """Finds a village by its code, or by its name below the import's division.

    The answer raises LookupError for a name that is not unique there, TooHigh for a division that is no village.
    """
    today = tree(work.on)
    start = work.division if work.division is not None else today.root.id
    by_name: dict[str, list[int]] = {}
    higher: set[str] = set()
    for node in today.subtree(start):
        if node.level not in ("village", "natural_village"):
            higher.add(node.name)
        if node.level == "village":
            for spelling in {node.name, node.name.removesuffix("村民委员会"), node.name.removesuffix("嘎查村民委员会")}:
                by_name.setdefault(spelling, []).append(node.id)

    def read(text: str) -> int | None:
        if text.isdigit():
            node = today.find(text)
            if node is not None and node.level not in ("village", "natural_village"):
                raise TooHigh(node.name)
            return node.id if node is not None else None
        if text in higher:
            raise TooHigh(text)
        found = by_name.get(text) or by_name.get(text.removesuffix("嘎查")) or by_name.get(text.removesuffix("村"))
        if not found:
            return None
        if len(set(found)) > 1:
            raise LookupError(text)
        return found[0]

    return read


def inside(work: Work) -> frozenset[int] | None:
    """The divisions that rows may lie in: within the import's division and what the person may write to; None: all."""
    return _below([work.division] if work.division is not None else None, work.divisions)


def reach(work: Work) -> frozenset[int] | None:
    """The divisions that the person may write to, whatever the import is narrowed to: what lies elsewhere is to them as
    if it were not there; None: all."""
    return _below(work.divisions)


def _below(*bounds: Collection[int] | None) -> frozenset[int] | None:
    today = tree()
    allowed: set[int] | None = None
    for bound in bounds:
        if bound is None:
            continue
        below = {node.id for each in bound for node in today.subtree(each)}
        below |= {old for node in list(below) for old in today.predecessors.get(node, ())}
        allowed = below if allowed is None else allowed & below
    return None if allowed is None else frozenset(allowed)
