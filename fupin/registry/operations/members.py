"""Members come and leave, the head changes. The household's number stays whatever happens to its head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fupin.core import audit
from fupin.core.ids import new_id
from fupin.core.refusals import Refused
from fupin.registry import cards, rules, words
from fupin.registry.models import HouseholdFact, Membership, PersonFact, RegisterStatus
from fupin.registry.operations import returning
from fupin.registry.operations.acts import check_day, lock_households, once, open_facts, open_ties
from fupin.registry.operations.dated import close, too_early
from fupin.registry.operations.households import join
from fupin.rulebook.queries import value as setting


@dataclass(frozen=True, slots=True)
class NewMember:
    """Somebody who joins a household: born, married in, adopted, moved in. Values by the columns of persons."""

    household: int
    values: Mapping[str, Any]
    joined_by: str = words.BIRTH
    base_version: int | None = None


@dataclass(frozen=True, slots=True)
class Leaving:
    """Somebody who leaves: died, married out, moved out. `new_head` is asked for where the head leaves others behind."""

    person: int
    left_by: str
    new_head: int | None = None
    relations: Mapping[int, str] = field(default_factory=dict)
    """relation to the new head by person; who is not named keeps 99 (other) but for the spouse of the old head"""
    base_version: int | None = None


def add_members(
    *, members: Sequence[NewMember], by: Any, on: date, client_id: str = "", source: str = "screen"
) -> list[str]:
    """Take members in; returns their person numbers. Raises Refused, Stale, NotFound, NotAllowed."""
    check_day(on)
    with transaction.atomic():
        return once(client_id, "registry.member.add", by, lambda: _add(members, by=by, on=on, source=source))


def _add(members: Sequence[NewMember], *, by: Any, on: date, source: str) -> list[str]:
    for new in members:
        if new.joined_by not in words.ENTRIES:
            raise Refused(_("“增加原因”应为增加类的原因，请重选"))
    facts = open_facts([new.household for new in members], by, on=on)
    households = lock_households({new.household: new.base_version for new in members})
    values = [{**new.values, "joined_by": new.joined_by} for new in members]
    known = returning.find(values, by=by, on=on)
    back = [(row.person_id, members[at].household, values[at]) for at, row in known.items()]
    again = returning.join_again(back, on=on, by=by, source=source)
    fresh = iter(join(
        [(n.household, facts[n.household].village_id, [values[at]], households[n.household].is_synthetic)
         for at, n in enumerate(members) if at not in known],
        by=by, on=on, source=source, joined_by="",
    ))  # fmt: skip
    persons = [again[known[at].person_id] if at in known else next(fresh) for at in range(len(members))]
    check_households(list(facts), on)
    entries = []
    for at, (new, person) in enumerate(zip(members, persons, strict=True)):
        detail = {"person": person.number, "joined_by": new.joined_by, "relation": new.values.get("relation")}
        division = facts[new.household].village_id
        entries.append(audit.Entry("registry.member.add", f"household:{new.household}", division, detail))
        act = "registry.person.return" if at in known else "registry.person.register"
        entries.append(audit.Entry(act, f"person:{person.pk}", division, detail))
    audit.record_many(by=by, on=on, entries=entries)
    cards.refresh(facts)
    return [person.number for person in persons]


def check_households(households: Sequence[int], on: date) -> None:
    """Raises Refused where the members of a household do not fit together (see `rules.check_members`)."""
    rows = list(Membership.objects.open().filter(household__in=list(households)))
    known = {fact.person_id: fact for fact in PersonFact.objects.open().filter(person__in=[r.person_id for r in rows])}
    least = int(setting("registry.head_least_age", on=on))
    by_household: dict[int, list[rules.MemberFacts]] = {}
    for row in rows:
        fact = known[row.person_id]
        member = rules.MemberFacts(fact.name, row.relation, fact.sex, fact.born_on)
        by_household.setdefault(row.household_id, []).append(member)
    for members in by_household.values():
        verdict = rules.check_members(members, on=on, head_least_age=least)
        if not verdict:
            raise Refused(verdict.reasons, "members")


@transaction.atomic
def remove_members(*, leavings: Sequence[Leaving], by: Any, on: date, source: str = "screen") -> None:
    """Members leave. When the last one leaves, the household is gone (整户减少); its number is never used again.

    Raises Refused where the head leaves others behind without a new head, Stale, NotFound, NotAllowed.
    """
    check_day(on)
    rows = _memberships([leaving.person for leaving in leavings])
    facts = open_facts([row.household_id for row in rows.values()], by)
    lock_households({rows[leaving.person].household_id: leaving.base_version for leaving in leavings})
    entries = []
    for leaving in leavings:
        if leaving.left_by not in words.LEAVINGS:
            raise Refused(_("“减少原因”应为减少类的原因，请重选"))
        row = rows[leaving.person]
        end_ties([leaving.person], on=on, left_by=leaving.left_by)
        detail = {"person": row.person.number, "left_by": leaving.left_by, "relation": row.relation}
        division = facts[row.household_id].village_id
        entries.append(audit.Entry("registry.member.remove", f"household:{row.household_id}", division, detail))
        entries.append(audit.Entry("registry.person.leave", f"person:{leaving.person}", division, detail))
        if row.relation == words.HEAD:
            entries += _follow(leaving, row, division, on=on, by=by, source=source)
    entries += _close_empty(facts, on)
    check_households(list(facts), on)
    audit.record_many(by=by, on=on, entries=entries)
    cards.refresh(facts)


def _memberships(persons: Sequence[int]) -> dict[int, Membership]:
    found = open_ties(persons)
    if len(found) < len(set(persons)):
        raise Refused(_("所选人员已不在册，请刷新后重选"))
    return found


def end_ties(persons: Sequence[int], *, on: date, left_by: str) -> None:
    """Members are no longer of their household. Raises Refused for who joined it, or took up the relation, later."""
    for row in close(Membership, "person", persons, on=on, left_by=left_by):
        # The relation changed that very day: the tie of before is the last one and bears the reason.
        before = Membership.objects.filter(person=row.person_id, household=row.household_id, valid_to=on)
        before.update(left_by=left_by)


def _follow(
    leaving: Leaving, row: Membership, division: int, *, on: date, by: Any, source: str
) -> list[audit.Entry]:  # fmt: skip
    """The head has left: the household goes on under the new head, or is empty."""
    left = list(Membership.objects.open().filter(household=row.household_id))
    if not left:
        return []
    if leaving.new_head is None:
        raise Refused(_("户主减少后户内还有 {count} 人，请选定新户主").format(count=len(left)), "new_head")
    return _enthrone(row.household_id, leaving.new_head, leaving.relations, division, on=on, by=by, source=source)


def _enthrone(
    household: int, new_head: int, relations: Mapping[int, str], division: int, *, on: date, by: Any, source: str
) -> list[audit.Entry]:  # fmt: skip
    """Write every member's relation to the new head."""
    rows = list(Membership.objects.open().filter(household=household).select_related("person"))
    if new_head not in {row.person_id for row in rows}:
        raise Refused(_("新户主应是户内现有成员，请重选"), "new_head")
    old_head = next((row.person_id for row in rows if row.relation == words.HEAD), None)
    for row in rows:
        relation = words.HEAD if row.person_id == new_head else relations.get(row.person_id, "")
        if not relation:
            relation = _turned(row, new_head, old_head, rows)
        set_relation(row, relation, on=on, by=by, source=source)
    head = next(row for row in rows if row.person_id == new_head)
    detail = {"new_head": head.person.number}
    return [audit.Entry("registry.head.change", f"household:{household}", division, detail)]


