"""Information officers and grid officers over the API: who, how much work, where nobody is; issued by a list."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from fupin.accounts import appointing, officers, queries, scopes
from fupin.accounts.api.users import PostingOut, shape_of
from fupin.accounts.models import Posting
from fupin.core.rest import secrets
from fupin.core.rest.paging import Page, Paging, page
from fupin.divisions.queries import tree

router = Router(tags=["accounts"])


class OfficerOut(PostingOut):
    """An officer's posting with what lies in the area: counts by name."""

    workload: dict[str, int]


class OfficerList(Page[OfficerOut]):
    """A page of officers, those of one division together."""


class OfficersAsked(Paging):
    """Which officers: of one level (`grid` below the village), of one division with all below it."""

    level: str = ""
    division: str = ""


@router.get("/information-officers", response=OfficerList, summary="List information officers")
def list_officers(request: HttpRequest, asked: Query[OfficersAsked]) -> dict[str, Any]:
    """The information officers of the four levels and the grid officers within the reader's divisions."""
    scopes.require(request.user, "accounts.view")
    wanted = officers.OfficerFilter(asked.level, _place(asked.division))
    found = page(officers.matching(request.user, wanted), order=("division_id", "id"), shape=lambda row: row.pk,
                 asked=asked, filters={"level": asked.level, "division": asked.division})  # fmt: skip
    rows = queries.lines(officers.present(request.user).filter(pk__in=found["items"]).order_by("division_id", "id"))
    return {"items": [_officer(line) for line in officers.with_loads(rows)], "next": found["next"]}


class LevelOut(Schema):
    """One level (`grid` below the village): how many officers, how many divisions, how many of these have one."""

    level: str
    officers: int
    divisions: int
    covered: int


@router.get("/officer-levels", response=list[LevelOut], summary="Count officers by level")
def list_levels(request: HttpRequest) -> list[officers.OfficerLevel]:
    """How many officers each level has within the reader's divisions, and how many divisions have one."""
    scopes.require(request.user, "accounts.view")
    return officers.levels(request.user)


def _place(code: str) -> int | None:
    return tree().by_code(code).id if code else None


def _officer(line: officers.OfficerLine) -> dict[str, Any]:
    post = line.post
    return {
        "id": str(post.pk), "user": str(post.user.pk), "username": post.user.username, "division": post.code,
        "role": post.role, "duty": post.duty, "area": post.area, "valid_from": post.valid_from,
        "valid_to": post.valid_to, "workload": line.loads,
    }  # fmt: skip


class VillageOut(Schema):
    """A village with how many information officers and grid officers it has."""

    code: str
    name: str
    township: str | None
    information: int
    grid: int


class VillageList(Page[VillageOut]):
    """A page of villages."""


class VillagesAsked(Paging):
    """Which villages: `lacking` is `information` or `grid`."""

    division: str = ""
    lacking: str = Field("", pattern="^(information|grid)?$")


@router.get("/officer-villages", response=VillageList, summary="List villages with their officers")
def list_villages(request: HttpRequest, asked: Query[VillagesAsked]) -> dict[str, Any]:
    """Village by village, how many officers of either kind there are."""
    scopes.require(request.user, "accounts.view")
    rows = officers.villages_matching(request.user, place=_place(asked.division), lacking=asked.lacking)
    return page(rows, order=("code",), shape=dict, asked=asked,
                filters={"division": asked.division, "lacking": asked.lacking})  # fmt: skip


class OfficerIn(Schema):
    """One line of a list of officers: who is new gets an account, who has one the posting."""

    username: str = Field(max_length=60)
    division: str = Field(max_length=80)
    duty: str
    full_name: str = Field("", max_length=60)
    role: str = ""
    area: str = Field("", max_length=200)


class OfficersIn(Schema):
    """Officers to be issued, all of them or none."""

    officers: list[OfficerIn] = Field(max_length=appointing.MOST)
    on: date | None = None


class AppointedOut(PostingOut):
    """A posting that was made; `password` is told once, and empty where there was an account already."""

    password: str


@router.post("/information-officers", response={201: list[AppointedOut]}, summary="Issue officers by a list")
def appoint(request: HttpRequest, data: OfficersIn) -> Status[list[dict[str, Any]]]:
    """Issue officers; what stands already changes nothing and is not in the answer."""
    scopes.require(request.user, "accounts.change")
    lines = [appointing.Line(**one.dict()) for one in data.officers]
    made = appointing.appoint(lines=lines, by=request.user, on=data.on)
    ids = [one.posting.pk for one in made]
    rows = {row.pk: row for row in Posting.objects.filter(pk__in=ids).select_related("user")}
    secrets.tells_a_secret(request)
    return Status(201, [shape_of(rows[one.posting.pk]) | {"password": one.password} for one in made])
