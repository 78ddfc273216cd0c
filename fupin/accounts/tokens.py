"""API tokens: made once, shown once, kept as a digest only."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.transaction import atomic
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.accounts import limits, scopes
from fupin.accounts.models import ApiToken, User
from fupin.accounts.roles import PERMISSIONS
from fupin.core import audit
from fupin.core.refusals import NotAllowed, Refused

PREFIX = "fupin_"
_NOTED_EVERY = timedelta(minutes=10)
"""How exact "last used" is: a write for every request would stand in the way of the work."""


def digest_of(token: str) -> bytes:
    """What is kept of a token. Its 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


@atomic
def add_token(*, user: User, name: str, by: Any, allowed: Iterable[str] = (), days: int = 90) -> tuple[ApiToken, str]:
    """Make a token for `user` that lives `days` days and carries the permissions `allowed` (none named: all the user's).

    One that is asked for with a token does no more, and lives no longer, than that token: who finds a token that was
    lost cannot make another out of it. Returns it with its text, which nobody can read again. Raises Refused for
    unknown permissions or a life that is too long, NotAllowed for somebody else's.
    """
    asking: ApiToken | None = getattr(by, "token", None)
    wanted = tuple(dict.fromkeys(allowed)) or (tuple(asking.scopes.split()) if asking else ())
    unknown = [scope for scope in wanted if scope not in PERMISSIONS]
    if unknown:
        raise Refused(_("没有这样的权限：%(names)s") % {"names": " ".join(unknown)}, "scope")
    longest = limits.value("token_days")
    if not 1 <= days <= longest:
        raise Refused(_("有效期应为 1 至 %(most)s 天。") % {"most": longest}, "days")
    if by is not scopes.SYSTEM and getattr(by, "pk", None) != user.pk:
        raise NotAllowed(_("接口令牌由本人建立。"), "owner")
    expires_at = timezone.now() + timedelta(days=days)
    if asking is not None:
        _require_less(asking, wanted)
        expires_at = min(expires_at, asking.expires_at or expires_at)
    text = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user, name=name.strip()[:60] or _("未命名"), digest=digest_of(text), hint=text[:11],
        scopes=" ".join(wanted), expires_at=expires_at,
    )  # fmt: skip
    audit.record(by=by, act="accounts.add_token", subject=f"user:{user.pk}",
                 detail={"token": token.pk, "name": token.name, "scopes": token.scopes, "days": days})  # fmt: skip
    return token, text


def _require_less(asking: ApiToken, wanted: tuple[str, ...]) -> None:
    """Raises NotAllowed for what the asking token itself may not do."""
    held = asking.scopes.split()
    more = [scope for scope in wanted if held and scope not in held]
    if more:
        raise NotAllowed(_("所用令牌没有这些权限，不能转授：%(names)s") % {"names": " ".join(more)}, "scope")


@atomic
def revoke_tokens(*, tokens: Iterable[ApiToken], by: Any) -> None:
    """Make tokens worthless at once. Raises NotAllowed for somebody else's token."""
    rows = [token for token in tokens if token.revoked_at is None]
    if by is not scopes.SYSTEM and any(token.user_id != getattr(by, "pk", None) for token in rows):
        raise NotAllowed(_("只能撤销自己的接口令牌。"), "owner")
    _revoke(rows, by)


@atomic
def revoke_all(*, users: Iterable[User], by: Any) -> None:
    """Make every token of people worthless. Whoever calls it has asked for the right: a reset, or the owner's wish."""
    _revoke(list(ApiToken.objects.filter(user__in=list(users), revoked_at=None)), by)


def _revoke(rows: Sequence[ApiToken], by: Any) -> None:
    for token in rows:
        token.revoked_at = timezone.now()
    ApiToken.objects.bulk_update(rows, ["revoked_at"])
    audit.record_many(by=by, entries=[
        audit.Entry("accounts.revoke_token", f"user:{token.user_id}", None, {"token": token.pk, "name": token.name})
        for token in rows
    ])  # fmt: skip


def user_of(token: str) -> User | None:
    """The user that a bearer token speaks for, narrowed to the token's permissions; None where it is no (longer) good.

    The user's rights are those of all postings of today; `limited_to` holds what the token allows of them.
    """
    if not token.startswith(PREFIX):
        return None
    row = ApiToken.objects.select_related("user").filter(digest=digest_of(token)).first()
    now = timezone.now()
    if row is None or not is_good(row, now) or not row.user.is_active:
        return None
    if row.last_used_at is None or now - row.last_used_at > _NOTED_EVERY:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)
    user: User = row.user
    user.token = row
    user.limited_to = frozenset(row.scopes.split()) if row.scopes else None
    user.holdings_today = scopes.read_holdings(user)
    return user


def is_good(token: ApiToken, now: datetime) -> bool:
    """Neither revoked nor expired: it expires at, not after, its moment."""
    return token.revoked_at is None and (token.expires_at is None or now < token.expires_at)
