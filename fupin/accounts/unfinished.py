"""What somebody had typed when the session was over: kept sealed in the browser's session until they are back.

A form that is sent after the time is up is not done, for nobody is signed in; it is not lost either. Who signs in
again in that browser, as the same person, finds it and sends it. Files, secrets and pieces of pages are not kept.

So it is with a form whose token no longer fits, because somebody signed in anew in another tab. Such a form may as well
come from another site, which is what the token guards against: it is kept only where the browser itself names a page of
ours as the sender, and it is done only when the person confirms it on our own page, with a fresh token.
"""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.http import HttpRequest

from fupin.core import sealing

HELD = "unfinished"
KEPT_SECONDS = 1_800
LARGEST = 200_000
_OWN = "accounts"
"""Forms of this room carry passwords and codes."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A form that was sent too late: where to, with what, by whom, acting for which posting."""

    path: str
    fields: list[tuple[str, str]]
    user: int
    posting: int | None
    files: bool
    at: int


def keep(request: HttpRequest, *, user: int, posting: int | None) -> bool:
    """Put the form by, where it may be; says whether it was."""
    match = request.resolver_match
    if request.method != "POST" or "HX-Request" in request.headers or match is None or match.app_name == _OWN:
        return False
    fields = [
        (name, value) for name, values in request.POST.lists() for value in values if name != "csrfmiddlewaretoken"
    ]
    content = orjson.dumps([request.get_full_path(), fields, user, posting, bool(request.FILES), int(time.time())])
    if not fields or len(content) > LARGEST:
        return False
    request.session[HELD] = base64.b64encode(sealing.seal_bytes(content)).decode()
    return True


def is_from_our_page(request: HttpRequest, reason: str) -> bool:
    """Whether only the token did not fit, and the browser says that a page of this site sent the form.

    Silence is no proof: without `Origin` nothing is believed. `reason` is Django's; one about the token is given only
    after scheme and host of the origin were found trustworthy.
    """
    origin, site = request.headers.get("Origin", ""), request.headers.get("Sec-Fetch-Site", "same-origin")
    is_ours = urlsplit(origin).netloc == request.get_host() and site == "same-origin"
    return is_ours and reason.startswith(("CSRF token", "CSRF cookie")) and not request.path.startswith("/api/")


def found(request: HttpRequest, user: Any) -> Unfinished | None:
    """What this person had typed in this browser, if it is not too long ago."""
    held = request.session.get(HELD)
    if held is None:
        return None
    path, fields, owner, posting, files, at = orjson.loads(sealing.unseal_bytes(base64.b64decode(held)))
    if owner != user.pk or time.time() - at > KEPT_SECONDS:
        del request.session[HELD]
        return None
    return Unfinished(path, [(name, value) for name, value in fields], owner, posting, files, at)


def drop_sent(request: HttpRequest) -> None:
    """What is being sent now is not offered a second time."""
    if request.method != "POST" or HELD not in request.session:
        return
    held = found(request, request.user)
    if held is not None and held.path == request.get_full_path():
        del request.session[HELD]
