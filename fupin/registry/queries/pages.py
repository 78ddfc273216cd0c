"""Everything that the page of a household or a person shows, as of any day, in a constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, CharField, DateField
from django.utils.translation import gettext as _

from fupin.accounts.models import Posting
from fupin.core.attachments import attachments_of
from fupin.core.dated import holds, rows_of
from fupin.core.models import Attachment, AuditEntry
from fupin.core.prepared import Prepared
from fupin.core.refusals import NotFound
from fupin.registry import words
from fupin.registry.models import (
    GuaranteeFinding,
    Household,
    HouseholdFact,
    IncomeAccount,
    Membership,
    Person,
    PersonFact,
    PersonIdentity,
    RegisterStatus,
)
from fupin.registry.queries.gates import household_facts, person_for

HELPING = ("village_officer", "village_team", "helper")
_ORDER = {code: at for at, code in enumerate(("01", "02"))}

_MEMBERS = Prepared(
    lambda household: Membership.objects.filter(household_id=household).select_related("person").order_by("id"),
    household=BigIntegerField(),
)
_TRAIL = Prepared(lambda subject: AuditEntry.objects.filter(subject=subject).order_by("-id")[:8], subject=CharField())
_HELPING = Prepared(
    lambda village, day: Posting.objects.on(day)
    .filter(division_id=village, role__in=HELPING)
    .order_by("role", "id")
    .values_list("user_id", "user__full_name", "user__username"),
    village=BigIntegerField(), day=DateField(),
)  # fmt: skip


@dataclass(slots=True)
class Member:
    """One member on the day: place in the household, facts, documents."""

    membership: Membership
    fact: PersonFact
    identities: list[PersonIdentity] = field(default_factory=list)

    @property
    def person(self) -> Person:
        return self.membership.person

    @property
    def is_head(self) -> bool:
        return self.membership.relation == words.HEAD

    def age(self, on: date) -> int | None:
        """Years completed on a day."""
        born = self.fact.born_on
        return on.year - born.year - ((on.month, on.day) < (born.month, born.day)) if born else None


@dataclass(slots=True)
class HouseholdPage:
    """A household as of a day."""

    household: Household
    on: date
    fact: HouseholdFact
    is_gone: bool
    status: RegisterStatus | None
    statuses: list[RegisterStatus]
    members: list[Member]
    former: list[Membership]
    former_names: dict[int, str]
    findings: dict[str, GuaranteeFinding]
    accounts: list[IncomeAccount]
    attachments: list[Attachment]
    helpers: list[str]
    trail: list[AuditEntry]
    held: frozenset[str]
    """what the user may do with it"""

    @property
    def head(self) -> Member | None:
        return next((member for member in self.members if member.is_head), None)

    @property
    def account(self) -> IncomeAccount | None:
        """The newest account that was over on the day."""
        return next((account for account in reversed(self.accounts) if account.year <= self.on.year), None)


def household_page(user: Any, number: str, on: date) -> HouseholdPage:
    """The page of a household. Raises NotFound, also for a day before it was in the register."""
    household, facts, held = household_facts(user, number)
    fact = next((row for row in facts if holds(row, on)), None)
    if fact is None and facts[0].valid_from > on:
        sentence = _("该户 %(day)s 起才有登记，请把查看日期改到这一天或以后")
        raise NotFound(sentence % {"day": facts[0].valid_from})
    memberships = _MEMBERS(household=household.pk)
    present = [row for row in memberships if holds(row, on)]
    gone = [row for row in memberships if row.valid_to and row.valid_to <= on]
    known = rows_of(PersonFact, "person", sorted({row.person_id for row in memberships}))
    identities = rows_of(PersonIdentity, "person", [row.person_id for row in present])
    statuses = rows_of(RegisterStatus, "household", [household.pk])
    findings = rows_of(GuaranteeFinding, "household", [household.pk])
    accounts = rows_of(IncomeAccount, "household", [household.pk], "year")
    return HouseholdPage(
        household=household,
        on=on,
        fact=fact or facts[-1],
        is_gone=fact is None,
        status=next((row for row in statuses if holds(row, on)), None),
        statuses=[row for row in statuses if row.valid_from <= on],
        members=_members(present, known, [row for row in identities if holds(row, on)], on),
        former=gone,
        former_names=_names_at_leaving(gone, known),
        findings={row.guarantee: row for row in findings if holds(row, on)},
        accounts=[row for row in accounts if row.year <= on.year],
        attachments=attachments_of(f"household:{household.pk}"),
        helpers=_helpers(facts[-1].village_id, on),
        trail=_TRAIL(subject=f"household:{household.pk}"),
        held=held,
    )


def _names_at_leaving(gone: list[Membership], known: list[PersonFact]) -> dict[int, str]:
    """What those who left were called then: what became of them elsewhere is not told here."""
    until = {row.person_id: row.valid_to for row in gone}
    found: dict[int, str] = {}
    for row in known:
        if row.person_id not in found or row.valid_from < (until.get(row.person_id) or row.valid_from):
            found[row.person_id] = row.name
    return found


def _helpers(village: int, on: date) -> list[str]:
    """Who is posted to the village for the household, by name: its officers, team and helpers, each once."""
    return list({user: name or username for user, name, username in _HELPING(village=village, day=on)}.values())


def _members(
    present: list[Membership], known: list[PersonFact], identities: list[PersonIdentity], on: date
) -> list[Member]:
    facts: dict[int, PersonFact] = {}
    for row in known:
        if row.person_id not in facts or holds(row, on):
            facts[row.person_id] = row
    members = [Member(row, facts[row.person_id]) for row in present if row.person_id in facts]
    by_person = {member.membership.person_id: member for member in members}
    for identity in identities:
        if identity.person_id in by_person:
            by_person[identity.person_id].identities.append(identity)
    for member in members:
        member.identities.sort(key=lambda row: (row.number_kind != "resident", row.pk))
    return sorted(members, key=lambda member: (_ORDER.get(member.membership.relation, 9), member.fact.born_on or on))


@dataclass(slots=True)
class PersonPage:
    """A person as of a day."""

    member: Member
    household: Household
    household_fact: HouseholdFact
    on: date
    facts: list[PersonFact]
    memberships: list[Membership]
    attachments: list[Attachment]
    trail: list[AuditEntry]
    is_member: bool


def person_page(user: Any, number: str, on: date) -> PersonPage:
    """The page of a person. Raises NotFound, also for a day before there is a fact of that person."""
    person, last = person_for(user, number)
    facts = rows_of(PersonFact, "person", [person.pk])
    fact = next((row for row in facts if holds(row, on)), None) or facts[-1]
    if facts[0].valid_from > on:
        sentence = _("此人 %(day)s 起才有登记，请把查看日期改到这一天或以后")
        raise NotFound(sentence % {"day": facts[0].valid_from})
    memberships = list(Membership.objects.filter(person=person).select_related("household").order_by("valid_from"))
    membership = next((row for row in memberships if holds(row, on)), None)
    shown = membership or last
    household_fact = HouseholdFact.objects.filter(household=shown.household_id).order_by("-valid_from").first()
    if household_fact is None:
        raise NotFound(_("没有编号为 %(number)s 的人，或不在您的工作范围内") % {"number": number})
    identities = list(PersonIdentity.objects.on(on).filter(person=person).order_by("id"))
    shown.person = person
    return PersonPage(
        member=Member(shown, fact, identities),
        household=shown.household,
        household_fact=household_fact,
        on=on,
        facts=facts,
        memberships=memberships,
        attachments=attachments_of(f"person:{person.pk}"),
        trail=_TRAIL(subject=f"person:{person.pk}"),
        is_member=membership is not None,
    )
