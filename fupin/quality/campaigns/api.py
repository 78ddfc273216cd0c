"""Collection over the API: rounds and their steps, households and visits, progress, spot checks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.places import places
from fupin.core.rest.paging import Page, Paging, page
from fupin.divisions.queries import tree
from fupin.quality.campaigns import jobs, operations, queries
from fupin.quality.campaigns.models import CollectionHousehold, CollectionRound, SpotCheck
from fupin.quality.campaigns.queries import Wanted
from fupin.quality.campaigns.rules import Visit
from fupin.quality.campaigns.words import MOST_NOTE

router = Router(tags=["collection"])


class RoundIn(Schema):
    """A round to be drafted. `condition` only where `who` is "condition"."""

    name: str = Field(max_length=80)
    division: str = Field(max_length=15, description="code of a banner, a league or the region")
    kind: Literal["first_half", "second_half", "special"]
    period_from: date
    period_to: date
    form: str = Field(max_length=20)
    who: Literal["registered", "monitored", "condition"] = "registered"
    condition: str = Field("", max_length=2000)


class RoundOut(Schema):
    """A round, with how far it is in the reader's area."""

    id: str
    name: str
    division: str
    kind: str
    period_from: date
    period_to: date
    form: str
    who: str
    condition: str
    stage: str
    opened_on: date | None
    closed_on: date | None
    households: int
    collected: int
    left_out: int
    unfinished: int


class RoundList(Page[RoundOut]):
    """A page of rounds."""


def _round(user: Any, row: CollectionRound) -> dict[str, Any]:
    found = queries.totals(queries.matching(user, Wanted(round=row.pk)))
    names = ("name", "kind", "period_from", "period_to", "form", "who", "condition", "stage", "opened_on", "closed_on")
    return {
        "id": str(row.pk), "division": places().code(row.division_id), **{name: getattr(row, name) for name in names},
        **{name: getattr(found, name) for name in ("households", "collected", "left_out", "unfinished")},
    }  # fmt: skip


@router.get("/collection-rounds", response=RoundList, summary="List collection rounds")
def list_rounds(request: HttpRequest, asked: Query[Paging]) -> dict[str, Any]:
    """The rounds of the reader's area, the newest first."""
    scopes.require(request.user, "quality.view")
    rows = queries.rounds_for(request.user)
    return page(rows, order=("-id",), shape=lambda row: _round(request.user, row), asked=asked)


@router.post("/collection-rounds", response={201: RoundOut}, summary="Draft a collection round")
def draft_round(request: HttpRequest, data: RoundIn) -> Status[dict[str, Any]]:
    """Only banners and above run rounds."""
    said = operations.Draft(**data.dict(exclude={"division"}), division=tree().by_code(data.division).id)
    return Status(201, _round(request.user, operations.draft(data=said, by=request.user, on=clock.today())))


@router.get("/collection-rounds/{id}", response=RoundOut, summary="Read a collection round")
def read_round(request: HttpRequest, id: int) -> dict[str, Any]:
    """One round."""
    scopes.require(request.user, "quality.view")
    return _round(request.user, queries.round_for(request.user, id))


class StepIn(Schema):
    """A step of a round. "drop" and "send_back" need the note."""

    act: Literal["open", "drop", "check", "send_back", "close"]
    note: str = Field("", max_length=MOST_NOTE)


@router.post("/collection-rounds/{id}/step", response=RoundOut, summary="Take a collection round on")
def take_step(request: HttpRequest, id: int, data: StepIn) -> dict[str, Any]:
    """Opened, the list of households is made in the background. Another person than went over to checking closes."""
    row = operations.step(pk=id, act=data.act, by=request.user, on=clock.today(), note=data.note)
    if data.act == "open":
        jobs.ask_to_fill(row, by=request.user)
    return _round(request.user, row)


class LineOut(Schema):
    """A household in a round."""

    id: str
    household: str
    village: str
    officer: str
    state: str
    joined_on: date | None
    left_on: date | None
    visited_on: date | None
    entered_at: datetime | None
    spoke_to: str
    is_changed: bool | None
    note: str
    again: int
    version: int


class LineList(Page[LineOut]):
    """A page of households."""


class LinesAsked(Paging):
    """What the list is narrowed to."""

    state: str = Field("", max_length=10)
    division: str = Field("", max_length=15, description="code of a division in reach")
    left: bool = False


