"""Users and postings over the API."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from fupin.accounts import operations, queries, scopes
from fupin.accounts.models import Posting, User
from fupin.core.rest import secrets
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
    area: str
    valid_from: date
    valid_to: date | None


class PostingList(Page[PostingOut]):
    """A page of postings."""


def shape_of(row: Posting) -> dict[str, Any]:
    return {
        "id": str(row.pk), "user": str(row.user_id), "username": row.user.username,
        "division": tree().by_id(row.division_id).code, "role": row.role, "duty": row.duty, "area": row.area,
        "valid_from": row.valid_from, "valid_to": row.valid_to,
    }  # fmt: skip


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
    return _user(user) | {"postings": [shape_of(row) for row in rows]}


class UserIn(Schema):
    """Somebody to be given an account with a first posting."""

    username: str = Field(min_length=1, max_length=60)
    full_name: str = Field("", max_length=60)
    division: str = Field(max_length=15)
    role: str
    duty: str = ""
    area: str = Field("", max_length=200)


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
                                full_name=data.full_name, duty=data.duty, area=data.area)  # fmt: skip
    secrets.tells_a_secret(request)
    return Status(201, _user(added.user) | {"password": added.password, "posting": shape_of(added.posting)})


@router.post("/users/{id}/disable", response=UserOut, summary="Disable a user")
def disable_user(request: HttpRequest, id: int) -> dict[str, Any]:
    """The user can no longer sign in, and the tokens are revoked."""
    return _act_on(request, id, operations.disable_users)


@router.post("/users/{id}/enable", response=UserOut, summary="Enable a user")
def enable_user(request: HttpRequest, id: int) -> dict[str, Any]:
    """The user can sign in again."""
    return _act_on(request, id, operations.enable_users)


def _act_on(request: HttpRequest, id: int, act: Any) -> dict[str, Any]:
    scopes.require(request.user, "accounts.change")
    user = queries.user_or_404(request.user, id)
    act(users=[user], by=request.user)
    user.refresh_from_db()
    return _user(user)


class PasswordOut(Schema):
    """A one-time password, told once; it must be changed at the next sign-in."""

    password: str


@router.post("/users/{id}/reset-password", response=PasswordOut, summary="Reset a password")
def reset_password(request: HttpRequest, id: int) -> dict[str, str]:
    """Give a user a new one-time password; all their browsers are signed out."""
    scopes.require(request.user, "accounts.change")
    (password,) = operations.reset_passwords(users=[queries.user_or_404(request.user, id)], by=request.user)
    secrets.tells_a_secret(request)
    return {"password": password}


@router.post("/users/{id}/unbind-second-factor", response=UserOut, summary="Unbind a second factor")
def unbind_second_factor(request: HttpRequest, id: int) -> dict[str, Any]:
    """Take a lost authenticator app off an account; it is set up anew at the next sign-in."""
    return _act_on(request, id, operations.unbind_second_factor)


@router.post("/users/{id}/unlock", response=UserOut, summary="Unlock a user")
def unlock_user(request: HttpRequest, id: int) -> dict[str, Any]:
    """Let somebody who failed too often try again at once."""
    return _act_on(request, id, operations.unlock_users)


class PostingFilter(Paging):
    """Which postings."""

    role: str = ""
    duty: str = ""
    division: str = ""


@router.get("/postings", response=PostingList, summary="List postings")
def list_postings(request: HttpRequest, asked: Query[PostingFilter]) -> dict[str, Any]:
    """The postings in scope, present and past, in the order in which they were made."""
    scopes.require(request.user, "accounts.view")
    rows = queries.visible_postings(request.user).select_related("user")
    if asked.role:
        rows = rows.filter(role=asked.role)
    if asked.duty:
        rows = rows.filter(duty=asked.duty)
    if asked.division:
        rows = rows.filter(division__in=scopes.below([tree().by_code(asked.division).id]))
    filters = asked.dict(exclude={"limit", "cursor"})
    return page(rows, order=("id",), shape=shape_of, asked=asked, filters=filters)


class PostingIn(Schema):
    """A duty to be given to a user."""

    user: int
    division: str = Field(max_length=15)
    role: str
    duty: str = ""
    area: str = Field("", max_length=200)
    on: date | None = None


@router.post("/postings", response={201: PostingOut}, summary="Post a user")
def add_posting(request: HttpRequest, data: PostingIn) -> Status[dict[str, Any]]:
    """Post somebody to a division from a day on."""
    scopes.require(request.user, "accounts.change")
    user = queries.user_or_404(request.user, data.user)
    division = queries.division_in_reach(request.user, data.division, "accounts.change")
    made = operations.add_posting(user=user, role=data.role, division=division, by=request.user, on=data.on,
                                  duty=data.duty, area=data.area)  # fmt: skip
    return Status(201, shape_of(made))


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
    return shape_of(row)
