"""Objections that come on paper or by phone, and their answers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fupin.core import attachments, clock
from fupin.core.refusals import Refused
from fupin.core.shown_files import answer_with
from fupin.notices import operations, queries
from fupin.notices.forms import AnswerForm, ObjectionForm
from fupin.notices.models import Notice, Objection
from fupin.notices.operations import Said
from fupin.notices.views.lists import line_of
from fupin.notices.words import CHANNELS, OUTCOMES


def lines_to_choose(row: Notice) -> list[tuple[int, str]]:
    """The lines of the sheet, for a choice."""
    return [(at, f"{at}. {name}") for at, name in queries.lines_of(row).values_list("position", "name")]


@require_http_methods(["GET", "POST"])
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter an objection that came on paper or by phone; the receipt is printed next."""
    row = queries.notice_for(request.user, pk, "notices.post")
    form = ObjectionForm(request.POST or None, request.FILES or None, lines=lines_to_choose(row))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        said = Said(data["what"], data["line"], data["who"], data["contact"], data["files"])
        try:
            made = operations.raise_objection(
                notice=row, said=said, channel=data["channel"], by=request.user, on=data["raised_on"]
            )
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            return HttpResponseRedirect(reverse("notices:receipt", args=[made.pk]))
    context = {**line_of(row), "form": form}
    return render(request, "notices/object.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def objection(request: HttpRequest, pk: int) -> HttpResponse:
    """Read an objection (which stands in the trail) and answer it."""
    row = queries.objection_for(request.user, pk)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            operations.answer(
                objections=[row.pk], outcome=data["outcome"], reason=data["reason"], by=request.user, on=data["on"]
            )
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(request, _("已答复，公示期继续计算。"))
            return HttpResponseRedirect(reverse("notices:notice", args=[row.notice_id]))
    return render(request, "notices/objection.html", _context(request, row, form), status=422 if form.errors else 200)


def _context(request: HttpRequest, row: Objection, form: AnswerForm) -> dict[str, Any]:
    return {
        "row": row, "form": form, "opened": operations.read_objection(objection=row, by=request.user, on=clock.today()),
        "channel": CHANNELS[row.channel], "outcome": OUTCOMES[row.outcome] if row.outcome else "",  # type: ignore[index]
        "files": attachments.attachments_of(f"objection:{row.pk}"), "line": line_of(row.notice),
        "is_own": row.notice.posted_by is not None and row.notice.posted_by == request.user.pk,
    }  # fmt: skip


@require_GET
def paper(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    """A scan that came with an objection, for who answers it."""
    row = queries.objection_for(request.user, pk)
    return answer_with(attachments.one_of(f"objection:{row.pk}", file))
