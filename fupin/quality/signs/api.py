"""Signs over the API: listed, read, handed down, answered, looked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.places import places
from fupin.core.rest.paging import Page, Paging, page
from fupin.divisions.queries import tree
from fupin.quality.signs import jobs, operations, queries
from fupin.quality.signs.models import Sign
from fupin.quality.signs.queries import Wanted
from fupin.quality.signs.words import MOST_REASON

router = Router(tags=["signs"])
Kind = Literal["", "heaping", "last_digit", "first_digit", "copied", "late_rises", "level", "photo"]
_PLAIN = ("kind", "by", "year", "statistic", "chance", "q", "rate", "observed", "expected", "counts", "households", "found_on",
          "looked_on", "gone_on", "state", "released_on", "answer", "reason", "answered_on", "version")  # fmt: skip


class SignLine(Schema):
    """A sign: a clue, never a score. `chance` is how likely it is by chance alone, `q` the smallest rate of false clues
    at which it counts, `rate` the one that the look was held to."""

    id: str
    kind: str
    by: str
    division: str
    officer: str
    year: int
    statistic: float
    chance: float
    q: float
    rate: float
    observed: float
    expected: float
    counts: list[int]
    households: int
    found_on: date
    looked_on: date
    gone_on: date | None
    state: str
    released_on: date | None
    answer: str
    reason: str
    answered_on: date | None
    version: int


class BehindOut(Schema):
    """A household behind a sign, and the other that it is like."""

    household: str
    other: str
    village: str


class SignOut(SignLine):
    """A sign with the households behind it that lie in the reader's area."""

    behind: list[BehindOut]


class SignList(Page[SignLine]):
    """A page of signs."""


class Asked(Paging):
    """What a list is narrowed to."""

    kind: Kind = ""
    state: Literal["", "found", "released", "closed"] = ""
    division: str = Field("", max_length=15, description="code of a division in reach")


@router.get("/signs", response=SignList, summary="List signs of made-up figures")
def list_signs(request: HttpRequest, asked: Query[Asked]) -> dict[str, Any]:
    """The signs that the reader may know of, the newest first. They are not ranked."""
    scopes.require(request.user, "quality.view")
    division = tree().by_code(asked.division).id if asked.division else None
    rows = queries.matching(request.user, Wanted(asked.kind, asked.state, division))
    return page(rows, order=("-id",), shape=_line, asked=asked, filters=asked.dict(exclude={"limit", "cursor"}))


def _line(row: Sign) -> dict[str, Any]:
    return {
        "id": str(row.pk), "division": places().code(row.division_id),
        "officer": row.officer.username if row.officer else "", **{name: getattr(row, name) for name in _PLAIN},
    }  # fmt: skip


class LookOut(Schema):
    """The job that looks."""

    job: str


@router.post("/signs/look", response={202: LookOut}, summary="Look for signs now")
def look(request: HttpRequest) -> Status[dict[str, str]]:
    """Have signs looked for in the background; it is done once a month anyway."""
    scopes.require(request.user, queries.RELEASE)
    return Status(202, {"job": str(jobs.ask(by=request.user).pk)})


@router.get("/signs/{id}", response=SignOut, summary="Read a sign")
def read_sign(request: HttpRequest, id: int) -> Mapping[str, Any]:
    """One sign with the households behind it."""
    scopes.require(request.user, "quality.view")
    row = queries.sign_for(request.user, id)
    behind = [{"household": one.number, "other": one.other, "village": places().code(one.village)}
              for one in queries.behind(request.user, [row])]  # fmt: skip
    return {**_line(row), "behind": behind}


@router.post("/signs/{id}/release", response={204: None}, summary="Release a sign")
def release_sign(request: HttpRequest, id: int) -> Status[None]:
    """Hand it down: from now on those below see it."""
    scopes.require(request.user, queries.RELEASE)
    operations.release(signs=[id], by=request.user, on=clock.today())
    return Status(204, None)


class AnswerIn(Schema):
    """What somebody of the level above found."""

    answer: Literal["explained", "corrected", "discipline"]
    reason: str = Field(max_length=MOST_REASON)
    version: int | None = None


@router.post("/signs/{id}/answer", response=SignLine, summary="Answer a sign")
def answer_sign(request: HttpRequest, id: int, data: AnswerIn) -> Mapping[str, Any]:
    """Say what was found, with the reason."""
    scopes.require(request.user, queries.ANSWER)
    row = operations.answer(sign=id, answer=data.answer, reason=data.reason, by=request.user, on=clock.today(),
                            base_version=data.version)  # fmt: skip
    return _line(row)
