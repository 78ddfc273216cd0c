"""Households over the API: lists, one as of a day, its history, registering and changing."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.cells import Context
from fupin.core.money import to_fen
from fupin.core.refusals import NotFound, Refused
from fupin.core.rest import values, versions
from fupin.core.rest.paging import Page, Paging, page_size
from fupin.divisions.queries import tree
from fupin.registry import operations, search
from fupin.registry.api import shapes
from fupin.registry.models import Household, HouseholdCard, HouseholdFact
from fupin.registry.operations.reveal import reveal
from fupin.registry.queries import history, lists
from fupin.registry.queries.gates import household_for, households_for
from fupin.registry.queries.pages import household_page

router = Router(tags=["households"])


class HouseholdList(Page[shapes.HouseholdLine]):
    """A page of households."""


class HouseholdFilter(Schema):
    """Which households, as of which day. `where` and `member` are `field:code`, `-` for not filled in."""

    on: date | None = None
    division: str = ""
    state: str = Field("", pattern="^(|registered|exited|monitored|ordinary)$")
    where: list[str] = []
    member: list[str] = []
    persons_from: int | None = None
    persons_to: int | None = None
    income_below: Decimal | None = None
    q: str = Field("", max_length=60, description="name, pinyin, initials, number, id number or phone")


class HouseholdQuery(HouseholdFilter, Paging):
    """Which households, and which page of them."""


def filters_of(request: HttpRequest, asked: HouseholdFilter) -> lists.Filters:
    found = search.household_ids(request.user, asked.q) if asked.q else None
    return lists.Filters(
        division=tree().by_code(asked.division).id if asked.division else None,
        state=asked.state,
        codes=_pairs(asked.where, {column.name for column in (*shapes.HOUSEHOLD, *shapes.STATUS)}),
        members=_pairs(asked.member, {"relation", *(column.name for column in shapes.PERSON)}),
        persons_from=asked.persons_from, persons_to=asked.persons_to,
        income_below_fen=None if asked.income_below is None else to_fen(asked.income_below),
        households=found,
    )  # fmt: skip


def _pairs(given: list[str], known: set[str]) -> dict[str, str]:
    pairs = dict(part.partition(":")[::2] for part in given)
    unknown = [name for name, code in pairs.items() if name not in known or not code]
    if unknown:
        raise Refused(_("不能按这些字段筛选：%(names)s（写法为 字段:编码）") % {"names": "、".join(unknown)}, "filter")
    return pairs


@router.get("/households", response=HouseholdList, summary="List households")
def list_households(request: HttpRequest, asked: Query[HouseholdQuery]) -> dict[str, Any]:
    """The households in scope as of a day, in the order of their numbers. The exact total is `/households/count`."""
    scopes.require(request.user, "registry.view")
    found = lists.list_page(
        request.user, filters_of(request, asked), on=shapes.day(asked.on), today=clock.today(), after=asked.cursor,
        size=page_size(asked.limit),
    )  # fmt: skip
    return {"items": [shapes.line(row) for row in found.rows], "next": found.after or None}


class Count(Schema):
    """How many."""

    count: int


@router.get("/households/count", response=Count, summary="Count households")
def count_households(request: HttpRequest, asked: Query[HouseholdFilter]) -> dict[str, int]:
    """The exact number of households that a list with these filters has."""
    scopes.require(request.user, "registry.view")
    filters = filters_of(request, asked)
    return {"count": lists.count_rows(request.user, filters, on=shapes.day(asked.on), today=clock.today())}


class FindingLine(Schema):
    """What holds of one guarantee."""

    guarantee: str
    outcome: str
    since: date
    evidence: str


class HouseholdOut(Schema):
    """A household as of a day, with its members, register status and guarantees."""

    number: str
    national_number: str | None
    version: int
    on: date
    village: str
    is_gone: bool
    is_synthetic: bool
    values: shapes.HouseholdValues  # type: ignore[valid-type]
    status: shapes.StatusValues | None  # type: ignore[valid-type]
    members: list[shapes.MemberOut]
    findings: list[FindingLine]
    income_years: list[int]


def shape(request: HttpRequest, number: str, on: date, response: HttpResponse) -> dict[str, Any]:
    """The answer with its version."""
    page = household_page(request.user, number, on)
    versions.tag(response, page.household.version)
    return {
        "number": page.household.number, "national_number": page.household.national_number,
        "version": page.household.version, "on": on, "village": tree().by_id(page.fact.village_id).code,
        "is_gone": page.is_gone, "is_synthetic": page.household.is_synthetic,
        "values": shapes.facts(shapes.HOUSEHOLD, page.fact),
        "status": shapes.facts(shapes.STATUS, page.status) if page.status else None,
        "members": [shapes.member(one) for one in page.members],
        "findings": [
            {"guarantee": row.guarantee, "outcome": row.outcome, "since": row.valid_from, "evidence": row.evidence}
            for row in page.findings.values()
        ],
        "income_years": [account.year for account in page.accounts],
    }  # fmt: skip


@router.get("/households/{number}", response=HouseholdOut, summary="Read a household")
def read_household(request: HttpRequest, response: HttpResponse, number: str, on: date | None = None) -> dict[str, Any]:
    """One household as it stood on a day (today). The ETag names its version."""
    return shape(request, number, shapes.day(on), response)


class NewMemberIn(shapes.PersonValues):  # type: ignore[misc,valid-type,name-defined]
    """A person who becomes a member, with the relation to the head."""

    relation: str = Field(max_length=2)


class HouseholdIn(Schema):
    """A household to be put into the register as a row; being registered is left to the procedure."""

    village: str = Field(max_length=15)
    on: date | None = None
    values: shapes.HouseholdValues = None  # type: ignore[valid-type,assignment]
    members: list[NewMemberIn] = Field(min_length=1, max_length=50)
    is_synthetic: bool = False


def member_values(given: Any, context: Context) -> dict[str, Any]:
    """A new member's values as they are stored."""
    named = given.dict(exclude_unset=True)
    relation = named.pop("relation")
    columns = (*shapes.DOCUMENT, *shapes.PERSON)
    return values.read(columns, named, context=context) | {"relation": relation}


