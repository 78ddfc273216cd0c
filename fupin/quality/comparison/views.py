"""Comparison on screen: sources and how fresh they are, a file handed in, what came of it, pairs that wait."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.refusals import Refused
from fupin.core.sentences import listed, together
from fupin.divisions.queries import tree
from fupin.policy.sources import Source
from fupin.quality.comparison import folders, jobs, operations, queries
from fupin.quality.comparison.forms import HandInForm
from fupin.quality.comparison.letters.steps import PERMISSION as LETTERS
from fupin.quality.comparison.letters.words import RETURNED
from fupin.quality.comparison.models import Candidate, Exchange
from fupin.quality.comparison.sources import needs_authorisation
from fupin.quality.comparison.words import Stage
from fupin.registry.models import Membership, PersonFact

PAGE = 50
PAIRS = 20
FEW = 5
"""Lines of an answer that are named without being opened."""
TONES = {Stage.READY: "warn", Stage.DONE: "good", Stage.REFUSED: "wrong"}


def _called(one: Source) -> dict[str, Any]:
    """A source in the reader's language."""
    english = scopes.is_english()
    return {
        "label": one.label_en if english else one.label, "department": one.department_en if english else one.department,
        "means": one.means_en if english else one.means, "basis": one.legal_basis_en if english else one.legal_basis,
        "needs_authorisation": needs_authorisation(one, on=clock.today()), "days": one.freshness_days,
    }  # fmt: skip


def _lines(rows: Iterable[Exchange]) -> list[dict[str, Any]]:
    held = list(rows)
    known = queries.sources_by(held)
    return [_line(row, known.get(row.pk)) for row in held]


def _line(row: Exchange, known: Source | None) -> dict[str, Any]:
    label = row.source if known is None else known.label_en if scopes.is_english() else known.label
    return {
        "row": row,
        "label": label,
        "tone": TONES.get(Stage(row.state), "quiet"),
        "place": tree().name(row.division_id),
    }


@login_required
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Hand a file in; below, the sources and what was compared so far."""
    scopes.require(request.user, "quality.exchange")
    form = HandInForm(
        request.POST or None, request.FILES or None, user=request.user, english=scopes.is_english(),
        initial={"source": request.GET.get("source", "")},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            return _take_in(request, form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
    sources = [{**_called(one.source), "name": one.source.name, "last_on": one.last_on, "is_due": one.is_due,
                "office": tree().name(one.office) if one.office else ""}
               for one in queries.freshness(request.user, today=clock.today())]  # fmt: skip
    lines = _lines(queries.exchanges_for(request.user).order_by("-id")[:PAGE])
    waiting = queries.open_candidates(request.user).count()
    context = {"form": form, "sources": sources, "lines": lines, "waiting": waiting,
               "may_write": queries.oversees(request.user),
               "may_add": scopes.may(request.user, "rulebook.change")}  # fmt: skip
    return render(request, "quality/comparison/home.html", context, status=400 if form.errors else 200)


def _take_in(request: HttpRequest, data: dict[str, Any]) -> HttpResponse:
    made = operations.take_in(
        source=queries.source_of(data["source"], on=data["holds_on"], division=data["division"]), pieces=data["file"].chunks(), name=data["file"].name or "",
        division=data["division"], by=request.user, on=data["holds_on"], key=data["exchange_key"],
        is_complete=data["is_complete"],
    )  # fmt: skip
    jobs.ask_to_read(made, by=request.user)
    return HttpResponseRedirect(reverse("comparison:exchange", args=[made.pk]))


@login_required
@require_GET
def exchange(request: HttpRequest, pk: int) -> HttpResponse:
    """One comparison: what was read, how far it is, what came of it."""
    return render(request, "quality/comparison/exchange.html", _context(request, pk))


@login_required
@require_GET
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """The moving part of the page while work goes on."""
    context = _context(request, pk)
    response = render(request, "quality/comparison/parts/state.html", context)
    if not context["at_work"]:
        response["HX-Refresh"] = "true"
    return response


def _context(request: HttpRequest, pk: int) -> dict[str, Any]:
    row = queries.exchange_of(request.user, pk)
    job = jobs.job_of(row)
    at_work = row.state in (Stage.READING, Stage.MATCHING) or (job is not None and job.state in ("waiting", "running"))
    failed = job.message if job is not None and job.state in ("failed", "interrupted") else ""
    known = queries.sources_by([row]).get(row.pk)
    return {
        **_line(row, known), "source": _called(known) if known else None, "job": job, "at_work": at_work and not failed,
        "failed": failed, "returned": _returned(row), "is_own": bool(row.definition),
        "may_take_wrong": scopes.may(request.user, LETTERS, row.division_id) and folders.is_there(row.pk, folders.WRONG), "may_decide": scopes.may(request.user, "quality.review"),
        "may_compare": row.state == Stage.READY or (row.state == Stage.MATCHING and bool(failed)),
    }  # fmt: skip


def _returned(row: Exchange) -> list[tuple[Any, int, str, list[str]]]:
    """What is to be looked at of the answer to a letter: kinds of lines that there are any of, the first few of each, and
    those that the page opens."""
    found = row.preview.get("returned", {})
    counts, lines = found.get("counts", {}), found.get("lines", {})
    told = {kind: [str(line or mark) for line, mark in lines.get(kind, [])] for kind in RETURNED}
    return [
        (words, counts[kind], _few(told[kind], counts[kind]), told[kind][FEW:])
        for kind, words in RETURNED.items()
        if counts.get(kind)
    ]


def _few(lines: list[str], count: int) -> str:
    said = listed(lines[:FEW])
    return _("%(lines)s 等 %(count)d 行") % {"lines": said, "count": count} if count > FEW else said


@login_required
@require_POST
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a file that was looked at be compared."""
    row = queries.exchange_of(request.user, pk)
    if row.state in (Stage.READY, Stage.MATCHING):
        jobs.ask_to_compare(row, by=request.user)
    return HttpResponseRedirect(reverse("comparison:exchange", args=[pk]))


