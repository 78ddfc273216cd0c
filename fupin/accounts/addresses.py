"""The network address that a request comes from."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The client's address. Of `X-Forwarded-For` only what the office's own proxies wrote is believed.

    With `FUPIN_PROXIES` = n the n-th entry from the end was written by the outermost of them; without proxies the
    header is anybody's to invent and is not read.
    """
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if settings.PROXIES:
        chain = [part.strip() for part in str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",") if part.strip()]
        if len(chain) >= settings.PROXIES:
            return chain[-settings.PROXIES][:64]
    return direct[:64]
