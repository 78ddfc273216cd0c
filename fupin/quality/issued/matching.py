"""Whom lines mean: by household number, by id number, by name and village; a few questions for hundreds of lines.

What is surely one household becomes a ticket. What may be several, or one whose record says otherwise than the line,
is for a person to decide. Households outside the list's area are not looked at and not spoken of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import id_numbers, sealing
from fupin.divisions.queries import tree
from fupin.divisions.tree import Tree
from fupin.quality.issued.lines import Asked
from fupin.quality.issued.words import Fate
from fupin.registry import names
from fupin.registry.models import HouseholdCard, Membership, Person, PersonFact, PersonIdentity, SearchKey

MOST_CANDIDATES = 8
PLENTY_SEEN = 8
"""Digits of a masked number that, with the name, point to one person wherever the household lives now."""
DEATH = "01"
"""The code of a death among the reasons for leaving."""


class Candidate(NamedTuple):
    """A household, and the member that is meant."""

    household: int
    person: int | None


@dataclass(slots=True)
class Match:
    """What was found for a line: whom, how sure, and what an officer should know of it."""

    fate: Fate
    reason: str = ""
    candidates: list[Candidate] = field(default_factory=list)


@dataclass(slots=True)
class _Known:
    """What the register says about everybody that a chunk of lines may mean."""

    cards: dict[int, HouseholdCard]
    by_number: dict[str, int]
    by_id: dict[str, list[int]]
    homes: dict[int, Candidate]
    gone: dict[int, Membership]
    names: dict[int, str]
    called: dict[str, list[Candidate]]
    members: dict[int, set[str]]


def match(asked: Sequence[Asked], division: int) -> list[Match]:
    """One match for each line, within the area of the list."""
    known = _ask(asked, division)
    judge = _Judge(known, division, tree())
    judge.numbers = _numbers({
        one.person for line in asked if line.number.seen and not line.number.whole
        for one in judge.called(line) if one.person is not None
    })  # fmt: skip
    return [judge.line(line) for line in asked]


def _ask(asked: Sequence[Asked], division: int) -> _Known:
    by_number = _by_number({line.household for line in asked if line.household})
    by_id = _by_id({line.number.whole for line in asked if line.number.whole})
    homes, gone = _homes({person for persons in by_id.values() for person in persons})
    called = _called({names.fold(name) for line in asked for name in (line.person, line.head) if name}, division)
    households = {*by_number.values(), *(one.household for one in homes.values())}
    households |= {one.household for some in called.values() for one in some}
    cards = {card.pk: card for card in _within(HouseholdCard.objects.filter(pk__in=households), division)}
    numbered = set(by_number.values()) & set(cards)
    members: dict[int, set[str]] = defaultdict(set)
    rows = Membership.objects.open().filter(household__in=numbered).values_list("household_id", "person_id")
    of = dict[int, int]((person, household) for household, person in rows)
    persons = {*homes, *of, *(one.person for some in called.values() for one in some if one.person)}
    facts = dict(PersonFact.objects.filter(person__in=persons, valid_to=None).values_list("person_id", "name"))
    for person, household in of.items():
        members[household].add(names.fold(facts.get(person, "")))
        homes.setdefault(person, Candidate(household, person))
    return _Known(cards, by_number, by_id, homes, gone, facts, called, members)


def _within(rows: Any, division: int) -> Any:
    """The cards of the list's area."""
    return rows.filter(village__in=scopes.below([division]))


def _by_number(numbers: set[str]) -> dict[str, int]:
    rows = HouseholdCard.objects.filter(number__in=numbers).values_list("number", "household_id")
    national = HouseholdCard.objects.filter(household__national_number__in=numbers - {number for number, _pk in rows})
    return dict(rows) | dict(national.values_list("household__national_number", "household_id"))


def _by_id(numbers: set[str]) -> dict[str, list[int]]:
    """The persons who bear a number, or bore it before it was corrected."""
    meant = {token: number for number in numbers for token in sealing.tokens(number, "id")}
    rows = PersonIdentity.objects.filter(
        number_area__in={id_numbers.area_of(number) for number in numbers}, number_token__in=list(meant)
    )
    found: dict[str, list[int]] = defaultdict(list)
    for person, token in rows.order_by("valid_to", "-pk").values_list("person_id", "number_token"):
        persons = found[meant[bytes(token)]]
        if person not in persons:
            persons.append(person)
    return found


