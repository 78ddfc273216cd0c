"""Handovers: drawn up for a posting, shown, printed and signed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from fupin.accounts import handovers, operations, queries, scopes
from fupin.accounts.forms import DrawUpForm, SignForm
from fupin.core.refusals import Refused


@require_http_methods(["GET", "POST"])
def draw_up(request: HttpRequest, id: int) -> HttpResponse:
    """Draw up what a posting hands over, and to whom."""
    posting = queries.posting_or_404(request.user, id)
    scopes.require(request.user, "accounts.change", posting.division_id)
    form = DrawUpForm(request.POST or None, successors=queries.successors(posting))
    if form.is_valid():
        try:
            row = operations.draw_up_handover(posting=posting, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(request, _("移交清单已造册，请移交人和接收人登录后签字。"))
            return HttpResponseRedirect(reverse("accounts:handover", args=[row.pk]))
    (line,) = queries.lines(queries.visible_postings(request.user).filter(pk=posting.pk))
    context = {"form": form, "line": line, "items": handovers.contents_of(posting), "english": scopes.is_english()}
    return render(request, "accounts/handover_form.html", context, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
def handover(request: HttpRequest, id: int) -> HttpResponse:
    """One handover with its list and signatures; whoever's turn it is signs here. Prints as the paper form."""
    row = queries.handover_or_404(request.user, id)
    turns = operations.turn_of(row, request.user)
    form = SignForm(request.POST or None)
    if form.is_valid():
        refused = _act(request, row, request.POST.get("act", ""), form)
        if refused is None:
            return HttpResponseRedirect(request.path)
        form.add_error(None, list(refused.reasons))
    context = {"form": form, "turns": turns, **queries.handover_page(row), "english": scopes.is_english()}
    return render(request, "accounts/handover.html", context, status=422 if form.errors else 200)


def _act(request: HttpRequest, row: Any, act: str, form: Any) -> Refused | None:
    """Sign or give up; a refusal where it was not done."""
    data: dict[str, Any] = form.cleaned_data
    user: Any = request.user
    try:
        if act in ("drop", "drop_given"):
            operations.prove(user, data["secret"], request)
            operations.drop_handover(handover=row, by=user, note=data["note"])
            messages.success(request, _("交接已作废。"))
        else:
            operations.sign_handover(
                handover=row, act=act, by=user, secret=data["secret"], note=data["note"], request=request
            )
            messages.success(request, _("已签字。"))
    except Refused as refusal:
        return refusal
    return None
