"""Posting a notice by hand, adding photographs, taking it down."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.refusals import Refused
from fupin.core.sentences import together
from fupin.notices import choosing, operations, queries
from fupin.notices.forms import PostForm, ProveForm, TakeDownForm

POST = "notices.post"


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose what is posted, look at the sheet as it will hang, post it."""
    scopes.require(request.user, POST)
    form = PostForm(request.POST or None, initial={"division": request.GET.get("division", "")})
    shown = ""
    if request.method == "POST" and form.is_valid():
        try:
            wanted, on = _wanted(form.cleaned_data, request.user), form.cleaned_data["posted_on"]
            if request.POST.get("act") == "post":
                (row,) = operations.post(notices=[wanted], by=request.user, on=on)
                messages.success(request, _("已张贴。请打印公示单贴到公示栏，并上传张贴照片。"))
                return HttpResponseRedirect(reverse("notices:notice", args=[row.pk]))
            shown = operations.preview(wanted=wanted, by=request.user, on=on).sheet
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
    context = {"form": form, "sheet": mark_safe(shown)}  # noqa: S308 (escaped when it was rendered)
    return render(request, "notices/new.html", context, status=422 if form.errors else 200)


def _wanted(data: dict[str, Any], by: Any) -> operations.Wanted:
    lines = choosing.lines(kind=data["kind"], division=data["division"], whom=data["whom"], named=data["named"], by=by,
                           on=data["posted_on"])  # fmt: skip
    return operations.Wanted(
        kind=data["kind"], division=data["division"], place=data["place"], lines=lines, title=data["title"],
        note=data["note"], contact=data["contact"],
    )  # fmt: skip


@require_POST
def prove(request: HttpRequest, pk: int) -> HttpResponse:
    """Add photographs of the posted sheet."""
    row = queries.notice_for(request.user, pk, POST)
    form = ProveForm(request.POST, request.FILES)
    return _done(request, pk, form, _("照片已保存。"), lambda data: operations.prove(
        notices=[row], files=data["files"], by=request.user, on=data["on"]))  # fmt: skip


@require_POST
def take_down(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the notice down at once."""
    row = queries.notice_for(request.user, pk, POST)
    form = TakeDownForm(request.POST)
    return _done(request, pk, form, _("已撤下。请同时揭下公示栏上的公示单。"), lambda data: operations.take_down(
        notices=[row], reason=data["reason"], by=request.user, on=clock.today()))  # fmt: skip


def _done(request: HttpRequest, pk: int, form: Any, told: str, act: Any) -> HttpResponse:
    """Carry an act of the page out, and say what came of it on the page."""
    try:
        if not form.is_valid():
            raise Refused([text for texts in form.errors.values() for text in texts])
        act(form.cleaned_data)
    except Refused as refusal:
        messages.error(request, together(refusal.reasons))
    else:
        messages.success(request, told)
    return HttpResponseRedirect(reverse("notices:notice", args=[pk]))
