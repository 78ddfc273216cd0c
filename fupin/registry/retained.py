"""Households and persons as what files belong to, for retention: a hold on a household holds its members' files too."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse

from fupin.registry.models import Household, HouseholdCard, HouseholdFact, Membership, Person
from fupin.retention.subjects import Fact, Kind

HOUSEHOLD, PERSON = "household", "person"


def find(number: str) -> int | None:
    """A household by its number."""
    return Household.objects.filter(number=number).values_list("pk", flat=True).first()


def facts(ids: Collection[int]) -> dict[int, Fact]:
    """Households, also those that are no longer on the register: two questions."""
    cards = HouseholdCard.objects.filter(pk__in=ids).values_list("pk", "village_id", "number", "head_name")
    found = {pk: _fact(pk, village, number, head) for pk, village, number, head in cards}
    gone = HouseholdFact.objects.filter(household__in=set(ids) - found.keys()).order_by("valid_from", "pk")
    for pk, village, number in gone.values_list("household_id", "village_id", "household__number"):
        found[pk] = _fact(pk, village, number, number)
    return found


def _fact(pk: int, village: int, number: str, title: str) -> Fact:
    return Fact(
        village, number, title, None, frozenset({f"{HOUSEHOLD}:{pk}"}), reverse("registry:household", args=[number])
    )


def facts_of_persons(ids: Collection[int]) -> dict[int, Fact]:
    """Persons, by the household that they belong to or belonged to last: four questions."""
    ties = (
        Membership.objects.filter(person__in=ids).order_by("valid_from", "pk").values_list("person_id", "household_id")
    )
    home = dict(ties)
    homes, numbers = facts(set(home.values())), dict(Person.objects.filter(pk__in=ids).values_list("pk", "number"))
    return {
        pk: Fact(homes[own].division, numbers[pk], homes[own].title, None, homes[own].touches | {f"{PERSON}:{pk}"},
                 reverse("registry:person", args=[numbers[pk]]))
        for pk, own in home.items() if own in homes and pk in numbers
    }  # fmt: skip


def kinds() -> list[Kind]:
    """Households and persons, as `config` hands them in."""
    return [Kind(HOUSEHOLD, ("户", "Household"), facts, find), Kind(PERSON, ("人", "Person"), facts_of_persons)]
