"""Users, postings, tokens and the trail over the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status

from fupin.accounts import operations, queries, scopes, tokens, trail
from fupin.accounts.models import ApiToken, Posting, User
from fupin.core.refusals import NotFound
from fupin.core.rest.paging import Page, Paging, page
from fupin.divisions.queries import tree

router = Router(tags=["accounts"])


class PostingOut(Schema):
    """A duty in a division, from and to (exclusive)."""

    id: str
    user: str
    username: str
    division: str
    role: str
    duty: str
    valid_from: date
    valid_to: date | None


class PostingList(Page[PostingOut]):
    """A page of postings."""


def _posting(row: Posting) -> dict[str, Any]:
    return {
        "id": str(row.pk), "user": str(row.user_id), "username": row.user.username,
        "division": tree().by_id(row.division_id).code, "role": row.role, "duty": row.duty,
        "valid_from": row.valid_from, "valid_to": row.valid_to,
    }  # fmt: skip


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
    """One's own tokens; they are made on the screen only."""
    return page(ApiToken.objects.filter(user_id=request.user.pk), order=("id",), shape=_token, asked=asked)


@router.post("/me/tokens/{id}/revoke", response={204: None}, summary="Revoke an own token")
def revoke_token(request: HttpRequest, id: str) -> Status[None]:
    """Make one of one's own tokens worthless at once."""
    rows = ApiToken.objects.filter(user_id=request.user.pk, pk=id) if id.isdigit() else ApiToken.objects.none()
    found = list(rows)
    if not found:
        raise NotFound(_("没有这个接口令牌。"))
    tokens.revoke_tokens(tokens=found, by=request.user)
    return Status(204, None)


class UserOut(Schema):
    """A user with the postings that the reader may know of."""

    id: str
    username: str
    full_name: str
    is_active: bool


class UserList(Page[UserOut]):
    """A page of users."""


class UserDetail(UserOut):
    """A user with postings."""

    postings: list[PostingOut]


def _user(row: User) -> dict[str, Any]:
    return {"id": str(row.pk), "username": row.username, "full_name": row.full_name, "is_active": row.is_active}


@router.get("/users", response=UserList, summary="List users")
def list_users(request: HttpRequest, asked: Query[Paging]) -> dict[str, Any]:
    """Whoever has, or had, a posting in scope."""
    scopes.require(request.user, "accounts.view")
    return page(queries.visible_users(request.user), order=("username", "id"), shape=_user, asked=asked)


@router.get("/users/{id}", response=UserDetail, summary="Read a user")
def read_user(request: HttpRequest, id: int) -> dict[str, Any]:
    """One user with the postings in scope, past ones too."""
    scopes.require(request.user, "accounts.view")
    user = queries.user_or_404(request.user, id)
    rows = queries.visible_postings(request.user).filter(user=user).select_related("user").order_by("valid_from", "pk")
    return _user(user) | {"postings": [_posting(row) for row in rows]}


class UserIn(Schema):
    """Somebody to be given an account with a first posting."""

    username: str = Field(min_length=1, max_length=60)
    full_name: str = Field("", max_length=60)
    division: str = Field(max_length=15)
    role: str
    duty: str = ""


class AddedOut(UserOut):
    """The new user with a password that is told once and must be changed at the first sign-in."""

    password: str
    posting: PostingOut


@router.post("/users", response={201: AddedOut}, summary="Add a user")
def add_user(request: HttpRequest, data: UserIn) -> Status[dict[str, Any]]:
    """An account with its first posting."""
    scopes.require(request.user, "accounts.change")
    division = queries.division_in_reach(request.user, data.division, "accounts.change")
    added = operations.add_user(username=data.username, role=data.role, division=division, by=request.user,
                                full_name=data.full_name, duty=data.duty)  # fmt: skip
    return Status(201, _user(added.user) | {"password": added.password, "posting": _posting(added.posting)})


@router.post("/users/{id}/disable", response=UserOut, summary="Disable a user")
def disable_user(request: HttpRequest, id: int) -> dict[str, Any]:
    """The user can no longer sign in, and tokens no longer work."""
    return _set_active(request, id, operations.disable_users)


