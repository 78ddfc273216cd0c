"""Files judged many at a time: their class, the day their time is over, the hold that keeps them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from fupin.core.models import Attachment
from fupin.core.verdicts import Verdict
from fupin.divisions.models import Reach
from fupin.policy import retention
from fupin.retention import rules, subjects
from fupin.retention.models import Hold
from fupin.retention.subjects import Fact
from fupin.retention.words import DIVISION
from fupin.rulebook import queries as rulebook


@dataclass(frozen=True, slots=True)
class Judged:
    """A file with what is known of it and what the rule says about its going."""

    row: Attachment
    facts: rules.Facts
    fact: Fact | None
    verdict: Verdict

    @property
    def due_on(self) -> date | None:
        """The first day on which it may go."""
        return rules.due_on(self.facts)

    @property
    def counted_on(self) -> date:
        """The day that its period counts from; its own where that is not known."""
        return rules.counted_on(self.facts) or self.facts.filed_on

    def is_due(self, on: date) -> bool:
        """Is its time over, held or not, and is it known where it lies?"""
        return self.fact is not None and self.due_on is not None and self.due_on <= on


def judge(rows: Sequence[Attachment], *, on: date) -> list[Judged]:
    """Each of these files on a day: one question for each kind of subjects and each class, two for holds."""
    known = subjects.facts_of({row.subject for row in rows})
    of = [retention.class_of(row.subject.partition(":")[0], row.kind, on) for row in rows]
    divisions: dict[str, set[int]] = defaultdict(set)
    for row, evidence in zip(rows, of, strict=True):
        if evidence is not None and evidence.years and row.subject in known:
            divisions[evidence.years].add(known[row.subject].division)
    years = {name: rulebook.values(name, on=on, divisions=some) for name, some in divisions.items()}
    holds = over(known.values())
    found = []
    for row, evidence in zip(rows, of, strict=True):
        fact = known.get(row.subject)
        hold = holds.of(fact)
        facts = rules.Facts(
            name=row.name, evidence=evidence, filed_on=filed_on(row), ended_on=fact.ended_on if fact else None,
            years=int(years[evidence.years][fact.division]) if evidence is not None and evidence.years and fact else None,
            held_since=hold.set_on if hold else None, held_why=hold.reason if hold else "",
            is_destroyed=row.destroyed_on is not None,
        )  # fmt: skip
        found.append(Judged(row, facts, fact, rules.may_destroy(facts, on=on)))
    return found


def filed_on(row: Attachment) -> date:
    """The day on which a file came into the register."""
    return timezone.localdate(row.created_at)


@dataclass(frozen=True, slots=True)
class Holds:
    """The open holds over some subjects, by what they hold."""

    by_subject: dict[str, Hold]
    by_division: dict[int, Hold]

    def of(self, fact: Fact | None) -> Hold | None:
        """The hold over a subject; None for none."""
        if fact is None:
            return None
        own = next((self.by_subject[one] for one in sorted(fact.touches) if one in self.by_subject), None)
        return own or self.by_division.get(fact.division)


def over(facts: Collection[Fact]) -> Holds:
    """The open holds over these subjects: two questions."""
    touched = {one for fact in facts for one in fact.touches}
    by_subject = {row.subject: row for row in open_holds().filter(subject__in=touched)} if touched else {}
    wide = {row.division_id: row for row in open_holds().filter(subject__startswith=f"{DIVISION}:")}
    by_division: dict[int, Hold] = {}
    if wide:
        below = Reach.objects.filter(ancestor__in=wide, descendant__in={fact.division for fact in facts})
        by_division = {one: wide[top] for top, one in below.values_list("ancestor_id", "descendant_id")}
    return Holds(by_subject, by_division)


def open_holds() -> QuerySet[Hold]:
    """Holds that nobody has lifted."""
    return Hold.objects.filter(lifted_on=None)


def held_divisions() -> Q:
    """The rows of a table with a `division` that lie under a held division, or hold rows of one: what another duty
    deletes by itself stays there meanwhile."""
    tops = open_holds().filter(subject__startswith=f"{DIVISION}:").values("division")
    below = Reach.objects.filter(ancestor__in=tops).values("descendant")
    above = Reach.objects.filter(descendant__in=tops).values("ancestor")
    return Q(division__in=below) | Q(division__in=above)


def shortest() -> int:
    """The fewest years that any class is kept: no younger file can be due."""
    floors = [_floor(one.years) for one in retention.classes().values() if one.years]
    return min(floors)


def _floor(name: str) -> int:
    setting: Any = retention.parameters.parameter(name)
    return int(setting.floor)
