"""Issued lists on screen: taken in, columns said once, watched, decided line by line, filled and taken away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fupin.accounts import scopes
from fupin.core import clock, results
from fupin.core.refusals import Refused
from fupin.core.sentences import together
from fupin.divisions.queries import tree
from fupin.quality import queries as tickets
from fupin.quality.issued import deciding, jobs, queries, shown, taking
from fupin.quality.issued.forms import TakeInForm, answers_in, columns_in, headers_in
from fupin.quality.issued.models import IssuedList
from fupin.quality.issued.words import FATES, ROLES, Fate, Stage

PAGE = 50
TONES = {Stage.MAPPING: "warn", Stage.OUT: "good", Stage.REFUSED: "wrong"}


def _line(one: IssuedList) -> dict[str, Any]:
    return {"one": one, "place": tree().name(one.division_id), "tone": TONES.get(Stage(one.state), "quiet")}


@login_required
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Take a list in; below, those that came so far."""
    scopes.require(request.user, "quality.issue")
    form = TakeInForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            return _take_in(request, form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
    rows, mark = queries.lists_for(request.user).order_by("-id"), request.GET.get("after", "")
    found = list((rows.filter(pk__lt=int(mark)) if mark.isdecimal() and len(mark) < 19 else rows)[: PAGE + 1])
    context = {"form": form, "lines": [_line(one) for one in found[:PAGE]],
               "next": found[PAGE - 1].pk if len(found) > PAGE else None}  # fmt: skip
    return render(request, "quality/issued/home.html", context, status=400 if form.errors else 200)


def _take_in(request: HttpRequest, given: dict[str, Any]) -> HttpResponse:
    file = given.pop("file")
    one, is_new = taking.take_in(data=file.read(), name=file.name or "", by=request.user, **given)
    if is_new:
        jobs.ask(jobs.READ, one, by=request.user)
    else:
        messages.info(request, _("这个文件已经上传过，没有重复接收，这就是那份名单。"))
    return HttpResponseRedirect(reverse("issued:list", args=[one.pk]))


@login_required
@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One list: where it stands, how far each place is, what of it our rules had found."""
    return render(request, "quality/issued/list.html", _context(request, queries.list_of(request.user, pk)))


@login_required
@require_GET
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """The moving part of the page while work goes on."""
    context = _context(request, queries.list_of(request.user, pk))
    response = render(request, "quality/issued/parts/state.html", context)
    if not context["at_work"]:
        response["HX-Refresh"] = "true"
    return response


def _context(request: HttpRequest, one: IssuedList) -> dict[str, Any]:
    job, filled = jobs.job_of(one), jobs.filled_for(one, request.user)
    running = ("waiting", "running")
    failed = next((each.message for each in (job, filled) if each and each.state in ("failed", "interrupted")), "")
    fills = filled is not None and filled.state in running
    at_work = (one.state in (Stage.READING, Stage.MATCHING) and not failed) or fills
    standing = queries.standing(one)
    wanted = tickets.Wanted(issued=one.pk)
    return _line(one) | {
        "job": filled if fills else job, "at_work": at_work, "failed": failed, "standing": standing,
        "places": tickets.counts(request.user, wanted, "division", clock.today()) if standing.out else [],
        "rules": shown.rules(queries.own_rules(one)) if standing.found_before else [],
        "file": filled if filled is not None and results.is_there(filled) else None,
        "figures": shown.figures(one, standing), "newer": one.newer.order_by("-id").first(),
    }  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """The header that was found with the first lines; the officer says what each column holds."""
    one = queries.list_of(request.user, pk)
    refused: tuple[str, ...] = ()
    other: dict[str, tuple[int, int]] = {}
    if request.method == "POST":
        try:
            if other := headers_in(request.POST, one.sheets):
                taking.look_anew(one, other)
                messages.info(request, _("已按您填的表头行重新识别，请再核对各列。"))
            elif request.POST.get("do") != "look":
                return _map(request, one)
        except Refused as refusal:
            refused, other = refusal.reasons, {}
    context = _line(one) | {"sheets": shown.sheets(one, taking.preview(one), request.POST, other), "roles": ROLES.items(),
                            "words": shown.words(one, request.POST), "refused": refused}  # fmt: skip
    return render(request, "quality/issued/columns.html", context, status=422 if refused else 200)


def _map(request: HttpRequest, one: IssuedList) -> HttpResponse:
    taking.map_columns(one=one, columns=columns_in(request.POST, one.sheets), answers=answers_in(request.POST),
                       by=request.user, on=clock.today())  # fmt: skip
    jobs.ask(jobs.MATCH, one, by=request.user)
    return HttpResponseRedirect(reverse("issued:list", args=[one.pk]))


@login_required
@require_GET
def lines(request: HttpRequest, pk: int) -> HttpResponse:
    """The lines of a list, in the sender's order, narrowed to what became of them."""
    one = queries.list_of(request.user, pk)
    fate, mark = request.GET.get("fate", ""), request.GET.get("after", "")
    rows = queries.lines_of(request.user, one, fate if fate in FATES else "", found_before="before" in request.GET)
    found = list((rows.filter(pk__gt=int(mark)) if mark.isdecimal() and len(mark) < 20 else rows)[: PAGE + 1])
    context = _line(one) | {
        "lines": shown.lines(found[:PAGE]), "fate": fate, "fates": FATES.items(), "is_out": one.state == Stage.OUT,
        "next": found[PAGE - 1].pk if len(found) > PAGE else None,
    }  # fmt: skip
    return render(request, "quality/issued/lines.html", context)


@login_required
@require_POST
def match(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """Say whom a line means."""
    one, given = queries.list_of(request.user, pk), request.POST
    household, _dash, person = (given.get("household") or given.get("chosen", "")).partition("/")
    try:
        deciding.match_by_hand(
            one=one, line=line, household=household, person=person, by=request.user, on=clock.today()
        )
    except Refused as refusal:
        if refusal.code not in ("household", "person", "state", "fate"):
            raise
        messages.error(request, together(refusal.reasons))
    else:
        messages.success(request, _("已对应并下发到嘎查村。"))
    return _back_to_lines(one, Fate(given["fate"]) if given.get("fate") in FATES else None)


@login_required
@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Give lines back to the sender with the reason."""
    one = queries.list_of(request.user, pk)
    chosen = {int(text) for text in request.POST.getlist("chosen") if text.isdecimal() and len(text) < 19}
    try:
        count = deciding.return_lines(
            one=one, lines=chosen, reason=request.POST.get("reason", ""), by=request.user, on=clock.today()
        )
    except Refused as refusal:
        if refusal.code == "line":
            raise
        messages.error(request, together(refusal.reasons))
    else:
        messages.success(request, _("已退回 %(count)d 行，理由会填回名单。") % {"count": count})
    return _back_to_lines(one, Fate(request.POST["fate"]) if request.POST.get("fate") in FATES else None)


def _back_to_lines(one: IssuedList, fate: Fate | None) -> HttpResponse:
    address = reverse("issued:lines", args=[one.pk])
    return HttpResponseRedirect(f"{address}?fate={fate}" if fate else address)


@login_required
@require_POST
def fill(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the sender's file filled; it waits on the list's page."""
    one = queries.list_of(request.user, pk)
    if one.state != Stage.OUT:
        raise Refused(_("只有已下发的名单可以回填"), "state")
    jobs.ask(jobs.GIVE_BACK, one, by=request.user)
    return HttpResponseRedirect(reverse("issued:list", args=[one.pk]))
