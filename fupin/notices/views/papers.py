"""What is printed: the sheet for the board, the receipt of an objection; and the photographs that prove the posting."""

from __future__ import annotations

import io

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fupin.core import clock
from fupin.core.refusals import NotFound
from fupin.core.shown_files import answer_with
from fupin.notices import queries
from fupin.notices.terms import Settings
from fupin.notices.views.lists import line_of
from fupin.notices.words import Channel

PAPER_WORDS = {Channel.PAPER: "书面", Channel.PHONE: "电话", Channel.ONLINE: "网上"}
"""The channels on the receipt, which is a Chinese document."""


@require_GET
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet on A4 as it was posted, with room for the seal; its code leads to the public page where there is one,
    else to the record, for those who may see it."""
    row = queries.notice_for(request.user, pk)
    is_public = Settings(clock.today()).internet_form(row.division_id) != "none"
    address = (
        reverse("notices:public_notice", args=[row.code]) if is_public else reverse("notices:notice", args=[row.pk])
    )
    context = {
        **line_of(row), "sheet": mark_safe(queries.sheet_of(row)),  # noqa: S308 (escaped when it was rendered)
        "qr": qr(request.build_absolute_uri(address)), "is_public": is_public,
    }  # fmt: skip
    return render(request, "notices/print.html", context)


@require_GET
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt for somebody who objects, in two copies: one to take along, one for the file."""
    row = queries.objection_for(request.user, pk, "notices.post")
    is_public = Settings(clock.today()).internet_form(row.notice.division_id) != "none"
    address = request.build_absolute_uri(reverse("notices:public_receipt", args=[row.receipt])) if is_public else ""
    context = {
        "row": row, "channel_zh": PAPER_WORDS[row.channel], "line": line_of(row.notice), "qr": qr(address) if address else "",
        "copies": ("提出人联", "存根联"),
    }  # fmt: skip
    return render(request, "notices/receipt.html", context)


@require_GET
def photograph(request: HttpRequest, pk: int, proof: int) -> HttpResponse:
    """A photograph of the posted sheet."""
    row = queries.notice_for(request.user, pk)
    found = queries.proofs_of(row).filter(pk=proof).first() if 0 < proof < 2**63 else None
    if found is None:
        raise NotFound(_("没有这张照片"))
    return answer_with(found.attachment)


def qr(address: str) -> SafeString:
    """The QR code of an address, as part of the page."""
    picture = io.BytesIO()
    segno.make(address, error="m").save(picture, kind="svg", scale=3, border=1, xmldecl=False, svgns=True, title=None)
    return mark_safe(picture.getvalue().decode())  # noqa: S308 (made by segno)
