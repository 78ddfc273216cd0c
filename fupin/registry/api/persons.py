"""Persons over the API."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.rest import values, versions
from fupin.core.rest.paging import Page, page_size
from fupin.core.sentences import said
from fupin.registry import operations, rules
from fupin.registry.api import households, shapes
from fupin.registry.models import Membership, PersonFact, PersonIdentity
from fupin.registry.operations.reveal import reveal
from fupin.registry.queries import lists
from fupin.registry.queries.gates import person_for
from fupin.registry.queries.pages import Member, person_page

router = Router(tags=["persons"])


class PersonLine(Schema):
    """A person in a list."""

    number: str
    household: str
    relation: str
    name: str
    sex: str
    born_on: date | None
    ethnicity: str
    id_number: str | None


class PersonList(Page[PersonLine]):
    """A page of persons: all members of up to `limit` households."""


@router.get("/persons", response=PersonList, summary="List persons")
def list_persons(request: HttpRequest, asked: Query[households.HouseholdQuery]) -> dict[str, Any]:
    """The members of the households in scope, household by household; `limit` counts households."""
    scopes.require(request.user, "registry.view")
    on = shapes.day(asked.on)
    filters = households.filters_of(request, asked)
    found = lists.list_page(request.user, filters, on=on, today=clock.today(), after=asked.cursor,
                            size=page_size(asked.limit))  # fmt: skip
    numbers = {row.household_id: row.number for row in found.rows}
    return {"items": _members(numbers, on), "next": found.after or None}


def _members(numbers: dict[int, str], on: date) -> list[dict[str, Any]]:
    """Three queries for a page, whatever its length."""
    rows = list(Membership.objects.on(on).filter(household_id__in=numbers).select_related("person"))
    ids = [row.person_id for row in rows]
    facts = {fact.person_id: fact for fact in PersonFact.objects.on(on).filter(person_id__in=ids)}
    sealed = dict(PersonIdentity.objects.on(on).filter(person_id__in=ids).values_list("person_id", "number_sealed"))
    column = next(one for one in shapes.DOCUMENT if one.name == "id_number")
    rows.sort(key=lambda row: (numbers[row.household_id], row.relation, row.person.number))
    return [
        {
            "number": row.person.number, "household": numbers[row.household_id], "relation": row.relation,
            "name": facts[row.person_id].name, "sex": facts[row.person_id].sex,
            "born_on": facts[row.person_id].born_on, "ethnicity": facts[row.person_id].ethnicity,
            "id_number": values.masked(column, sealed.get(row.person_id)),
        }
        for row in rows
        if row.person_id in facts
    ]  # fmt: skip


class MembershipOut(Schema):
    """A time in a household, with how it began and ended."""

    household: str
    relation: str
    valid_from: date
    valid_to: date | None
    joined_by: str
    left_by: str


class PersonOut(Schema):
    """A person as of a day."""

    number: str
    national_number: str | None
    version: int
    on: date
    household: str
    is_member: bool
    is_synthetic: bool
    values: shapes.PersonValues  # type: ignore[valid-type]
    doubts: list[str] = Field(description="What hardly stands together and is written nevertheless: to be looked at.")
    memberships: list[MembershipOut]


def _shape(request: HttpRequest, number: str, on: date, response: HttpResponse) -> dict[str, Any]:
    page = person_page(request.user, number, on)
    person = page.member.person
    versions.tag(response, person.version)
    member: Member = page.member
    return {
        "number": person.number, "national_number": person.national_number, "version": person.version, "on": on,
        "household": page.household.number, "is_member": page.is_member, "is_synthetic": person.is_synthetic,
        "values": shapes.person_values(member),
        "doubts": [said(sentence) for sentence in rules.doubts({"health": member.fact.health})],
        "memberships": [
            {"household": row.household.number, "relation": row.relation, "valid_from": row.valid_from,
             "valid_to": row.valid_to, "joined_by": row.joined_by, "left_by": row.left_by}
            for row in page.memberships
        ],
    }  # fmt: skip


@router.get("/persons/{number}", response=PersonOut, summary="Read a person")
def read_person(request: HttpRequest, response: HttpResponse, number: str, on: date | None = None) -> dict[str, Any]:
    """One person as of a day (today), with every household they have been in. The ETag names the version."""
    return _shape(request, number, shapes.day(on), response)


class PersonEdit(Schema):
    """New values from a day on (today), or the right ones for what was wrong (`is_correction`)."""

    on: date | None = None
    is_correction: bool = False
    values: shapes.PersonValues  # type: ignore[valid-type]


@router.patch("/persons/{number}", response=PersonOut, summary="Change a person")
def change_person(request: HttpRequest, response: HttpResponse, number: str, data: PersonEdit) -> dict[str, Any]:
    """Change the values that are named; needs If-Match. `id_number` and `document_kind` change the document."""
    person, membership = person_for(request.user, number)
    _household, fact = households.writable_fact(request, membership.household.number)
    on = shapes.day(data.on)
    columns = (*shapes.DOCUMENT, *shapes.PERSON)
    context = shapes.context(on, village=fact.village_id, synthetic=person.is_synthetic)
    given = values.read(columns, data.values.dict(exclude_unset=True), context=context)
    change = operations.PersonChange(person.pk, given, versions.expected(request), data.is_correction)
    operations.change_persons(changes=[change], by=request.user, on=on, source="api")
    return _shape(request, number, clock.today(), response)


@router.get("/persons/{number}/history", response=list[households.ChangeOut], summary="History of a field")
def person_history(request: HttpRequest, number: str, field: str) -> list[Any]:
    """Every value that one field of a person has had, corrections first, then the newest."""
    person, _membership = person_for(request.user, number)
    return households.changes("person", person.pk, field, shapes.PERSON)


@router.post("/persons/{number}/reveal", response=households.RevealOut, summary="Reveal a number of a person")
def reveal_person(request: HttpRequest, number: str, data: households.RevealIn) -> dict[str, str]:
    """The whole id number, phone or disability card of a person, for a purpose that is logged."""
    person, _membership = person_for(request.user, number)
    value = reveal(kind="person", subject=person.pk, name=data.field, purpose=data.purpose, by=request.user)
    return {"value": value}
