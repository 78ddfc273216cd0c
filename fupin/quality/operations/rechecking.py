"""The rule looks again at once: the records of a few households are judged as they stand in the database now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fupin.divisions.queries import tree
from fupin.quality import recheck as judging
from fupin.quality.applying import Applied, applied
from fupin.quality.models import Ticket

Finder = Callable[[Collection[int], date], Sequence[Any]]
"""From households and a day to everything that the rules find in them, each with the fields of `rules.Found`."""
Judged = Callable[[Collection[tuple[str, int]], date], Collection[tuple[str, int]]]
"""Which of these rules are judged in these villages on that day; of the others a person has to look."""
Key = tuple[str, str, int]


def judged_by_one_record(wanted: Collection[tuple[str, int]], on: date) -> set[tuple[str, int]]:
    """The rules that one household's own records decide, where they are not switched off."""
    names = {rule for rule, _village in wanted}
    able: dict[str, list[Applied]] = defaultdict(list)
    for one in applied(on):
        if one.rule.name in names and one.rule.dataset in judging.JUDGED:
            able[one.rule.name].append(one)
    paths = {village: _path(village) for _rule, village in wanted}
    return {
        (rule, village) for rule, village in wanted
        if any(all(place.holds(paths[village]) for place in one.where) for one in able[rule])
    }  # fmt: skip


def _path(village: int) -> dict[str, int]:
    nodes = tree()
    return {node.level: node.id for node in nodes.path(village)} if nodes.home(village) is not None else {}


@dataclass(frozen=True, slots=True)
class Recheck:
    """Who judges single records."""

    findings_of: Finder = judging.findings_of
    judged: Judged = judged_by_one_record


def look_again(tickets: Sequence[Ticket], on: date, recheck: Recheck) -> dict[int, Any]:
    """What the rules say of these tickets now: a finding, or None where it is gone. Tickets that no rule can decide by
    one household's records are not in it."""
    able = set(recheck.judged({(one.rule, one.village_id) for one in tickets}, on))
    again = [one for one in tickets if (one.rule, one.village_id) in able and one.household_id is not None]
    households = sorted({one.household_id for one in again if one.household_id is not None})
    found = {_key(each): each for each in recheck.findings_of(households, on)} if households else {}
    return {one.pk: found.get(_key(one)) for one in again}


def _key(one: Any) -> Key:
    return one.rule, one.subject_kind, one.subject_id
