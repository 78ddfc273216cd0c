"""Acts on households over the API: members come and leave, the head changes, split, merge, move."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.refusals import Refused
from fupin.core.rest import values, versions
from fupin.divisions.queries import tree
from fupin.registry import operations
from fupin.registry.api import households, shapes
from fupin.registry.models import Membership
from fupin.registry.queries.gates import household_for, person_for

router = Router(tags=["acts"])


def _persons(request: HttpRequest, numbers: dict[str, str]) -> dict[int, str]:
    """Person number → relation, as ids. Raises Refused for a number that no member in the user's area has."""
    members = Membership.objects.open().filter(person__number__in=list(numbers))
    seen = scopes.within(request.user, members, division="household__card__village")
    known = dict(seen.values_list("person__number", "person_id"))
    if missing := sorted(set(numbers) - set(known)):
        raise Refused(_("没有编号为 %(numbers)s 的人员") % {"numbers": "、".join(missing)}, "person")
    return {known[number]: relation for number, relation in numbers.items()}


class JoinIn(households.NewMemberIn):
    """Somebody who joins, why and from which day on."""

    on: date | None = None
    joined_by: str = Field(description="codes: member_change")


@router.post("/households/{number}/members", response={201: households.HouseholdOut}, summary="Take a member in")
def add_member(request: HttpRequest, response: HttpResponse, number: str, data: JoinIn) -> Status[dict[str, Any]]:
    """A birth, marriage, adoption or moving in; needs If-Match."""
    (household, fact), on = households.writable_fact(request, number), shapes.day(data.on)
    named = data.dict(exclude_unset=True)
    for own in ("on", "joined_by", "relation"):
        named.pop(own, None)
    context = shapes.context(on, village=fact.village_id, synthetic=household.is_synthetic)
    given = values.read((*shapes.DOCUMENT, *shapes.PERSON), named, context=context) | {"relation": data.relation}
    new = operations.NewMember(household.pk, given, data.joined_by, versions.expected(request))
    operations.add_members(members=[new], by=request.user, on=on, source="api")
    return Status(201, households.shape(request, number, clock.today(), response))


class LeaveIn(Schema):
    """Why and from which day on somebody leaves; a head who leaves others behind names the new head."""

    person: str
    on: date | None = None
    left_by: str = Field(description="codes: member_change")
    new_head: str = ""
    relations: dict[str, str] = {}


@router.post("/households/{number}/leave", response=households.HouseholdOut, summary="A member leaves")
def remove_member(request: HttpRequest, response: HttpResponse, number: str, data: LeaveIn) -> dict[str, Any]:
    """A death, marriage or moving out; needs If-Match of the household. The last to leave ends it."""
    household = households.writable(request, number)
    person, membership = person_for(request.user, data.person)
    if membership.household_id != household.pk or membership.valid_to is not None:
        raise Refused(
            _("人员 %(person)s 不是户 %(number)s 的现有成员") % {"person": data.person, "number": number}, "person"
        )
    head = person_for(request.user, data.new_head)[0].pk if data.new_head else None
    leaving = operations.Leaving(
        person=person.pk, left_by=data.left_by, new_head=head, relations=_persons(request, data.relations),
        base_version=versions.expected(request),
    )  # fmt: skip
    operations.remove_members(leavings=[leaving], by=request.user, on=shapes.day(data.on), source="api")
    return households.shape(request, number, clock.today(), response)


class HeadIn(Schema):
    """Who becomes the head; `relations` of the others to them by person number."""

    person: str
    on: date | None = None
    relations: dict[str, str] = {}


@router.post("/households/{number}/head", response=households.HouseholdOut, summary="Change the head")
def change_head(request: HttpRequest, response: HttpResponse, number: str, data: HeadIn) -> dict[str, Any]:
    """Another member becomes the head; the household's number stays; needs If-Match."""
    household = households.writable(request, number)
    person, _membership = person_for(request.user, data.person)
    operations.change_heads(
        heads={household.pk: person.pk}, relations=_persons(request, data.relations), base_version=versions.expected(request),
        by=request.user, on=shapes.day(data.on), source="api",
    )  # fmt: skip
    return households.shape(request, number, clock.today(), response)


class PartIn(Schema):
    """A household that leaves: person number → relation to the new head."""

    new_head: str
    relations: dict[str, str] = {}


class SplitIn(PartIn):
    """Who goes on as a household of their own; `others` are further households that leave in the same act."""

    relations: dict[str, str]
    others: list[PartIn] = Field([], max_length=20)
    on: date | None = None


class SplitOut(households.HouseholdOut):
    """The first new household, and the numbers of all of them."""

    made: list[str]


@router.post("/households/{number}/split", response={201: SplitOut}, summary="Split a household")
def split_household(request: HttpRequest, response: HttpResponse, number: str, data: SplitIn) -> Status[dict[str, Any]]:
    """Some members become a new household, or several, all or none of them; the first is answered; needs If-Match."""
    household = households.writable(request, number)
    version = versions.expected(request)
    splittings = []
    for part in (data, *data.others):
        head, _membership = person_for(request.user, part.new_head)
        splittings.append(operations.Splitting(household.pk, head.pk, _persons(request, part.relations), version))
    made = operations.split_households(splittings=splittings, by=request.user, on=shapes.day(data.on), source="api")
    response["Location"] = f"/api/v1/households/{made[0]}"
    return Status(201, {**households.shape(request, made[0], clock.today(), response), "made": made})


class MergeIn(Schema):
    """The household that is joined; relations to its head by person number."""

    into: str
    relations: dict[str, str] = {}
    on: date | None = None


@router.post("/households/{number}/merge", response=households.HouseholdOut, summary="Merge a household into another")
def merge_household(request: HttpRequest, response: HttpResponse, number: str, data: MergeIn) -> dict[str, Any]:
    """The household ends and its members join another, which is answered; needs If-Match."""
    household = households.writable(request, number)
    into, _fact = household_for(request.user, data.into)
    merging = operations.Merging(household.pk, into.pk, _persons(request, data.relations), versions.expected(request))
    operations.merge_households(mergings=[merging], by=request.user, on=shapes.day(data.on), source="api")
    return households.shape(request, data.into, clock.today(), response)


class MoveIn(Schema):
    """The village that the household moves to."""

    village: str
    on: date | None = None


@router.post("/households/{number}/move", response=households.HouseholdOut, summary="Move a household")
def move_household(request: HttpRequest, response: HttpResponse, number: str, data: MoveIn) -> dict[str, Any]:
    """The household as a whole moves to another village; needs If-Match and the right over both."""
    household = households.writable(request, number)
    moving = operations.Moving(
        household=household.pk, village=tree().by_code(data.village).id, base_version=versions.expected(request)
    )
    operations.move_households(movings=[moving], by=request.user, on=shapes.day(data.on), source="api")
    return households.shape(request, number, clock.today(), response)
