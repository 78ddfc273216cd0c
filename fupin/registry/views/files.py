"""Photos and documents of a household, and its print view with the code that leads back to the record."""

from __future__ import annotations

import io
from typing import Any

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fupin.core import attachments, clock, days
from fupin.core.refusals import Refused
from fupin.core.shown_files import answer_with
from fupin.registry import operations, queries
from fupin.registry.forms.accounts import AttachForm, DetachForm
from fupin.registry.sheets import HOUSEHOLDS
from fupin.registry.views.acts import Act, about, form_methods, open_page, perform
from fupin.registry.views.households import (
    HEADED,
    cause_of,
    income_lines,
    lights_of,
    member_line,
    place_of,
    status_of,
)
from fupin.registry.views.shown import sections


@form_methods
def attach(request: HttpRequest, number: str) -> HttpResponse:
    """Add a photo or document."""
    page = open_page(request, number)
    form = AttachForm(request.POST or None, request.FILES or None)
    back = reverse("registry:household", args=[number])
    if request.method == "POST" and form.is_valid():
        try:
            attachments.store(
                form.cleaned_data["file"], subject=f"household:{page.household.pk}", kind=form.cleaned_data["kind"],
                by=request.user, on=clock.today(), division=page.fact.village_id,
            )  # fmt: skip
        except Refused as refusal:
            form.add_error("file", list(refusal.reasons))
        else:
            messages.success(request, _("已添加。"))
            return HttpResponseRedirect(back)
    act: dict[str, Any] = {"title": _("照片与材料"), "back": back, "multipart": True, "about": about(page)}
    return render(request, "registry/act.html", {"act": act, "form": form}, status=422 if form.errors else 200)


@form_methods
def detach(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Take away a photo or document that does not belong here; why stands in the trail."""
    page = open_page(request, number)
    row = attachments.one_of(f"household:{page.household.pk}", pk)
    cited = queries.cited_by([row]).get(pk, [])
    back = reverse("registry:household", args=[number])
    explain = (
        operations.cited_sentence(row.name, cited) if cited else _("“%(name)s”将不能再找回。") % {"name": row.name}
    )

    def do(form: DetachForm) -> str:
        operations.withdraw_file(
            household=page.household.pk, file=pk, by=request.user, reason=form.cleaned_data["reason"],
            on=clock.today(), although_cited=bool(form.cleaned_data.get("although_cited")),
        )  # fmt: skip
        return back

    return perform(request, Act(
        f"detach:{number}:{pk}", _("移除材料"), back, do, _("已移除。"), lambda data: DetachForm(data, is_cited=bool(cited)),
        explain=explain, about=about(page),
    ))  # fmt: skip


@require_GET
def attachment(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The bytes of a photo or document, for who may see the household."""
    household, _fact = queries.household_for(request.user, number)
    row = attachments.one_of(f"household:{household.pk}", pk)
    return answer_with(row)


@require_GET
def print_view(request: HttpRequest, number: str) -> HttpResponse:
    """The household on A4 after the conventions of official papers, with a QR code that leads to the record."""
    on = days.as_of(request)
    page = queries.household_page(request.user, number, on)
    context = {
        "page": page, "on": on, "number": number, "place": place_of(page.fact.village_id, on),
        "status": status_of(page, on), "cause": cause_of(page, on), "lights": lights_of(page),
        "members": [member_line(member, on) for member in page.members], "accounts": income_lines(page),
        "sections": [one for one in sections(HOUSEHOLDS, page.fact, on, but=HEADED) if one.filled],
        "printed_on": clock.today(), "head": page.head,
    }  # fmt: skip
    return render(request, "registry/print.html", context)


@require_GET
def qr_code(request: HttpRequest, number: str) -> HttpResponse:
    """The QR code of a household's address: it carries the address only, who scans it must sign in."""
    household, _fact = queries.household_for(request.user, number)
    address = request.build_absolute_uri(reverse("registry:household", args=[household.number]))
    picture = io.BytesIO()
    segno.make(address, error="m").save(picture, kind="svg", scale=4, border=2, xmldecl=False)
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")