@router.post("/households", response={201: HouseholdOut}, summary="Register a household row")
def register_household(request: HttpRequest, response: HttpResponse, data: HouseholdIn) -> Status[dict[str, Any]]:
    """Put a rural household into the register with its members; answers it with its new number."""
    scopes.require(request.user, "registry.change")
    on = shapes.day(data.on)
    village = tree().by_code(data.village).id
    context = shapes.context(on, village=village, synthetic=data.is_synthetic)
    given = data.values.dict(exclude_unset=True) if data.values else {}
    new = operations.NewHousehold(
        village=village,
        values=values.read(shapes.HOUSEHOLD, given, context=context),
        members=[member_values(each, context) for each in data.members],
        is_synthetic=data.is_synthetic,
    )
    (number,) = operations.register_households(households=[new], by=request.user, on=on, source="api")
    response["Location"] = f"/api/v1/households/{number}"
    return Status(201, shape(request, number, clock.today(), response))


class HouseholdEdit(Schema):
    """New values from a day on (today), or the right ones for what was wrong (`is_correction`)."""

    on: date | None = None
    is_correction: bool = False
    values: shapes.HouseholdValues  # type: ignore[valid-type]


def in_sight(request: HttpRequest, number: str) -> Household:
    """The household, where the user may see it. Raises NotFound."""
    return household_for(request.user, number)[0]


def writable(request: HttpRequest, number: str) -> Household:
    """The household for an act: not there unless in sight, and the right over it before anything else is looked at."""
    return writable_fact(request, number)[0]


def writable_fact(request: HttpRequest, number: str) -> tuple[Household, HouseholdFact]:
    """The same with what holds of it now."""
    household, fact = household_for(request.user, number)
    scopes.require(request.user, "registry.change", fact.village_id)
    return household, fact


