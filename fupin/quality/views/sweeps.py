"""Sweeps on screen: which were made, what they found, one started by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fupin.accounts import scopes
from fupin.accounts.queries import names_of
from fupin.core import clock
from fupin.core.models import Job
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.divisions.queries import tree
from fupin.quality import jobs, kept, queries
from fupin.quality.applying import rule_among
from fupin.quality.models import Sweep
from fupin.quality.rule_forms import SweepForm
from fupin.quality.words import SWEEP_STATES, SweepState
from fupin.rulebook import own_rules

PAGE = 40


@dataclass(frozen=True, slots=True)
class Line:
    """A sweep as the list shows it."""

    sweep: Sweep
    place: str
    who: str
    state: str
    seconds: float
    is_within: bool
    """Does all of it lie in the reader's area? Else its totals are not the reader's to know."""


def _lines(rows: list[Sweep], user: Any) -> list[Line]:
    beyond = scopes.scope_of(user, "quality.view").beyond({one.division_id or tree().root.id for one in rows})
    names = names_of({one.made_by for one in rows if one.made_by})
    return [
        Line(one, tree().name(one.division_id) if one.division_id else _("全区"), names.get(one.made_by or 0, _("系统")),
             str(SWEEP_STATES[SweepState(one.state)]), sum(filter(None, (one.seconds_extract, one.seconds_sweep, one.seconds_settle))),
             (one.division_id or tree().root.id) not in beyond)
        for one in rows
    ]  # fmt: skip


@require_http_methods(["GET", "POST"])
def sweeps(request: HttpRequest) -> HttpResponse:
    """The sweeps that looked at the own area, the newest first; a new one is asked for here."""
    scopes.require(request.user, "quality.sweep" if request.method == "POST" else "quality.view")
    may_sweep = scopes.may(request.user, "quality.sweep")
    form = SweepForm(request.POST or None, user=request.user) if may_sweep else None
    if request.method == "POST" and form is not None and form.is_valid() and _ask(request, form):
        return HttpResponseRedirect(reverse("quality:sweeps"))
    mark = request.GET.get("after", "")
    rows = queries.sweeps_for(request.user)
    rows = rows.filter(pk__lt=int(mark)) if mark.isdecimal() and len(mark) < 19 else rows
    found = list(rows[: PAGE + 1])
    working = Job.objects.filter(kind=jobs.KIND, state__in=("waiting", "running"))
    working = scopes.within(request.user, working, division="division_id", permission="quality.view")
    context = {
        "lines": _lines(found[:PAGE], request.user), "following": found[PAGE - 1].pk if len(found) > PAGE else None, "form": form,
        "working": list(working.order_by("-created_at")[:5]), "starts": not mark,
    }  # fmt: skip
    return render(request, "quality/sweeps.html", context, status=422 if form is not None and form.errors else 200)


def _ask(request: HttpRequest, form: Any) -> bool:
    data = form.cleaned_data
    try:
        jobs.ask(division=data["division"], names=data["names"], form=data["form"], by=request.user)
    except NotAllowed:
        raise
    except Refused as refusal:
        form.add_error("names" if isinstance(refusal, NotFound) else None, list(refusal.reasons))
        return False
    messages.success(request, _("已安排检查，完成后在“作业”中下载问题清单。"))
    return True


@require_GET
def sweep(request: HttpRequest, pk: int) -> HttpResponse:
    """One sweep: from which data, how long, the digests, and what each rule found in the own area."""
    one = queries.sweep_for(request.user, pk)
    counts, own = kept.by_rule(request.user, one), own_rules.in_force(one.on)
    english = scopes.is_english()
    found = []
    for name, count in sorted((counts or {}).items(), key=lambda each: (-each[1], each[0])):
        try:
            known = rule_among(own, name)
            found.append((name, known.label_en if english else known.label, count))
        except NotFound:
            found.append((name, name, count))
    context = {"line": _lines([one], request.user)[0], "sweep": one, "found": [each for each in found if each[2]], "asked": len(found),
               "is_known": counts is not None, "on": clock.today()}  # fmt: skip
    return render(request, "quality/sweep.html", context)
