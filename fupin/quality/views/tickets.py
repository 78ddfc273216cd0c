"""One ticket: who and where, what the rule asks and why it finds, the history, and the act that is possible now."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from fupin.accounts import scopes
from fupin.conditions.judging import Explanation
from fupin.core import clock
from fupin.core.refusals import NotFound, Refused, Stale
from fupin.core.shown_files import answer_with
from fupin.policy.quality import Rule
from fupin.quality import operations, queries, recheck
from fupin.quality.comparison import facts
from fupin.quality.forms import AnswerForm, AssignForm, ReviewForm
from fupin.quality.issued import queries as issued
from fupin.quality.models import Ticket, TicketEvidence
from fupin.quality.views import shown
from fupin.quality.words import ACTS, STATES, State
from fupin.rulebook import own_sources


@require_GET
def ticket(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a ticket."""
    return _page(request, queries.ticket_for(request.user, pk))


def _page(request: HttpRequest, one: Ticket, status: int = 200, **given: Any) -> HttpResponse:
    (line,) = shown.lines_of([one])
    held = scopes.permissions_at(request.user, one.village_id)
    start = {"version": one.version}
    is_open, waits = one.state == State.OPEN, one.state == State.ANSWERED
    history = _history(one)
    context = {
        "line": line, "ticket": one, "about": shown.about(line), "asks": shown.asks(one.rule, one.village_id), "why": shown.why_of(one),
        "level": shown.level_of(one), "answer": shown.answer_of(one), "explained": _explained(one), "told": (told := facts.told([one]).get(one.pk, [])), "compared": [] if told else _compared(one), **_issued(one),
        "history": history, **_given(one, history), "edit": _edit(line, shown.rule_of(one.rule, one.village_id)) if is_open and "registry.change" in held else "",
        "answer_form": AnswerForm(initial=start) if is_open and "quality.answer" in held else None,
        "review_form": ReviewForm(initial=start) if waits and "quality.review" in held else None,
        "assign_form": _assign_form(request, one, start) if _may_assign(one, held) else None,
        "own_answer": waits and one.answered_by_id == request.user.pk, "next": _next(request, one), **given,
    }  # fmt: skip
    return render(request, "quality/ticket.html", context, status=status)


_ANSWERS = ("correct", "report", "confirm", "pass_on")


def _given(one: Ticket, history: list[dict[str, Any]]) -> dict[str, Any]:
    """Who gave the answer that stands, and what it rests on: whoever checks it looks at that first."""
    last = next((each for each in history if each["act"].act in _ANSWERS), None) if one.answer else None
    return {"answered_by": last["who"], "rests_on": last["files"]} if last else {}


def _next(request: HttpRequest, one: Ticket) -> Ticket | None:
    """What this person turns to after this one: whoever looks at another's answer goes on checking, else answering."""
    held = scopes.permissions_of(request.user)
    checks = one.state != State.OPEN and one.answered_by_id != request.user.pk
    for reviews in (checks, not checks):
        if ("quality.review" if reviews else "quality.answer") in held:
            found = queries.next_for(request.user, one, reviews=reviews)
            if found is not None:
                return found
    return None


def _compared(one: Ticket) -> list[dict[str, str]]:
    """The departments' sources whose files open tickets of its rule in its village, and what is to be done about a hit;
    none where the register itself shows why the rule finds."""
    rule = shown.rule_of(one.rule, one.village_id)
    if rule is None or rule.finds:
        return []
    usable, english = own_sources.usable(on=clock.today(), division=one.village_id), scopes.is_english()
    return [
        {"label": source.label_en if english else source.label,
         "department": source.department_en if english else source.department,
         "means": source.means_en if english else source.means}
        for source in usable.values() if one.rule in source.rules
    ]  # fmt: skip


def _issued(one: Ticket) -> dict[str, Any]:
    """What the sender of a list says, where the ticket is a line of one."""
    row = issued.line_of(one)
    return {} if row is None else {"issued": row, "said": issued.said(row)}


def _may_assign(one: Ticket, held: frozenset[str]) -> bool:
    return "quality.review" in held and (one.state == State.OPEN or one.answer == "elsewhere")


def _assign_form(request: HttpRequest, one: Ticket, start: dict[str, Any]) -> AssignForm:
    return AssignForm(officers=operations.candidates(request.user, [one.village_id]), initial=start)


