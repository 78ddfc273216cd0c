"""Around every request: its id, its circumstances for the trail, its line in the log, its measurement, its headers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from fupin.core import audit, made_up, metrics
from fupin.core.ids import new_id
from fupin.core.refusals import Refused
from fupin.core.rest import problems

log = structlog.get_logger("request")
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_QUIET = ("healthz", "readyz", "metrics")
HEADERS = {
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class RequestMiddleware:
    """The outermost of our layers. The log names the route of an address, never the address: it may hold a number."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _ID.fullmatch(given) else f"{new_id():x}"
        request.id = request_id  # type: ignore[attr-defined]
        channel = "api" if request.path.startswith("/api/") else "screen"
        where = audit.Circumstances(channel=channel, request_id=request_id, address=client_address(request))
        with audit.acting(where), structlog.contextvars.bound_contextvars(request=request_id):
            response = _without_length(request) or _with_nul(request) or self.get_response(request)
            self._note(request, response, time.perf_counter() - began)
        made_up.mark(response)
        response["X-Request-ID"] = request_id
        for name, value in HEADERS.items():
            response.setdefault(name, value)
        # A page with people in it must not lie in the cache of a shared computer.
        response.setdefault("Cache-Control", "private, no-store")
        return response

    def _note(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        match = request.resolver_match
        route = match.route if match else ("static" if request.path.startswith(settings.STATIC_URL) else "unknown")
        method = request.method if request.method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") else "other"
        metrics.REQUESTS.labels(method, route, response.status_code).inc()
        metrics.SECONDS.labels(route).observe(seconds)
        if route in _QUIET or route == "static":
            return
        user = getattr(request, "_cached_user", None)
        log.info("request", method=method, route=route, status=response.status_code,
                 milliseconds=round(seconds * 1000, 1), user=getattr(user, "pk", None))  # fmt: skip

    def process_exception(self, request: HttpRequest, fault: Exception) -> None:
        """A fault nobody expected: its kind and place into the log, without its words."""
        if not isinstance(fault, Refused):
            log.error("fault", exc_info=fault)


def client_address(request: HttpRequest) -> str:
    """From where a request comes. Of `X-Forwarded-For` only what the office's own proxies wrote is believed.

    With `FUPIN_PROXIES` = n the n-th entry from the end was written by the outermost of them; without proxies the
    header is anybody's to invent and is not read.
    """
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if settings.PROXIES:
        chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        if len(chain) >= settings.PROXIES:
            return chain[-settings.PROXIES][:64]
    return direct[:64]


def _without_length(request: HttpRequest) -> HttpResponse | None:
    """Under WSGI a body sent in pieces without its length would silently be read as empty: it is refused."""
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower() and not request.headers.get("Content-Length"):
        return problems.response("length_required", [_("请求须带 Content-Length，不接受分块传输")], code="length")
    return None


def _with_nul(request: HttpRequest) -> HttpResponse | None:
    """An address with a NUL names nothing that exists, and PostgreSQL keeps none in a text: it is refused, not looked for."""
    if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
        return problems.response("bad_request", [_("地址中有不可见的控制字符")], code="address")
    return None
