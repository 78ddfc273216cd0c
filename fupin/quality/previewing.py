"""A rule tried before anybody switches it on: how many it would find in the user's area, and some of them with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fupin.conditions.judging import Explanation, Judge
from fupin.conditions.parsing import Condition
from fupin.core import audit
from fupin.divisions.queries import tree
from fupin.quality import sweeping
from fupin.quality.catalogue import area_of
from fupin.registry.models import Household, HouseholdCard, Person, PersonFact
from fupin.rulebook import trying
from fupin.rulebook.conditions import read_condition, settings
from fupin.rulebook.trying import Sample

PERMISSION = "rulebook.change"
MASK = "＊"


@dataclass(frozen=True, slots=True)
class Hit:
    """One record that would be found: whose, where, why. The name is masked: a preview asks nobody anything yet."""

    household: str
    person: str
    name: str
    place: str
    why: Explanation


@dataclass(frozen=True, slots=True)
class Preview:
    """What a condition would find: `found` of `rows`, at each place of the level below, and some of them."""

    found: int
    rows: int
    places: list[tuple[str, int]]
    hits: list[Hit]
    seconds: float
    as_of: datetime


def preview(user: Any, *, dataset: str, finds: str, on: date, name: str = "") -> Preview:
    """Try a condition over the newest extract, in the user's area alone; that it was tried stands in the trail.

    Raises NotAllowed, BadCondition with place and mend, TooSlow.
    """
    area = area_of(user, PERMISSION)
    nodes = tree()
    within = " OR ".join(sweeping.place(dataset, nodes.by_id(root)) for root in area.roots)
    level = _level_below(nodes.by_id(area.home).level)
    one = read_condition(dataset, finds)
    done = trying.tried(dataset, finds, on, within=f"({within})", level=level)
    audit.record(by=user, act="rulebook.preview", subject=f"rule:{name}" if name else "rule:", on=on, division=area.home,
                 detail={"found": done.found, "rows": done.rows})  # fmt: skip
    places = [(nodes.name(place), count) for place, count in done.by_division if nodes.home(place) is not None]
    return Preview(done.found, done.rows, places, _hits(one, done.sample, on), done.seconds, done.as_of)


def _level_below(level: str) -> str:
    levels = ("region", "league", "banner", "township", "village")
    return levels[min(levels.index(level) + 1, len(levels) - 1)] if level in levels else "village"


def _hits(one: Condition, sample: tuple[Sample, ...], on: date) -> list[Hit]:
    households = {each.household for each in sample if each.household is not None}
    persons = {each.subject for each in sample} if one.dataset.name == "persons" else set()
    numbers = dict(Household.objects.filter(pk__in=households).values_list("pk", "number"))
    heads = dict(HouseholdCard.objects.filter(household__in=households).values_list("household_id", "head_name"))
    people = dict(Person.objects.filter(pk__in=persons).values_list("pk", "number"))
    names = dict(PersonFact.objects.filter(person__in=persons, valid_to=None).values_list("person_id", "name"))
    judge, nodes = Judge(one.dataset), tree()
    found = []
    for each in sample:
        judge.load(each.record, each.members)
        why = judge.explain(one, on=on, parameters=settings(one.settings, on, each.village))
        name = names.get(each.subject, "") if persons else heads.get(each.household or 0, "")
        place = nodes.full_name(each.village, since="township") if nodes.home(each.village) is not None else ""
        found.append(Hit(numbers.get(each.household or 0, ""), people.get(each.subject, ""), masked(name), place, why))
    return found


def masked(name: str) -> str:
    """The family name alone; of a name in another script its first letter."""
    return name[:1] + MASK * min(len(name) - 1, 2) if name else ""