def _homes(persons: set[int]) -> tuple[dict[int, Candidate], dict[int, Membership]]:
    """The household of each person, the last one where they have left it, and how those left."""
    homes: dict[int, Candidate] = {}
    gone: dict[int, Membership] = {}
    for row in Membership.objects.filter(person__in=persons).order_by("valid_from"):
        homes[row.person_id] = Candidate(row.household_id, row.person_id)
        if row.valid_to is None:
            gone.pop(row.person_id, None)
        else:
            gone[row.person_id] = row
    return homes, gone


def _called(keys: set[str], division: int) -> dict[str, list[Candidate]]:
    """Members of the area by their name."""
    nodes, found = tree(), defaultdict[str, list[Candidate]](list)
    above = nodes.ancestor(division, "banner")
    banners = [above.id] if above else [node.id for node in nodes.below(division, "banner")]
    rows = SearchKey.objects.filter(banner_id__in=banners, key__in=keys, person__isnull=False)
    rows = rows.filter(village_id__in=scopes.below([division])).order_by("household_id", "person_id")
    for key, household, person in rows.values_list("key", "household_id", "person_id"):
        one = Candidate(household, person)
        if key is not None and one not in found[key]:
            found[key].append(one)
    return found


def _numbers(persons: Iterable[int | None]) -> dict[int, str]:
    """The id numbers of a few persons, opened to hold them against what a sender left of one; they go nowhere else."""
    rows = PersonIdentity.objects.open().filter(person__in=[one for one in persons if one is not None])
    pairs = list(rows.values_list("person_id", "number_sealed"))
    opened = sealing.unseal_many(None if sealed is None else bytes(sealed) for _person, sealed in pairs)
    return {person: number or "" for (person, _sealed), number in zip(pairs, opened, strict=True)}


