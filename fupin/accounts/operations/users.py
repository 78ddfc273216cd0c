"""Accounts are made, disabled and enabled, and their passwords set. Every act takes a list and is audited."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from axes.utils import reset as reset_lockouts
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.transaction import atomic
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.accounts import scopes, second_factor, signing_in, throttle, tokens
from fupin.accounts.hashing import hashed_quickly
from fupin.accounts.models import FormerPassword, Posting, User
from fupin.accounts.operations.postings import NewPosting, add_postings
from fupin.core import audit, clock
from fupin.core.refusals import NotAllowed, Refused
from fupin.divisions.models import Division

_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # without l, o, 0 and 1, which are misread from paper


@dataclass(frozen=True, slots=True)
class NewUser:
    """Somebody to be given an account, with the first posting."""

    username: str
    role: str
    division: Division
    full_name: str = ""
    duty: str = ""
    password: str = ""
    """empty: one is made, shown once, and must be changed at the first sign-in"""
    area: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """An account that was made, with its password as it must be told to its owner."""

    user: User
    posting: Posting
    password: str


def make_a_password() -> str:
    """A one-time password of four groups of four, 79 bits, easy to read out."""
    return "-".join("".join(secrets.choice(_LETTERS) for _i in range(4)) for _g in range(4))


def normalised(username: str) -> str:
    """A user name as it is kept, however it was typed."""
    return str(AbstractBaseUser.normalize_username(username.strip()))


@atomic
def add_users(*, news: Sequence[NewUser], by: Any, on: date | None = None) -> list[Added]:
    """Give people accounts and their first posting. Raises NotAllowed, or Refused where a name is taken."""
    names = [normalised(new.username) for new in news]
    taken = set(User.objects.filter(username__in=names).values_list("username", flat=True))
    doubled = sorted({name for name in names if name in taken or names.count(name) > 1 or not name})
    if doubled:
        raise Refused(
            [_("用户名“%(name)s”不能用：为空或已有人使用，请换一个。") % {"name": n} for n in doubled], "name"
        )
    passwords = [new.password or make_a_password() for new in news]
    users = [
        User(username=name, full_name=new.full_name, password=make_password(password) if new.password else hashed_quickly(password),
             must_change_password=not new.password, password_set_at=timezone.now())
        for name, new, password in zip(names, news, passwords, strict=True)
    ]  # fmt: skip
    User.objects.bulk_create(users)
    audit.record_many(by=by, on=on, entries=[
        audit.Entry("accounts.add_user", f"user:{user.pk}", new.division.pk, {"username": user.username})
        for user, new in zip(users, news, strict=True)
    ])  # fmt: skip
    postings = add_postings(
        news=[NewPosting(u, n.role, n.division, n.duty, n.area) for u, n in zip(users, news, strict=True)], by=by, on=on
    )
    return [Added(u, p, w) for u, p, w in zip(users, postings, passwords, strict=True)]


def add_user(*, username: str, role: str, division: Division, by: Any, on: date | None = None,
             full_name: str = "", duty: str = "", password: str = "", area: str = "") -> Added:  # fmt: skip
    """One account: `add_users` with a list of one."""
    new = NewUser(username, role, division, full_name, duty, password, area)
    return add_users(news=[new], by=by, on=on)[0]


def require_tries(user: User, request: HttpRequest, field: str) -> None:
    """Raises Refused where the person, or the address, has failed so often that nobody is let try."""
    if throttle.is_locked(request, user.username):
        raise Refused(_("失败次数过多，请稍后再试。"), field)


def count_failure(user: User, request: HttpRequest) -> None:
    """A wrong secret of somebody who is signed in counts as a failed sign-in does: a browser left open is no place to
    guess."""
    user_login_failed.send(sender=__name__, credentials={"username": user.username}, request=request)


def prove_password(user: User, present: str, request: HttpRequest) -> None:
    """The present password before a new one is taken. Raises Refused; wrong tries count as failed sign-ins do."""
    require_tries(user, request, "present")
    if not user.check_password(present):
        count_failure(user, request)
        raise Refused(_("现用密码不对。"), "present")


def has_proof(user: User) -> bool:
    """Is there anything to prove by? Who signs in through the office's own sign-in alone has no password here."""
    return user.has_usable_password() or second_factor.is_set_up(user)


def prove_oneself(user: User, secret: str, request: HttpRequest, said: str = "") -> None:
    """The person proves anew who they are, by password or by a code of the second factor they have.

    Asked before what opens the account to others: a browser left open, or a stolen session, is not enough for it.
    Raises Refused; wrong tries count as failed sign-ins do.
    """
    if not has_proof(user):
        return
    require_tries(user, request, "secret")
    if user.check_password(secret) or second_factor.check(user=user, code=secret):
        return
    count_failure(user, request)
    raise Refused(said or _("密码或验证码不对，没有办理。"), "secret")


