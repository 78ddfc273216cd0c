"""The opening of a division (期初) over the API: while it is open, import may set the register status."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from fupin.accounts import scopes
from fupin.core import clock
from fupin.divisions.queries import tree
from fupin.registry import openings
from fupin.registry.models import Opening

router = Router(tags=["openings"])


class OpeningOut(Schema):
    """A division's opening: open, closing asked for, or closed."""

    division: str
    state: str
    closing_asked_at: datetime | None
    closed_at: datetime | None


def _shape(row: Opening) -> dict[str, Any]:
    state = "closed" if row.closed_at else "closing_asked" if row.closing_asked_at else "open"
    return {"division": tree().by_id(row.division_id).code, "state": state, "closing_asked_at": row.closing_asked_at,
            "closed_at": row.closed_at}  # fmt: skip


def _place(request: HttpRequest, code: str) -> int:
    scopes.require(request.user, "registry.open")
    return tree().by_code(code).id


class BannerOut(Schema):
    """A banner and whether its register is still in opening; `may_confirm`: the reader may be the second person."""

    division: str
    is_open: bool
    closing_asked_at: datetime | None
    may_confirm: bool


@router.get("/openings", response=list[BannerOut], summary="List openings")
def list_openings(request: HttpRequest) -> list[dict[str, Any]]:
    """The banners of the reader's divisions, each with its opening."""
    scopes.require(request.user, "registry.open")
    return [
        {"division": tree().by_id(line.id).code, "is_open": line.is_open, "may_confirm": line.may_confirm,
         "closing_asked_at": line.row.closing_asked_at if line.row else None}
        for line in openings.lines_for(request.user)
    ]  # fmt: skip


@router.get("/openings/{code}", response=OpeningOut, summary="Read an opening")
def read_opening(request: HttpRequest, code: str) -> dict[str, Any]:
    """Whether a division is still in its opening."""
    return _shape(openings.opening_of(request.user, _place(request, code)))


@router.post("/openings/{code}/ask-close", response=OpeningOut, summary="Ask to close an opening")
def ask_close(request: HttpRequest, code: str) -> dict[str, Any]:
    """Ask for a division's opening to be closed; a second person confirms."""
    return _shape(openings.ask_close(division=_place(request, code), by=request.user, on=clock.today()))


@router.post("/openings/{code}/confirm-close", response=OpeningOut, summary="Confirm the closing")
def confirm_close(request: HttpRequest, code: str) -> dict[str, Any]:
    """Close a division's opening as the second person: from now on the status moves by procedure only."""
    return _shape(openings.confirm_close(division=_place(request, code), by=request.user, on=clock.today()))


class NoteIn(Schema):
    """Why."""

    note: str = Field("", max_length=300)


@router.post("/openings/{code}/withdraw", response=OpeningOut, summary="Withdraw the request to close")
def withdraw(request: HttpRequest, code: str, data: NoteIn) -> dict[str, Any]:
    """Take the request to close back; the division stays in its opening."""
    row = openings.withdraw(division=_place(request, code), by=request.user, on=clock.today(), note=data.note)
    return _shape(row)
