"""Monitoring over the API: warnings read, reported and answered, hand-overs, areas at risk, relief; by the same checks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.money import to_fen, to_yuan
from fupin.core.places import places
from fupin.core.rest.paging import Page, Paging, page
from fupin.divisions.queries import tree
from fupin.procedures.monitoring import areas, civil, queries, warnings
from fupin.procedures.monitoring.areas import Declared, Given
from fupin.procedures.monitoring.civil import Aid, Handed
from fupin.procedures.monitoring.tables import AreaEvent, Referral, Relief, Signal
from fupin.procedures.monitoring.warnings import Answered, Told
from fupin.procedures.words import VIEW
from fupin.registry.queries import household_for

router = Router(tags=["monitoring"])


class WarningOut(Schema):
    """A warning about a household. Codes: signal_origin, signal_answer, risk_cause."""

    id: str
    household: str
    village: str
    origin: str
    about: str
    risks: list[str]
    raised_on: date
    due_on: date
    state: str
    answer: str
    visited_on: date | None
    finding: str
    days_late: int
    case: str | None
    version: int


class WarningList(Page[WarningOut]):
    """A page of warnings."""


class WarningsAsked(Paging):
    """What the list is narrowed to: `show` is open, late, answered or all."""

    show: str = Field("open", pattern="^(open|late|answered|all)$")
    origin: str = Field("", max_length=12)


class ReportIn(Schema):
    """A report; `origin` is household, helper or hotline."""

    household: str = Field(max_length=20)
    origin: str = Field(max_length=12)
    about: str = Field(max_length=500)
    told_by: str = Field(max_length=60)
    risks: list[str] = Field(default_factory=list, max_length=10)
    on: date | None = None


class AnswerIn(Schema):
    """What one visit found, for warnings; `kind` from monitor_kind where the answer is lead."""

    warnings: list[str] = Field(max_length=500)
    answer: str = Field(max_length=12)
    visited_on: date
    finding: str = Field(max_length=500)
    spoke_to: str = Field("", max_length=60)
    late_reason: str = Field("", max_length=300)
    kind: str = Field("", max_length=12)
    risks: list[str] = Field(default_factory=list, max_length=10)


class ReferralIn(Schema):
    """A household to hand over to civil affairs; `kind` from civil_aid."""

    household: str = Field(max_length=20)
    kind: str = Field(max_length=12)
    reason: str = Field(max_length=500)
    document: str = Field("", max_length=200)
    on: date | None = None


class AidIn(Schema):
    """The decision of civil affairs: granted or refused."""

    decision: str = Field(pattern="^(granted|refused)$")
    decided_on: date
    note: str = Field("", max_length=300)


class TakeOverIn(ReferralIn):
    """A household that civil affairs hand to us, with their decision."""

    decision: str = Field(pattern="^(granted|refused)$")
    decided_on: date
    note: str = Field("", max_length=300)


class ReferralOut(Schema):
    """A hand-over: `way` is to or from civil affairs; `decision` theirs."""

    id: str
    household: str
    way: str
    kind: str
    handed_on: date
    per_head: Decimal | None
    decision: str
    decided_on: date | None
    version: int


class ReferralList(Page[ReferralOut]):
    """A page of hand-overs."""


class AreaIn(Schema):
    """An area at risk; `kind` from area_risk, `divisions` by code; `days` no more than the parameter's."""

    kind: str = Field(max_length=12)
    name: str = Field(max_length=80)
    document: str = Field(max_length=200)
    divisions: list[str] = Field(min_length=1, max_length=200)
    herders_only: bool = False
    days: int | None = Field(None, ge=1, le=30)
    on: date | None = None


class AreaOut(Schema):
    """An area at risk with how many homes of it the reader sees, and how many were visited."""

    id: str
    kind: str
    name: str
    document: str
    declared_on: date
    visit_by: date
    ended_on: date | None
    homes: int
    visited: int
    at_risk: int


class ReliefIn(Schema):
    """Relief given at once; `kind` from relief_kind, `amount` in yuan."""

    household: str = Field(max_length=20)
    kind: str = Field(max_length=12)
    what: str = Field(max_length=120)
    reason: str = Field(max_length=500)
    risks: list[str] = Field(min_length=1, max_length=10)
    amount: Decimal | None = Field(None, max_digits=10, decimal_places=2)
    area: str = Field("", max_length=20, pattern="^[0-9]*$")
    on: date | None = None


class ReliefOut(Schema):
    """Relief that came first, the case that follows it and by when."""

    id: str
    household: str
    kind: str
    what: str
    amount: Decimal | None
    given_on: date
    due_on: date
    case: str | None


class ReliefList(Page[ReliefOut]):
    """A page of relief."""


def _warning(row: Signal) -> dict[str, Any]:
    names = (
        "origin",
        "about",
        "raised_on",
        "due_on",
        "state",
        "answer",
        "visited_on",
        "finding",
        "days_late",
        "version",
    )
    return {"id": str(row.pk), "household": row.household.number, "village": places().code(row.village_id),
            "risks": [one for one in row.risks.split(",") if one], "case": str(row.case_id) if row.case_id else None,
            **{name: getattr(row, name) for name in names}}  # fmt: skip


def _referral(row: Referral) -> dict[str, Any]:
    names = ("way", "kind", "handed_on", "decision", "decided_on", "version")
    return {"id": str(row.pk), "household": row.household.number,
            "per_head": None if row.per_head_fen is None else to_yuan(row.per_head_fen),
            **{name: getattr(row, name) for name in names}}  # fmt: skip


