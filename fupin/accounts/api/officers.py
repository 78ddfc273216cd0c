"""Information officers and grid officers over the API: who, how much work, where nobody is; issued by a list."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from fupin.accounts import appointing, officers, scopes
from fupin.accounts.api.users import PostingOut, shape_of
from fupin.accounts.models import Posting
from fupin.divisions.queries import tree

router = Router(tags=["accounts"])


class OfficerOut(PostingOut):
    """An officer's posting with what lies in the area: counts by name."""

    workload: dict[str, int]


class OfficersOut(Schema):
    """The officers of one level (`grid` below the village): how many, how many divisions have one, and who."""

    level: str
    officers: int
    divisions: int
    covered: int
    posts: list[OfficerOut]


class OfficersAsked(Schema):
    """Which officers."""

    level: str = ""
    division: str = ""


@router.get("/information-officers", response=list[OfficersOut], summary="List information officers")
def list_officers(request: HttpRequest, asked: Query[OfficersAsked]) -> list[dict[str, Any]]:
    """The information officers of the four levels and the grid officers within the reader's divisions."""
    scopes.require(request.user, "accounts.view")
    wanted = officers.OfficerFilter(asked.level, _place(asked.division))
    by_level: dict[str, list[officers.OfficerLine]] = {}
    for line in officers.every(request.user, wanted):
        by_level.setdefault(officers.GRID if line.post.duty == officers.GRID else line.post.level, []).append(line)
    return [
        {"level": one.level, "officers": one.officers, "divisions": one.divisions, "covered": one.covered,
         "posts": [_officer(line) for line in by_level.get(one.level, [])]}
        for one in officers.levels(request.user)
        if asked.level in ("", one.level)
    ]  # fmt: skip


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


class VillagesOut(Schema):
    """A page of villages; `cursor` asks for the next one."""

    items: list[VillageOut]
    cursor: str


class VillagesAsked(Schema):
    """Which villages: `lacking` is `information` or `grid`."""

    division: str = ""
    lacking: str = Field("", pattern="^(information|grid)?$")
    cursor: str = ""


@router.get("/officer-villages", response=VillagesOut, summary="List villages with their officers")
def list_villages(request: HttpRequest, asked: Query[VillagesAsked]) -> dict[str, Any]:
    """Village by village, how many officers of either kind there are."""
    scopes.require(request.user, "accounts.view")
    rows, following = officers.villages(request.user, place=_place(asked.division), lacking=asked.lacking,
                                        after=asked.cursor)  # fmt: skip
    return {"items": rows, "cursor": following}


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
    return Status(201, [shape_of(rows[one.posting.pk]) | {"password": one.password} for one in made])
