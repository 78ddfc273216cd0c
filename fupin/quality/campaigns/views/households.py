"""The households of a round: the list, the officer's own, one of them, and thirty without change at once."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.refusals import NotFound, Refused, Stale
from fupin.core.sentences import together
from fupin.quality.campaigns import operations, queries, rules
from fupin.quality.campaigns.forms import AssignForm, LeaveOutForm, VisitForm
from fupin.quality.campaigns.models import CollectionHousehold, CollectionRound
from fupin.quality.campaigns.queries import Wanted
from fupin.quality.campaigns.rules import Visit
from fupin.quality.campaigns.views import shown
from fupin.quality.campaigns.words import RUNNING, STATES, State


@require_GET
def listing(request: HttpRequest, pk: int) -> HttpResponse:
    """The households of a round, by their numbers."""
    row = queries.round_for(request.user, pk)
    wanted = shown.wanted_of(request, row)
    rows = queries.matching(request.user, wanted)
    found, following = queries.page(rows, after=request.GET.get("after", ""))
    context = {
        "row": row, "lines": shown.lines_of(found), "following": following, "sentences": shown.sentences(wanted),
        "count": rows.count(), "query": shown.query_of(request), "given": request.GET, "wanted": wanted,
        "states": [*shown.together().items(), *STATES.items()], "runs": row.stage in RUNNING,
        "is_village": shown.village_of(request.user, wanted) is not None,
        "may_review": scopes.may(request.user, "quality.review"), "may_export": scopes.may(request.user, "registry.export"),
        "may_import": scopes.may(request.user, "registry.import"),
    }  # fmt: skip
    return render(request, "quality/campaigns/households.html", context)


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """What the officer still has to go to, in every round that runs; today's share of it first."""
    scopes.require(request.user, "quality.answer")
    rows = queries.mine(request.user)
    found, following = queries.page(rows, after=request.GET.get("after", ""))
    rounds = {one.round_id: one.round for one in found}
    context = {
        "lines": shown.lines_of(found, with_changes=True), "following": following,
        "rounds": [(row, *_left(rows, row)) for row in rounds.values()],
    }  # fmt: skip
    return render(request, "quality/campaigns/mine.html", context)


def _left(rows: Any, row: CollectionRound) -> tuple[int, int]:
    left = rows.filter(round=row).count()
    return left, rules.todays_share(left, clock.today(), row.period_to)


@require_GET
def household(request: HttpRequest, pk: int) -> HttpResponse:
    """One household of a round: what is held, the forms by which it is changed, what was said of the visit."""
    return _page(request, queries.line_for(request.user, pk))


def _page(request: HttpRequest, one: CollectionHousehold, status: int = 200, **given: Any) -> HttpResponse:
    (line,) = shown.lines_of([one], with_changes=True)
    held = scopes.permissions_at(request.user, one.village_id)
    runs = one.round.stage in RUNNING and one.left_on is None and one.state != State.COLLECTED
    start = {"version": one.version, "visited_on": one.visited_on or clock.today(), "spoke_to": one.spoke_to}
    start |= {"outcome": "changed"} if line.changes else {}
    context = {
        "line": line, "one": one, "row": one.round, "collected_by": shown.name_of(one.collected_by),
        "may_change": "registry.change" in held,
        "visit_form": VisitForm(initial=start) if runs and "quality.answer" in held else None,
        "leave_form": LeaveOutForm() if runs and "quality.review" in held and one.state != State.LEFT_OUT else None, **given,
    }  # fmt: skip
    return render(request, "quality/campaigns/household.html", context, status=status)


@require_POST
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """What the officer says of the visit."""
    one = queries.line_for(request.user, pk, "quality.answer")
    form = VisitForm(request.POST)
    if form.is_valid():
        line = operations.Line(one.pk, _visit(form.cleaned_data), form.cleaned_data["version"])
        try:
            operations.record(lines=[line], by=request.user, on=clock.today())
        except (NotFound, Stale):
            raise
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(request, _("已登记。"))
            return HttpResponseRedirect(reverse("campaigns:household", args=[one.pk]))
    return _page(request, one, 422, visit_form=form)


def _visit(data: dict[str, Any]) -> Visit:
    outcome = data["outcome"]
    is_collected = outcome in ("unchanged", "changed")
    return Visit(State.COLLECTED if is_collected else outcome, data["visited_on"], data["spoke_to"], data["note"],
                 outcome == "changed")  # fmt: skip


@require_POST
def leave_out(request: HttpRequest, pk: int) -> HttpResponse:
    """The township leaves a household out."""
    one = queries.line_for(request.user, pk, "quality.review")
    form = LeaveOutForm(request.POST)
    if form.is_valid():
        try:
            operations.leave_out(lines=[one.pk], reason=form.cleaned_data["reason"], by=request.user, on=clock.today())
        except NotFound:
            raise
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(request, _("已登记。"))
            return HttpResponseRedirect(reverse("campaigns:household", args=[one.pk]))
    return _page(request, one, 422, leave_form=form)