class _Judge:
    """Decides line by line on what is known; asks the database nothing."""

    def __init__(self, known: _Known, division: int, nodes: Tree) -> None:
        self.known, self.division, self.nodes = known, division, nodes
        self.numbers: dict[int, str] = {}
        self._areas: dict[tuple[str, str], list[int]] = {}

    def line(self, line: Asked) -> Match:
        """The match of one line: the surest key that it has decides."""
        ways: tuple[tuple[Any, Callable[[Asked], Match]], ...] = (
            (line.number.whole, self._by_id), (line.household, self._by_household), (line.person or line.head, self._by_name),
        )  # fmt: skip
        last = Match(Fate.NOBODY, _("行内没有户编号、证件号码或姓名"))
        first: Match | None = None
        for given, way in ways:
            if given:
                last = way(line)
                if last.fate is not Fate.NOBODY:
                    return self._less_sure(line, last, first)
                first = first or last
        return first or last

    def _less_sure(self, line: Asked, found: Match, missed: Match | None) -> Match:
        """What was found by a name alone, although a number on the line leads nowhere, is for a person to decide."""
        if missed is None or found.fate is not Fate.MATCHED:
            return found
        reason = _("%(missed)s；按其他各栏找到的请核对") % {"missed": missed.reason}
        return Match(Fate.SEVERAL, reason, found.candidates)

    def _by_id(self, line: Asked) -> Match:
        persons = [
            one for one in self.known.by_id.get(line.number.whole, ()) if self._is_here(self.known.homes.get(one))
        ]
        if not persons:
            return Match(Fate.NOBODY, _("名单范围内的登记册中没有这个证件号码"))
        found = [self.known.homes[one] for one in persons]
        if len(found) > 1:
            return Match(Fate.SEVERAL, _("这个证件号码登记在几个人名下"), found[:MOST_CANDIDATES])
        name = self.known.names.get(persons[0], "")
        if line.person and names.fold(line.person) != names.fold(name):
            return Match(Fate.SEVERAL, _("证件号码相符，但登记的姓名与名单不同"), found)
        return Match(Fate.MATCHED, self._remark(line, found[0]), found)

    def _by_household(self, line: Asked) -> Match:
        household = self.known.by_number.get(line.household)
        if household is None or household not in self.known.cards:
            return Match(Fate.NOBODY, _("名单范围内的登记册中没有这个户编号"))
        said = {names.fold(name) for name in (line.person, line.head) if name}
        present = self.known.members.get(household, set()) | {names.fold(self.known.cards[household].head_name)}
        persons = [
            one.person for one in self.known.called.get(names.fold(line.person), ()) if one.household == household
        ] if line.person else []  # fmt: skip
        one = Candidate(household, persons[0] if len(persons) == 1 else None)
        if said and not said & present:
            return Match(Fate.SEVERAL, _("户编号相符，但该户没有名单上的这个姓名"), [one])
        return Match(Fate.MATCHED, self._remark(line, one), [one])

    def called(self, line: Asked) -> list[Candidate]:
        """Those of the area who bear the name of the line; a head is asked for as the head."""
        head, known = names.fold(line.head), self.known
        some = [
            one for one in known.called.get(names.fold(line.person or line.head), ()) if one.household in known.cards
        ]
        if head:
            heads = [one for one in some if names.fold(known.cards[one.household].head_name) == head]
            some = heads or (some if line.person else [])
        return some if line.person else [one for one in some if self._is_head(one)]

    def _is_head(self, one: Candidate) -> bool:
        name = self.known.names.get(one.person or 0, "")
        return names.fold(name) == names.fold(self.known.cards[one.household].head_name)

    def _by_name(self, line: Asked) -> Match:
        some, name = self.called(line), line.person or line.head
        if line.number.seen and not line.number.whole:
            fitting = [one for one in some if line.number.fits(self.numbers.get(one.person or 0, ""))]
            if some and not fitting:
                return Match(Fate.SEVERAL, _("有同名的人，但证件号码可见的几位不符"), some[:MOST_CANDIDATES])
            some = fitting
        areas = self.areas(line)
        near = [one for one in some if self._is_in(one, areas)] if areas else []
        found = near or some
        if not found:
            return Match(Fate.NOBODY, _("名单范围内没有登记名叫“%(name)s”的人") % {"name": name})
        if len({one.household for one in found}) > 1 or len(found) > 1:
            return Match(Fate.SEVERAL, _("有 %(count)d 个同名的人") % {"count": len(found)}, found[:MOST_CANDIDATES])
        if not near and line.number.seen < PLENTY_SEEN:
            village = line.village or line.township
            sentence = (
                _("“%(village)s”没有这个人，别处有一个同名的人") if village else _("名单没有写村，只按姓名找到一个人")
            )
            return Match(Fate.SEVERAL, sentence % {"village": village} if village else sentence, found)
        one = found[0] if line.person else Candidate(found[0].household, found[0].person)
        return Match(Fate.MATCHED, self._remark(line, one), [one])

    def areas(self, line: Asked) -> list[int]:
        """The divisions that a line may mean by its village and township: several where two villages share a name."""
        key = (line.township, line.village)
        if key not in self._areas:
            self._areas[key] = self._places(*key)
        return self._areas[key]

    def _places(self, township: str, village: str) -> list[int]:
        above = self._named(township, [self.division]) if township else []
        return self._named(village, above or [self.division]) if village else above

    def _named(self, text: str, above: Sequence[int]) -> list[int]:
        plain = "".join(text.split())
        if plain.isascii() and plain.isdigit():
            node = self.nodes.find(plain)
            found = [node] if node else []
        else:
            found = self.nodes.named(plain)
        return [node.id for node in found if any(self.nodes.is_below(node.id, one) for one in above)]

    def _is_in(self, one: Candidate, areas: Sequence[int]) -> bool:
        village = self.known.cards[one.household].village_id
        return any(self.nodes.is_below(village, area) for area in areas)

    def _is_here(self, one: Candidate | None) -> bool:
        return one is not None and one.household in self.known.cards

    def _remark(self, line: Asked, one: Candidate) -> str:
        """What the officer should know of somebody who is surely meant: left, or living elsewhere now."""
        left = self.known.gone.get(one.person or 0)
        if left is not None:
            how = _("因死亡减少") if left.left_by == DEATH else _("已离开该户")
            return _("该人 %(day)s %(how)s") % {"day": left.valid_to, "how": how}
        areas = self.areas(line)
        if areas and not self._is_in(one, areas):
            place = self.nodes.name(self.known.cards[one.household].village_id)
            return _("名单写的是“%(said)s”，该户现在“%(place)s”") % {
                "said": line.village or line.township,
                "place": place,
            }
        return ""


def numbers_of(candidates: Iterable[Sequence[int | None]]) -> dict[int, str]:
    """The numbers of persons as screens show them (their own, not those of documents)."""
    persons = {one[1] for one in candidates if len(one) > 1 and one[1] is not None}
    return dict(Person.objects.filter(pk__in=persons).values_list("pk", "number"))
