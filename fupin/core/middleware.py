"""Refusals become pages: what was refused, every reason, the way back."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from fupin.core.clock import today
from fupin.core.refusals import NotAllowed, NotFound, Refused, Stale
from fupin.policy import parameters


class RefusalsMiddleware:
    """Answers a `Refused` that no view has caught: 404, 403, 409 or 422 with its reasons; a piece of a page stays one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        too_large = _too_large(request)
        if too_large is not None:
            return self.process_exception(request, too_large) or self.get_response(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        if not isinstance(fault, Refused) or request.path.startswith("/api/"):
            return None
        status, heading = _status_and_heading(fault)
        if request.headers.get("HX-Request"):
            context = {"kind": "wrong", "lines": list(fault.reasons)}
            return render(request, "core/parts/notice.html", context, status=status)
        context = {"heading": heading, "reasons": list(fault.reasons), "back": _back(request)}
        return render(request, "core/refused.html", context, status=status)


def _too_large(request: HttpRequest) -> Refused | None:
    """The refusal of an upload above the limit, told by its length before any of it is read; /api/ has its own."""
    is_upload = (request.content_type or "").startswith("multipart/") and not request.path.startswith("/api/")
    length = request.headers.get("Content-Length") or "0"
    if not is_upload or not length.isdigit():
        return None
    most = parameters.value("imports.file_limit_mb", on=today())
    if int(length) <= most * 1_048_576:
        return None
    return Refused(_("一次上传的文件合计不能大于 %(most)s MB，请分几次上传") % {"most": most}, "size")


def _status_and_heading(fault: Refused) -> tuple[int, str]:
    if isinstance(fault, NotFound):
        return 404, _("没有找到")
    if isinstance(fault, NotAllowed):
        return 403, _("不能办理")
    if isinstance(fault, Stale):
        return 409, _("已被他人修改")
    return 422, _("未能办理")


def _back(request: HttpRequest) -> str:
    """The page the reader came from, where it is one of ours."""
    origin = urlsplit(request.headers.get("Referer", ""))
    is_ours = origin.netloc == request.get_host() and origin.path.startswith("/") and not origin.path.startswith("//")
    return origin.path if is_ours else "/"
