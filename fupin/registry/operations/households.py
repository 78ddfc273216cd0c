"""Households: registered as such, and their attributes changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from fupin.accounts import scopes
from fupin.core import audit
from fupin.core.ids import new_ids
from fupin.core.refusals import Refused
from fupin.divisions.queries import tree
from fupin.registry import cards, numbers, rules
from fupin.registry.models import Household, HouseholdFact, Membership, Person
from fupin.registry.operations.acts import check_day, lock_households, once, open_facts
from fupin.registry.operations.dated import Edit, columns_of, write_edits
from fupin.registry.operations.persons import write_new
from fupin.rulebook.queries import value as setting


@dataclass(frozen=True, slots=True)
class NewHousehold:
    """A household to be registered: the village, its attributes by field name, its members (one of them the head).

    A member is field → value with `relation`, `name`, `id_number` … as in the columns of persons.
    """

    village: int
    members: Sequence[Mapping[str, Any]]
    values: Mapping[str, Any] = field(default_factory=dict)
    is_synthetic: bool = False


@dataclass(frozen=True, slots=True)
class HouseholdChange:
    """New values of one household by field name."""

    household: int
    values: Mapping[str, Any]
    base_version: int | None = None
    is_correction: bool = False


def register_households(
    *, households: Sequence[NewHousehold], by: Any, on: date, client_id: str = "", source: str = "screen"
) -> list[str]:
    """Put rural households into the register as rows; whether one is registered (建档立卡) is left to the procedure.

    Returns their new numbers. Raises Refused with every reason, NotAllowed.
    """
    check_day(on)
    for village in {new.village for new in households}:
        scopes.require(by, "registry.change", village)
    with transaction.atomic():
        return once(client_id, "registry.register", by, lambda: _register(households, by=by, on=on, source=source))


def _register(households: Sequence[NewHousehold], *, by: Any, on: date, source: str) -> list[str]:
    for new in households:
        _check(new, on)
    rows = _numbered_households(households)
    stamp = {"valid_from": on, "source": source, "recorded_by": getattr(by, "pk", None)}
    Household.objects.bulk_create(rows, batch_size=500)
    HouseholdFact.objects.bulk_create(
        [
            HouseholdFact(household=row, village_id=new.village, **columns_of(new.values), **stamp)
            for row, new in zip(rows, households, strict=True)
        ],
        batch_size=500,
    )
    join(
        [(row.pk, new.village, new.members, row.is_synthetic) for row, new in zip(rows, households, strict=True)],
        by=by, on=on, source=source, joined_by="",
    )  # fmt: skip
    audit.record_many(
        by=by, on=on,
        entries=[
            audit.Entry("registry.register", f"household:{row.pk}", new.village, {"number": row.number})
            for row, new in zip(rows, households, strict=True)
        ],
    )  # fmt: skip
    cards.refresh([row.pk for row in rows])
    return [row.number for row in rows]


def _check(new: NewHousehold, on: date) -> None:
    """Raises Refused with everything that speaks against the household as it was filled in."""
    least = int(setting("registry.head_least_age", on=on))
    most = int(setting("registry.other_causes_limit", on=on))
    facts = [
        rules.MemberFacts(str(m.get("name") or ""), str(m.get("relation") or ""), str(m.get("sex") or ""), m.get("born_on"))
        for m in new.members
    ]  # fmt: skip
    verdict = rules.check_members(facts, on=on, head_least_age=least) & rules.check_causes(
        str(new.values.get("main_cause") or ""), str(new.values.get("other_causes") or ""), most=most
    )
    if not verdict:
        raise Refused(verdict.reasons, "household")


def _numbered_households(households: Sequence[NewHousehold]) -> list[Household]:
    today = tree()
    codes = [today.by_id(new.village).code for new in households]
    wanted: dict[str, int] = {}
    for code in codes:
        wanted[code] = wanted.get(code, 0) + 1
    serials = {code: iter(taken) for code, taken in numbers.allocate("household", wanted).items()}
    ids = new_ids(len(households))
    return [
        Household(id=pk, number=numbers.write("household", code, next(serials[code])), is_synthetic=new.is_synthetic)
        for pk, code, new in zip(ids, codes, households, strict=True)
    ]


def join(
    groups: Sequence[tuple[int, int, Sequence[Mapping[str, Any]], bool]], *, by: Any, on: date, source: str,
    joined_by: str,
) -> list[Person]:  # fmt: skip
    """Write new persons into households: (household, village, members as field → value, synthetic)."""
    today = tree()
    members = [
        (household, today.by_id(village).code, m, made_up) for household, village, ms, made_up in groups for m in ms
    ]
    wanted: dict[str, int] = {}
    for _household, code, _member, _made_up in members:
        wanted[code] = wanted.get(code, 0) + 1
    serials = {code: iter(taken) for code, taken in numbers.allocate("person", wanted).items()}
    persons = [
        Person(id=pk, number=numbers.write("person", code, next(serials[code])), is_synthetic=made_up)
        for pk, (_household, code, _member, made_up) in zip(new_ids(len(members)), members, strict=True)
    ]
    Person.objects.bulk_create(persons, batch_size=500)
    own = ("relation", "joined_by")
    write_new(
        [(p, {n: v for n, v in m.items() if n not in own}) for p, (_h, _c, m, _s) in zip(persons, members, strict=True)],
        on=on, by=by, source=source,
    )  # fmt: skip
    Membership.objects.bulk_create(
        [
            Membership(
                person=person, household_id=household, relation=member.get("relation") or "99",
                joined_by=member.get("joined_by") or joined_by, valid_from=on, source=source,
                recorded_by=getattr(by, "pk", None),
            )
            for person, (household, _code, member, _made_up) in zip(persons, members, strict=True)
        ],
        batch_size=500,
    )  # fmt: skip
    return persons


@transaction.atomic
def change_household(*, changes: Sequence[HouseholdChange], by: Any, on: date, source: str = "screen") -> None:
    """Change attributes of households from a day on, or correct what was wrong. Moving has an act of its own.

    Raises Refused, Stale, NotFound, NotAllowed.
    """
    check_day(on)
    facts = open_facts([change.household for change in changes], by)
    lock_households({change.household: change.base_version for change in changes})
    most = int(setting("registry.other_causes_limit", on=on))
    entries = []
    for is_correction in (False, True):
        edits = [
            Edit(change.household, {n: v for n, v in change.values.items() if n != "village"}, is_correction)
            for change in changes
            if change.is_correction is is_correction
        ]
        written = write_edits(HouseholdFact, "household", edits, on=on, by=by, source=source)
        for household, done in written.items():
            act = "registry.household.correct" if done.is_correction else "registry.household.change"
            entries.append(audit.Entry(act, f"household:{household}", facts[household].village_id, done.changes))
    causes = HouseholdFact.objects.open().filter(household__in=list(facts)).values_list("main_cause", "other_causes")
    for main, others in causes:
        verdict = rules.check_causes(main, others, most=most)
        if not verdict:
            raise Refused(verdict.reasons, "causes")
    audit.record_many(by=by, on=on, entries=entries)
    cards.refresh(facts)
