"""Oneself over the API: who one is, one's tokens, the browsers that one is signed in with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status

from fupin.accounts import operations, scopes, signing_in, tokens
from fupin.accounts.models import ApiToken, SignIn
from fupin.core.refusals import NotFound
from fupin.core.rest import secrets
from fupin.core.rest.paging import Page, Paging, page
from fupin.divisions.queries import tree

router = Router(tags=["accounts"])


class MeOut(Schema):
    """Who asks, what they may do and where (empty list of divisions: the whole region)."""

    username: str
    full_name: str
    permissions: dict[str, list[str]]


@router.get("/me", response=MeOut, summary="Who am I")
def read_me(request: HttpRequest) -> dict[str, Any]:
    """The user of the token or session, with every permission and the divisions it holds at."""
    user: Any = request.user
    found = {}
    for permission in sorted(scopes.permissions_of(user)):
        roots = scopes.divisions(user, permission)
        found[permission] = [] if roots is None else sorted(tree().by_id(root).code for root in roots)
    return {"username": user.username, "full_name": user.full_name, "permissions": found}


class TokenOut(Schema):
    """A token without its text, which nobody can read again."""

    id: str
    name: str
    hint: str
    scopes: list[str]
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class TokenList(Page[TokenOut]):
    """A page of tokens."""


def _token(row: ApiToken) -> dict[str, Any]:
    return {"id": str(row.pk), "name": row.name, "hint": row.hint, "scopes": row.scopes.split(),
            "expires_at": row.expires_at, "last_used_at": row.last_used_at, "revoked_at": row.revoked_at}  # fmt: skip


@router.get("/me/tokens", response=TokenList, summary="List own tokens")
def list_tokens(request: HttpRequest, asked: Query[Paging]) -> dict[str, Any]:
    """One's own tokens, without their texts."""
    return page(ApiToken.objects.filter(user_id=request.user.pk), order=("id",), shape=_token, asked=asked)


class TokenIn(Schema):
    """What the token is for, what it may do (nothing named: what the asking one may), for how many days, and who asks."""

    name: str = Field(min_length=1, max_length=60)
    scopes: list[str] = []
    days: int = 90
    secret: str = Field("", max_length=200, description="The password or a code of the second factor: asked of a "
                        "signed-in browser, not of a program with a token.")  # fmt: skip


class MadeOut(TokenOut):
    """The new token with its text, which is told this once."""

    token: str


@router.post("/me/tokens", response={201: MadeOut}, summary="Make an own token")
def make_token(request: HttpRequest, data: TokenIn) -> Status[dict[str, Any]]:
    """A token for a program. One that is asked for with a token can neither do more nor live longer than that one."""
    user: Any = request.user
    if getattr(user, "token", None) is None:
        operations.prove_oneself(user, data.secret, request)
    row, text = tokens.add_token(user=user, name=data.name, by=user, allowed=data.scopes, days=data.days)
    secrets.tells_a_secret(request)
    return Status(201, _token(row) | {"token": text})


@router.post("/me/tokens/{id}/revoke", response={204: None}, summary="Revoke an own token")
def revoke_token(request: HttpRequest, id: str) -> Status[None]:
    """Make one of one's own tokens worthless at once."""
    rows = ApiToken.objects.filter(user_id=request.user.pk, pk=id) if id.isdigit() else ApiToken.objects.none()
    found = list(rows)
    if not found:
        raise NotFound(_("没有这个接口令牌。"))
    tokens.revoke_tokens(tokens=found, by=request.user)
    return Status(204, None)


class SessionOut(Schema):
    """A browser that one is signed in with."""

    id: str
    browser: str
    address: str
    method: str
    signed_in_at: datetime
    last_seen_at: datetime


def _session(row: SignIn) -> dict[str, Any]:
    return {"id": str(row.pk), "browser": row.browser, "address": row.address, "method": row.method,
            "signed_in_at": row.signed_in_at, "last_seen_at": row.last_seen_at}  # fmt: skip


class SessionList(Page[SessionOut]):
    """A page of browsers."""


@router.get("/me/sessions", response=SessionList, summary="List own browsers")
def list_sessions(request: HttpRequest, asked: Query[Paging]) -> dict[str, Any]:
    """The browsers that one is signed in with."""
    return page(SignIn.objects.filter(user_id=request.user.pk), order=("id",), shape=_session, asked=asked)


@router.post("/me/sessions/{id}/end", response={204: None}, summary="Sign an own browser out")
def end_session(request: HttpRequest, id: int) -> Status[None]:
    """Sign one of one's browsers out at once."""
    user: Any = request.user
    if not signing_in.end_sessions(users=[user], by=user, only=id):
        raise NotFound(_("没有这个登录，可能已经退出。"))
    return Status(204, None)
