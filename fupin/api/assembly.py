"""/api/v1 put together from the apps' own routers."""

from __future__ import annotations

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, Throttled, ValidationError

from fupin import __version__
from fupin.api import security
from fupin.api.routers import ROUTERS
from fupin.core.refusals import Refused
from fupin.core.rest import problems
from fupin.core.rest.rendering import OrjsonRenderer

log = structlog.get_logger("fupin.api")

DESCRIPTION = """The register of targeted poverty alleviation.

* Sign in with `Authorization: Bearer <token>`; a token reaches what its owner may, narrowed to its scopes.
* Lists page by `cursor`: pass `next` of a page to get the one after it.
* Edits need `If-Match` with the ETag that was read: 428 without, 412 when somebody else was faster.
* Unsafe requests take an `Idempotency-Key`: the same key and content gets the first answer, other content 422.
* Refusals are RFC 9457 problem documents in the language of `Accept-Language` (zh-Hans, en).
* What lies outside your area answers 404. Identity numbers, phones and accounts are masked.
* Amounts are yuan as exact decimal text, dates ISO 8601. Bodies need a Content-Length (411 without).
"""

api = NinjaAPI(
    title="Fupin",
    version=__version__,
    description=DESCRIPTION,
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
    renderer=OrjsonRenderer(),
    auth=[security.Bearer(), security.Session()],
)


@api.exception_handler(Refused)
def refused(request: HttpRequest, fault: Refused) -> HttpResponse:
    return problems.of_refusal(fault)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    return problems.of_invalid(fault.errors)


@api.exception_handler(AuthenticationError)
@api.exception_handler(AuthorizationError)
def not_signed_in(request: HttpRequest, fault: Exception) -> HttpResponse:
    return security.unknown()


@api.exception_handler(Http404)
def not_found(request: HttpRequest, fault: Http404) -> HttpResponse:
    return problems.response("not_found", [_("没有找到。")], code="not_found")


@api.exception_handler(Throttled)
def too_many(request: HttpRequest, fault: Throttled) -> HttpResponse:
    return problems.response("too_many", code="rate", headers={"Retry-After": str(fault.wait or 60)})


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, fault: HttpError) -> HttpResponse:
    kind = "invalid" if fault.status_code == 422 else "bad_request"
    return problems.response(kind, [_("请求内容无法读懂，请检查 JSON 格式。")], code=kind)


@api.exception_handler(Exception)
def fault(request: HttpRequest, fault: Exception) -> HttpResponse:
    """A fault nobody expected: into the log without its words, told without its inside."""
    log.error("fault", exc_info=fault)
    return problems.response(
        "fault", [_("系统未能完成，请稍后再试；如再次出现，请把请求号告诉系统管理员。")], code="fault"
    )


for prefix, router in ROUTERS:
    api.add_router(prefix, router)
