"""One household in monitoring: its warnings with the visit that answers them, hand-overs, relief."""

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
from fupin.core.money import to_fen
from fupin.core.refusals import Refused
from fupin.core.sentences import together
from fupin.procedures.monitoring import areas as area_acts
from fupin.procedures.monitoring import civil, queries, warnings
from fupin.procedures.monitoring.areas import Given
from fupin.procedures.monitoring.civil import Aid, Handed
from fupin.procedures.monitoring.forms import AidForm, AnswerForm, ReferForm, ReliefForm, ReportForm, TakeOverForm
from fupin.procedures.monitoring.views import shown
from fupin.procedures.monitoring.warnings import Answered, Told
from fupin.procedures.monitoring.words import REPORT, State
from fupin.procedures.words import APPLY, CHECK, COMPARE, VERIFY, VIEW
from fupin.registry.queries import household_for


@require_GET
def home(request: HttpRequest, number: str) -> HttpResponse:
    """A household's warnings and what can be done."""
    return _page(request, number)


def _page(request: HttpRequest, number: str, **forms: Any) -> HttpResponse:
    household, fact = household_for(request.user, number, VIEW)
    on, village = clock.today(), fact.village_id
    rows = queries.of_household(request.user, household)
    held = scopes.permissions_at(request.user, village)
    waiting = [one for one in rows if one.state == State.OPEN]
    mine = queries.referrals_for(request.user).filter(household=household)
    given = queries.reliefs_for(request.user).filter(household=household)
    given_forms = {
        "answer_form": AnswerForm() if VERIFY in held and waiting else None,
        "refer_form": ReferForm() if CHECK in held else None,
        "take_over_form": TakeOverForm() if COMPARE in held else None,
        "relief_form": ReliefForm(events=_events(request.user)) if APPLY in held else None,
    }
    context = {
        "number": number, "lines": [(line, shown.about_of(line.row)) for line in shown.warnings(rows, on=on)],
        "name": shown.warnings(rows[:1], on=on)[0].name if rows else number, "place": shown.place_of(village),
        "waiting": waiting, "referrals": shown.referrals(list(mine)), "reliefs": shown.reliefs(list(given), on=on),
        "may_report": REPORT in held, "is_late": any(one.due_on < on for one in waiting), **given_forms, **forms,
    }  # fmt: skip
    return render(request, "procedures/monitoring/home.html", context, status=422 if forms else 200)


def _events(user: Any) -> list[Any]:
    return list(queries.events_for(user).filter(ended_on=None)[:20])


@require_GET
def card(request: HttpRequest, number: str) -> HttpResponse:
    """The card on the page of a household: its warnings, and the way to report one."""
    household, fact = household_for(request.user, number)
    scopes.require(request.user, VIEW)
    rows = queries.of_household(request.user, household)
    context = {"lines": [(line, shown.about_of(line.row)) for line in shown.warnings(rows, on=clock.today())],
               "number": number, "may_report": scopes.may(request.user, REPORT, fact.village_id)}  # fmt: skip
    return render(request, "procedures/monitoring/parts/card.html", context)


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, number: str) -> HttpResponse:
    """Take a report down; who only reports comes back to the household's page."""
    household, fact = household_for(request.user, number)
    scopes.require(request.user, REPORT, fact.village_id)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        told = Told(household.pk, data["origin"], data["about"], data["told_by"], ",".join(data["risks"]))
        try:
            warnings.report(told=told, by=request.user, on=data["on"])
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(request, _("已登记预警。"))
            may = scopes.may(request.user, VIEW, fact.village_id)
            return HttpResponseRedirect(reverse("monitoring:home" if may else "registry:household", args=[number]))
    context = {"form": form, "number": number}
    return render(request, "procedures/monitoring/report.html", context, status=422 if form.errors else 200)


@require_POST
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """One visit answers all warnings of the household that wait."""
    household, fact = household_for(request.user, number, VIEW)
    scopes.require(request.user, VERIFY, fact.village_id)
    form = AnswerForm(request.POST)
    waiting = [one.pk for one in queries.of_household(request.user, household) if one.state == State.OPEN]
    if form.is_valid():
        data = form.cleaned_data
        answered = Answered(data["answer"], data["visited_on"], data["finding"], data["spoke_to"], data["late_reason"],
                            data["kind"], ",".join(data["risks"]))  # fmt: skip
        try:
            rows = warnings.answer(signals=waiting, answered=answered, by=request.user)
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(request, _("已登记核实结果。"))
            case = next((one.case_id for one in rows if one.case_id), None) if data["answer"] == "lead" else None
            there = reverse("procedures:case", args=[case]) if case else reverse("monitoring:home", args=[number])
            return HttpResponseRedirect(there)
    return _page(request, number, answer_form=form)


@require_POST
def refer(request: HttpRequest, number: str) -> HttpResponse:
    """Hand the household over to civil affairs."""
    household, fact = household_for(request.user, number, VIEW)
    scopes.require(request.user, CHECK, fact.village_id)
    form = ReferForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            civil.refer(
                handed=Handed(household.pk, data["kind"], data["reason"], data["document"]),
                by=request.user,
                on=data["on"],
            )
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            return _done(request, number, _("已转民政部门。"))
    return _page(request, number, refer_form=form)


@require_POST
def take_over(request: HttpRequest, number: str) -> HttpResponse:
    """Take the household over from civil affairs, with their decision."""
    household, fact = household_for(request.user, number, VIEW)
    scopes.require(request.user, COMPARE, fact.village_id)
    form = TakeOverForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        handed = Handed(household.pk, data["kind"], data["reason"], data["document"])
        aid = Aid(data["decision"], data["decided_on"], data["note"])
        try:
            civil.take_over(handed=handed, aid=aid, by=request.user, on=data["on"])
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            return _done(request, number, _("已接收，列入待入户清单。"))
    return _page(request, number, take_over_form=form)


@require_POST
def relief(request: HttpRequest, number: str) -> HttpResponse:
    """Record relief that comes first."""
    household, fact = household_for(request.user, number, VIEW)
    scopes.require(request.user, APPLY, fact.village_id)
    form = ReliefForm(request.POST, events=_events(request.user))
    if form.is_valid():
        data = form.cleaned_data
        amount = to_fen(data["amount"]) if data["amount"] is not None else None
        given = Given(
            household.pk, data["kind"], data["what"], data["reason"], amount, ",".join(data["risks"]), data["event"]
        )
        try:
            area_acts.relieve(given=given, by=request.user, on=data["on"])
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            return _done(request, number, _("已登记先行救助，请在期限内补办识别程序。"))
    return _page(request, number, relief_form=form)


@require_POST
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter the decision of civil affairs."""
    row = queries.referral_for(request.user, pk)
    scopes.require(request.user, COMPARE, row.village_id)
    form = AidForm(request.POST)
    back = HttpResponseRedirect(reverse("monitoring:referrals"))
    if not form.is_valid():
        messages.error(request, _("请填写民政决定和决定日期"))
        return back
    data = form.cleaned_data
    try:
        civil.enter_decision(referral=pk, aid=Aid(data["decision"], data["decided_on"], data["note"]), by=request.user)
    except Refused as refusal:
        messages.error(request, together(refusal.reasons))
    else:
        messages.success(request, _("已登记。"))
    return back


def _done(request: HttpRequest, number: str, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return HttpResponseRedirect(reverse("monitoring:home", args=[number]))
