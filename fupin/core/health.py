"""The addresses that watch over an instance: alive, ready, measured. None says anything about a person."""

from __future__ import annotations

import hmac
import shutil
import time
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from fupin.core import metrics
from fupin.core.schema import schema

LEAST_FREE_BYTES = 512 * 1024 * 1024
MOST_SILENCE_SECONDS = 60.0
_SCHEMA_SECONDS = 60.0
_schema_seen: tuple[float, str] = (-_SCHEMA_SECONDS, "")


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Database with the right schema, a worker that is heard, room on the disk: 200, or 503 with what is missing."""
    checks = {"database": _database(), "worker": "", "disk": _disk()}
    if not checks["database"]:
        checks["worker"] = _worker()
    is_ready = not any(checks.values())
    body: dict[str, Any] = {"ready": is_ready, "checks": {name: text or "ok" for name, text in checks.items()}}
    return JsonResponse(body, status=200 if is_ready else 503)


@never_cache
@require_safe
def measurements(request: HttpRequest) -> HttpResponse:
    """For the monitoring system: from this machine itself, or with the token of `FUPIN_METRICS_TOKEN`."""
    if not _may_measure(request):
        return HttpResponse(status=404)
    return HttpResponse(metrics.text(), content_type=CONTENT_TYPE_LATEST)


def _may_measure(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(token.encode(), given.encode()):
        return True
    is_own = request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and "X-Forwarded-For" not in request.headers
    return is_own and not token


def _database() -> str:
    global _schema_seen
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if time.monotonic() - _schema_seen[0] > _SCHEMA_SECONDS:
            _schema_seen = (time.monotonic(), schema().state)
    except DatabaseError as fault:
        return type(fault).__name__
    return "" if _schema_seen[1] == "current" else f"schema {_schema_seen[1]}"


def _worker() -> str:
    silence = metrics.worker_silence()
    return "" if silence <= MOST_SILENCE_SECONDS else f"not heard for {silence:.0f} s"


def _disk() -> str:
    free = shutil.disk_usage(settings.DATA_FOLDER).free
    return "" if free >= LEAST_FREE_BYTES else f"{free >> 20} MB free"


urlpatterns = [path("healthz", healthz), path("readyz", readyz), path("metrics", measurements)]
