"""Tickets as a workbook: taken along, brought back, looked at, confirmed; what is returned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fupin.accounts import scopes
from fupin.core import clock, results
from fupin.core.refusals import Refused
from fupin.core.sentences import together
from fupin.quality.forms import AnswerBookForm
from fupin.quality.offline import applying, bringing, jobs, queries, returning, standing, taking_out
from fupin.quality.offline.models import AnswerBook, AnswerLine
from fupin.quality.offline.words import ANSWER, AT_ONCE, FATES, HANDED_IN, REASON, RETURNED, TICKET, Fate, Stage
from fupin.quality.views import shown
from fupin.quality.views.lists import sentences, wanted_of
from fupin.quality.words import ANSWERS, Answer

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TONES = {Stage.READY: "warn", Stage.DONE: "good", Stage.STOPPED: "warn", Stage.REFUSED: "wrong"}
_TONES = {Fate.GOOD: "good", Fate.CLOSED: "good", Fate.REFUSED: "wrong", Fate.CHANGED: "warn", Fate.STILL: "warn"}


@require_http_methods(["GET", "POST"])
def workbook(request: HttpRequest) -> HttpResponse:
    """The open tickets of the list, to be answered without a line; of many the workbook is made in the background."""
    scopes.require(request.user, taking_out.EXPORT)
    wanted, on = wanted_of(request), clock.today()
    told = [text for text, name in sentences(request, wanted) if name != "state"]
    if taking_out.is_long(request.user, wanted):
        if request.method == "POST":
            jobs.ask_to_take_out(wanted=wanted, told=told, by=request.user)
            return _arranged(request)
        return _offered(request, _("带出填答"), f"{reverse('quality:tickets')}?{request.GET.urlencode()}", told)
    data, _count = taking_out.take_out(wanted=wanted, told=told, by=request.user, on=on)
    return _file(data, taking_out.file_name(on))


def _offered(request: HttpRequest, title: str, back: str, told: Sequence[str] = ()) -> HttpResponse:
    """What is too long for a request is offered to the background."""
    context = {"title": title, "back": back, "told": told, "most": AT_ONCE, "hours": results.KEPT.days * 24}
    return render(request, "quality/answers/long.html", context)


def _arranged(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("已安排在后台生成，完成后在这里下载。"))
    return HttpResponseRedirect(reverse("desk:jobs"))


def _file(data: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=XLSX)
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    return answer


@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Bring a workbook back; below, those that were brought so far."""
    scopes.require(request.user, queries.PERMISSION)
    form = AnswerBookForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _take_in(request, form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
    rows, mark = queries.books_of(request.user), request.GET.get("after", "")
    found = list((rows.filter(pk__lt=int(mark)) if mark.isdecimal() and len(mark) < 19 else rows)[: queries.PAGE + 1])
    context = {"form": form, "lines": _books(found[: queries.PAGE]), "starts": not mark,
               "next": found[queries.PAGE - 1].pk if len(found) > queries.PAGE else None}  # fmt: skip
    return render(request, "quality/answers/home.html", context, status=422 if form.errors else 200)


def _line(book: AnswerBook, *, is_stuck: bool) -> dict[str, Any]:
    """A workbook with where it stands; one on which work stands still says so."""
    if is_stuck:
        return {"book": book, "state": _("停住，待继续"), "tone": "wrong"}
    return {"book": book, "state": book.get_state_display(), "tone": TONES.get(Stage(book.state), "quiet")}


def _books(rows: Sequence[AnswerBook]) -> list[dict[str, Any]]:
    """Workbooks with how many of their lines were handed in and returned."""
    found, stuck = queries.counts_of(rows), standing.stuck(rows)
    return [
        _line(one, is_stuck=one.pk in stuck)
        | {"handed_in": _sum(found[one.pk], HANDED_IN), "returned": _sum(found[one.pk], RETURNED)}
        for one in rows
    ]  # fmt: skip


def _sum(counts: Mapping[str, int], fates: Sequence[Fate]) -> int:
    return sum(counts.get(one, 0) for one in fates)


def _take_in(request: HttpRequest, given: dict[str, Any]) -> HttpResponse:
    book, is_new = bringing.take_in(file=given["file"], evidence=given["evidence"], by=request.user, on=clock.today())
    if is_new:
        jobs.ask(standing.READ, book, by=request.user)
    else:
        messages.info(request, _("这份工作簿刚才已经上传，还没有确认，就是这一份。"))
    return HttpResponseRedirect(reverse("quality:answer_book", args=[book.pk]))


@require_GET
def book(request: HttpRequest, pk: int) -> HttpResponse:
    """One workbook: what would become of its lines, or what became of them."""
    return render(request, "quality/answers/book.html", _context(request, queries.book_of(request.user, pk)))


@require_GET
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """The moving part of the page while work goes on."""
    context = _context(request, queries.book_of(request.user, pk))
    response = render(request, "quality/answers/state.html", context)
    if not context["at_work"]:
        response["HX-Refresh"] = "true"
    return response


def _context(request: HttpRequest, book: AnswerBook) -> dict[str, Any]:
    work = standing.of(book)
    counts = queries.counts(book) if book.state != Stage.READING else {}
    good = queries.answers(book, [Fate.GOOD]) if counts else {}
    return _line(book, is_stuck=bool(work.stuck)) | {
        "job": work.job, "stuck": work.stuck, "at_work": work.is_at_work,
        "handed_in": _sum(counts, HANDED_IN), "returned": _sum(counts, RETURNED),
        "figures": [(FATES[one], counts[one], one) for one in Fate if counts.get(one)], "good": counts.get(Fate.GOOD, 0),
        "answers": [(ANSWERS[Answer(one)], count) for one, count in good.items()],
        **(_page(request, book) if counts else {}),
    }  # fmt: skip


def _page(request: HttpRequest, book: AnswerBook) -> dict[str, Any]:
    """A page of its lines; those that nobody has filled in only where they are asked for."""
    fate, mark = request.GET.get("fate", ""), request.GET.get("after", "")
    rows = AnswerLine.objects.filter(book=book).select_related("ticket", "ticket__assigned_to").order_by("pk")
    rows = rows.filter(fate=fate) if fate in FATES else rows.exclude(fate=Fate.EMPTY)
    found = list((rows.filter(pk__gt=int(mark)) if mark.isdecimal() and len(mark) < 20 else rows)[: queries.PAGE + 1])
    return {
        "fate": fate, "starts": not mark, "lines": _lines(request, found[: queries.PAGE]),
        "next": found[queries.PAGE - 1].pk if len(found) > queries.PAGE else None,
    }  # fmt: skip


def _lines(request: HttpRequest, rows: list[AnswerLine]) -> list[dict[str, Any]]:
    """Lines in the words of the list; a ticket that the person no longer reaches is not told."""
    there = bringing.reachable(request.user, {one.ticket_id for one in rows if one.ticket_id is not None})
    told = {line.ticket.pk: line for line in shown.lines_of(list(there.values()))}
    return [
        {"row": one, "line": told.get(one.ticket_id or 0), "number": said[TICKET], "reason": said[REASON],
         "answer": shown.answer_of(one) or said[ANSWER], "tone": _TONES.get(Fate(one.fate), "quiet"),
         "fate": one.get_fate_display()}
        for one, said in zip(rows, queries.said(rows), strict=True)
    ]  # fmt: skip


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in what is good, or drop the workbook; where work stands still, let it go on, or stop it."""
    one, act = queries.book_of(request.user, pk), request.POST.get("act", "")
    acts: dict[str, Callable[..., Any]] = {
        "confirm": jobs.hand_in,
        "go_on": jobs.go_on,
        "stop": applying.stop,
        "drop": bringing.drop,
    }
    try:
        if act in acts:
            acts[act](book=one, by=request.user, on=clock.today())
        if act == "drop":
            messages.success(request, _("已放弃，没有提交任何答复。"))
            return HttpResponseRedirect(reverse("quality:answers"))
    except Refused as refusal:
        messages.error(request, together(refusal.reasons))
    return HttpResponseRedirect(reverse("quality:answer_book", args=[one.pk]))


@require_http_methods(["GET", "POST"])
def returned(request: HttpRequest, pk: int) -> HttpResponse:
    """The lines that were returned, as a workbook that is taken again once corrected."""
    one, on = queries.book_of(request.user, pk), clock.today()
    if returning.is_long(one):
        if request.method == "POST":
            jobs.ask(jobs.RETURN, one, by=request.user)
            return _arranged(request)
        return _offered(request, _("取回退回的行"), reverse("quality:answer_book", args=[one.pk]))
    data, _count = returning.returned(book=one, by=request.user, on=on)
    return _file(data, returning.file_name(on))
