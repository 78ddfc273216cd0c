"""Several tickets at once: one answer to those of one rule, one word of the second person, one officer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.refusals import NotFound, Refused
from fupin.quality import operations, queries
from fupin.quality.forms import AnswerForm, AssignForm, ReviewForm
from fupin.quality.models import Ticket
from fupin.quality.views import shown
from fupin.quality.views.lists import NAMES
from fupin.quality.views.tickets import tell

Do = Callable[[list[int], Any], object]
_MOST_QUERY = 1_000
"""Characters of a list's filters."""


@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest) -> HttpResponse:
    """One answer to several tickets of one rule."""
    scopes.require(request.user, "quality.answer")
    rows = _chosen(request, "quality.answer")
    if not rows:
        return _nothing(request)
    if len({one.rule for one in rows}) > 1:
        return _apart(request, rows)
    form = AnswerForm(request.POST or None, request.FILES or None)

    def do(pks: list[int], data: Any) -> None:
        files = [data["file"]] if data["file"] else []
        tell(request, operations.answer(tickets=pks, answer=data["answer"], reason=data["reason"], files=files,
                                        by=request.user, on=clock.today()))  # fmt: skip

    return _perform(request, rows, form, do, title=_("一起答复"), explain=shown.asks(rows[0].rule))


@require_http_methods(["GET", "POST"])
def review(request: HttpRequest) -> HttpResponse:
    """One word to several answers."""
    scopes.require(request.user, "quality.review")
    rows = _chosen(request, "quality.review")
    if not rows:
        return _nothing(request)
    accepts = request.POST.get("decision") != "send_back"

    def do(pks: list[int], data: Any) -> None:
        operations.review(tickets=pks, accepts=accepts, reason=data["reason"], by=request.user, on=clock.today())
        messages.success(request, _("复核通过，已办结。") if accepts else _("已退回重新核实。"))

    form, files = ReviewForm(request.POST or None), queries.evidence_of(rows)
    said = [(line, shown.answer_of(line.ticket), files.get(line.ticket.pk, [])) for line in shown.lines_of(rows)]
    return _perform(request, rows, form, do, title=_("一起复核"), said=said)


@require_http_methods(["GET", "POST"])
def assign(request: HttpRequest) -> HttpResponse:
    """One officer for several tickets, or each to the officer of its village."""
    scopes.require(request.user, "quality.review")
    rows = _chosen(request, "quality.review")
    if not rows:
        return _nothing(request)
    officers = operations.candidates(request.user, {one.village_id for one in rows})

    def do(pks: list[int], data: Any) -> None:
        operations.assign(tickets=pks, to=data["officer"], reason=data["reason"], by=request.user, on=clock.today())
        messages.success(request, _("已指派。"))

    return _perform(request, rows, AssignForm(request.POST or None, officers=officers), do, title=_("一起指派"))


def _perform(request: HttpRequest, rows: list[Ticket], form: Any, do: Do, **context: Any) -> HttpResponse:
    kept = _list(request)
    back = f"{reverse('quality:tickets')}?{kept}"
    if request.method == "POST" and form.is_valid():
        try:
            do([one.pk for one in rows], form.cleaned_data)
        except NotFound:
            raise
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            return HttpResponseRedirect(back)
    given = {"form": form, "lines": shown.lines_of(rows), "back": back, "kept": kept, **context}
    return render(request, "quality/many.html", given, status=422 if form.errors else 200)


def _nothing(request: HttpRequest) -> HttpResponse:
    """Nothing was ticked: back to the list, with what to do there."""
    messages.warning(request, _("请先选择要办理的问题"))
    return HttpResponseRedirect(f"{reverse('quality:tickets')}?{_list(request)}")


def _apart(request: HttpRequest, rows: list[Ticket]) -> HttpResponse:
    """Each rule asks something else: tickets of several are answered rule by rule."""
    kept = _list(request)
    by_rule: dict[str, list[shown.Line]] = {}
    for line in shown.lines_of(rows):
        by_rule.setdefault(line.ticket.rule, []).append(line)
    parts = [
        (lines, shown.asks(rule), urlencode({"chosen": [one.ticket.pk for one in lines], "list": kept}, doseq=True))
        for rule, lines in by_rule.items()
    ]
    given = {"parts": parts, "back": f"{reverse('quality:tickets')}?{kept}", "count": len(rows)}
    return render(request, "quality/apart.html", given)


def _list(request: HttpRequest) -> str:
    """The filters of the list in which they were ticked, to go back to it; what waits, where it had none."""
    given = QueryDict((request.POST if request.method == "POST" else request.GET).get("list", "")[:_MOST_QUERY])
    return urlencode({name: given[name] for name in NAMES if given.get(name)} or {"state": "unclosed"})


def _chosen(request: HttpRequest, permission: str) -> list[Ticket]:
    """The tickets that were ticked. Raises NotFound where one is out of reach."""
    given = request.POST if request.method == "POST" else request.GET
    pks = {int(text) for text in given.getlist("chosen") if text.isdecimal() and len(text) < 19}
    rows = list(queries.tickets_for(request.user, permission).filter(pk__in=pks).select_related("assigned_to"))
    if len(rows) != len(pks):
        raise queries.not_there()
    return rows
