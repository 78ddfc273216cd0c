"""What holds for every request below /api/v1, before and after its endpoint."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from fupin.api import rates, repeats, security
from fupin.core.clock import today
from fupin.core.requests import client_address
from fupin.core.rest import problems, versions
from fupin.policy import parameters

PREFIX = "/api/v1/"


class ApiMiddleware:
    """Who asks, how often, whether they asked before; refusals of the layers around it as problem documents."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PREFIX):
            return self.get_response(request)
        return _as_known(request, _conditional(request, self._answer(request)))

    def _answer(self, request: HttpRequest) -> HttpResponse:
        user = security.identify(request)
        is_problem = isinstance(user, HttpResponse)
        told = _too_many(request, None if is_problem else user)
        if told is not None:
            return told
        if is_problem:
            return user
        too_large = _too_large(request)
        if too_large is not None:
            return too_large
        request.asked_by = user  # type: ignore[attr-defined]
        if user is None:
            return self.get_response(request)
        request.user = user
        if repeats.is_kept(request):
            return repeats.once(request, user, self.get_response)
        return self.get_response(request)


def _too_many(request: HttpRequest, user: Any) -> HttpResponse | None:
    """The problem for somebody who asks too often."""
    who = f"user:{user.pk}" if user is not None else f"address:{client_address(request)}"
    if not rates.is_too_often(who, parameters.value("api.requests_per_minute", on=today())):
        return None
    wait = str(rates.WINDOW - int(time.time()) % rates.WINDOW)
    told = _("请求过于频繁，请 %(seconds)s 秒后再试。") % {"seconds": wait}
    return problems.response("too_many", [told], code="rate", headers={"Retry-After": wait})


def _too_large(request: HttpRequest) -> HttpResponse | None:
    """The problem for a body above the limit; files have a limit of their own."""
    is_file = (request.content_type or "").startswith("multipart/")
    name = "imports.file_limit_mb" if is_file else "api.body_limit_mb"
    most = parameters.value(name, on=today())
    length = request.headers.get("Content-Length") or "0"
    if not length.isdigit() or int(length) <= most * 1_048_576:
        return None
    told = _("请求不能大于 %(most)s 兆字节。") % {"most": most}
    return problems.response("too_large", [told], code="size")


def _conditional(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """An answer with the tag of what it tells; 304 for a reader who holds it already."""
    if response.status_code not in (200, 201) or "ETag" not in response:
        return response
    response["ETag"] = tag = versions.of_answer(response)
    if request.method in ("GET", "HEAD"):
        held = [part.strip().removeprefix("W/") for part in request.headers.get("If-None-Match", "").split(",")]
        if tag in held:
            return HttpResponse(status=304, headers={"ETag": tag})
    return response


_PLAIN = {400: "bad_request", 403: "not_allowed", 404: "not_found", 405: "method_not_allowed", 413: "too_large",
          500: "fault"}  # fmt: skip


def _as_known(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Pages that Django answers itself (no such address, no such method) become problem documents too."""
    kind = _PLAIN.get(response.status_code)
    if kind is None or response.get("Content-Type", "").startswith((problems.MEDIA_TYPE, "application/json")):
        return response
    allow = response.get("Allow")
    reasons = [_("没有这个地址。")] if kind == "not_found" else []
    return problems.response(kind, reasons, code=kind, headers={"Allow": allow} if allow else None)
