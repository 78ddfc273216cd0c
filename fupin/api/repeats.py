"""A request that may come twice over a bad line is done once: same key and content, the first answer.

The key's row and the act are one transaction: what was answered was done, what failed left no row. The same key with
other content is refused (422). Answers hold personal data and lie sealed; one that carries a secret is not kept: the key
then says that the act was done (409). Keys belong to a user and are forgotten after `api.idempotency_hours`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.api.models import KeptAnswer
from fupin.api.security import SAFE
from fupin.core import sealing
from fupin.core.clock import today
from fupin.core.rest import problems, secrets
from fupin.policy import parameters

HEADER = "Idempotency-Key"
_REPLAYED = "Idempotency-Replayed"
_LONGEST = 255
_NEVER_KEPT = "/reveal"
"""A number that is shown is shown anew each time, and each time stands in the trail: it lies in no kept answer."""
_KEPT_HEADERS = ("Content-Type", "ETag", "Location")


class _Undone(Exception):
    """The act failed by a fault: its transaction goes, and the key with it."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response


def is_kept(request: HttpRequest) -> bool:
    """Does the request carry a key under which its answer is kept?"""
    is_unsafe = request.method not in SAFE and HEADER in request.headers
    return is_unsafe and not request.path.endswith(_NEVER_KEPT)


def once(request: HttpRequest, user: Any, act: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """Do the request unless its key has been answered already."""
    key = request.headers[HEADER]
    if not 1 <= len(key) <= _LONGEST or not key.isprintable():
        return problems.response(
            "bad_request", [_("Idempotency-Key 应为 1 至 255 个可见字符。")], code="idempotency_key"
        )
    seen = fingerprint(request, user)
    _forget_expired(user, key)
    kept = KeptAnswer.objects.filter(user_id=user.pk, key=key).first()
    if kept is not None:
        return _again(kept, seen)
    try:
        return _first(request, user, key, seen, act)
    except IntegrityError:
        kept = KeptAnswer.objects.filter(user_id=user.pk, key=key).first()
        if kept is None:
            raise
        return _again(kept, seen)
    except _Undone as undone:
        return undone.response


def _first(request: HttpRequest, user: Any, key: str, seen: bytes,
           act: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:  # fmt: skip
    hours = parameters.value("api.idempotency_hours", on=today())
    with transaction.atomic():
        kept = KeptAnswer.objects.create(
            user_id=user.pk, key=key, fingerprint=seen, expires_at=timezone.now() + timedelta(hours=hours)
        )
        response = act(request)
        if response.status_code >= 500:
            raise _Undone(response)
        kept.status = response.status_code
        if not secrets.has_told_a_secret(request):
            kept.body_sealed = sealing.seal_bytes(response.content)
            kept.headers = {name: response[name] for name in _KEPT_HEADERS if name in response}
        kept.save(update_fields=["status", "headers", "body_sealed"])
    return response


def _again(kept: KeptAnswer, seen: bytes) -> HttpResponse:
    if bytes(kept.fingerprint) != seen:
        told = _("这个 Idempotency-Key 已用于另一请求，请换一个再试。")
        return problems.response("repeated_differently", [told], code="idempotency_key")
    if kept.body_sealed is None:
        told = _("已经办理；密码和令牌只在当时告知一次，没有留存。未收到的，请重置密码，或撤销令牌后另建。")
        return problems.response("conflict", [told], code="told_once", headers={_REPLAYED: "true"})
    response = HttpResponse(sealing.unseal_bytes(bytes(kept.body_sealed)), status=kept.status, headers=kept.headers)
    response[_REPLAYED] = "true"
    return response


def fingerprint(request: HttpRequest, user: Any) -> bytes:
    """What makes two requests the same: by which rights (the postings, what the token allows of them), method, address,
    version it was made on, content (files by their bytes). A kept answer holds what those rights showed: it is not given
    to a narrower token of the same person, nor after a posting has ended."""
    limit = getattr(user, "limited_to", None)
    rights = sorted(held.pk for held in scopes.holdings(user)), None if limit is None else sorted(limit)
    told = hashlib.sha256(repr(rights).encode() + b"\0")
    for part in (request.method or "", request.get_full_path(), request.headers.get("If-Match", "")):
        told.update(part.encode() + b"\0")
    if (request.content_type or "").startswith("multipart/"):
        for name, values in sorted(request.POST.lists()):
            told.update(repr((name, values)).encode())
        for name, files in sorted(request.FILES.lists()):
            for file in files:
                told.update(repr((name, file.name, file.size)).encode())
                for chunk in file.chunks():
                    told.update(chunk)
                file.seek(0)
    else:
        told.update(request.body)
    return told.digest()


def _forget_expired(user: Any, key: str) -> None:
    """Remove the key's own answer where its time is over, and some of the others: not all, however many there are."""
    over = KeptAnswer.objects.filter(expires_at__lte=timezone.now())
    ids = [
        *over.filter(user_id=user.pk, key=key).values_list("pk", flat=True),
        *over.values_list("pk", flat=True)[:500],
    ]
    if ids:
        KeptAnswer.objects.filter(pk__in=ids).delete()
