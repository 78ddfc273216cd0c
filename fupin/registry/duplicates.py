"""Suspected duplicates: members of one banner with one name and one birth day, or one name and numbers that almost agree.

Two numbers that were accepted both have the right check digit, so no two of them differ in one digit alone: they are
compared without it, and a disability card by the number of its holder. A job looks banner by banner, along the index of
the cards; the screen reads what it found. A pair that somebody told apart is not raised again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, combinations, groupby, pairwise
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import audit, id_numbers, jobs, sealing
from fupin.core.models import Job
from fupin.core.reasons import LEAST_REASON
from fupin.core.refusals import NotFound, Refused
from fupin.divisions.queries import tree
from fupin.registry.models import DuplicatePair, HouseholdCard, Membership, PersonFact, PersonIdentity

KIND = "registry.duplicates"
MOST_REASON = 200
MOST_OF_A_NAME = 300
"""Of a name that more bear in one banner only birth days are compared."""
MOST_OF_A_DAY = 30
"""Of more with one name and one birth day each is paired with the next alone."""
TURN = 200
"""Pairs written in one transaction: a form that is saved meanwhile waits for no longer than that."""
_BODY = 17
_READ = 2_000
Pair = tuple[int, int]
Found = tuple[str, int, int]
_MEMBERS = (
    "SELECT m.person_id, f.name, f.born_on, c.village_id, i.number_sealed FROM registry_householdcard c"
    " JOIN registry_membership m ON m.household_id = c.household_id AND m.valid_to IS NULL"
    " JOIN registry_personfact f ON f.person_id = m.person_id AND f.valid_to IS NULL"
    " LEFT JOIN registry_personidentity i ON i.person_id = m.person_id AND i.valid_to IS NULL"
    " WHERE c.banner_id = %s ORDER BY f.name, m.person_id"
)


@dataclass(frozen=True, slots=True)
class Member:
    """A member as the comparison sees them."""

    person: int
    name: str
    born_on: Any
    village: int
    number: Any


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two as the screen shows them."""

    number: str
    name: str
    born_on: date | None
    id_number: str
    household: str
    village_id: int


Shown = tuple[DuplicatePair, tuple[Side, Side]]


def ask(*, by: Any = None) -> Job:
    """Have the pairs looked for; while it runs there is one search for all."""
    return jobs.enqueue(kind=KIND, key=KIND, by=by, again=True)


def look(run: jobs.Running) -> None:
    """The job: banner by banner, written in short turns; one that was interrupted goes on with the banner it was at."""
    cards, known = (rows.order_by().values_list("banner_id", flat=True).distinct()
                    for rows in (HouseholdCard.objects, DuplicatePair.objects))  # fmt: skip
    banners = sorted({*cards, *known})
    for done, banner in enumerate(banners):
        run.progress(done, len(banners), _("查找疑似重复"))
        if banner > run.reached.get("banner", 0):
            for _turn in _keep(banner, dict(pairs_of(banner))):
                run.beat()
            run.checkpoint({"banner": banner})
    run.progress(len(banners), len(banners), _("查找疑似重复"))


