"""Writes of accounts: users, postings, passwords. Every act takes a list and is audited in its own transaction."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.db.transaction import atomic
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.models import Posting, User
from fupin.accounts.rules import may_hold
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


@dataclass(frozen=True, slots=True)
class Added:
    """An account that was made, with its password as it must be told to its owner."""

    user: User
    posting: Posting
    password: str


@dataclass(frozen=True, slots=True)
class NewPosting:
    user: User
    role: str
    division: Division
    duty: str = ""


def make_a_password() -> str:
    """A one-time password of four groups of four, 79 bits, easy to read out."""
    return "-".join("".join(secrets.choice(_LETTERS) for _i in range(4)) for _g in range(4))


@atomic
def add_users(*, news: Sequence[NewUser], by: Any, on: date | None = None) -> list[Added]:
    """Give people accounts and their first posting. Raises NotAllowed, or Refused where a name is taken."""
    names = [AbstractBaseUser.normalize_username(new.username.strip()) for new in news]
    taken = set(User.objects.filter(username__in=names).values_list("username", flat=True))
    doubled = sorted({name for name in names if name in taken or names.count(name) > 1 or not name})
    if doubled:
        raise Refused(
            [_("用户名“%(name)s”不能用：为空或已有人使用，请换一个。") % {"name": n} for n in doubled], "name"
        )
    passwords = [new.password or make_a_password() for new in news]
    users = [
        User(username=name, full_name=new.full_name, password=make_password(password),
             must_change_password=not new.password)
        for name, new, password in zip(names, news, passwords, strict=True)
    ]  # fmt: skip
    User.objects.bulk_create(users)
    audit.record_many(by=by, on=on, entries=[
        audit.Entry("accounts.add_user", f"user:{user.pk}", new.division.pk, {"username": user.username})
        for user, new in zip(users, news, strict=True)
    ])  # fmt: skip
    postings = add_postings(
        news=[NewPosting(u, n.role, n.division, n.duty) for u, n in zip(users, news, strict=True)], by=by, on=on
    )
    return [Added(u, p, w) for u, p, w in zip(users, postings, passwords, strict=True)]


def add_user(*, username: str, role: str, division: Division, by: Any, on: date | None = None,
             full_name: str = "", duty: str = "", password: str = "") -> Added:  # fmt: skip
    """One account: `add_users` with a list of one."""
    new = NewUser(username, role, division, full_name, duty, password)
    return add_users(news=[new], by=by, on=on)[0]


@atomic
def add_postings(*, news: Sequence[NewPosting], by: Any, on: date | None = None) -> list[Posting]:
    """Post people to divisions from `on` (today). Raises NotAllowed with every reason."""
    on = on or clock.today()
    held = _held_roles(new.user.pk for new in news)
    opened = _open_postings(new.user.pk for new in news)
    reasons = []
    _require_over(by, {(new.division.pk, new.user.pk) for new in news})
    for new in news:
        verdict = may_hold(new.role, level=new.division.level, held=held.get(new.user.pk, ()))
        reasons += [f"{new.user}：{reason}" for reason in verdict.reasons]
        if (new.user.pk, new.role, new.division.pk) in opened:
            reasons.append(_("%(user)s 在该区划已有这个岗位。") % {"user": new.user})
    if reasons:
        raise NotAllowed(reasons, "posting")
    postings = [
        Posting(user=new.user, division=new.division, role=new.role, duty=new.duty, valid_from=on,
                recorded_by=getattr(by, "pk", None))
        for new in news
    ]  # fmt: skip
    Posting.objects.bulk_create(postings)
    audit.record_many(
        by=by, on=on, entries=[_entry("accounts.add_posting", p, {"role": p.role, "duty": p.duty}) for p in postings]
    )
    return postings


def add_posting(*, user: User, role: str, division: Division, by: Any, on: date | None = None,
                duty: str = "") -> Posting:  # fmt: skip
    """One posting: `add_postings` with a list of one."""
    return add_postings(news=[NewPosting(user, role, division, duty)], by=by, on=on)[0]


@atomic
def end_postings(*, postings: Iterable[Posting], by: Any, on: date | None = None, reason: str = "") -> None:
    """End postings: `on` (today) is the first day on which they no longer hold.

    Raises NotAllowed for a posting outside the actor's reach, Refused for one that has ended already.
    """
    on = on or clock.today()
    rows = list(postings)
    _require_over(by, {(posting.division_id, posting.user_id) for posting in rows})
    for posting in rows:
        if posting.valid_to is not None:
            raise Refused(_("任职已于 %(day)s 结束。") % {"day": posting.valid_to}, "ended")
        if on < posting.valid_from:
            raise Refused(_("结束日期不能早于开始日期 %(day)s。") % {"day": posting.valid_from}, "period")
        posting.valid_to = on
    Posting.objects.bulk_update(rows, ["valid_to"], batch_size=500)
    audit.record_many(by=by, on=on, entries=[
        _entry("accounts.end_posting", p, {"valid_to": [None, on.isoformat()], "reason": reason}) for p in rows
    ])  # fmt: skip


def end_posting(*, posting: Posting, by: Any, on: date | None = None, reason: str = "") -> None:
    """One posting ended: `end_postings` with a list of one."""
    end_postings(postings=[posting], by=by, on=on, reason=reason)


def _require_over(by: Any, pairs: set[tuple[int, int]]) -> None:
    """The right over postings: accounts.change at their divisions, and never over oneself."""
    for division in {division for division, _user in pairs}:
        scopes.require(by, "accounts.change", division)
    if getattr(by, "pk", None) in {user for _division, user in pairs}:
        raise NotAllowed(_("不能变更自己的任职，请由另一位安全管理员办理。"), "self")


def _held_roles(users: Iterable[int]) -> dict[int, list[str]]:
    held: dict[int, list[str]] = {}
    for user, role in Posting.objects.open().filter(user_id__in=list(users)).values_list("user_id", "role"):
        held.setdefault(user, []).append(role)
    return held


def _open_postings(users: Iterable[int]) -> set[tuple[int, str, int]]:
    rows = Posting.objects.filter(Q(valid_to__isnull=True), user_id__in=list(users))
    return set(rows.values_list("user_id", "role", "division_id"))


def _entry(act: str, posting: Posting, detail: dict[str, Any]) -> audit.Entry:
    return audit.Entry(act, f"user:{posting.user_id}", posting.division_id, {"posting": posting.pk, **detail})
