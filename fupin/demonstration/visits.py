"""What the year's visits found: of those still in the register and those who leave it this year, as their records say.

A household leaves only after a visit that found everything secured. A few findings are wrong or missing on purpose, and
a few households truly lack food or clothing: `docs/operations/demonstration.md` says how many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import date
from typing import Any

from django.db.models import Q

from fupin.divisions.queries import tree
from fupin.registry.models import HouseholdCard, HouseholdFact, Membership, PersonFact
from fupin.registry.operations.findings import Finding, record_findings

MET = {"food": "入户查看，米面油足", "clothing": "四季衣被齐全", "schooling": "学籍核对，无辍学", "medical": "参保凭证",
       "housing": "房屋鉴定 A、B 级", "water": "水质检测合格，取水方便"}  # fmt: skip
UNMET = {"food": "主食靠亲友接济", "clothing": "冬季被褥不足", "schooling": "有适龄孩子不在学校", "medical": "有人未参保",
         "housing": "房屋为危房", "water": "饮水未解决"}  # fmt: skip
EXITED = "05"
LACKS = {"food": (170, 5), "clothing": (270, 9)}
"""Of those still in the register one in so many, from which on."""
SAID_UNMET, SAID_MET, FORGOTTEN = (340, 11), (10, 3), (160, 7)
"""Mistakes: schooling unmet where no child is out of school; a dangerous house found safe; an exit without a finding."""
_AT_ONCE = 500


def visited(division: str, most: int) -> list[HouseholdCard]:
    """Of a banner all who are registered or exited this year; of a region the first `most` who are registered."""
    node = tree().by_code(division.ljust(12, "0"))
    cards = HouseholdCard.objects.order_by("number")
    if node.level == "region":
        return list(cards.filter(status__in=("02", "04"))[:most])
    return list(cards.filter(status__in=("02", "04", EXITED), banner_id=node.id))


def visit(cards: Sequence[HouseholdCard], *, by: Any, on: date) -> None:
    """Write down what was found of all six guarantees of each household."""
    turns = {EXITED: 0, "": 0, "housing": 0}
    for start in range(0, len(cards), _AT_ONCE):
        some = cards[start : start + _AT_ONCE]
        lacking = _lacking([card.pk for card in some])
        findings = [one for card in some for one in _of_household(card, lacking, turns)]
        record_findings(findings=findings, by=by, on=on)


def _of_household(card: HouseholdCard, lacking: Mapping[str, Set[int]], turns: dict[str, int]) -> list[Finding]:
    group = EXITED if card.status == EXITED else ""
    turns[group] += 1
    unmet = {guarantee for guarantee, homes in lacking.items() if card.pk in homes}
    left_out = ""
    if group == EXITED:
        left_out = list(MET)[turns[group] % len(MET)] if _falls(turns[group], FORGOTTEN) else ""
    else:
        unmet |= {guarantee for guarantee, share in LACKS.items() if _falls(turns[group], share)}
        unmet |= {"schooling"} if _falls(turns[group], SAID_UNMET) else set()
        if "housing" in unmet:
            turns["housing"] += 1
            unmet -= {"housing"} if _falls(turns["housing"], SAID_MET) else set()
    return [
        Finding(card.pk, one, *(("unmet", UNMET[one]) if one in unmet else ("met", said)), "驻村工作队")
        for one, said in MET.items()
        if one != left_out
    ]


def _falls(turn: int, share: tuple[int, int]) -> bool:
    every, first = share
    return turn % every == first


def _lacking(homes: Sequence[int]) -> dict[str, set[int]]:
    """The households whose records say that a guarantee is not met."""
    facts = HouseholdFact.objects.open().filter(household__in=homes)
    members = dict(Membership.objects.open().filter(household__in=homes).values_list("person_id", "household_id"))
    persons = PersonFact.objects.open().filter(person__in=list(members))

    def of(found: Any, name: str) -> set[int]:
        return set(found.values_list(name, flat=True))

    return {
        "housing": of(facts.filter(Q(is_house_dangerous=True) | Q(house_grade__in=("C", "D", "N"))), "household_id"),
        "water": of(facts.filter(Q(is_water_safe=False) | Q(is_water_difficult=True)), "household_id"),
        "medical": {members[one] for one in of(
            persons.filter(has_resident_medical=False).exclude(has_employee_medical=True), "person_id")},
        "schooling": {members[one] for one in of(persons.filter(student="01"), "person_id")},
    }  # fmt: skip
