"""The gates: from a user to households and persons. Who may not see a record is told that it is not there."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, QuerySet
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core.dated import rows_of
from fupin.core.prepared import Prepared
from fupin.core.refusals import NotFound
from fupin.registry.models import Household, HouseholdCard, HouseholdFact, Membership, Person

_BY_NUMBER = Prepared(lambda number: Household.objects.filter(number=number), number=CharField())


def households_for(user: Any, permission: str = "registry.view") -> QuerySet[HouseholdCard]:
    """The households of the user's area as they stand now, in the order of their numbers."""
    return scopes.within(user, HouseholdCard.objects.all(), division="village", permission=permission).order_by(
        "number"
    )


def household_for(user: Any, number: str, permission: str = "registry.view") -> tuple[Household, HouseholdFact]:
    """A household by its number (or the national one) with its last known facts, gone households included.

    Where it lies last decides who sees it. Raises NotFound alike for what is not there and what is out of reach.
    """
    household, facts, _held = household_facts(user, number, permission)
    return household, facts[-1]


def household_facts(
    user: Any, number: str, permission: str = "registry.view"
) -> tuple[Household, list[HouseholdFact], frozenset[str]]:
    """The same with all its facts, the earliest first, and everything that the user may do with it."""
    household = _BY_NUMBER.first(number=number)
    facts = rows_of(HouseholdFact, "household", [household.pk]) if household else []
    held = scopes.permissions_at(user, facts[-1].village_id) if facts else frozenset()
    if household is None or permission not in held:
        raise NotFound(_("没有编号为 %(number)s 的户，或它不在您的工作范围内") % {"number": number})
    return household, facts, held


def person_for(user: Any, number: str, permission: str = "registry.view") -> tuple[Person, Membership]:
    """A person by the own number with the last household. Raises NotFound as `household_for` does."""
    found = (
        Membership.objects.filter(person__number=number)
        .select_related("person", "household")
        .order_by("-valid_from")
        .first()
    )
    village = found and (
        HouseholdFact.objects.filter(household_id=found.household_id)
        .order_by("-valid_from")
        .values_list("village_id", flat=True)
        .first()
    )
    if found is None or village is None or not scopes.may(user, permission, village):
        raise NotFound(_("没有编号为 %(number)s 的人，或不在您的工作范围内") % {"number": number})
    return found.person, found