def _explained(one: Ticket) -> Explanation | None:
    """Why the rule finds it, with the record's values of now; nothing where no single record decides."""
    rule = shown.rule_of(one.rule, one.village_id)
    if rule is None or not rule.finds or one.household_id is None or rule.dataset == "divisions":
        return None
    try:
        return recheck.explain(rule, one.household_id, one.person_id, clock.today())
    except NotFound:
        return None


def _history(one: Ticket) -> list[dict[str, Any]]:
    english = scopes.is_english()
    return [
        {"act": act, "label": ACTS[act.act][english], "who": who, "state": STATES[State(act.state)],
         "answer": shown.answer_of(act), "files": files}
        for act, who, files in queries.history(one)
    ]  # fmt: skip


def _edit(line: shown.Line, rule: Rule | None) -> str:
    """Where the record is corrected that the ticket is about: a department's file finds a member, but what its rule asks
    about may stand on the household's sheet."""
    if line.subject.person and (rule is None or rule.dataset != "households"):
        return reverse("registry:person_change", args=[line.subject.person])
    return reverse("registry:change", args=[line.subject.household]) if line.subject.household else ""


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The officer's answer to one ticket."""
    one = queries.ticket_for(request.user, pk, "quality.answer")
    form = AnswerForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data
        try:
            done = operations.answer(
                tickets=[one.pk], answer=data["answer"], reason=data["reason"], files=[data["file"]] if data["file"] else [],
                by=request.user, on=clock.today(), base_version=data["version"],
            )  # fmt: skip
        except (NotFound, Stale):
            raise
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            tell(request, done)
            return HttpResponseRedirect(reverse("quality:ticket", args=[one.pk]))
    return _page(request, one, 422, answer_form=form)


def tell(request: HttpRequest, done: operations.Answered) -> None:
    """What became of the answers, in a sentence for each kind."""
    said = (
        (messages.success, done.closed, ngettext("规则复核通过，%(count)d 个问题已办结。", "规则复核通过，%(count)d 个问题已办结。", len(done.closed))),
        (messages.success, done.waiting, ngettext("%(count)d 个答复已提交，等待复核。", "%(count)d 个答复已提交，等待复核。", len(done.waiting))),
        (messages.error, done.still_found, ngettext("%(count)d 个问题更正后规则仍命中，请打开问题，对照其中的说明再核对。", "%(count)d 个问题更正后规则仍命中，请打开问题，对照其中的说明再核对。", len(done.still_found))),
    )  # fmt: skip
    for tell, pks, sentence in said:
        if pks:
            tell(request, sentence % {"count": len(pks)})


@require_POST
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person's word."""
    one = queries.ticket_for(request.user, pk, "quality.review")
    form = ReviewForm(request.POST)
    if form.is_valid():
        accepts = request.POST.get("decision") == "accept"
        try:
            operations.review(tickets=[one.pk], accepts=accepts, reason=form.cleaned_data["reason"], by=request.user,
                              on=clock.today(), base_version=form.cleaned_data["version"])  # fmt: skip
        except (NotFound, Stale):
            raise
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(request, _("复核通过，已办结。") if accepts else _("已退回重新核实。"))
            return HttpResponseRedirect(reverse("quality:ticket", args=[one.pk]))
    return _page(request, one, 422, review_form=form)


@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody else is to answer."""
    one = queries.ticket_for(request.user, pk, "quality.review")
    form = AssignForm(request.POST, officers=operations.candidates(request.user, [one.village_id]))
    if form.is_valid():
        data = form.cleaned_data
        try:
            operations.assign(tickets=[one.pk], to=data["officer"], reason=data["reason"], by=request.user,
                              on=clock.today(), base_version=data["version"])  # fmt: skip
        except (NotFound, Stale):
            raise
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(request, _("已指派。"))
            return HttpResponseRedirect(reverse("quality:ticket", args=[one.pk]))
    return _page(request, one, 422, assign_form=form)


@require_GET
def evidence(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    """A file that an answer rests on, for who may see the ticket."""
    one = queries.ticket_for(request.user, pk)
    rows = TicketEvidence.objects.filter(act__ticket=one, attachment=file).select_related("attachment")
    row = rows.first()
    if row is None or row.attachment is None:
        raise NotFound(_("没有这份材料"))
    return answer_with(row.attachment)