def several(request: HttpRequest, numbers: list[str]) -> list[HouseholdCard]:
    """The households of these numbers that the user may change. Raises NotFound unless all are among them."""
    scopes.require(request.user, "registry.change")
    rows = list(households_for(request.user, "registry.change").filter(number__in=numbers).order_by("number"))
    if missing := sorted(set(numbers) - {row.number for row in rows}):
        raise NotFound(_("没有编号为 %(number)s 的户，或它不在您的工作范围内") % {"number": missing[0]})
    return rows


@router.patch("/households/{number}", response=HouseholdOut, summary="Change a household")
def change_household(request: HttpRequest, response: HttpResponse, number: str, data: HouseholdEdit) -> dict[str, Any]:
    """Change the values that are named; needs If-Match."""
    (household, fact), on = writable_fact(request, number), shapes.day(data.on)
    context = shapes.context(on, village=fact.village_id)
    given = values.read(shapes.HOUSEHOLD, data.values.dict(exclude_unset=True), context=context)
    change = operations.HouseholdChange(household.pk, given, versions.expected(request), data.is_correction)
    operations.change_household(changes=[change], by=request.user, on=on, source="api")
    return shape(request, number, clock.today(), response)


class ChangeOut(Schema):
    """One value with its time, its source, who entered it; corrections with what stood there before."""

    value: Any
    valid_from: date | None
    valid_to: date | None
    source: str
    entered_at: datetime
    entered_by: str
    corrected_from: Any
    is_correction: bool


def changes(kind: str, pk: int, field: str, columns: tuple[Any, ...]) -> list[Any]:
    """The history of one field. Raises NotFound for a field that is none, or one that is sealed."""
    column = next((one for one in columns if one.name == field), None)
    try:
        rows = history.history_of(kind, pk, field if field != "monthly_wage" else "monthly_wage_fen")
    except KeyError:
        rows = None
    if column is None or rows is None:
        raise NotFound(_("没有名为“%(name)s”的字段，或它不在这里公开历史") % {"name": field}, "field")
    return rows


@router.get("/households/{number}/history", response=list[ChangeOut], summary="History of a field")
def household_history(request: HttpRequest, number: str, field: str) -> list[Any]:
    """Every value that one field of a household has had, corrections first, then the newest."""
    household = in_sight(request, number)
    return changes("household", household.pk, field, (*shapes.HOUSEHOLD, *shapes.STATUS))


class RevealIn(Schema):
    """Which sealed field, and what for: the purpose goes into the trail before the number is shown."""

    field: str
    purpose: str = Field(max_length=200)


class RevealOut(Schema):
    """The whole number."""

    value: str


@router.post("/households/{number}/reveal", response=RevealOut, summary="Reveal a number of a household")
def reveal_household(request: HttpRequest, number: str, data: RevealIn) -> dict[str, str]:
    """The whole phone or bank account of a household, for a purpose that is logged."""
    household, _fact = household_for(request.user, number)
    value = reveal(
        kind="household", subject=household.pk, name=data.field, purpose=data.purpose, by=request.user
    )  # fmt: skip
    return {"value": value}


class HitOut(Schema):
    """What a search found: a household, or a person in one."""

    household: str
    head_name: str
    village: str
    person: str
    person_name: str
    matched: str


@router.get("/search", response=list[HitOut], summary="Search everywhere")
def search_everywhere(request: HttpRequest, q: str) -> list[dict[str, Any]]:
    """At most 50 households and persons in scope, by name, pinyin, initials, number, id number or phone."""
    scopes.require(request.user, "registry.view")
    return [
        {"household": hit.number, "head_name": hit.head_name, "village": tree().by_id(hit.village_id).code,
         "person": hit.person_number, "person_name": hit.person_name, "matched": hit.matched}
        for hit in search.search(request.user, q[:60])
    ]  # fmt: skip
