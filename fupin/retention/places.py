"""Divisions as what is held: everything below one of them stays."""

from __future__ import annotations

from collections.abc import Collection

from fupin.accounts.queries import division_of_code
from fupin.core.refusals import NotFound
from fupin.divisions.queries import tree
from fupin.retention.subjects import Fact, Kind
from fupin.retention.words import DIVISION


def find(code: str) -> int | None:
    """A division by its code."""
    if not (code.isascii() and code.isdecimal() and 2 <= len(code) <= 12):
        return None
    try:
        return division_of_code(code).pk
    except NotFound:
        return None


def facts(ids: Collection[int]) -> dict[int, Fact]:
    """Divisions as retention knows them."""
    now = tree()
    nodes = {pk: now.by_id(pk) for pk in ids}
    return {
        pk: Fact(pk, node.short_code, now.full_name(pk), None, frozenset({f"{DIVISION}:{pk}"}))
        for pk, node in nodes.items()
    }


def kind() -> Kind:
    """Divisions, as `config` hands them in."""
    return Kind(DIVISION, ("区划", "Division"), facts, find)
