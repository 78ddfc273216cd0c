"""Guarantee findings on screen, for one household or several alike; and several households that move together."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.refusals import Refused
from fupin.registry import operations, queries, words
from fupin.registry.forms.accounts import FindingsForm
from fupin.registry.forms.households import MoveForm
from fupin.registry.views.acts import Act, about, form_methods, home_of, open_page, perform

MOST = 200


def findings_from(form: Any, households: list[int]) -> list[operations.Finding]:
    """The findings that a form holds, for each household."""
    data = form.cleaned_data
    return [
        operations.Finding(household, one, data[one], data[f"evidence_{one}"], data["found_by"])
        for household in households
        for one in words.GUARANTEES
        if data.get(one)
    ]


@form_methods
def findings(request: HttpRequest, number: str) -> HttpResponse:
    """What was found of a household's guarantees."""
    page = open_page(request, number)

    def do(form: FindingsForm) -> str:
        rows = findings_from(form, [page.household.pk])
        operations.record_findings(findings=rows, by=request.user, on=form.cleaned_data["happened_on"])
        return home_of(page)

    return perform(request, Act(
        f"findings:{number}", _("保障核查"), home_of(page), do, _("已登记核查结果。"),
        lambda data: FindingsForm(data, on=page.on, initial={"happened_on": page.on}),
        about=about(page),
    ))  # fmt: skip


def chosen_households(request: HttpRequest) -> list[Any]:
    """The chosen households of the own area. Raises Refused where none or too many are chosen."""
    numbers = list(dict.fromkeys(request.POST.getlist("chosen") or request.GET.getlist("chosen")))
    if not numbers or len(numbers) > MOST:
        raise Refused(_("请先在列表中选中户（一次最多 %(most)d 户）") % {"most": MOST})
    return list(queries.households_for(request.user, "registry.change").filter(number__in=numbers))


@form_methods
def findings_many(request: HttpRequest) -> HttpResponse:
    """The same finding for several households."""
    scopes.require(request.user, "registry.change")
    cards, today = chosen_households(request), clock.today()

    def do(form: Any) -> None:
        rows = findings_from(form, [card.household_id for card in cards])
        operations.record_findings(findings=rows, by=request.user, on=form.cleaned_data["happened_on"])

    data = request.POST if request.method == "POST" else None
    form = FindingsForm(data, on=today, initial={"happened_on": today})
    return _many(request, cards, form, _("保障核查"), do)


@form_methods
def move_many(request: HttpRequest) -> HttpResponse:
    """Several households move to one village together."""
    scopes.require(request.user, "registry.change")
    cards, today = chosen_households(request), clock.today()

    def do(form: Any) -> None:
        values = {name: value for name, value in form.filled().items() if name not in ("village", "happened_on")}
        movings = [operations.Moving(card.household_id, form.cleaned_data["village"], values) for card in cards]
        operations.move_households(movings=movings, by=request.user, on=form.cleaned_data["happened_on"])

    data = request.POST if request.method == "POST" else None
    return _many(request, cards, MoveForm(data, on=today, initial={"happened_on": today}), _("整体迁移"), do)


def _many(request: HttpRequest, cards: list[Any], form: Any, title: str, do: Any) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            do(form)
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(request, _("%(title)s：已办理 %(count)d 户。") % {"title": title, "count": len(cards)})
            return HttpResponseRedirect(reverse("registry:households"))
    context = {"act": {"title": title, "back": reverse("registry:households")}, "form": form, "chosen": cards}
    return render(request, "registry/act.html", context, status=422 if form.errors else 200)
