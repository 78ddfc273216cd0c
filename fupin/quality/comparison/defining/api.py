"""Sources over the API: one laid open, an office's own asked for, a later version, an end."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.places import places
from fupin.divisions.models import Division
from fupin.divisions.queries import tree
from fupin.policy import sources as shipped
from fupin.quality.comparison.defining import queries
from fupin.rulebook import operations
from fupin.rulebook.operations import SourceProposal

router = Router(tags=["comparison"])


class SourceDetail(Schema):
    """A source with its definition: what a department needs to make tokens at home, too."""

    name: str
    office: str
    """code of the division whose own source it is; empty for one that everybody has"""
    since: date | None
    document: str
    is_usable: bool
    definition: dict[str, Any]


@router.get("/comparison-sources/{name}", response=SourceDetail, summary="Read a source of a department")
def read_source(request: HttpRequest, name: str) -> dict[str, Any]:
    """One source: shipped, or an own one of an office in reach."""
    scopes.require(request.user, "quality.exchange")
    one = queries.held(request.user, name, on=clock.today())
    return {
        "name": one.source.name, "office": places().code(one.office) if one.office else "", "since": one.since,
        "document": one.document, "is_usable": one.is_usable, "definition": shipped.said(one.source),
    }  # fmt: skip


class ColumnIn(Schema):
    """A column of the department's file; the first of its headers is what it is called. `test` compares it."""

    headers: list[str] = Field(min_length=1, max_length=10)
    label_en: str = Field("", max_length=40)
    type: Literal["text", "word", "integer", "decimal", "money", "date", "yes_no"] = "text"
    words: dict[str, list[str]] = {}
    test: Literal["", "any", "eq", "ne", "ge", "le", "yes", "no"] = ""
    bound: str = Field("", max_length=200)
    required: bool = False
    kept: bool = True


class SourceWordsIn(Schema):
    """A source in an office's words. `hits`: who is in the file is asked about; `absents`: who is not in a complete one."""

    label: str
    label_en: str = ""
    department: str
    department_en: str = ""
    basis_title: str
    basis_number: str
    basis_day: date
    legal_basis_en: str = ""
    keys: list[str]
    columns: list[ColumnIn] = Field([], max_length=30)
    hits: bool = True
    absents: bool = False
    whom: Literal["all", "registered", "monitored", "both"] = "both"
    when: str = Field("", max_length=1_000)
    absent_when: str = Field("", max_length=1_000)
    means: str
    means_en: str = ""
    severity: Literal["E", "W", "I"] = "W"
    freshness_days: int
    sensitive: bool = False
    authorised: bool = False
    asks_anew: bool = False


class SourceIn(Schema):
    """An office's own source or a later version of it, from a day; words null: it is used no more."""

    division: str = Field(max_length=15)
    words: SourceWordsIn | None
    valid_from: date
    valid_to: date | None = None
    document: str = Field(max_length=200)
    reason: str = Field("", max_length=300)


class SourceRequestOut(Schema):
    """A request that waits for the second person, who reads and confirms it under `/overrides`."""

    id: str
    state: str
    digest: str


@router.post("/comparison-sources/{name}", response={201: SourceRequestOut}, summary="Propose an own source")
def propose_source(request: HttpRequest, name: str, data: SourceIn) -> Status[dict[str, str]]:
    """Hand in an own source: `own_`, the code of the division, a short name (own_150522_pension), or a later version."""
    scopes.require(request.user, queries.CHANGE)
    division = Division.objects.get(pk=tree().by_code(data.division).id)
    words = data.words.dict() if data.words is not None else None
    proposal = SourceProposal(name, division, words, data.valid_from, data.document, data.valid_to, data.reason)
    row = operations.propose_sources(proposals=[proposal], by=request.user)[0]
    return Status(201, {"id": str(row.pk), "state": row.state, "digest": bytes(row.digest).hex()})
