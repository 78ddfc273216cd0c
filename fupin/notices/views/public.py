"""What everybody may see, without signing in: a notice while it may be served, an objection online, its receipt.

Each answer is decided at its own moment. A copy may be kept, but must be asked about before each use, so that nothing is
shown after a notice was taken down; no search engine keeps any of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, override
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from fupin.core import clock
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.core.requests import client_address
from fupin.notices import operations, queries, rules
from fupin.notices.forms import PublicObjectionForm
from fupin.notices.models import Notice
from fupin.notices.operations import Said
from fupin.notices.operations.objecting import opened
from fupin.notices.words import OF_DIVISIONS, OUTCOMES, Channel, Form

ROBOTS = "noindex, nofollow, noarchive, nosnippet"
KEPT = "private, no-cache, max-age=0, must-revalidate"
"""A browser may hold a copy, and asks before each use whether it still holds; nobody between holds one."""
_STYLE = Path(__file__).parent.parent / "static" / "notices" / "public.css"
_PAGES_KEPT = 200
"""So many pages a process holds written, the lately asked ones."""
View = Callable[..., HttpResponse]


LANGUAGES = {"zh": "zh-hans", "en": "en"}


def unlisted(view: View) -> View:
    """Say to search engines, on every answer, that nothing here is for them; speak the language that the address asks for,
    so that nobody needs a cookie to read."""

    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted = LANGUAGES.get(request.GET.get("lang", ""), get_language() or "zh-hans")
        with override(wanted):
            answer = view(request, *args, **kwargs)
        answer.headers["X-Robots-Tag"] = ROBOTS
        return answer

    return answered


@cache
def style() -> str:
    """The address of the style, which changes with it."""
    mark = hashlib.sha256(_STYLE.read_bytes()).hexdigest()[:12]
    return f"{static('notices/public.css')}?v={mark}"


def _text(name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
    return render_to_string(f"notices/public/{name}.html", {"style": style(), **context}, request=request)


def _page(name: str, context: dict[str, Any], *, request: HttpRequest | None = None, status: int = 200) -> HttpResponse:
    return HttpResponse(_text(name, context, request), status=status)


@lru_cache(maxsize=_PAGES_KEPT)
def _written(found: queries.Public, left: int, _language: str) -> bytes:
    """The page of a notice as it is sent. What it says follows from its key, which has the digest of the body and the
    day; whether it may be sent at all is never kept, and asked before this."""
    return _text("notice", {"notice": found, "body": queries.public_body(found), "left": left}).encode()


@cache
def _written_away(is_gone: bool, _language: str) -> bytes:
    return _text("away", {"is_gone": is_gone}).encode()


def _away(fate: str) -> HttpResponse:
    """Nothing that is served: gone for good, or never there as far as anybody is told."""
    is_gone = fate == "gone"
    answer = HttpResponse(_written_away(is_gone, get_language() or ""), status=410 if is_gone else 404)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@login_not_required
@require_safe
@unlisted
def home(request: HttpRequest) -> HttpResponse:
    """Where somebody who holds a sheet types its number, or that of a receipt."""
    code = "".join(request.GET.get("code", "").split()).upper()[:16]
    if code.replace("-", "").isascii() and code.replace("-", "").isalnum():
        name = "notices:public_receipt" if "-" in code else "notices:public_notice"
        return HttpResponseRedirect(reverse(name, args=[code]))
    return _page("home", {"was_asked": bool(request.GET.get("code"))})


@login_not_required
@require_safe
@unlisted
def notice(request: HttpRequest, code: str) -> HttpResponse:
    """A notice, while it may be served: the stored body, until when it hangs, where to object."""
    found = queries.public(code)
    if found.fate != "served":
        return _away(found.fate)
    language = get_language() or "zh"
    tag = f'"{found.mark}.{language[:2]}"'
    if tag in [part.strip().removeprefix("W/") for part in request.headers.get("If-None-Match", "").split(",")]:
        answer = HttpResponse(status=304)
    else:
        left = rules.days_left(found.until or clock.today(), on=clock.today())
        answer = HttpResponse(_written(found, left, language))
    answer.headers["ETag"], answer.headers["Cache-Control"] = tag, KEPT
    return answer


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
@unlisted
def object_online(request: HttpRequest, code: str) -> HttpResponse:
    """Object online; the answer to it is the receipt."""
    found = queries.public(code)
    if found.fate != "served":
        return _away(found.fate)
    row = Notice.objects.get(pk=found.pk)
    form = PublicObjectionForm(request.POST or None, lines=_lines(row, found.form))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            return HttpResponseRedirect(reverse("notices:public_receipt", args=[_raise(request, row, form)]))
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
            status = 429 if isinstance(refusal, NotAllowed) else 422
    status = 422 if form.errors and status == 200 else status
    return _page("object", {"notice": found, "form": form}, request=request, status=status)


def _raise(request: HttpRequest, row: Notice, form: PublicObjectionForm) -> str:
    data = form.cleaned_data
    said = Said(data["what"], data.get("line"), data["who"], data["contact"])
    return operations.raise_objection(
        notice=row, said=said, channel=Channel.ONLINE, by=None, on=clock.today(), origin=client_address(request)
    ).receipt


def _lines(row: Notice, form: str) -> list[tuple[int, str]]:
    """The lines with the names as the page shows them; where it shows counts only, none."""
    if form != Form.MASKED:
        return []
    hides = row.kind not in OF_DIVISIONS
    rows = queries.lines_of(row).values_list("position", "name")
    return [(at, f"{at}. {rules.masked_name(name) if hides else name}") for at, name in rows]


@login_not_required
@require_safe
@unlisted
def receipt(request: HttpRequest, receipt: str) -> HttpResponse:
    """What became of an objection, for who holds its receipt."""
    try:
        row = queries.by_receipt(receipt.upper())
    except NotFound:
        return _away("hidden")
    context = {"row": row, "outcome": OUTCOMES[row.outcome] if row.outcome else "", "reason": opened(row).reason}  # type: ignore[index]
    answer = _page("receipt", context)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@login_not_required
@require_safe
@unlisted
def robots(request: HttpRequest) -> HttpResponse:
    """No search engine is asked in."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8")
