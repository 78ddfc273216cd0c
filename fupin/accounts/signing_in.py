"""From a proven identity to a signed-in browser: second factor, session, trail."""

from __future__ import annotations

import time
from typing import Any

from django.contrib.auth import login, logout
from django.contrib.sessions.models import Session
from django.db.transaction import atomic
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from fupin.accounts import limits, scopes, second_factor
from fupin.accounts.addresses import client_address
from fupin.accounts.models import SignIn, User
from fupin.core import audit

BACKEND = "django.contrib.auth.backends.ModelBackend"
PENDING = "sign_in_pending"
"""Session key of somebody whose password was right and whose code is still to come."""
PENDING_SECONDS = 300


def own_address(request: HttpRequest, target: str, default: str = "/") -> str:
    """`target` where it leads to a page of ours, else `default`: nobody is sent elsewhere after signing in."""
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if target and is_ours else default


def identified(request: HttpRequest, user: User, *, method: str, factor_done: bool, target: str) -> HttpResponse:
    """The person is who they say: ask for the code of the second factor, or let them in."""
    target = own_address(request, target)
    if not factor_done and second_factor.is_set_up(user):
        request.session.cycle_key()
        request.session[PENDING] = {"user": user.pk, "method": method, "at": int(time.time()), "next": target}
        return HttpResponseRedirect(reverse("accounts:code"))
    enter(request, user, method=method, factor_done=factor_done)
    return HttpResponseRedirect(target)


def pending(request: HttpRequest) -> dict[str, Any] | None:
    """Who is halfway in, if it was not too long ago."""
    held = request.session.get(PENDING)
    if held is None or time.time() - held["at"] > PENDING_SECONDS:
        request.session.pop(PENDING, None)
        return None
    return dict(held)


@atomic
def enter(request: HttpRequest, user: User, *, method: str, factor_done: bool) -> None:
    """Sign the browser in under a new session key, and note it in the list of sessions and in the trail."""
    request.session.pop(PENDING, None)
    SignIn.objects.filter(session_key=request.session.session_key or "").delete()
    login(request, user, backend=BACKEND)
    request.session.cycle_key()  # also for somebody who was signed in already: Django keeps the key then
    now = int(time.time())
    request.session.update({"signed_in_at": now, "seen_at": now, "second_factor": factor_done})
    request.session.save()
    SignIn.objects.create(
        user=user, session_key=request.session.session_key or "", method=method, address=client_address(request),
        agent=request.headers.get("User-Agent", "")[:200],
    )  # fmt: skip
    _keep_within_limit(user)
    audit.record(by=user, act="accounts.sign_in", subject=f"user:{user.pk}", division=home_of(user),
                 detail={"method": method, "second_factor": factor_done})  # fmt: skip


def _keep_within_limit(user: User) -> None:
    """Nobody stays signed in on more browsers than allowed: those idle for longest go."""
    ids = list(SignIn.objects.filter(user=user).order_by("-last_seen_at", "-pk").values_list("pk", flat=True))
    for excess in ids[limits.value("sessions_per_user") :]:
        end_sessions(users=[user], by=user, only=excess)


@atomic
def leave(request: HttpRequest, *, why: str) -> None:
    """Sign the browser out: `why` is sign_out, idle or limit."""
    user = request.user
    SignIn.objects.filter(session_key=request.session.session_key).delete()
    audit.record(
        by=user, act="accounts.sign_out", subject=f"user:{user.pk}", division=home_of(user), detail={"why": why}
    )
    logout(request)


@atomic
def end_sessions(*, users: list[User], by: Any, keep: str = "", only: int | None = None) -> int:
    """Sign people's browsers out from afar: all but `keep` (a session key), or only the one with an id. How many."""
    rows = SignIn.objects.filter(user__in=users).exclude(session_key=keep)
    if only is not None:
        rows = rows.filter(pk=only)
    ended = list(rows.values_list("user_id", "session_key"))
    Session.objects.filter(session_key__in=[key for _user, key in ended]).delete()
    SignIn.objects.filter(session_key__in=[key for _user, key in ended]).delete()
    audit.record_many(by=by, entries=[audit.Entry("accounts.end_session", f"user:{user}") for user, _key in ended])
    return len(ended)


@atomic
def renew(request: HttpRequest, user: User, *, former: str) -> None:
    """After a new password: this browser stays under its new session key, every other one is signed out."""
    request.session.save()
    key = request.session.session_key or ""
    SignIn.objects.filter(user=user, session_key=former).update(session_key=key)
    end_sessions(users=[user], by=user, keep=key)


def home_of(user: Any) -> int | None:
    """The division of a person's first posting, under which their own acts stand in the trail."""
    held = scopes.holdings(user)
    return held[0].division if held else None
