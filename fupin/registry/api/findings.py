"""Guarantee findings over the API."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from fupin.core.rest.paging import Page, Paging, page
from fupin.divisions.queries import tree
from fupin.registry import operations
from fupin.registry.api import households, shapes
from fupin.registry.models import GuaranteeFinding

router = Router(tags=["guarantee findings"])


class FindingOut(Schema):
    """What was found of one guarantee, from a day on."""

    guarantee: str
    outcome: str
    valid_from: date
    valid_to: date | None
    evidence: str
    found_by: str


class FindingList(Page[FindingOut]):
    """A page of findings."""


@router.get("/households/{number}/findings", response=FindingList, summary="List guarantee findings")
def list_findings(request: HttpRequest, number: str, asked: Query[Paging]) -> dict[str, Any]:
    """Every finding of a household, past ones too, in order of time."""
    household = households.in_sight(request, number)
    rows = GuaranteeFinding.objects.filter(household=household)
    return page(rows, order=("valid_from", "id"), shape=lambda row: row, asked=asked, filters={"number": number})


class FindingIn(Schema):
    """One guarantee as it was found; a finding other than unknown says on what evidence."""

    guarantee: str = Field(description="codes: guarantee")
    outcome: str = Field(description="codes: guarantee_outcome")
    evidence: str = Field("", max_length=300)
    found_by: str = Field("", max_length=60)


class FindingsIn(Schema):
    """What was found at one visit."""

    on: date | None = None
    findings: list[FindingIn] = Field(min_length=1, max_length=12)


@router.post("/households/{number}/findings", response={201: list[FindingOut]}, summary="Record guarantee findings")
def record_findings(request: HttpRequest, number: str, data: FindingsIn) -> Status[list[Any]]:
    """Write what was found; each holds until the next of the same guarantee."""
    household = households.writable(request, number)
    found = [operations.Finding(household.pk, **each.dict()) for each in data.findings]
    operations.record_findings(findings=found, by=request.user, on=shapes.day(data.on), source="api")
    return Status(201, list(GuaranteeFinding.objects.open().filter(household=household).order_by("guarantee")))


class AlikeIn(FindingsIn):
    """The same found in several households."""

    households: list[str] = Field(min_length=1, max_length=200)


class CountOut(Schema):
    """How many households it was done for."""

    households: int


@router.post("/findings", response={201: CountOut}, summary="Record findings of several households")
def record_alike(request: HttpRequest, data: AlikeIn) -> Status[dict[str, int]]:
    """The same findings for several households at once: all of them or none."""
    rows = households.several(request, data.households)
    found = [operations.Finding(row.household_id, **each.dict()) for row in rows for each in data.findings]
    operations.record_findings(findings=found, by=request.user, on=shapes.day(data.on), source="api")
    return Status(201, {"households": len(rows)})


class MovesIn(Schema):
    """Households that move to one village together."""

    households: list[str] = Field(min_length=1, max_length=200)
    village: str
    on: date | None = None


@router.post("/household-moves", response={201: CountOut}, summary="Move several households")
def move_several(request: HttpRequest, data: MovesIn) -> Status[dict[str, int]]:
    """Several households move to another village as wholes: all of them or none."""
    rows = households.several(request, data.households)
    village = tree().by_code(data.village).id
    movings = [operations.Moving(household=row.household_id, village=village) for row in rows]
    operations.move_households(movings=movings, by=request.user, on=shapes.day(data.on), source="api")
    return Status(201, {"households": len(rows)})