@router.post("/users/{id}/enable", response=UserOut, summary="Enable a user")
def enable_user(request: HttpRequest, id: int) -> dict[str, Any]:
    """The user can sign in again."""
    return _set_active(request, id, operations.enable_users)


def _set_active(request: HttpRequest, id: int, act: Any) -> dict[str, Any]:
    scopes.require(request.user, "accounts.change")
    user = queries.user_or_404(request.user, id)
    act(users=[user], by=request.user)
    user.refresh_from_db()
    return _user(user)


class PostingFilter(Paging):
    """Which postings."""

    role: str = ""
    division: str = ""


@router.get("/postings", response=PostingList, summary="List postings")
def list_postings(request: HttpRequest, asked: Query[PostingFilter]) -> dict[str, Any]:
    """The postings in scope, present and past, in the order in which they were made."""
    scopes.require(request.user, "accounts.view")
    rows = queries.visible_postings(request.user).select_related("user")
    if asked.role:
        rows = rows.filter(role=asked.role)
    if asked.division:
        rows = rows.filter(division__in=scopes.below([tree().by_code(asked.division).id]))
    filters = asked.dict(exclude={"limit", "cursor"})
    return page(rows, order=("id",), shape=_posting, asked=asked, filters=filters)


class PostingIn(Schema):
    """A duty to be given to a user."""

    user: int
    division: str = Field(max_length=15)
    role: str
    duty: str = ""
    on: date | None = None


@router.post("/postings", response={201: PostingOut}, summary="Post a user")
def add_posting(request: HttpRequest, data: PostingIn) -> Status[dict[str, Any]]:
    """Post somebody to a division from a day on."""
    scopes.require(request.user, "accounts.change")
    user = queries.user_or_404(request.user, data.user)
    division = queries.division_in_reach(request.user, data.division, "accounts.change")
    made = operations.add_posting(user=user, role=data.role, division=division, by=request.user, on=data.on,
                                  duty=data.duty)  # fmt: skip
    return Status(201, _posting(made))


class EndIn(Schema):
    """The first day on which the posting no longer holds, and why."""

    on: date | None = None
    reason: str = Field("", max_length=200)


@router.post("/postings/{id}/end", response=PostingOut, summary="End a posting")
def end_posting(request: HttpRequest, id: int, data: EndIn) -> dict[str, Any]:
    """End a posting."""
    scopes.require(request.user, "accounts.change")
    row = queries.posting_or_404(request.user, id)
    operations.end_posting(posting=row, by=request.user, on=data.on, reason=data.reason)
    return _posting(row)


class EntryOut(Schema):
    """One act of the trail; `detail` is null where the reader may not see the household."""

    id: str
    at: datetime
    happened_on: date
    actor: str
    posting: str
    channel: str
    act: str
    subject: str
    place: str
    detail: dict[str, str] | None


class EntryList(Page[EntryOut]):
    """A page of the trail, the newest first."""


class EntryFilter(Paging):
    """What of the trail; `since` and `until` are days, both included."""

    subject: str = ""
    person: str = ""
    act: str = ""
    division: str = ""
    since: date | None = None
    until: date | None = None


@router.get("/audit-entries", response=EntryList, summary="Read the trail")
def list_entries(request: HttpRequest, asked: Query[EntryFilter]) -> dict[str, Any]:
    """Who did what to whom in the reader's divisions, the newest first."""
    scopes.require(request.user, "audit.view")
    place = tree().by_code(asked.division).id if asked.division else None
    wanted = trail.Wanted(asked.subject, asked.person, asked.act, place, asked.since, asked.until)
    filters = asked.dict(exclude={"limit", "cursor"})
    found = page(
        trail.entries(request.user, wanted), order=("-id",), shape=lambda row: row, asked=asked, filters=filters
    )
    lines = trail.lines(request.user, found["items"])
    found["items"] = [
        {"id": str(line.pk), "at": line.at, "happened_on": line.happened_on, "actor": line.actor,
         "posting": line.posting, "channel": line.channel, "act": line.act, "subject": line.subject,
         "place": line.place, "detail": None if line.detail is None else dict(line.detail)}
        for line in lines
    ]  # fmt: skip
    return found
