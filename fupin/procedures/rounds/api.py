"""Adjustment rounds over the API: opened and taken on, how far they are, their table of before and after."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.rest.paging import Page, Paging, page
from fupin.divisions.queries import tree
from fupin.procedures.rounds import operations, queries
from fupin.procedures.rounds.operations import Opening
from fupin.procedures.rounds.reading import BEGIN, END, Sheet
from fupin.procedures.rounds.tables import Round
from fupin.procedures.rounds.words import LINES, RUN, VIEW

router = Router(tags=["procedures"])


class AdjustmentIn(Schema):
    """A round to be opened. The table counts from the end of `begins_on`."""

    division: str = Field(max_length=15, description="code of a banner, a league or the region")
    year: int = Field(ge=2014, le=2099)
    name: str = Field(max_length=80)
    begins_on: date
    collect_until: date
    compare_until: date
    document: str = Field("", max_length=200)


class AdjustmentOut(Schema):
    """A round, with how many of its cases the reader sees."""

    id: str
    division: str
    year: int
    name: str
    stock: str
    stage: str
    begins_on: date
    collect_until: date
    compare_until: date
    opened_on: date
    ended_on: date | None
    document: str
    version: int
    cases: int
    open_cases: int


class AdjustmentList(Page[AdjustmentOut]):
    """A page of rounds."""


class AdjustmentStepIn(Schema):
    """A step of a round: collect, compare, send_back, close, drop."""

    act: str = Field(max_length=40)
    note: str = Field("", max_length=500)
    version: int | None = None


class CountsOut(Schema):
    """Households and persons."""

    households: int
    persons: int


class LineOut(CountsOut):
    """A line of the table: what came is above zero, what went below."""

    line: str


class BeforeAfterOut(Schema):
    """The table of a division: beginning + lines = end; the residual is zero where every change is explained."""

    division: str
    begin: CountsOut
    lines: list[LineOut]
    end: CountsOut
    residual: CountsOut
    households_that_do_not_fit: int


class TableAsked(Schema):
    """`division`: the code of one in the round; `now`: by the records of today also where the round has closed."""

    division: str = Field("", max_length=15)
    now: bool = False


@router.get("/adjustment-rounds", response=AdjustmentList)
def adjustment_rounds(request: HttpRequest, asked: Query[Paging]) -> dict[str, Any]:
    """The rounds of the own area and those that cover it, the newest first."""
    scopes.require(request.auth, VIEW)  # type: ignore[attr-defined]
    rows = queries.rounds_for(request.auth)  # type: ignore[attr-defined]
    return page(rows, order=("-year", "-pk"), shape=lambda row: _shape(request, row), asked=asked)


@router.post("/adjustment-rounds", response={201: AdjustmentOut})
def open_adjustment_round(request: HttpRequest, body: AdjustmentIn) -> Status[dict[str, Any]]:
    """Open a round in a division and all below it."""
    scopes.require(request.auth, RUN)  # type: ignore[attr-defined]
    division = tree().by_code(body.division).id
    given = Opening(
        division, body.year, body.name, body.begins_on, body.collect_until, body.compare_until, body.document
    )
    row = operations.open_round(opening=given, by=request.auth, on=clock.today())  # type: ignore[attr-defined]
    return Status(201, _shape(request, row))


@router.get("/adjustment-rounds/{id}", response=AdjustmentOut)
def adjustment_round(request: HttpRequest, id: int) -> dict[str, Any]:
    """One round."""
    scopes.require(request.auth, VIEW)  # type: ignore[attr-defined]
    return _shape(request, queries.round_for(request.auth, id))  # type: ignore[attr-defined]


@router.post("/adjustment-rounds/{id}/step", response=AdjustmentOut)
def adjustment_step(request: HttpRequest, id: int, body: AdjustmentStepIn) -> dict[str, Any]:
    """Take a round on; closed by another person, when every case has ended and the table adds up."""
    scopes.require(request.auth, RUN)  # type: ignore[attr-defined]
    row = operations.step(pk=id, act=body.act, by=request.auth, on=clock.today(), note=body.note,  # type: ignore[attr-defined]
                          version=body.version)  # fmt: skip
    return _shape(request, row)


@router.get("/adjustment-rounds/{id}/table", response=list[BeforeAfterOut])
def adjustment_table(request: HttpRequest, id: int, asked: Query[TableAsked]) -> list[dict[str, Any]]:
    """The table of before and after of a division and of those directly below it."""
    user = request.auth  # type: ignore[attr-defined]
    scopes.require(user, VIEW)
    row = queries.round_for(user, id, VIEW)
    node = queries.seen_by(user, row, asked.division)
    put_away = None if asked.now else queries.kept_of(row)
    found = put_away or queries.table_of(row, on=clock.today(), division=node.id)
    nodes = [node, *found.tree.children(node.id)]
    sheets = found.sheets([one.id for one in nodes])
    wanted = [one for one in nodes if one is node or sheets[one.id].figures or sheets[one.id].odd]
    return [_table(one.code, sheets[one.id]) for one in wanted]


def _table(code: str, sheet: Sheet) -> dict[str, Any]:
    lines = [{"line": line.value, **_counts(sheet[line])} for line in LINES if sheet[line] != (0, 0)]
    return {
        "division": code, "begin": _counts(sheet[BEGIN]), "lines": lines, "end": _counts(sheet[END]),
        "residual": _counts(sheet.residual), "households_that_do_not_fit": sheet.odd,
    }  # fmt: skip


def _counts(pair: tuple[int, int]) -> dict[str, int]:
    return {"households": pair[0], "persons": pair[1]}


def _shape(request: HttpRequest, row: Round) -> dict[str, Any]:
    cases = queries.cases_of(request.auth, row)  # type: ignore[attr-defined]
    return {
        "id": str(row.pk), "division": tree().by_id(row.division_id).code, "year": row.year, "name": row.name,
        "stock": row.stock, "stage": row.stage, "begins_on": row.begins_on, "collect_until": row.collect_until,
        "compare_until": row.compare_until, "opened_on": row.opened_on, "ended_on": row.ended_on, "document": row.document,
        "version": row.version, "cases": cases.count(), "open_cases": cases.filter(ended_on=None).count(),
    }  # fmt: skip
