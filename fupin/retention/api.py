"""Retention over the API: the catalogue, what is due, holds, registers of destruction."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from fupin.accounts import scopes
from fupin.accounts.queries import division_in_reach
from fupin.core.clock import today
from fupin.core.rest.paging import Page, Paging, page
from fupin.divisions.queries import tree
from fupin.retention import jobs, queries
from fupin.retention.models import Destruction, DestructionItem, DueFile, Hold
from fupin.retention.operations import deciding, holding
from fupin.retention.words import CONFIRM, HOLD, PROPOSE, VIEW

router = Router(tags=["retention"])


class ClassOut(Schema):
    """A class of evidence: `years` null is for ever, or another rule where `days` is set; `counted` filed or ended."""

    name: str
    label: str
    label_en: str
    counted: str
    years: int | None
    days: int | None
    source: str
    since: date
    due: int


@router.get("/retention-classes", response=list[ClassOut], summary="Classes of evidence")
def list_classes(request: HttpRequest) -> list[dict[str, Any]]:
    """The catalogue with the period that holds at the own posting, and how many files are due in the own area."""
    scopes.require(request.user, VIEW)
    tops = scopes.divisions(request.user, VIEW)
    found = queries.catalogue(request.user, on=today(), division=tops[0] if tops else None)
    return [
        {"name": one.evidence.name, "label": one.evidence.label, "label_en": one.evidence.label_en, "counted": one.evidence.counted,
         "years": one.years, "days": one.days, "source": one.source.title, "since": one.evidence.since, "due": one.due}
        for one in found
    ]  # fmt: skip


class DueOut(Schema):
    """A file whose time is over. `id` is that of the file."""

    id: str
    evidence: str
    division: str
    number: str
    title: str
    name: str
    size: int
    sha256: str
    counted_on: date
    due_on: date


class DueList(Page[DueOut]):
    """A page of due files."""


class DueFilter(Paging):
    """Below a division, of a class."""

    division: str = ""
    evidence: str = ""


@router.get("/retention-due", response=DueList, summary="Files whose time is over")
def list_due(request: HttpRequest, asked: Query[DueFilter]) -> dict[str, Any]:
    """The files of the own area that are due and stand on no register."""
    scopes.require(request.user, VIEW)
    place = division_in_reach(request.user, asked.division, VIEW).pk if asked.division else None
    rows = queries.due_for(request.user, division=place, evidence=asked.evidence)
    filters = {"division": asked.division, "evidence": asked.evidence}
    return page(rows, order=("attachment",), shape=_due, asked=asked, filters=filters)


def _due(row: DueFile) -> dict[str, Any]:
    file = row.attachment
    return {"id": str(row.pk), "evidence": row.evidence, "division": _code(row.division_id), "number": row.number,
            "title": row.title, "name": file.name, "size": file.size, "sha256": file.sha256, "counted_on": row.counted_on,
            "due_on": row.due_on}  # fmt: skip


def _code(division: int) -> str:
    return tree().by_id(division).code


class HoldOut(Schema):
    """A hold: what is held, why, by whom, and who lifted it."""

    id: str
    subject: str
    title: str
    division: str
    reason: str
    basis: str
    set_on: date
    set_by: str
    lifted_on: date | None
    lifted_by: str
    lift_reason: str


class HoldList(Page[HoldOut]):
    """A page of holds."""


@router.get("/retention-holds", response=HoldList, summary="Holds")
def list_holds(request: HttpRequest, asked: Query[Paging]) -> dict[str, Any]:
    """The holds of the own area, also those that were lifted."""
    scopes.require(request.user, VIEW)
    return page(queries.holds_for(request.user), order=("-id",), shape=_hold, asked=asked)


def _hold(row: Hold) -> dict[str, Any]:
    kind = row.subject.partition(":")[0]
    return {"id": str(row.pk), "subject": f"{kind}:{row.number}", "title": row.title, "division": _code(row.division_id),
            "reason": row.reason, "basis": row.basis, "set_on": row.set_on, "set_by": row.set_name,
            "lifted_on": row.lifted_on, "lifted_by": row.lifted_name, "lift_reason": row.lift_reason}  # fmt: skip


class HoldIn(Schema):
    """What is held: `division`, `household` or `case`, and its code or number."""

    kind: str
    number: str
    reason: str
    basis: str


@router.post("/retention-holds", response={201: HoldOut}, summary="Hold files")
def set_hold(request: HttpRequest, data: HoldIn) -> Status[dict[str, Any]]:
    """Nothing of what is held is destroyed until another person lifts the hold."""
    scopes.require(request.user, HOLD)
    row = holding.hold(
        kind=data.kind, number=data.number, reason=data.reason, basis=data.basis, by=request.user, on=today()
    )
    return Status(201, _hold(row))


class ReasonIn(Schema):
    """Why."""

    reason: str


@router.post("/retention-holds/{id}/lift", response=HoldOut, summary="Lift a hold")
def lift_hold(request: HttpRequest, id: int, data: ReasonIn) -> dict[str, Any]:
    """By another person than the one who set it."""
    row = queries.hold_of(request.user, id, HOLD)
    return _hold(holding.lift(row=row, reason=data.reason, by=request.user, on=today()))


class DestructionOut(Schema):
    """A register of destruction. `digest` is what who confirms says to have seen."""

    id: str
    code: str
    division: str
    evidence: str
    state: str
    reason: str
    files: int
    bytes: int
    held: int
    destroyed: int
    left: int
    digest: str
    proposed_on: date
    proposed_by: str
    decided_on: date | None
    decided_by: str
    done_on: date | None


class DestructionList(Page[DestructionOut]):
    """A page of registers."""


@router.get("/retention-destructions", response=DestructionList, summary="Registers of destruction")
def list_destructions(request: HttpRequest, asked: Query[Paging]) -> dict[str, Any]:
    """The registers of the own area."""
    scopes.require(request.user, VIEW)
    return page(queries.destructions_for(request.user), order=("-id",), shape=_destruction, asked=asked)


def _destruction(row: Destruction) -> dict[str, Any]:
    names = (
        "code",
        "evidence",
        "state",
        "reason",
        "held",
        "destroyed",
        "left",
        "digest",
        "proposed_on",
        "decided_on",
        "done_on",
    )
    return {name: getattr(row, name) for name in names} | {
        "id": str(row.pk), "division": _code(row.division_id), "files": row.count, "bytes": row.size,
        "proposed_by": row.proposed_name, "decided_by": row.decided_name,
    }  # fmt: skip


class ProposalIn(Schema):
    """What is to go: all that is due below a division and of a class, or the files named. `reason`: what was found."""

    division: str
    evidence: str = ""
    reason: str
    files: list[str] | None = Field(default=None, max_length=1000)


@router.post("/retention-destructions", response={201: DestructionOut}, summary="Propose a destruction")
def propose(request: HttpRequest, data: ProposalIn) -> Status[dict[str, Any]]:
    """A register for a second person; nothing goes yet."""
    scopes.require(request.user, PROPOSE)
    division = division_in_reach(request.user, data.division, PROPOSE)
    chosen = None if data.files is None else {int(one) for one in data.files if one.isdecimal() and len(one) < 20}
    row = deciding.propose(
        division=division, evidence=data.evidence, reason=data.reason, chosen=chosen, by=request.user, on=today()
    )
    return Status(201, _destruction(row))


@router.get("/retention-destructions/{id}", response=DestructionOut, summary="One register")
def read_destruction(request: HttpRequest, id: int) -> dict[str, Any]:
    """Where a register stands."""
    return _destruction(queries.destruction_of(request.user, id))


class DestructionItemOut(Schema):
    """A file on a register: `listed`, `destroyed`, `left` with the reason, or `dropped`."""

    position: int
    evidence: str
    number: str
    title: str
    name: str
    size: int
    sha256: str
    due_on: date
    fate: str
    reason: str
    destroyed_on: date | None


class DestructionItemList(Page[DestructionItemOut]):
    """A page of files of a register."""


@router.get("/retention-destructions/{id}/files", response=DestructionItemList, summary="Files of a register")
def list_items(request: HttpRequest, id: int, asked: Query[Paging]) -> dict[str, Any]:
    """The files of a register in their order."""
    row = queries.destruction_of(request.user, id)
    return page(row.items.all(), order=("position",), shape=_item, asked=asked, filters={"destruction": id})


def _item(row: DestructionItem) -> dict[str, Any]:
    names = (
        "position",
        "evidence",
        "number",
        "title",
        "name",
        "size",
        "sha256",
        "due_on",
        "fate",
        "reason",
        "destroyed_on",
    )
    return {name: getattr(row, name) for name in names}


class ConfirmIn(Schema):
    """The digest of the register as it was looked through."""

    digest: str
    note: str = ""


@router.post("/retention-destructions/{id}/confirm", response=DestructionOut, summary="Confirm a destruction")
def confirm(request: HttpRequest, id: int, data: ConfirmIn) -> dict[str, Any]:
    """By another person than who proposed it; the destruction follows as a job."""
    row = queries.destruction_of(request.user, id, CONFIRM)
    row = deciding.confirm(row=row, seen=data.digest, by=request.user, on=today(), note=data.note)
    jobs.ask_to_destroy(row, by=request.user)
    return _destruction(row)


@router.post("/retention-destructions/{id}/refuse", response=DestructionOut, summary="Refuse a destruction")
def refuse(request: HttpRequest, id: int, data: ReasonIn) -> dict[str, Any]:
    """The files stay and are due as before."""
    row = queries.destruction_of(request.user, id, CONFIRM)
    return _destruction(deciding.refuse(row=row, by=request.user, on=today(), note=data.reason))


@router.post("/retention-destructions/{id}/withdraw", response=DestructionOut, summary="Withdraw a destruction")
def withdraw(request: HttpRequest, id: int) -> dict[str, Any]:
    """By who proposed it, before it is decided."""
    row = queries.destruction_of(request.user, id, PROPOSE)
    return _destruction(deciding.withdraw(row=row, by=request.user, on=today()))
