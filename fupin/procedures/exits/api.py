"""Exits over the API: who in a village could be listed this year, and the standards of a case part by part."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.money import to_yuan
from fupin.core.refusals import NotFound, Refused
from fupin.divisions.queries import tree
from fupin.procedures.exits import queries
from fupin.procedures.exits.judging import Judged
from fupin.procedures.exits.keeping import as_kept, parts_as_kept
from fupin.procedures.exits.villages.queries import candidates as village_candidates
from fupin.procedures.words import VIEW

router = Router(tags=["procedures"])


class CandidatesAsked(Schema):
    """The village, by its code."""

    village: str = Field("", max_length=15)


class ValueOut(Schema):
    """A value of the record, with the label of its field."""

    label: str
    value: str


class LineOut(Schema):
    """A part of a standard, or a member held against it."""

    text: str
    outcome: str = Field(description="met, unmet or unknown")
    values: list[ValueOut]


class PartOut(Schema):
    """A standard of the exit: income, or one of the six guarantees."""

    name: str
    label: str
    outcome: str = Field(description="met, unmet, conflict or unknown")
    says: str
    source: str
    missing: list[str]
    lines: list[LineOut]


class HeldOut(Schema):
    """A reason for which the household is not to exit. `code` from the code list not_exit_reason."""

    code: str
    label: str
    says: str


class CandidateOut(Schema):
    """A registered household held against the standards of the year. `case` is set where it is listed already."""

    household: str
    outcome: str = Field(description="met, unmet or unknown")
    per_head: Decimal | None
    line: Decimal | None
    parts: list[PartOut]
    held: list[HeldOut]
    case: str


class VillageOut(Schema):
    """A poverty village held against the standards of the year. What is `considered` refuses nothing once it is known."""

    village: str
    reaches: bool
    registered_persons: int
    persons: int | None
    parts: list[PartOut]
    considered: list[str]
    case: str


class StandardsOut(Schema):
    """The standards of an exit: as kept at the approval (`is_kept`), or as the register has them."""

    year: int
    judged_on: date
    is_kept: bool
    parts: list[PartOut]
    held: list[HeldOut]
    continued_measures: list[str] | None = Field(
        description="kinds of measures that go on after the exit; none is set from 2026"
    )


def _told(kept: dict[str, Any]) -> dict[str, Any]:
    at = scopes.is_english()
    return {
        "parts": [
            {"name": one["name"], "label": one["label"][at], "outcome": one["outcome"], "says": one["says"][at],
             "source": one["source"][at], "missing": one["missing"],
             "lines": [{"text": line["said"], "outcome": line["outcome"],
                        "values": [{"label": label, "value": value} for label, value in line["values"]]}
                       for line in one["lines"]]}
            for one in kept["parts"]
        ],
        "held": [{"code": one["code"], "label": one["label"][at], "says": one["says"][at]} for one in kept["held"]],
    }  # fmt: skip


def _yuan(judged: Judged | None, name: str) -> Decimal | None:
    fen = getattr(judged, name) if judged else None
    return None if fen is None else to_yuan(fen)


@router.get("/exit-candidates", response=list[CandidateOut], summary="List who could exit in a village")
def list_candidates(request: HttpRequest, asked: Query[CandidatesAsked]) -> list[dict[str, Any]]:
    """The registered households of a village, judged for this year; from 2021 nobody exits and the list is empty."""
    scopes.require(request.user, VIEW)
    if not asked.village:
        raise Refused(_("请先选择嘎查村"), "village")
    node = tree().find(asked.village)
    if node is None or node.level != "village" or not scopes.may(request.user, VIEW, node.id):
        raise NotFound(_("没有这个嘎查村，或它不在您的工作范围内"))
    return [
        {"household": one.card.number, "outcome": one.judged.outcome if one.judged else "unknown",
         "per_head": _yuan(one.judged, "per_head_fen"), "line": _yuan(one.judged, "line_fen"),
         "case": str(one.case or ""), **(_told(as_kept(one.judged)) if one.judged else {"parts": [], "held": []})}
        for one in queries.candidates(request.user, node.id, clock.today())
    ]  # fmt: skip


@router.get("/village-exit-candidates", response=list[VillageOut], summary="List poverty villages that could exit")
def list_villages(request: HttpRequest) -> list[dict[str, Any]]:
    """The poverty villages of the reader's area, judged by their sheets of this year; from 2021 the list is empty."""
    scopes.require(request.user, VIEW)
    return [
        {"village": one.code, "reaches": one.reaches, "registered_persons": one.judged.registered,
         "persons": one.judged.persons, "case": str(one.case or ""), "considered": sorted(one.judged.considered),
         "parts": _told({"parts": parts_as_kept(one.judged.parts), "held": []})["parts"]}
        for one in village_candidates(request.user, clock.today())
    ]  # fmt: skip


@router.get("/cases/{id}/exit-standards", response=StandardsOut, summary="Read the standards of an exit")
def read_standards(request: HttpRequest, id: int) -> dict[str, Any]:
    """Part by part with the record's own values; after the approval as they were then."""
    scopes.require(request.user, VIEW)
    _row, found = queries.standing_of(request.user, id, clock.today())
    return {"year": found.year, "judged_on": found.told["judged_on"], "is_kept": found.is_kept,
            "continued_measures": found.measures, **_told(found.told)}  # fmt: skip
