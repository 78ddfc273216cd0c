"""Handovers over the API: drawn up, signed by password or code, given up."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema, Status

from fupin.accounts import handovers, operations, queries, scopes
from fupin.accounts.models import Handover
from fupin.core.rest.paging import Page, Paging, page_of

router = Router(tags=["accounts"])


class ItemOut(Schema):
    """One line of what is handed over."""

    label: str
    label_en: str
    count: int


class SignatureOut(Schema):
    """Who signed as what, and when."""

    act: str
    user: str
    signed_at: datetime


class HandoverOut(Schema):
    """A handover: frozen contents, their digest, the signatures; `acts` is what the reader can do in it now."""

    id: str
    posting: str
    giver: str
    successor: str
    state: str
    contents: list[ItemOut]
    remark: str
    digest: str
    drawn_up_on: date
    signatures: list[SignatureOut]
    acts: list[str]


class HandoverList(Page[HandoverOut]):
    """A page of handovers."""


def _shape(row: Handover, user: Any) -> dict[str, Any]:
    shown = queries.handover_page(row)
    return {
        "id": str(row.pk), "posting": str(row.posting_id), "giver": row.posting.user.username,
        "successor": row.successor.username, "state": shown["state"], "contents": row.contents, "remark": row.remark,
        "digest": shown["digest"], "drawn_up_on": row.drawn_up_on, "acts": operations.turn_of(row, user),
        "signatures": [
            {"act": one.act, "user": one.user.username, "signed_at": one.signed_at} for _label, one in shown["signatures"]
        ],
    }  # fmt: skip


@router.get("/me/handovers", response=HandoverList, summary="List handovers to sign")
def list_handovers(request: HttpRequest, asked: Query[Paging]) -> dict[str, Any]:
    """The handovers that wait for one's own signature."""
    rows = queries.handovers_waiting_for(request.user)
    return page_of(rows, key=lambda row: row.pk, shape=lambda row: _shape(row, request.user), asked=asked)


@router.get("/handovers/{id}", response=HandoverOut, summary="Read a handover")
def read_handover(request: HttpRequest, id: int) -> dict[str, Any]:
    """One handover, for its two persons and for those who see the posting."""
    return _shape(queries.handover_or_404(request.user, id), request.user)


class DrawUpIn(Schema):
    """Who takes over: somebody who already holds the same duty in the division."""

    successor: int
    remark: str = Field("", max_length=500)


@router.get("/postings/{id}/handover-contents", response=list[ItemOut], summary="What a posting hands over")
def read_contents(request: HttpRequest, id: int) -> list[dict[str, Any]]:
    """What would be handed over if it were drawn up now."""
    scopes.require(request.user, "accounts.change")
    posting = queries.posting_or_404(request.user, id)
    scopes.require(request.user, "accounts.change", posting.division_id)
    return handovers.contents_of(posting)


@router.post("/postings/{id}/handovers", response={201: HandoverOut}, summary="Draw up a handover")
def draw_up(request: HttpRequest, response: HttpResponse, id: int, data: DrawUpIn) -> Status[dict[str, Any]]:
    """Freeze what a posting hands over; the two sign it, the last signature ends the posting."""
    scopes.require(request.user, "accounts.change")
    posting = queries.posting_or_404(request.user, id)
    successor = queries.user_or_404(request.user, data.successor)
    row = operations.draw_up_handover(posting=posting, successor=successor, by=request.user, remark=data.remark)
    response["Location"] = f"/api/v1/handovers/{row.pk}"
    return Status(201, _shape(row, request.user))


class SignIn(Schema):
    """Which signature, and the password or code that proves anew who signs."""

    act: str = Field(pattern="^(give|give_for|take)$")
    secret: str = Field(min_length=1, max_length=200)
    note: str = Field("", max_length=300)


@router.post("/handovers/{id}/sign", response=HandoverOut, summary="Sign a handover")
def sign(request: HttpRequest, id: int, data: SignIn) -> dict[str, Any]:
    """Sign as who leaves, as who takes over, or for somebody who cannot. A wrong secret counts as a failed sign-in."""
    row = queries.handover_or_404(request.user, id)
    user: Any = request.user
    operations.sign_handover(handover=row, act=data.act, by=user, secret=data.secret, note=data.note, request=request)
    return _shape(row, user)


class DropIn(Schema):
    """Why it is given up, and the password or code that proves anew who gives it up."""

    secret: str = Field(min_length=1, max_length=200)
    note: str = Field(min_length=1, max_length=300)


@router.post("/handovers/{id}/drop", response=HandoverOut, summary="Give a handover up")
def drop(request: HttpRequest, id: int, data: DropIn) -> dict[str, Any]:
    """Give a handover up before it is complete, with the reason."""
    row = queries.handover_or_404(request.user, id)
    user: Any = request.user
    operations.prove(user, data.secret, request)
    operations.drop_handover(handover=row, by=user, note=data.note)
    return _shape(row, user)
