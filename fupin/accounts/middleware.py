"""Every request: is somebody signed in, since when, for which posting do they act, and what must they do first."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from fupin.accounts import limits, passwords, scopes, second_factor, signing_in, unfinished
from fupin.accounts.addresses import client_address
from fupin.accounts.models import SignIn
from fupin.accounts.rules import is_session_over
from fupin.core import audit

POSTING = "posting"
"""Session key of the posting acted for."""
SEEN_EVERY = 60
"""Seconds between two notes of a session's last movement."""
OPEN = ("/api/", "/static/", "/healthz", "/readyz", "/metrics", "/public/", "/robots.txt")
"""Addresses that ask for their own proof, or need none."""
BEFORE_ALL_ELSE = frozenset({"accounts:password", "accounts:second_factor", "accounts:sign_out", "set_language"})
"""What somebody can do who must set a password or a second factor first."""


class PostingMiddleware:
    """Closes every screen to those who are not signed in, ends sessions in time, and names the posting acted for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        posting = ""
        if not request.path.startswith(OPEN) and request.user.is_authenticated:
            self._end_in_time(request)
            if request.user.is_authenticated:
                posting = choose_posting(request)
        circumstances = audit.Circumstances(
            posting=posting, channel="screen", request_id=_request_id(request), address=client_address(request)
        )
        with audit.acting(circumstances):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not getattr(view, "login_required", True) or request.path.startswith(OPEN):
            return None
        if not request.user.is_authenticated:
            return _to(request, f"{reverse('accounts:sign_in')}?{urlencode({'next': self._afterwards(request)})}")
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in BEFORE_ALL_ELSE:
            return None
        if passwords.must_change(request.user, timezone.now()):
            return _to(request, reverse("accounts:password"))
        if not request.session.get("second_factor") and second_factor.is_required(request.user):
            return _to(request, reverse("accounts:second_factor"))
        unfinished.drop_sent(request)
        return None

    def _afterwards(self, request: HttpRequest) -> str:
        """Where somebody goes on after signing in. What was just typed is there again, or they are told."""
        if request.method != "POST":
            return _page_of(request)
        user, posting = getattr(request, "left", (None, None))
        if user is not None and unfinished.keep(request, user=user, posting=posting):
            messages.info(request, _("刚才填的内容没有丢，登录后可以接着提交。"))
            return reverse("accounts:unfinished")
        messages.warning(request, _("刚才的内容没有提交，登录后请重新填写。"))
        return _page_of(request)

    def _end_in_time(self, request: HttpRequest) -> None:
        now = int(time.time())
        session = request.session
        since, seen = session.get("signed_in_at"), session.get("seen_at")
        if since is None or seen is None:
            session["signed_in_at"], session["seen_at"] = since or now, now
            return
        why = is_session_over(now=now, since=since, seen=seen,
                              idle=limits.value("session_idle_minutes") * 60, longest=limits.value("session_hours") * 3600)  # fmt: skip
        if why:
            request.left = (request.user.pk, session.get(POSTING))  # type: ignore[attr-defined]
            signing_in.leave(request, why=why)
            messages.info(request, _("登录已超时，请重新登录。"))
        elif now - seen >= SEEN_EVERY:
            session["seen_at"] = now
            SignIn.objects.filter(session_key=session.session_key).update(last_seen_at=timezone.now())


def choose_posting(request: HttpRequest) -> str:
    """Read the postings of today once, and narrow the user to the one acted for. Returns it for the trail."""
    user: Any = request.user
    held = scopes.read_holdings(user)
    chosen = next((h for h in held if h.pk == request.session.get(POSTING)), held[0] if held else None)
    user.holdings_today = held
    user.acted_for = chosen.pk if chosen else None
    request.postings, request.posting = held, chosen  # type: ignore[attr-defined]
    return chosen.entered if chosen else ""


def _page_of(request: HttpRequest) -> str:
    """The page that somebody looks at: a piece of a page is asked for by the page around it."""
    around = urlsplit(request.headers.get("HX-Current-URL", ""))
    return f"{around.path}?{around.query}".rstrip("?") if around.path else request.get_full_path()


def _to(request: HttpRequest, address: str) -> HttpResponse:
    """Lead the browser elsewhere; a piece of a page leads the whole page."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _request_id(request: HttpRequest) -> str:
    given = getattr(request, "id", "")
    return str(given or uuid.uuid4().hex)[:64]
