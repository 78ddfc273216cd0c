"""Whether a village has what its exit asks for: its sheet of the year and what the register counts there, part by part."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from fupin.bulk.datasets import declared
from fupin.conditions.judging import Judge
from fupin.core.verdicts import Name
from fupin.divisions.models import VillageYear
from fupin.policy import exits
from fupin.procedures.exits.judging import SAID, UNKNOWN, Part, named
from fupin.quality.guarantees.lights import Line
from fupin.registry.models import HouseholdCard
from fupin.registry.words import NOT_EXITED
from fupin.rulebook.conditions import condition, settings

_FIELDS = (
    "persons",
    "has_paved_road",
    "hard_water_households",
    "unsafe_house_households",
    "clinics",
    "collective_income_fen",
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A village against the standards of a year: each part, and those that are only considered and not reached."""

    year: int
    on: date
    parts: tuple[Part, ...]
    considered: frozenset[str]
    registered: int
    persons: int | None


def judge_villages(villages: Collection[int], year: int, on: date) -> dict[int, Judged]:
    """Every village's standing by its id: two questions, however many."""
    ids = sorted(set(villages))
    sheets = {row.division_id: row for row in VillageYear.objects.filter(division__in=ids, year=year)}
    counts = HouseholdCard.objects.filter(village__in=ids, status__in=NOT_EXITED).order_by().values_list("village")
    registered = dict(counts.annotate(persons=Sum("persons")))
    judge = Judge.of_this_thread(declared.dataset("divisions"))
    found = {}
    for pk in ids:
        sheet = sheets.get(pk)
        record = {"level": "village", "registered_persons": registered.get(pk, 0)}
        record |= {f"sheet.{name}": getattr(sheet, name) for name in _FIELDS} if sheet else {}
        persons = sheet.persons if sheet else None
        found[pk] = _judged(judge, record, pk, year, on, registered.get(pk, 0), persons)
    judge.forget()
    return found


def _judged(judge: Judge, record: Mapping[str, Any], village: int, year: int, on: date, registered: int,
            persons: int | None) -> Judged:  # fmt: skip
    judge.load(record)
    rules = [one for one in exits.villages().values() if one.is_in_force(on)]
    asked = [condition("divisions", one.holds) for one in rules]
    given = settings({name for one in asked for name in one.settings}, on, village)
    parts = []
    for rule, each in zip(rules, asked, strict=True):
        told = judge.explain(each, on=on, parameters=given)
        missing = told.missing if persons is not None else (_("%(year)d 年度行政村信息表") % {"year": year},)
        outcome = SAID[told.outcome] if persons is not None else UNKNOWN
        lines = tuple(Line(one.text, SAID[one.outcome], one.values) for one in told.parts)
        parts.append(Part(rule.name, Name(rule.label, rule.label_en), Name(rule.says, rule.says_en), named(rule.source),
                          outcome, lines, missing if outcome == UNKNOWN else ()))  # fmt: skip
    considered = frozenset(one.name for one in rules if one.considered)
    return Judged(year, on, tuple(parts), considered, registered, persons)