def _line(row: CollectionHousehold) -> dict[str, Any]:
    names = (
        "state",
        "joined_on",
        "left_on",
        "visited_on",
        "entered_at",
        "spoke_to",
        "is_changed",
        "note",
        "again",
        "version",
    )
    return {
        "id": str(row.pk), "household": row.number, "village": places().code(row.village_id),
        "officer": row.officer.username if row.officer else "", **{name: getattr(row, name) for name in names},
    }  # fmt: skip


@router.get("/collection-rounds/{id}/households", response=LineList, summary="List the households of a round")
def list_households(request: HttpRequest, id: int, asked: Query[LinesAsked]) -> dict[str, Any]:
    """Those of the reader's area, by their numbers."""
    row = queries.round_for(request.user, id)
    division = tree().by_code(asked.division).id if asked.division else None
    wanted = Wanted(round=row.pk, state=asked.state, division=division, left=asked.left)
    rows = queries.matching(request.user, wanted).select_related("officer")
    return page(rows, order=("number", "id"), shape=_line, asked=asked, filters=asked.dict(exclude={"limit", "cursor"}))


class VisitIn(Schema):
    """A visit. "collected" needs day and person, and says whether the register was changed for it."""

    id: str = Field(pattern=r"^\d{1,18}$")
    outcome: Literal["visited", "absent", "refused", "moved", "collected"]
    visited_on: date
    spoke_to: str = Field("", max_length=60)
    changed: bool = False
    note: str = Field("", max_length=MOST_NOTE)
    version: int | None = None


class VisitsIn(Schema):
    """Visits of one or many households: all are entered, or none."""

    visits: list[VisitIn] = Field(max_length=operations.MOST_AT_ONCE, min_length=1)


class DoneOut(Schema):
    """How many households it was done for."""

    households: int


@router.post("/collection-visits", response=DoneOut, summary="Enter visits")
def enter_visits(request: HttpRequest, data: VisitsIn) -> dict[str, int]:
    """Refused with the reasons of every household; a stale `version` is 412."""
    scopes.require(request.user, "quality.answer")
    lines = [
        operations.Line(
            int(one.id), Visit(one.outcome, one.visited_on, one.spoke_to, one.note, one.changed), one.version
        )
        for one in data.visits
    ]
    return {"households": operations.record(lines=lines, by=request.user, on=clock.today())}


class LeaveOutIn(Schema):
    """Households to leave out, with the reason."""

    ids: list[int] = Field(max_length=operations.MOST_AT_ONCE, min_length=1)
    reason: str = Field(max_length=MOST_NOTE)


@router.post("/collection-exemptions", response=DoneOut, summary="Leave households out of a round")
def leave_out(request: HttpRequest, data: LeaveOutIn) -> dict[str, int]:
    """The township's word."""
    scopes.require(request.user, "quality.review")
    return {"households": operations.leave_out(lines=data.ids, reason=data.reason, by=request.user, on=clock.today())}


class AssignIn(Schema):
    """Households of a round to hand to an officer; nobody named: by workload. Named ones, or all below a division."""

    ids: list[int] = Field([], max_length=operations.MOST_AT_ONCE)
    division: str = Field("", max_length=15)
    officer: int | None = Field(None, description="account id")


@router.post("/collection-rounds/{id}/assign", response=DoneOut, summary="Assign households of a round")
def assign(request: HttpRequest, id: int, data: AssignIn) -> dict[str, int]:
    """What is finished stays as it is."""
    division = tree().by_code(data.division).id if data.division else None
    done = operations.assign(round=id, wanted=Wanted(round=id, division=division), lines=data.ids, to=data.officer,
                             by=request.user, on=clock.today())  # fmt: skip
    return {"households": done}


class CountOut(Schema):
    """How far a division, a village, an officer or a day is."""

    key: str
    households: int
    collected: int
    left_out: int
    to_visit: int
    stuck: int


class CountsAsked(Schema):
    """What is counted, and by what."""

    by: Literal["division", "village", "officer", "day"] = "division"
    division: str = Field("", max_length=15)


