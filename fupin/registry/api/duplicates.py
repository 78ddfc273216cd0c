"""Suspected duplicates over the API."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.places import places
from fupin.core.rest.paging import Page, Paging, page
from fupin.registry import duplicates
from fupin.registry.models import DuplicatePair

router = Router(tags=["duplicates"])


class SideOut(Schema):
    """One of the two; the number masked."""

    person: str
    name: str
    born_on: date | None
    id_number: str
    household: str
    village: str


class PairOut(Schema):
    """Two persons who may be one. `kind`: `number` one name and almost one id number, `birth` one name and birth day."""

    id: str
    kind: str
    found_at: datetime
    persons: list[SideOut]


class PairList(Page[PairOut]):
    """A page of pairs."""


@router.get("/duplicates", response=PairList, summary="List suspected duplicates")
def list_duplicates(request: HttpRequest, asked: Query[Paging]) -> dict[str, Any]:
    """The pairs that wait to be looked at, both persons in the reader's area."""
    scopes.require(request.user, "registry.view")
    found = page(duplicates.open_pairs(request.user), order=("id",), shape=lambda row: row, asked=asked)
    found["items"] = [_shape(row, both) for row, both in duplicates.both_seen(request.user, found["items"])]
    return found


def _shape(row: DuplicatePair, both: Iterable[duplicates.Side]) -> dict[str, Any]:
    persons = [
        {"person": side.number, "name": side.name, "born_on": side.born_on, "id_number": side.id_number,
         "household": side.household, "village": places().code(side.village_id)}
        for side in both
    ]  # fmt: skip
    return {"id": str(row.pk), "kind": row.kind, "found_at": row.found_at, "persons": persons}


class ReasonIn(Schema):
    """The evidence that they are two."""

    reason: str = Field(max_length=200)


@router.post("/duplicates/{id}/different", response={204: None}, summary="Tell two persons apart")
def tell_apart(request: HttpRequest, id: int, data: ReasonIn) -> Status[None]:
    """They are different people: the pair is not raised again. Stands in the trail of both."""
    scopes.require(request.user, "registry.change")
    duplicates.tell_apart(pairs=[id], reason=data.reason, by=request.user, on=clock.today())
    return Status(204, None)


class SearchOut(Schema):
    """The job that looks."""

    job: str


@router.post("/duplicates/search", response={202: SearchOut}, summary="Look for duplicates anew")
def search(request: HttpRequest) -> Status[dict[str, str]]:
    """Have the pairs looked for in the background; it is done once a day anyway."""
    scopes.require(request.user, "registry.change")
    return Status(202, {"job": str(duplicates.ask(by=request.user).pk)})
