"""The rule looks again at once: the records of a few households are judged as they stand in the database now.

Who judges is handed in when the instance starts (`use`), so that answering a ticket can be tried without the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date

from fupin.quality.applying import applied
from fupin.quality.models import Ticket
from fupin.quality.rules import Found

Finder = Callable[[Collection[int], date], Sequence[Found]]
"""From households and a day to everything that the rules find in them."""
Judged = Callable[[Collection[str], date], Collection[str]]
"""Which of these rules the finder judges on that day; of the others a person has to look."""
Key = tuple[str, str, int]


def by_one_record(rules: Collection[str], on: date) -> set[str]:
    """The rules that one household's own records decide."""
    return {one.rule.name for one in applied(on) if one.rule.name in rules and one.rule.dataset != "divisions"}


@dataclass(slots=True)
class Recheck:
    """Who judges single records."""

    findings_of: Finder | None = None
    judged: Judged = by_one_record


RECHECK = Recheck()


def use(findings_of: Finder, judged: Judged = by_one_record) -> None:
    """Let this judge the records of a household when a ticket is answered."""
    RECHECK.findings_of, RECHECK.judged = findings_of, judged


def look_again(tickets: Sequence[Ticket], on: date, recheck: Recheck | None = None) -> dict[int, Found | None]:
    """What the rules say of these tickets now: a finding, or None where it is gone. Tickets that no rule can decide by
    one household's records are not in it."""
    judge = recheck or RECHECK
    if judge.findings_of is None:
        return {}
    rules = set(judge.judged({one.rule for one in tickets}, on))
    able = [one for one in tickets if one.rule in rules and one.household_id is not None]
    households = sorted({one.household_id for one in able if one.household_id is not None})
    found = {_key(each): each for each in judge.findings_of(households, on)} if households else {}
    return {one.pk: found.get(_key(one)) for one in able}


def _key(one: Ticket | Found) -> Key:
    return one.rule, one.subject_kind, one.subject_id
