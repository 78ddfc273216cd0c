"""Sweeps over the API: which were made, what one found, a new one asked for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from fupin.accounts import scopes
from fupin.core.places import places
from fupin.core.rest.paging import Page, Paging, page
from fupin.divisions.queries import tree
from fupin.quality import jobs, kept, queries
from fupin.quality.models import Sweep

router = Router(tags=["quality-sweeps"])


class SweepLine(Schema):
    """A judgement of the register, or of a division (`division` empty: all of it). `inputs` are the digests of the files
    that were read; the totals are null where the sweep reaches beyond the reader's area."""

    id: str
    division: str
    on: date
    as_of: datetime
    engine: str
    rules: int
    is_partial: bool
    state: str
    made_at: datetime
    inputs: dict[str, str]
    findings: int | None
    opened: int | None
    reopened: int | None
    closed: int | None


class SweepPage(Page[SweepLine]):
    """A page of sweeps, the newest first."""


class SweepOut(SweepLine):
    """A sweep with what each rule found in the reader's area; null where nobody can tell any more."""

    by_rule: dict[str, int] | None


_PLAIN = ("on", "as_of", "engine", "rules", "is_partial", "state", "made_at", "inputs")
_TOTALS = ("findings", "opened", "reopened", "closed")


def _line(user: Any, one: Sweep) -> dict[str, Any]:
    root = one.division_id or tree().root.id
    is_within = root not in scopes.scope_of(user, "quality.view").beyond({root})
    return {name: getattr(one, name) for name in _PLAIN} | {
        "id": str(one.pk), "division": places().code(one.division_id) if one.division_id else "",
        **{name: getattr(one, name) if is_within else None for name in _TOTALS},
    }  # fmt: skip


@router.get("/quality-sweeps", response=SweepPage, summary="List sweeps")
def list_sweeps(request: HttpRequest, asked: Query[Paging]) -> dict[str, Any]:
    """The sweeps that looked at the reader's area or a part of it, the newest first."""
    scopes.require(request.user, "quality.view")
    rows = queries.sweeps_for(request.user)
    return page(rows, order=("-id",), shape=lambda one: _line(request.user, one), asked=asked)


@router.get("/quality-sweeps/{id}", response=SweepOut, summary="Read a sweep")
def read_sweep(request: HttpRequest, id: int) -> dict[str, Any]:
    """One sweep, rule by rule."""
    one = queries.sweep_for(request.user, id)
    return _line(request.user, one) | {"by_rule": kept.by_rule(request.user, one)}


class SweepIn(Schema):
    """What is judged: a division, by all rules or by those named, with the list of findings as a file."""

    division: str = Field(max_length=15)
    rules: list[str] = []
    form: Literal["xlsx", "csv"] = "xlsx"


class SweepAsked(Schema):
    """The job that sweeps."""

    job: str


@router.post("/quality-sweeps", response={202: SweepAsked}, summary="Sweep a division")
def ask_sweep(request: HttpRequest, data: SweepIn) -> Status[dict[str, str]]:
    """Judge the rules in a division in the background; asked twice while one is made, it is made once."""
    scopes.require(request.user, jobs.PERMISSION)
    division = tree().by_code(data.division).id
    job = jobs.ask(division=division, names=data.rules, form=data.form, by=request.user)
    return Status(202, {"job": str(job.pk)})
