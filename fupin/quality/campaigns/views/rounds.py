"""The rounds: listed, drafted, taken from step to step."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.core.sentences import together
from fupin.divisions.queries import tree
from fupin.quality.campaigns import jobs, operations, queries
from fupin.quality.campaigns.forms import RoundForm
from fupin.quality.campaigns.models import CollectionRound
from fupin.quality.campaigns.queries import Wanted
from fupin.quality.campaigns.steps import COLLECTION
from fupin.quality.campaigns.views import shown
from fupin.quality.campaigns.words import ACTS, RUNNING, Stage


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The rounds of the own area, the newest first."""
    scopes.require(request.user, "quality.view")
    rows, following = queries.rounds_page(request.user, request.GET.get("after", ""))
    lines = [(row, _place(row), shown.tone_of(row)) for row in rows]
    context = {"lines": lines, "following": following, "may_run": scopes.may(request.user, "quality.campaign"),
               "mine": queries.mine(request.user).count()}  # fmt: skip
    return render(request, "quality/campaigns/home.html", context)


def _place(row: CollectionRound) -> str:
    nodes = tree()
    return nodes.full_name(row.division_id) or nodes.name(row.division_id)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Draft a round."""
    scopes.require(request.user, "quality.campaign")
    return _form(request, RoundForm(request.POST or None, user=request.user), None)


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Say a drafted round otherwise."""
    row = queries.run_by(request.user, pk)
    names = ("name", "kind", "period_from", "period_to", "form", "who", "condition")
    held = {name: getattr(row, name) for name in names} | {"division": row.division_id}
    return _form(request, RoundForm(request.POST or None, user=request.user, initial=held), row)


def _form(request: HttpRequest, form: RoundForm, row: CollectionRound | None) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        data = operations.Draft(**form.cleaned_data)
        try:
            if row is None:
                made = operations.draft(data=data, by=request.user, on=clock.today())
            else:
                made = operations.redraft(pk=row.pk, data=data, by=request.user, on=clock.today())
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            return HttpResponseRedirect(reverse("campaigns:round", args=[made.pk]))
    return render(
        request, "quality/campaigns/form.html", {"form": form, "row": row}, status=422 if form.errors else 200
    )


@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """A round: where it stands, its figures, what may be done now."""
    row = queries.round_for(request.user, pk)
    wanted = Wanted(round=row.pk)
    runs = scopes.may(request.user, "quality.campaign", row.division_id)
    form = queries.form_of(row)
    context = {
        "row": row, "place": _place(row), "tone": shown.tone_of(row), "all": queries.totals(queries.matching(request.user, wanted)),
        "left": queries.matching(request.user, Wanted(round=row.pk, left=True)).count(),
        "joined": queries.matching(request.user, Wanted(round=row.pk, joined=True)).count(),
        "form_label": form.label_en if scopes.is_english() else form.label,
        "acts": _acts(row) if runs else [], "may_change": runs and row.stage == Stage.DRAFTED, "runs": row.stage in RUNNING,
        "may_review": scopes.may(request.user, "quality.review"), "may_answer": scopes.may(request.user, "quality.answer"),
        "may_export": scopes.may(request.user, "registry.export"), "list": reverse("campaigns:households", args=[row.pk]),
        "waits": row.stage in RUNNING and row.filled_at is None,
    }  # fmt: skip
    return render(request, "quality/campaigns/round.html", context)


def _acts(row: CollectionRound) -> list[dict[str, Any]]:
    """The steps that lead on from where it stands."""
    english = scopes.is_english()
    return [
        {"act": one.act, "label": ACTS[one.act][english], "needs_note": one.needs_note}
        for one in COLLECTION.ways_from(row.stage)
    ]


@require_POST
def step(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Take a round on; opened, its list is made in the background."""
    try:
        row = operations.step(pk=pk, act=act, by=request.user, on=clock.today(), note=request.POST.get("note", ""))
    except NotFound:
        raise
    except (NotAllowed, Refused) as refusal:
        messages.error(request, together(refusal.reasons))
    else:
        if act == "open":
            jobs.ask_to_fill(row, by=request.user)
        messages.success(request, _("已办理。") if act != "open" else _("已开启，正在生成采集名单。"))
    return HttpResponseRedirect(reverse("campaigns:round", args=[pk]))