@require_http_methods(["GET", "POST"])
def unchanged(request: HttpRequest, pk: int) -> HttpResponse:
    """Thirty households at a time: those that were visited and where nothing has changed, each with its day and person."""
    row = queries.round_for(request.user, pk, "quality.answer")
    problems: list[str] = []
    if request.method == "POST":
        try:
            done = operations.record(lines=_ticked(request), by=request.user, on=clock.today())
        except (NotFound, Stale):
            raise
        except Refused as refusal:
            problems = list(refusal.reasons)
        else:
            messages.success(
                request, ngettext("已登记 %(count)d 户。", "已登记 %(count)d 户。", done) % {"count": done}
            )
            return HttpResponseRedirect(request.get_full_path())
    return _unchanged(request, row, problems)


def _unchanged(request: HttpRequest, row: CollectionRound, problems: list[str]) -> HttpResponse:
    wanted = Wanted(
        round=row.pk, state="to_visit", officer=request.user.pk if request.GET.get("officer") != "all" else None
    )
    rows = queries.matching(request.user, wanted, permission="quality.answer")
    found, following = queries.page(rows, after=request.GET.get("after", ""))
    lines = [(one, *_typed(request, one)) for one in shown.lines_of(found, with_changes=True)]
    context = {"row": row, "lines": lines, "following": following, "problems": problems, "runs": row.stage in RUNNING,
               "everybody": wanted.officer is None, "day": request.POST.get("day", "")}  # fmt: skip
    return render(request, "quality/campaigns/unchanged.html", context, status=422 if problems else 200)


def _typed(request: HttpRequest, line: shown.Line) -> tuple[bool, str, str]:
    """What stands in a line's boxes: what was typed, where it was refused; else what is known of the visit."""
    key = str(line.row.pk)
    if request.method == "POST":
        return (
            key in request.POST.getlist("chosen"),
            request.POST.get(f"day-{key}", ""),
            request.POST.get(f"who-{key}", ""),
        )
    return False, line.row.visited_on.isoformat() if line.row.visited_on else "", line.row.spoke_to


def _ticked(request: HttpRequest) -> list[operations.Line]:
    keys = [text for text in request.POST.getlist("chosen") if text.isdecimal() and len(text) < 19]
    together = request.POST.get("day", "")
    return [
        operations.Line(
            int(key),
            Visit(State.COLLECTED, _day(request.POST.get(f"day-{key}") or together), request.POST.get(f"who-{key}", "")),
            int(version) if (version := request.POST.get(f"version-{key}", "")).isdecimal() and len(version) < 9 else None,
        )
        for key in keys
    ]  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@require_http_methods(["GET", "POST"])
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Who goes to the households that were ticked, or to all of the list."""
    row = queries.round_for(request.user, pk, "quality.review")
    given = request.POST if request.method == "POST" else request.GET
    lines = [int(text) for text in given.getlist("chosen") if text.isdecimal() and len(text) < 19]
    wanted = shown.wanted_of(request, row)
    rows = queries.matching(request.user, wanted, permission="quality.review")
    rows = rows.filter(pk__in=lines) if lines else rows
    villages = set(rows.order_by().values_list("village_id", flat=True).distinct())
    form = AssignForm(request.POST or None, officers=operations.candidates(request.user, villages))
    kept = _kept(given)
    back = f"{reverse('campaigns:households', args=[row.pk])}?{urlencode(kept or [('state', 'unfinished')])}"
    if request.method == "POST" and _assigned(request, row, form, wanted, lines):
        return HttpResponseRedirect(back)
    context = {"row": row, "form": form, "count": rows.count(), "lines": lines, "back": back, "kept": kept,
               "sentences": shown.sentences(wanted)}  # fmt: skip
    return render(request, "quality/campaigns/assign.html", context, status=422 if form.errors else 200)


def _kept(given: Any) -> list[tuple[str, str]]:
    """The filters of the list, to go along with the form."""
    return [(name, given[name]) for name in shown.NAMES if given.get(name)]


def _assigned(request: HttpRequest, row: CollectionRound, form: AssignForm, wanted: Wanted, lines: list[int]) -> bool:
    if not form.is_valid():
        return False
    try:
        done = operations.assign(
            round=row.pk, wanted=wanted, lines=lines, to=form.cleaned_data["to"], by=request.user, on=clock.today(),
        )  # fmt: skip
    except NotFound:
        raise
    except Refused as refusal:
        form.add_error(None, together(refusal.reasons))
        return False
    messages.success(request, ngettext("已分派 %(count)d 户。", "已分派 %(count)d 户。", done) % {"count": done})
    return True