def _relief(row: Relief) -> dict[str, Any]:
    names = ("kind", "what", "given_on", "due_on")
    return {"id": str(row.pk), "household": row.household.number, "case": str(row.case_id) if row.case_id else None,
            "amount": None if row.amount_fen is None else to_yuan(row.amount_fen),
            **{name: getattr(row, name) for name in names}}  # fmt: skip


def _area(request: HttpRequest, row: AreaEvent) -> dict[str, Any]:
    progress = queries.progress_of(request.user, row)
    names = ("kind", "name", "document", "declared_on", "visit_by", "ended_on")
    return {"id": str(row.pk), **{name: getattr(row, name) for name in names},
            **{name: sum(getattr(one, name) for one in progress) for name in ("homes", "visited", "at_risk")}}  # fmt: skip


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


@router.get("/warnings", response=WarningList, summary="List warnings")
def list_warnings(request: HttpRequest, asked: Query[WarningsAsked]) -> dict[str, Any]:
    """The warnings of the reader's area."""
    scopes.require(request.user, VIEW)
    rows = queries.matching(request.user, queries.Wanted(asked.show, asked.origin), on=clock.today())
    return page(rows, order=("pk",), shape=_warning, asked=asked)


@router.post("/warnings", response={201: WarningOut}, summary="Report a household at risk")
def report(request: HttpRequest, data: ReportIn) -> Status[dict[str, Any]]:
    """A report is visited within the parameter's working days."""
    household, _fact = household_for(request.user, data.household)
    told = Told(household.pk, data.origin, data.about, data.told_by, ",".join(data.risks))
    return Status(201, _warning(warnings.report(told=told, by=request.user, on=data.on or clock.today())))


@router.post("/warning-answers", response=list[WarningOut], summary="Answer warnings by a visit")
def answer(request: HttpRequest, data: AnswerIn) -> list[dict[str, Any]]:
    """All or none; at risk, a case of identification is opened."""
    scopes.require(request.user, VIEW)
    answered = Answered(data.answer, data.visited_on, data.finding, data.spoke_to, data.late_reason, data.kind,
                        ",".join(data.risks))  # fmt: skip
    rows = warnings.answer(signals=[_number(pk) for pk in data.warnings], answered=answered, by=request.user)
    return [_warning(row) for row in rows]


@router.get("/civil-affairs", response=ReferralList, summary="List hand-overs with civil affairs")
def list_referrals(request: HttpRequest, asked: Query[Paging]) -> dict[str, Any]:
    """Both ways, of the reader's area."""
    scopes.require(request.user, VIEW)
    return page(queries.referrals_for(request.user), order=("-id",), shape=_referral, asked=asked)


@router.post("/civil-affairs", response={201: ReferralOut}, summary="Hand a household over to civil affairs")
def refer(request: HttpRequest, data: ReferralIn) -> Status[dict[str, Any]]:
    """On the visit that was made and the income account that is there."""
    household, _fact = household_for(request.user, data.household)
    handed = Handed(household.pk, data.kind, data.reason, data.document)
    return Status(201, _referral(civil.refer(handed=handed, by=request.user, on=data.on or clock.today())))


@router.post(
    "/civil-affairs/taken-over", response={201: ReferralOut}, summary="Take a household over from civil affairs"
)
def take_over(request: HttpRequest, data: TakeOverIn) -> Status[dict[str, Any]]:
    """It becomes a warning that is visited; our decision is taken by procedure."""
    household, _fact = household_for(request.user, data.household)
    handed, aid = (
        Handed(household.pk, data.kind, data.reason, data.document),
        Aid(data.decision, data.decided_on, data.note),
    )
    return Status(201, _referral(civil.take_over(handed=handed, aid=aid, by=request.user, on=data.on or clock.today())))


@router.post("/civil-affairs/{id}/decision", response=ReferralOut, summary="Enter the decision of civil affairs")
def decide(request: HttpRequest, id: int, data: AidIn) -> dict[str, Any]:
    """Once."""
    row = queries.referral_for(request.user, id)
    civil.enter_decision(referral=row.pk, aid=Aid(data.decision, data.decided_on, data.note), by=request.user)
    return _referral(queries.referral_for(request.user, id))


@router.get("/area-risks", response=list[AreaOut], summary="List areas at risk")
def list_areas(request: HttpRequest) -> list[dict[str, Any]]:
    """The newest 100 that touch the reader's area."""
    scopes.require(request.user, VIEW)
    return [_area(request, row) for row in queries.events_for(request.user)[:100]]


@router.post("/area-risks", response={201: AreaOut}, summary="Declare an area at risk")
def declare(request: HttpRequest, data: AreaIn) -> Status[dict[str, Any]]:
    """Every household in scope is to be visited."""
    divisions = [tree().by_code(code).id for code in data.divisions]
    declared = Declared(data.kind, data.name, data.document, divisions, data.herders_only, data.days)
    return Status(201, _area(request, areas.declare(declared=declared, by=request.user, on=data.on or clock.today())))


@router.get("/reliefs", response=ReliefList, summary="List relief that came first")
def list_reliefs(request: HttpRequest, asked: Query[Paging]) -> dict[str, Any]:
    """Of the reader's area."""
    scopes.require(request.user, VIEW)
    return page(queries.reliefs_for(request.user), order=("-id",), shape=_relief, asked=asked)


@router.post("/reliefs", response={201: ReliefOut}, summary="Record relief that comes first")
def relieve(request: HttpRequest, data: ReliefIn) -> Status[dict[str, Any]]:
    """The case of identification is opened with it."""
    household, _fact = household_for(request.user, data.household)
    amount = None if data.amount is None else to_fen(data.amount)
    given = Given(
        household.pk, data.kind, data.what, data.reason, amount, ",".join(data.risks), _number(data.area) or None
    )
    return Status(201, _relief(areas.relieve(given=given, by=request.user, on=data.on or clock.today())))