@login_required
@require_GET
def pairs(request: HttpRequest) -> HttpResponse:
    """Rows that may be about somebody: both sides, the weights, and two buttons."""
    scopes.require(request.user, "quality.review")
    mark = request.GET.get("after", "")
    rows = queries.open_candidates(request.user).select_related("exchange", "person").order_by("id")
    found = list((rows.filter(pk__gt=int(mark)) if mark.isdecimal() and len(mark) < 20 else rows)[: PAIRS + 1])
    shown = _sides(found[:PAIRS])
    following = found[PAIRS - 1].pk if len(found) > PAIRS else None
    return render(request, "quality/comparison/pairs.html", {"lines": shown, "next": following})


def _sides(rows: list[Candidate]) -> list[dict[str, Any]]:
    ids = [row.person_id for row in rows]
    facts = {one.person_id: one for one in PersonFact.objects.filter(person_id__in=ids, valid_to=None)}
    homes = dict(
        Membership.objects.filter(person_id__in=ids, valid_to=None).values_list("person_id", "household__number")
    )
    standing, english, numbers = tree(), scopes.is_english(), queries.number_masks(ids)
    known = queries.sources_by({row.exchange_id: row.exchange for row in rows}.values())
    found = []
    for row in rows:
        said, village = queries.said(row), None
        if said.get("village_id"):
            village = standing.full_name(int(said["village_id"]), since="township")
        found.append({
            **_line(row.exchange, known.get(row.exchange_id)), "pair": row, "said": said, "said_place": village, "fact": facts.get(row.person_id), "number": numbers.get(row.person_id, ""),
            "home": homes.get(row.person_id), "home_place": standing.full_name(row.village_id, since="township"),
            "reasons": queries.reasons(row, english=english), "percent": round(row.probability * 100, 1),
        })  # fmt: skip
    return found


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """One person or two, for a reason that the trail keeps; the file is compared once more where they are one."""
    scopes.require(request.user, "quality.review")
    rows = list(queries.open_candidates(request.user).filter(pk=pk).select_related("exchange"))
    is_same = request.POST.get("verdict") == "same"
    try:
        operations.decide(candidates=rows or [Candidate(pk=pk)], is_same=is_same, reason=request.POST.get("reason", ""),
                          by=request.user, on=clock.today())  # fmt: skip
    except Refused as refusal:
        if refusal.code != "reason":
            raise
        messages.error(request, together(refusal.reasons))
    else:
        if is_same:
            jobs.ask_to_compare(rows[0].exchange, by=scopes.SYSTEM)
        messages.success(request, _("已登记判定，以后的文件照此办理。"))
    return HttpResponseRedirect(reverse("comparison:pairs"))
