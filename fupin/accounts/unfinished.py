"""What somebody had typed when the session was over: kept sealed in the browser's session until they are back.

A form that is sent after the time is up is not done, for nobody is signed in; it is not lost either. Who signs in
again in that browser, as the same person, finds it and sends it. Files, secrets and pieces of pages are not kept.
"""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass
from typing import Any

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
