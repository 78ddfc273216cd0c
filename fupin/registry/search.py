"""Search everywhere: a name in any spelling, a household or person number, an id number or phone by its token.

The index of names and phones is led by the banner, so a search asks the banners that its user may see; equal keys come
first, then what begins so. Nothing is compared by LIKE, and no number leaves its seal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fupin.accounts import scopes
from fupin.core import id_numbers, sealing
from fupin.divisions.queries import tree
from fupin.registry import names
from fupin.registry.models import (
    HouseholdCard,
    Membership,
    Person,
    PersonFact,
    PersonIdentity,
    SearchKey,
)

MOST = 50
LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Hit:
    """A person in a household (or a household as such) that answers to what was typed."""

    household_id: int
    number: str
    head_name: str
    village_id: int
    status: str
    person_id: int | None = None
    person_number: str = ""
    person_name: str = ""
    matched: str = ""
    """name, household, person, id, phone"""


def search(user: Any, text: str, most: int = MOST) -> list[Hit]:
    """At most `most` hits within the user's area, the closest first."""
    wanted = text.strip()
    if not wanted:
        return []
    digits = sealing.normalise(wanted, "id")
    if digits[:-1].isdigit() and len(digits) >= 7:
        found = _by_digits(user, digits, most)
        if found:
            return found
    return _by_name(user, names.fold(wanted), most)


def household_ids(user: Any, text: str, most: int = 200) -> list[int]:
    """The households that a search finds, each once, in the order of the hits."""
    return list(dict.fromkeys(hit.household_id for hit in search(user, text, most)))


def _by_digits(user: Any, digits: str, most: int) -> list[Hit]:
    """What a long number may be: a household's or person's number, an id number, a phone."""
    if digits.isdigit() and len(digits) in (11, 7, 8, 10, 12):
        phones = [names.phone_key(token) for token in sealing.tokens(digits, "phone")]
        answering = _keys(user).filter(key__in=phones)
        if found := list(answering.values_list("household_id", "person_id")[:most]):
            return _ranked(found, "phone")
    kind, persons = "id", []
    if len(digits) in (15, 18, 20, 22):
        persons = _carriers(digits, most)
    if not persons:
        persons, kind = list(Person.objects.filter(number=digits).values_list("id", flat=True)), "person"
    if not persons:
        cards = scopes.within(user, HouseholdCard.objects.filter(number__gte=digits, number__lt=digits + ":"))
        return _hits(list(cards.order_by("number")[:most]), {}, "household")
    return _of(user, persons, kind, most)


def _carriers(number: str, most: int) -> list[int]:
    found = PersonIdentity.objects.open().filter(
        number_area=id_numbers.area_of(number), number_token__in=sealing.tokens(number, "id")
    )
    return list(found.values_list("person_id", flat=True)[:most])


def _of(user: Any, persons: list[int], kind: str, most: int) -> list[Hit]:
    members = dict(Membership.objects.open().filter(person_id__in=persons).values_list("person_id", "household_id"))
    cards = scopes.within(user, HouseholdCard.objects.filter(household_id__in=members.values())).order_by("number")
    by_household: dict[int, list[int]] = {}
    for person, household in members.items():
        by_household.setdefault(household, []).append(person)
    return _hits(list(cards[:most]), by_household, kind)


def _by_name(user: Any, key: str, most: int) -> list[Hit]:
    if not key:
        return []
    keys = _keys(user)
    # Latin letters may be the pinyin, the initials or the name itself; each has its index.
    ways = ("key", "pinyin", "initials") if key.isascii() else ("key",)
    equal = [{way: key} for way in ways]
    longer = [{f"{way}__gt": key, f"{way}__lt": key + LAST} for way in ways]
    found: list[tuple[int, int | None]] = []
    for asked in (*equal, *longer):
        if len(found) < most:
            found += keys.filter(**asked).values_list("household_id", "person_id")[: most - len(found)]
    return _ranked(found, "name")


def _keys(user: Any) -> Any:
    """The keys in the user's area."""
    return scopes.within(user, SearchKey.objects.filter(banner_id__in=_banners(user)), division="village_id")


def _ranked(found: list[tuple[int, int | None]], kind: str) -> list[Hit]:
    """The hits of keys, in their order; a key without a person answers for the household as such."""
    order = {household: at for at, (household, _person) in reversed(list(enumerate(found)))}
    by_household: dict[int, list[int]] = {}
    for household, person in found:
        persons = by_household.setdefault(household, [])
        if person is not None and person not in persons:
            persons.append(person)
    cards = HouseholdCard.objects.filter(household_id__in=list(by_household))
    ranked = sorted(cards, key=lambda card: order[card.household_id])
    return _hits(ranked, by_household, kind)


def _banners(user: Any) -> list[int]:
    """The banners that the user's area touches: they lead the index of names. 0 is what lies above the banners."""
    today = tree()
    tops = scopes.divisions(user, "registry.view")
    banners: set[int] = {0}
    for top in [today.root.id] if tops is None else tops:
        above = today.ancestor(top, "banner")
        banners.update([above.id] if above else [node.id for node in today.below(top, "banner")])
    return sorted(banners)


def _hits(cards: list[HouseholdCard], by_household: dict[int, list[int]], matched: str) -> list[Hit]:
    ids = [person for persons in by_household.values() for person in persons]
    people = {
        person: (number, name)
        for person, number, name in PersonFact.objects.open()
        .filter(person_id__in=ids)
        .values_list("person_id", "person__number", "name")
    }
    hits = []
    for card in cards:
        own = (card.household_id, card.number, card.head_name, card.village_id, card.status)
        persons = [person for person in by_household.get(card.household_id, ()) if person in people]
        hits += [Hit(*own, person, *people[person], matched) for person in persons]
        if not by_household.get(card.household_id):  # a person who is not there yet is no hit, nor is the household
            hits.append(Hit(*own, matched=matched))
    return hits
