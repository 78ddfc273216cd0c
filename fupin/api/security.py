"""Who asks: a bearer token, or a browser that is signed in (its unsafe requests carry the CSRF token)."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from fupin.accounts import limits, passwords, scopes, second_factor, tokens
from fupin.accounts.middleware import choose_posting
from fupin.accounts.rules import is_session_over
from fupin.core import audit
from fupin.core.rest import problems

SAFE = ("GET", "HEAD", "OPTIONS")


class Bearer(HttpBearer):
    """An API token: `Authorization: Bearer fupin_…`. It does no more than its owner may, and what its scopes allow."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return getattr(request, "asked_by", None)


class Session(APIKeyCookie):
    """The session of a browser, for the screens themselves; acts for the posting that is chosen there."""

    param_name = "sessionid"

    def __init__(self) -> None:
        super().__init__(csrf=False)  # checked once for every unsafe request in `identify`

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        return getattr(request, "asked_by", None)


def identify(request: HttpRequest) -> Any | HttpResponse | None:
    """The user who asks, None where nobody is known, or the problem that ends the request."""
    given = request.headers.get("Authorization", "")
    if given:
        scheme, _space, token = given.partition(" ")
        user = tokens.user_of(token.strip()) if scheme.lower() == "bearer" else None
        if user is None:
            return unknown()
        held = scopes.holdings(user)
        _act_for(user, held[0].label if held else "")
        return user
    if not request.user.is_authenticated:
        return None
    return _of_session(request)


def _of_session(request: HttpRequest) -> Any | HttpResponse:
    """The user of a session, under the rules of the screens: time, password, second factor, CSRF."""
    user: Any = request.user
    now, session = int(time.time()), request.session
    since, seen = session.get("signed_in_at", now), session.get("seen_at", now)
    idle, longest = limits.value("session_idle_minutes") * 60, limits.value("session_hours") * 3600
    if is_session_over(now=now, since=since, seen=seen, idle=idle, longest=longest):
        return unknown()
    if passwords.must_change(user, timezone.now()):
        return problems.response("not_allowed", [_("请先在页面上修改密码。")], code="password")
    if not session.get("second_factor") and second_factor.is_required(user):
        return problems.response("not_allowed", [_("请先在页面上完成二次验证。")], code="second_factor")
    if request.method not in SAFE and check_csrf(request) is not None:
        return problems.response("not_allowed", [_("缺少或错误的 CSRF 令牌。")], code="csrf")
    _act_for(user, choose_posting(request))
    return user


def _act_for(user: Any, posting: str) -> None:
    audit.set_circumstances(replace(audit.circumstances(), posting=posting, channel="api"))


def unknown() -> HttpResponse:
    """Nobody that is known here: 401, and how to say who one is."""
    return problems.response(
        "not_signed_in", [_("请提供有效的接口令牌，或先登录。")], code="not_signed_in",
        headers={"WWW-Authenticate": 'Bearer realm="fupin"'},
    )  # fmt: skip
