"""Households split, merge and move: persons keep their numbers for life, households theirs for as long as they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import audit
from fupin.core.ids import new_id, new_ids
from fupin.core.refusals import Refused
from fupin.divisions.queries import tree
from fupin.registry import cards, numbers, words
from fupin.registry.models import Household, HouseholdFact, Membership, RegisterStatus
from fupin.registry.operations.acts import check_day, keying_follows, lock_households, once, open_facts
from fupin.registry.operations.dated import Edit, close, write_edits
from fupin.registry.operations.members import check_households, end_ties


@dataclass(frozen=True, slots=True)
class Splitting:
    """Members of a household who go on as one of their own. `relations`: person → relation to the new head."""

    household: int
    new_head: int
    relations: Mapping[int, str]
    base_version: int | None = None


@dataclass(frozen=True, slots=True)
class Merging:
    """A household that joins another. `relations`: person → relation to the head there."""

    household: int
    into: int
    relations: Mapping[int, str] = field(default_factory=dict)
    base_version: int | None = None


@dataclass(frozen=True, slots=True)
class Moving:
    """A household that moves to another village, as a whole."""

    household: int
    village: int
    values: Mapping[str, Any] = field(default_factory=dict)
    """natural village, group, camps there"""
    base_version: int | None = None


def split_households(
    *, splittings: Sequence[Splitting], by: Any, on: date, client_id: str = "", source: str = "screen"
) -> list[str]:
    """Split households; returns the numbers of the new ones, several of one household in one transaction. A new household
    takes over the attributes and the register status of the old one. Raises Refused, Stale, NotFound, NotAllowed.
    """
    check_day(on)
    with transaction.atomic():
        return once(client_id, "registry.split", by, lambda: _split(splittings, by=by, on=on, source=source))


def _split(splittings: Sequence[Splitting], *, by: Any, on: date, source: str) -> list[str]:
    facts = open_facts([splitting.household for splitting in splittings], by, on=on)
    old = lock_households({splitting.household: splitting.base_version for splitting in splittings})
    members = _members(facts)
    for household, present in members.items():
        _check_split([each for each in splittings if each.household == household], present)
    made = _new_households(splittings, facts, old)
    known = _known(HouseholdFact, facts, on), _known(RegisterStatus, facts, on)
    entries = []
    for splitting, household in zip(splittings, made, strict=True):
        fact = facts[splitting.household]
        for row in known[0][splitting.household]:
            _copy(row, household, on=on, by=by, source=source)
        for row in known[1][splitting.household]:
            _copy(row, household, on=on, by=by, source=source, entered_by="taken_over")
        going = {**splitting.relations, splitting.new_head: words.HEAD}
        transfer(going, household.pk, on=on, by=by, source=source)
        detail = {"new_household": household.number, "persons": len(going)}
        entries.append(audit.Entry("registry.split", f"household:{splitting.household}", fact.village_id, detail))
        detail = {"from": old[splitting.household].number, "persons": len(going)}
        entries.append(audit.Entry("registry.split", f"household:{household.pk}", fact.village_id, detail))
    touched = [*facts, *(household.pk for household in made)]
    check_households(touched, on)
    audit.record_many(by=by, on=on, entries=entries)
    cards.refresh(touched)
    return [household.number for household in made]


def _members(households: Mapping[int, Any]) -> dict[int, dict[int, Membership]]:
    found: dict[int, dict[int, Membership]] = {household: {} for household in households}
    for row in Membership.objects.open().filter(household__in=list(households)).select_related("person"):
        found[row.household_id][row.person_id] = row
    return found


def _check_split(splittings: Sequence[Splitting], members: Mapping[int, Membership]) -> None:
    """All that leave one household, into however many new ones, held against who lives there."""
    leaving = [person for each in splittings for person in {*each.relations, each.new_head}]
    going = set(leaving)
    if going - set(members):
        raise Refused(_("分出的人员应都是户内现有成员，请刷新后重选"))
    if len(going) < len(leaving):
        raise Refused(_("同一人不能分入两个新户，请核对各新户的成员"))
    if len(going) == len(members):
        raise Refused(_("不能全部分出：原户至少留下一人；整户迁移请用“迁移”"))
    if any(members[person].relation == words.HEAD for person in going):
        raise Refused(_("户主不能分出：请先变更户主，再办理分户"))


def _new_households(
    splittings: Sequence[Splitting], facts: Mapping[int, HouseholdFact], old: Mapping[int, Household]
) -> list[Household]:
    today = tree()
    codes = [today.by_id(facts[splitting.household].village_id).code for splitting in splittings]
    serials = {
        code: iter(taken)
        for code, taken in numbers.allocate("household", {code: codes.count(code) for code in codes}).items()
    }
    made = [
        Household(
            id=pk, number=numbers.write("household", code, next(serials[code])),
            is_synthetic=old[splitting.household].is_synthetic,
        )
        for pk, code, splitting in zip(new_ids(len(splittings)), codes, splittings, strict=True)
    ]  # fmt: skip
    Household.objects.bulk_create(made)
    return made


def _copy(row: Any, household: Household, *, on: date, by: Any, source: str, **changes: Any) -> None:
    """The same facts for another household from a day on, or from the later day on which they began."""
    leave = {"id", "household_id", "valid_from", "source", "recorded_at", "recorded_by"}
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname not in leave}
    type(row).objects.create(
        id=new_id(), household=household, valid_from=max(on, row.valid_from), source=source,
        recorded_by=getattr(by, "pk", None), **{**values, **changes},
    )  # fmt: skip


def _known(model: Any, households: Mapping[int, Any], on: date) -> dict[int, list[Any]]:
    """What holds of households on a day and what was registered for later."""
    found: dict[int, list[Any]] = {household: [] for household in households}
    for row in model.objects.filter(household__in=list(households)).exclude(valid_to__lte=on):
        found[row.household_id].append(row)
    return found


def transfer(relations: Mapping[int, str], household: int, *, on: date, by: Any, source: str) -> None:
    """Move persons into a household from a day on: the membership changes, the person stays who it is."""
    end_ties(list(relations), on=on, left_by=words.MOVED_OUT)
    ids = new_ids(len(relations))
    Membership.objects.bulk_create(
        Membership(
            id=pk, person_id=person, household_id=household, relation=relation or "99", joined_by=words.MOVED_IN,
            valid_from=on, source=source, recorded_by=getattr(by, "pk", None),
        )
        for pk, (person, relation) in zip(ids, relations.items(), strict=True)
    )  # fmt: skip
    keying_follows(household, HouseholdFact.objects.open().get(household=household).village_id, list(relations))


@transaction.atomic
def merge_households(*, mergings: Sequence[Merging], by: Any, on: date, source: str = "screen") -> None:
    """Households join others; those that joined are gone from the day on, their history stays under their numbers.

    Raises Refused, Stale, NotFound, NotAllowed.
    """
    check_day(on)
    if any(merging.household == merging.into for merging in mergings):
        raise Refused(_("不能把一户并入自己，请重选并入的户"))
    facts = open_facts([one for merging in mergings for one in (merging.household, merging.into)], by, on=on)
    versions: dict[int, int | None] = dict.fromkeys(facts)
    versions |= {merging.household: merging.base_version for merging in mergings}
    rows = lock_households(versions)
    _check_merge(mergings, rows)
    members = _members(facts)
    entries = []
    for merging in mergings:
        joining = {person: merging.relations.get(person) or "99" for person in members[merging.household]}
        transfer(joining, merging.into, on=on, by=by, source=source)
        for own, other, key in ((merging.household, merging.into, "into"), (merging.into, merging.household, "from")):
            detail = {key: rows[other].number, "persons": len(joining)}
            entries.append(audit.Entry("registry.merge", f"household:{own}", facts[own].village_id, detail))
    joined = [merging.household for merging in mergings]
    close(HouseholdFact, "household", joined, on=on)
    close(RegisterStatus, "household", joined, on=on)
    check_households([merging.into for merging in mergings], on)
    audit.record_many(by=by, on=on, entries=entries)
    cards.refresh(facts)


def _check_merge(mergings: Sequence[Merging], rows: Mapping[int, Household]) -> None:
    """Who joins another household goes there with nobody on the way: one act, one step."""
    seen: set[int] = {merging.into for merging in mergings}
    for merging in mergings:
        if merging.household in seen:
            sentence = _("户 %(number)s 在同一次办理中又并入他户、又有户并入，或并入两户，请分次办理")
            raise Refused(sentence % {"number": rows[merging.household].number})
        seen.add(merging.household)


@transaction.atomic
def move_households(*, movings: Sequence[Moving], by: Any, on: date, source: str = "screen") -> None:
    """Households move to another village as a whole; the actor needs the right in both. The number stays.

    Raises Refused, Stale, NotFound, NotAllowed.
    """
    check_day(on)
    facts = open_facts([moving.household for moving in movings], by)
    today = tree()
    for village in {moving.village for moving in movings}:
        scopes.require(by, "registry.change", village)
        if today.by_id(village).level not in ("village", "natural_village"):
            raise Refused(_("迁入地应为嘎查村"))
    lock_households({moving.household: moving.base_version for moving in movings})
    entries = []
    for moving in movings:
        was = facts[moving.household].village_id
        if was == moving.village:
            raise Refused(_("迁入地与现在的嘎查村相同，请重选"))
        detail = {"village": [today.by_id(was).code, today.by_id(moving.village).code]}
        for division in (was, moving.village):
            entries.append(audit.Entry("registry.move", f"household:{moving.household}", division, detail))
    edits = [
        Edit(moving.household, {
            "natural_village": "", "village_group": "", **moving.values, "village_id": moving.village,
        })
        for moving in movings
    ]  # fmt: skip
    write_edits(HouseholdFact, "household", edits, on=on, by=by, source=source)
    for moving in movings:
        keying_follows(moving.household, moving.village)
    audit.record_many(by=by, on=on, entries=entries)
    cards.refresh(facts)