def pairs_of(banner: int) -> Iterator[tuple[Pair, Found]]:
    """Each suspected pair of a banner, the lower id first: why, and where the two live. Holds one name at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_MEMBERS, [banner])
        rows = chain.from_iterable(iter(lambda: cursor.fetchmany(_READ), []))
        for _name, bearers in groupby((Member(*row) for row in rows), key=lambda member: member.name):
            group = list(bearers)
            if len(group) > 1:
                yield from _pairs(group)


def _pairs(group: Sequence[Member]) -> Iterator[tuple[Pair, Found]]:
    if len(group) > MOST_OF_A_NAME:
        yield from _of_one_day(group)
        return
    numbers = _bodies(group)
    for one, other in combinations(group, 2):
        near = _are_near(numbers.get(one.person, ""), numbers.get(other.person, ""))
        if near or (one.born_on is not None and one.born_on == other.born_on):
            yield (one.person, other.person), ("number" if near else "birth", one.village, other.village)


def _of_one_day(group: Sequence[Member]) -> Iterator[tuple[Pair, Found]]:
    """Birth days alone, a day at a time: the work grows with the bearers, not with their square. Very many of one day
    have a day that stands for an unknown one: each is shown beside the next."""
    dated = sorted((each for each in group if each.born_on is not None), key=lambda each: (each.born_on, each.person))
    for _day, bearers in groupby(dated, key=lambda each: each.born_on):
        same = list(bearers)
        beside = combinations(same, 2) if len(same) <= MOST_OF_A_DAY else pairwise(same)
        for one, other in beside:
            yield (one.person, other.person), ("birth", one.village, other.village)


def _bodies(group: Sequence[Member]) -> dict[int, str]:
    texts = {each.person: sealing.unseal(bytes(each.number)) for each in group if each.number is not None}
    return {person: text[:_BODY] for person, text in texts.items() if id_numbers.area_of(text)}


def _are_near(one: str, other: str) -> bool:
    return bool(one and other) and (one == other or bool(id_numbers.nearness(one, other)))


def _keep(banner: int, found: dict[Pair, Found]) -> Iterator[None]:
    """Let go what is no longer suspected, write what is new, move what has moved; a turn of TURN rows at a time."""
    waiting = DuplicatePair.objects.filter(banner_id=banner, decided_at=None).order_by("id")
    gone = [pk for pk, *pair in waiting.values_list("id", "first_id", "second_id") if tuple(pair) not in found]
    for start in range(0, len(gone), TURN):
        # Whoever is told apart meanwhile stays.
        DuplicatePair.objects.filter(pk__in=gone[start : start + TURN], decided_at=None).delete()
        yield
    pairs = list(found)
    for start in range(0, len(pairs), TURN):
        _write(banner, {pair: found[pair] for pair in pairs[start : start + TURN]})
        yield


def _write(banner: int, found: dict[Pair, Found]) -> None:
    """One turn. A pair that stands under the banner where both lived before comes along, told apart or not."""
    rows = DuplicatePair.objects.filter(first_id__in={first for first, _second in found})
    known = {pair: row for row in rows if (pair := (row.first_id, row.second_id)) in found}
    fresh, moved = [], []
    for pair, (kind, village, other) in found.items():
        now = {"banner_id": banner, "kind": kind, "village_id": village, "other_village_id": other}
        row = known.get(pair)
        if row is None:
            fresh.append(DuplicatePair(first_id=pair[0], second_id=pair[1], **now))
        elif any(getattr(row, name) != value for name, value in now.items()):
            moved.append(row)
            for name, value in now.items():
                setattr(row, name, value)
    with transaction.atomic():
        DuplicatePair.objects.bulk_update(moved, ["banner_id", "kind", "village", "other_village"])
        DuplicatePair.objects.bulk_create(fresh, ignore_conflicts=True)


def open_pairs(user: Any, permission: str = "registry.view") -> QuerySet[DuplicatePair]:
    """The pairs that wait, both of whom lie in the user's area."""
    rows = DuplicatePair.objects.filter(decided_at=None)
    for path in ("village", "other_village"):
        rows = scopes.within(user, rows, division=path, permission=permission)
    return rows.order_by("id")


def tell_apart(*, pairs: Sequence[int], reason: str, by: Any, on: date) -> int:
    """These are different people: they are not raised again. Raises Refused without a reason, NotFound."""
    said = reason.strip()[:MOST_REASON]
    with transaction.atomic():
        waiting = open_pairs(by, "registry.change").filter(pk__in=list(pairs)).select_related("first", "second")
        rows = list(waiting.select_for_update(of=("self",)))
        if len(rows) != len(set(pairs)) or len(both_seen(by, rows, "registry.change")) != len(rows):
            raise NotFound(_("没有这对疑似重复，或已有人核对"), "duplicate")
        if len(said) < LEAST_REASON:
            raise Refused(_("请写明核对依据（至少 %(count)d 个字）") % {"count": LEAST_REASON}, "reason")
        written = DuplicatePair.objects.filter(pk__in=[row.pk for row in rows]).update(
            decided_at=timezone.now(), decided_by=getattr(by, "pk", None), reason=said
        )
        audit.record_many(by=by, on=on, entries=[entry for row in rows for entry in _entries(row, said)])
    return written


def _entries(row: DuplicatePair, reason: str) -> Iterable[audit.Entry]:
    for one, other, at in ((row.first, row.second, row.village_id), (row.second, row.first, row.other_village_id)):
        yield audit.Entry("registry.tell_apart", f"person:{one.pk}", at, {"other": other.number, "reason": reason})


def both_seen(user: Any, rows: Sequence[DuplicatePair], permission: str = "registry.view") -> list[Shown]:
    """Of these pairs those of which both are members in the user's area now, with both sides. Since the search one may
    have moved away or left. A fixed number of queries for a page."""
    who = _sides(user, {person for row in rows for person in (row.first_id, row.second_id)}, permission)
    return [
        (row, (who[row.first_id], who[row.second_id])) for row in rows if row.first_id in who and row.second_id in who
    ]


def _sides(user: Any, ids: set[int], permission: str) -> dict[int, Side]:
    members = Membership.objects.filter(person_id__in=ids, valid_to=None).select_related("household__card", "person")
    homes = scopes.within(user, members, division="household__card__village", permission=permission)
    facts = {fact.person_id: fact for fact in PersonFact.objects.filter(person_id__in=ids, valid_to=None)}
    numbers = PersonIdentity.objects.filter(person_id__in=ids, valid_to=None)
    sealed = dict(numbers.values_list("person_id", "number_sealed"))
    return {
        home.person_id: Side(
            home.person.number, facts[home.person_id].name, facts[home.person_id].born_on,
            id_numbers.mask(sealing.unseal(bytes(number))) if (number := sealed.get(home.person_id)) else "",
            home.household.number, home.household.card.village_id,
        )
        for home in homes
        if home.person_id in facts
    }  # fmt: skip


def place_of(side: Side) -> str:
    """Township and village in words."""
    return "".join(node.name for node in tree().path(side.village_id)[-2:])