@router.get("/collection-rounds/{id}/progress", response=list[CountOut], summary="Progress of a round")
def read_progress(request: HttpRequest, id: int, asked: Query[CountsAsked]) -> list[dict[str, Any]]:
    """What is furthest behind comes first; days in their order. An officer's key is the account id, 0 for nobody."""
    row = queries.round_for(request.user, id)
    division = tree().by_code(asked.division).id if asked.division else None
    found = queries.counts(request.user, Wanted(round=row.pk, division=division), asked.by)
    names = ("households", "collected", "left_out", "to_visit", "stuck")
    return [{"key": str(one.key), **{name: getattr(one, name) for name in names}} for one in found]


class DrawIn(Schema):
    """Where a sample is drawn."""

    division: str = Field(max_length=15, description="code of a banner, a township or a village of the round")


class RateOut(Schema):
    """What a spot check found at a village: the rate of wrong fields with its 95% interval (Wilson)."""

    village: str
    drawn: int
    checked: int
    wrong: int
    compared: int
    low: float
    high: float
    is_to_be_collected_again: bool
    recollected: bool


class DrawnOut(Schema):
    """A drawn household."""

    id: str
    household: str
    village: str
    checked_on: date | None
    compared: int
    wrong: int


class SpotCheckOut(Schema):
    """A spot check: how it was drawn, and what was found."""

    id: str
    division: str
    seed: str
    share: float
    least: int
    most_wrong: float
    population: int
    size: int
    drawn_on: date
    villages: list[RateOut]
    households: list[DrawnOut]


def _spot_check(user: Any, made: SpotCheck) -> dict[str, Any]:
    known = places()
    villages = [
        {"village": known.code(one.key), "drawn": one.drawn, "checked": one.checked, "wrong": one.rate.wrong,
         "compared": one.rate.compared, "low": one.rate.low, "high": one.rate.high,
         "is_to_be_collected_again": one.is_again, "recollected": one.recollected}
        for one in queries.checked_by(user, made, "village")
    ]  # fmt: skip
    drawn = [
        {"id": str(one.pk), "household": one.line.number, "village": known.code(one.village_id),
         "checked_on": one.checked_on, "compared": one.compared, "wrong": one.wrong}
        for one in queries.drawn_of(user, made)
    ]  # fmt: skip
    names = ("share", "least", "most_wrong", "size", "drawn_on")
    return {"id": str(made.pk), "division": known.code(made.division_id), "seed": str(made.seed),
            "population": made.population_size, **{name: getattr(made, name) for name in names}, "villages": villages,
            "households": drawn}  # fmt: skip


@router.post("/collection-rounds/{id}/spot-checks", response={201: SpotCheckOut}, summary="Draw a spot check")
def draw(request: HttpRequest, id: int, data: DrawIn) -> Status[dict[str, Any]]:
    """A random sample of what was collected, stratified by township and officer; its seed is kept."""
    made = operations.draw(round=id, division=tree().by_code(data.division).id, by=request.user, on=clock.today())
    return Status(201, _spot_check(request.user, made))


@router.get("/spot-checks/{id}", response=SpotCheckOut, summary="Read a spot check")
def read_spot_check(request: HttpRequest, id: int) -> dict[str, Any]:
    """Rates by village, the worst first, and the drawn households of the reader's area."""
    scopes.require(request.user, "quality.view")
    return _spot_check(request.user, queries.spot_check_for(request.user, id))


class CheckIn(Schema):
    """What was found at a drawn household: each compared field of the form, right or not."""

    checked_on: date
    right: dict[str, bool]


@router.post("/spot-check-households/{id}/check", response=DrawnOut, summary="Enter a spot check")
def check_household(request: HttpRequest, id: int, data: CheckIn) -> dict[str, Any]:
    """By another person than collected the household."""
    one = operations.spot_check(
        pk=id, checked_on=data.checked_on, answers=data.right, by=request.user, on=clock.today()
    )
    return {"id": str(one.pk), "household": one.line.number, "village": places().code(one.village_id),
            "checked_on": one.checked_on, "compared": one.compared, "wrong": one.wrong}  # fmt: skip


class RecollectIn(Schema):
    """The village to be collected again."""

    village: str = Field(max_length=15)


@router.post("/spot-checks/{id}/recollect", response=DoneOut, summary="Have a village collected again")
def recollect(request: HttpRequest, id: int, data: RecollectIn) -> dict[str, int]:
    """Only where its rate lies above the limit."""
    village = tree().by_code(data.village).id
    return {"households": operations.recollect(spot_check=id, village=village, by=request.user, on=clock.today())}