@atomic
def change_password(*, user: User, present: str, new: str, and_tokens: bool = False) -> None:
    """Somebody sets their own password. Raises Refused where the present one is wrong or a rule stands against it.

    Tokens outlive it, for a password that is only too old must not stop the programs that work with them; who fears
    that somebody else knew the old one gives them up with it (`and_tokens`), since with it a token could be made.
    """
    if not user.check_password(present):
        raise Refused(_("现用密码不对。"), "present")
    try:
        validate_password(new, user)
    except ValidationError as fault:
        raise Refused(fault.messages, "new") from fault
    FormerPassword.objects.create(user=user, password=user.password)
    user.set_password(new)
    user.must_change_password, user.password_set_at = False, timezone.now()
    user.save(update_fields=["password", "must_change_password", "password_set_at"])
    audit.record(by=user, act="accounts.change_password", subject=f"user:{user.pk}", division=signing_in.home_of(user))
    if and_tokens:
        tokens.revoke_all(users=[user], by=user)


@atomic
def reset_passwords(*, users: Sequence[User], by: Any) -> list[str]:
    """Give people a new one-time password. Their browsers are signed out and their tokens revoked: a reset takes the
    account out of the hands of whoever had it. Returns the passwords, in their order."""
    require_account(by, users)
    passwords = [make_a_password() for _user in users]
    FormerPassword.objects.bulk_create(FormerPassword(user=user, password=user.password) for user in users)
    for user, password in zip(users, passwords, strict=True):
        user.set_password(password)
        user.must_change_password, user.password_set_at = True, timezone.now()
    User.objects.bulk_update(users, ["password", "must_change_password", "password_set_at"])
    signing_in.end_sessions(users=list(users), by=by)
    tokens.revoke_all(users=users, by=by)
    _record(by, "accounts.reset_password", users)
    return passwords


@atomic
def disable_users(*, users: Sequence[User], by: Any) -> None:
    """Close accounts: nobody signs in with them, open browsers are signed out and tokens revoked, so that opening the
    account again brings neither back. Postings stay as they are."""
    _set_active(users, by, False)
    signing_in.end_sessions(users=list(users), by=by)
    tokens.revoke_all(users=users, by=by)


@atomic
def enable_users(*, users: Sequence[User], by: Any) -> None:
    """Open accounts again."""
    _set_active(users, by, True)


@atomic
def unbind_second_factor(*, users: Sequence[User], by: Any) -> None:
    """Take a lost authenticator app off accounts; it is set up anew at the next sign-in."""
    require_account(by, users)
    second_factor.unbind(users=list(users), by=by)


@atomic
def unlock_users(*, users: Sequence[User], by: Any) -> None:
    """Let people who failed too often try again at once."""
    require_account(by, users)
    for user in users:
        reset_lockouts(username=throttle.counted_name(user.username))
    _record(by, "accounts.unlock", users)


def require_account(by: Any, users: Sequence[User]) -> None:
    """The right over accounts: accounts.change at every division where the person is posted, today or later, never over oneself.

    Raises NotAllowed. A banner's administrator cannot take over the account of somebody who also serves the region.
    """
    scopes.require(by, "accounts.change")
    if getattr(by, "pk", None) in {user.pk for user in users}:
        raise NotAllowed(_("不能对自己的账户办理此事，请由另一位安全管理员办理。"), "self")
    # Postings to come count too: whoever takes over the account today would have them tomorrow.
    held = Posting.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today()), user__in=users)
    reached = scopes.within(by, held, division="division", permission="accounts.change")
    if held.count() != reached.count():
        raise NotAllowed(_("该用户还任职于您管辖范围以外的区划，请由上级安全管理员办理。"), "scope")
    known = set(scopes.within(by, Posting.objects.filter(user__in=users), division="division",
                              permission="accounts.change").values_list("user_id", flat=True))  # fmt: skip
    if by is not scopes.SYSTEM and known != {user.pk for user in users}:
        raise NotAllowed(_("该用户不在您的管辖范围内。"), "scope")


def _set_active(users: Sequence[User], by: Any, is_active: bool) -> None:
    require_account(by, users)
    for user in users:
        user.is_active = is_active
    User.objects.bulk_update(users, ["is_active"])
    _record(by, "accounts.enable_user" if is_active else "accounts.disable_user", users)


def _record(by: Any, act: str, users: Sequence[User]) -> None:
    homes = dict(Posting.objects.filter(user__in=users).order_by("valid_from").values_list("user_id", "division_id"))
    audit.record_many(by=by, entries=[audit.Entry(act, f"user:{user.pk}", homes.get(user.pk)) for user in users])
