"""Meetings on screen: entered from the paper minutes, cases voted on one below the other, for one phone or projector."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.refusals import Refused
from fupin.core.sentences import together
from fupin.core.shown_files import answer_with
from fupin.papers.queries import PRINT
from fupin.procedures import meetings, queries
from fupin.procedures.forms import MeetingFileForm, MeetingForm
from fupin.procedures.meetings import Held, Voted
from fupin.procedures.models import Meeting
from fupin.procedures.views import shown
from fupin.procedures.words import MEET, MEETING_EVIDENCE, VIEW
from fupin.rulebook import queries as rulebook


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The meetings of the own area, the newest first."""
    scopes.require(request.user, VIEW)
    page = Paginator(queries.meetings_for(request.user), queries.PAGE).get_page(request.GET.get("page"))
    lines = [(one, shown.place_of(one.division_id)) for one in page.object_list]
    context = {"lines": lines, "page": page, "may_meet": scopes.may(request.user, MEET)}
    return render(request, "procedures/meetings.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Enter a meeting."""
    scopes.require(request.user, MEET)
    form = MeetingForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            row = meetings.hold(held=Held(**form.cleaned_data), by=request.user, on=clock.today())
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            return HttpResponseRedirect(reverse("procedures:meeting", args=[row.pk]))
    return render(request, "procedures/meeting_new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """A meeting: who came, what it resolved on each case; votes are entered here."""
    permission = MEET if request.method == "POST" else VIEW
    row, typed = queries.meeting_for(request.user, pk, permission), {}
    if request.method == "POST":
        try:
            count = meetings.vote(meeting=row, votes=_votes(request), by=request.user, on=clock.today(),
                                  version=_number(request.POST.get("version", "")))  # fmt: skip
        except Refused as refusal:
            messages.error(request, together(refusal.reasons))
            typed = _typed(request)
        else:
            messages.success(request, _("已登记 %(count)d 户的表决结果。") % {"count": count})
            return HttpResponseRedirect(reverse("procedures:meeting", args=[pk]))
    found = {item.case_id: item for item in row.items.all()} | typed  # type: ignore[attr-defined]
    lines = [(line, found.get(line.row.pk)) for line in shown.lines_of(queries.to_review(row), on=clock.today())]
    return render(request, "procedures/meeting.html", _context(request, row, lines), status=422 if typed else 200)


def _typed(request: HttpRequest) -> dict[int, dict[str, str]]:
    """What was typed, as it was typed: a refusal loses nothing."""
    names = {"votes_for": "for", "votes_against": "against", "abstained": "abstained", "remark": "remark"}
    return {
        pk: {field: request.POST.get(f"{name}-{text}", "") for field, name in names.items()}
        for text in request.POST.getlist("case") if (pk := _number(text)) is not None
    }  # fmt: skip


def _context(request: HttpRequest, row: Meeting, lines: list[tuple[shown.Line, object]]) -> dict[str, object]:
    waiting = {one.pk for one in queries.to_review(row, waiting_only=True)}
    return {
        "row": row, "place": shown.place_of(row.division_id), "may_meet": scopes.may(request.user, MEET, row.division_id),
        "may_print": scopes.may(request.user, PRINT, row.division_id),
        "lines": [(line, item, line.row.pk in waiting) for line, item in lines], "form": MeetingFileForm(),
        "files": [(one, MEETING_EVIDENCE.get(one.kind, one.kind)) for one in queries.files_of(f"meeting:{row.pk}")],
        "quorum": rulebook.value(f"procedures.quorum_{row.kind}", on=row.held_on).lstrip(">="),
        "majority": rulebook.value(f"procedures.majority_{row.kind}", on=row.held_on).lstrip(">="),
    }  # fmt: skip


def _votes(request: HttpRequest) -> list[Voted]:
    """The lines in which a number was entered."""
    found = []
    for text in request.POST.getlist("case"):
        pk = _number(text)
        given = [request.POST.get(f"{name}-{text}", "").strip() for name in ("for", "against", "abstained")]
        if pk is not None and any(given):
            numbers = [_number(one) if one else 0 for one in given]
            yes, no, none = (one if one is not None else -1 for one in numbers)
            if min(yes, no, none) < 0:
                raise Refused(_("票数应为 0 以上的整数"))
            found.append(Voted(pk, yes, no, none, request.POST.get(f"remark-{text}", "")))
    return found


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


@require_POST
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the scanned minutes, or a photograph, to a meeting."""
    row = queries.meeting_for(request.user, pk, MEET)
    form = MeetingFileForm(request.POST, request.FILES)
    try:
        if not form.is_valid():
            raise Refused(_("请选择材料类别和文件"))
        meetings.attach_to_meeting(meeting=row, by=request.user, on=clock.today(), **form.cleaned_data)
    except Refused as refusal:
        messages.error(request, together(refusal.reasons))
    else:
        messages.success(request, _("已添加。"))
    return HttpResponseRedirect(reverse("procedures:meeting", args=[pk]))


@require_GET
def paper(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    """The bytes of a file of a meeting, for who may see the meeting."""
    queries.meeting_for(request.user, pk)
    return answer_with(queries.file_of([f"meeting:{pk}"], file))