def _turned(row: Membership, new_head: int, old_head: int | None, rows: Sequence[Membership]) -> str:
    """The relation to a new head where nobody said it: only what follows without doubt, else 99 (other)."""
    was = next(one.relation for one in rows if one.person_id == new_head)
    if was == "02":
        # The spouse takes over: the couple stay spouses, and their children and grandchildren stay what they are.
        if row.person_id == old_head:
            return "02"
        return row.relation if row.relation in ("03", "04", "05", "06", "07", "08", "09", "10", "22", "23") else "99"
    return "99"


def set_relation(row: Membership, relation: str, *, on: date, by: Any, source: str) -> None:
    """A member's relation from a day on. Raises Refused where the present one began later."""
    if row.relation == relation:
        return
    if row.valid_from > on:
        raise Refused(too_early(row, "person"), "happened_on")
    if row.valid_from == on:
        Membership.objects.filter(pk=row.pk).update(relation=relation)
        return
    Membership.objects.filter(pk=row.pk).update(valid_to=on)
    Membership.objects.create(
        id=new_id(), person_id=row.person_id, household_id=row.household_id, relation=relation, joined_by=row.joined_by,
        valid_from=on, source=source, recorded_by=getattr(by, "pk", None),
    )  # fmt: skip


def _close_empty(facts: Mapping[int, HouseholdFact], on: date) -> list[audit.Entry]:
    """Households whose last member has left end with the day: facts and status close, the numbers stay theirs."""
    lived_in = set(Membership.objects.open().filter(household__in=list(facts)).values_list("household_id", flat=True))
    empty = [household for household in facts if household not in lived_in]
    if not empty:
        return []
    close(HouseholdFact, "household", empty, on=on)
    close(RegisterStatus, "household", empty, on=on)
    return [
        audit.Entry("registry.household.gone", f"household:{household}", facts[household].village_id, {"gone": True})
        for household in empty
    ]


@transaction.atomic
def change_heads(
    *, heads: Mapping[int, int], by: Any, on: date, relations: Mapping[int, str] | None = None,
    base_version: int | None = None, source: str = "screen",
) -> None:  # fmt: skip
    """Another member becomes the head: household → person. The household number does not change.

    Raises Refused, Stale, NotFound, NotAllowed.
    """
    check_day(on)
    facts = open_facts(heads, by)
    lock_households(dict.fromkeys(heads, base_version))
    entries: list[audit.Entry] = []
    for household, person in heads.items():
        division = facts[household].village_id
        entries += _enthrone(household, person, relations or {}, division, on=on, by=by, source=source)
    check_households(list(facts), on)
    audit.record_many(by=by, on=on, entries=entries)
    cards.refresh(facts)
