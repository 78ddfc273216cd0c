"""Letters on screen: drawn up, looked at, confirmed, taken, printed, answered."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.refusals import Refused
from fupin.core.sentences import together
from fupin.divisions.queries import tree
from fupin.policy.sources import Source
from fupin.quality.comparison import jobs
from fupin.quality.comparison.letters import answers, layouts, operations, queries
from fupin.quality.comparison.letters.forms import AnswerForm, LetterForm
from fupin.quality.comparison.letters.models import Letter
from fupin.quality.comparison.letters.steps import LETTER, PERMISSION
from fupin.quality.comparison.letters.words import OUTCOMES, SHOWN, STATES_EN, Outcome
from fupin.quality.comparison.queries import exchange_of, source_by, source_of, sources_by
from fupin.quality.comparison.sources import LINE, RESULT, asked_columns, needs_authorisation
from fupin.quality.comparison.words import LACKS, Stage, Way

PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UNCONFIRMED = ("drafted", "waiting", "dropped")
"""States in which a letter is not to be sealed: its print says so."""
TONES = {"sent": "warn", "waiting": "warn", "returned": "good", "closed": "good", "dropped": "wrong"}
_NO_FOLDERS = str.maketrans("/\\:", "---")
"""What no file may have in its name, and a number of a letter may."""
ACTS_EN = {"submit": "Hand in for checking", "confirm": "Confirm", "send_back": "Send back", "send": "Mark as sent",
           "close": "Close", "give_up": "Close without an answer", "drop": "Drop"}  # fmt: skip


def _require(request: HttpRequest) -> None:
    scopes.require(request.user, PERMISSION)


def _line(row: Letter, known: Source | None) -> dict[str, Any]:
    english = scopes.is_english()
    label = row.source if known is None else known.label_en if english else known.label
    late = queries.is_overdue(row, today=clock.today())
    return {
        "row": row, "label": label, "place": tree().name(row.division_id), "is_late": late,
        "state": STATES_EN[row.state] if english else LETTER.state(row.state).label,
        "tone": "wrong" if late else TONES.get(row.state, "quiet"),
    }  # fmt: skip


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The letters of the own area, the newest first."""
    _require(request)
    which, mark = request.GET.get("show", ""), request.GET.get("after", "")
    rows = queries.shown(request.user, which, today=clock.today()).order_by("-id")
    found = list(
        (rows.filter(pk__lt=int(mark)) if mark.isdecimal() and len(mark) < queries.ID_DIGITS else rows)[: PAGE + 1]
    )
    known = sources_by(found)
    context = {
        "lines": [_line(row, known.get(row.pk)) for row in found[:PAGE]],
        "which": which if which in SHOWN else "",
        "choices": [("", _("全部")), *SHOWN.items()],
        "next": found[PAGE - 1].pk if len(found) > PAGE else None,
    }
    return render(request, "quality/comparison/letters.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Draw up a letter."""
    _require(request)
    form = LetterForm(request.POST or None, user=request.user, english=scopes.is_english(),
                      initial={"source": request.GET.get("source", "")})  # fmt: skip
    return _drawn_up(request, form, None)


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Say a draft anew: one that was sent back, or that nobody has handed in yet."""
    _require(request)
    row = queries.letter_of(request.user, pk)
    if row.state != "drafted":
        raise Refused(_("这份比对函已送复核，须先退回才能修改"), "state")
    form = LetterForm(request.POST or None, user=request.user, english=scopes.is_english(), letter=row)
    return _drawn_up(request, form, row)


def _drawn_up(request: HttpRequest, form: LetterForm, row: Letter | None) -> HttpResponse:
    """Show the form, or begin the letter (or say it anew) and have its list drawn up."""
    if request.method == "POST" and form.is_valid():
        try:
            wanted = _wanted(form.cleaned_data, row)
            if row is None:
                row = operations.draft(wanted=wanted, by=request.user)
            else:
                row = operations.change(letter=row, wanted=wanted, by=request.user)
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            jobs.ask_to_prepare(row, by=request.user)
            return HttpResponseRedirect(reverse("comparison:letter", args=[row.pk]))
    context = {"form": form, "row": row}
    return render(request, "quality/comparison/letter_new.html", context, status=400 if form.errors else 200)


def _wanted(data: dict[str, Any], row: Letter | None) -> operations.Wanted:
    """What a letter is to be. Raises NotFound for a source that does not hold there on that day."""
    said = {"division": row.division_id, **data} if row is not None else dict(data)
    on, name = said.pop("holds_on"), said.pop("source", "")
    source = source_by(row) if row is not None else source_of(name, on=on, division=said["division"])
    return operations.Wanted(source=source, on=on, **said)


@login_required
@require_GET
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter: whom it asks about, who was left out and why, what can be done, what came back."""
    return render(request, "quality/comparison/letter.html", _context(request, pk))


def _context(request: HttpRequest, pk: int) -> dict[str, Any]:
    row = queries.letter_of(request.user, pk)
    job = jobs.job_of_letter(row)
    english = scopes.is_english()
    open_acts = queries.acts_open_to(request.user, row, on=clock.today())
    acts = [(step.act, ACTS_EN[step.act] if english else step.label, step.needs_note) for step in open_acts]
    reveals = scopes.may(request.user, operations.REVEAL, row.division_id)
    at_work = row.state == "drafted" and job is not None and job.state in ("waiting", "running")
    return {
        **_line(row, sources_by([row]).get(row.pk)), "at_work": at_work,
        "failed": job.message if job is not None and job.state in ("failed", "interrupted") else "",
        "left_out": _left_out(row), "acts": [one for one in acts if (row.persons and not at_work) or one[0] != "submit"],
        "may_take": reveals and row.state in operations.OUT and row.deleted_at is None,
        "is_tokens": row.way == Way.TOKENS, "waits_for_second": row.state == "waiting" and not any(step.act == "confirm" for step in open_acts),
        "answers": [{"row": one, "counts": one.preview.get("returned", {}).get("counts", {})}
                    for one in queries.answers_of(row)], "answer_form": AnswerForm(),
        "may_answer": row.state in answers.AWAITED and row.deleted_at is None,
    }  # fmt: skip


def _left_out(row: Letter) -> list[tuple[str, int]]:
    """Why households were left out, in words; the last is told in persons."""
    found = [(str(words), row.left_out[name]) for name, words in LACKS.items() if row.left_out.get(name)]
    without = row.left_out.get("no_number")
    return [*found, *([(_("没有证件号码（人）"), without)] if without else [])]


@login_required
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead a letter on."""
    row = queries.letter_of(request.user, pk)
    name = request.POST.get("act", "")
    try:
        if name not in ACTS_EN:
            raise Refused(_("请选择要办理的事项"), "act")
        operations.act(letter=row, act=name, by=request.user, on=clock.today(), note=request.POST.get("note", "")[:300])
    except Refused as refusal:
        messages.error(request, together(refusal.reasons))
    else:
        messages.success(request, _("已办理。"))
        if name == "send_back":
            jobs.ask_to_prepare(row, by=request.user)
    return HttpResponseRedirect(reverse("comparison:letter", args=[pk]))


@login_required
@require_POST
@never_cache
def take(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The list as it goes out, for a purpose that stands in the trail."""
    row = queries.letter_of(request.user, pk)
    try:
        pieces = operations.take(letter=row, purpose=request.POST.get("purpose", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, together(refusal.reasons))
        return HttpResponseRedirect(reverse("comparison:letter", args=[pk]))
    answer = StreamingHttpResponse(pieces, content_type=XLSX)
    name = (_("比对名单 %(number)s.xlsx") % {"number": row.number}).translate(_NO_FOLDERS)
    answer.headers["Content-Disposition"] = content_disposition_header(True, name)
    return answer


@login_required
@require_POST
@never_cache
def key(request: HttpRequest, pk: int) -> HttpResponse:
    """The key of an exchange of tokens, shown once on a page of its own."""
    row = queries.letter_of(request.user, pk)
    try:
        text = operations.key_of(letter=row, purpose=request.POST.get("purpose", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, together(refusal.reasons))
        return HttpResponseRedirect(reverse("comparison:letter", args=[pk]))
    return render(
        request, "quality/comparison/letter_key.html", {**_line(row, sources_by([row]).get(row.pk)), "key": text}
    )


@login_required
@require_GET
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter on A4, for the seal."""
    row = queries.letter_of(request.user, pk)
    source = sources_by([row]).get(row.pk)
    columns = [] if source is None or row.way == Way.TOKENS else [one.label for one in asked_columns(source)]
    answered = [one.label for one in source.kept] if source else []
    asks = source is not None and needs_authorisation(source, on=row.on, division=row.division_id)
    context = {**_line(row, source), "needs_authorisation": asks, "source_label": source.label if source else row.source, "columns": [LINE.label, *columns], "answered": [RESULT.label, *answered],
               "office": tree().full_name(row.division_id), "is_tokens": row.way == Way.TOKENS,
               "is_unconfirmed": row.state in UNCONFIRMED, "state_zh": LETTER.state(row.state).label,
               "today": clock.today()}  # fmt: skip
    return render(request, "quality/comparison/letter_print.html", context)


@login_required
@require_POST
def answered(request: HttpRequest, pk: int) -> HttpResponse:
    """An answer is handed in: read at once, compared when somebody has looked at it."""
    row = queries.letter_of(request.user, pk)
    form = AnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("请选择回函文件"))
        return HttpResponseRedirect(reverse("comparison:letter", args=[pk]))
    file = form.cleaned_data["file"]
    try:
        made = answers.take_in(
            letter=row, pieces=file.chunks(), name=file.name or "", by=request.user, on=clock.today()
        )
    except Refused as refusal:
        messages.error(request, together(refusal.reasons))
        return HttpResponseRedirect(reverse("comparison:letter", args=[pk]))
    if made.state == Stage.READING:
        jobs.ask_to_read(made, by=request.user)
    return HttpResponseRedirect(reverse("comparison:exchange", args=[made.pk]))


@login_required
@require_GET
@never_cache
def wrong(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The lines of an answer that are to be looked at, as a workbook."""
    _require(request)
    row = exchange_of(request.user, pk)
    answer = StreamingHttpResponse(answers.take_wrong(exchange=row, by=request.user), content_type=XLSX)
    number = row.letter.number if row.letter else ""
    name = (_("回函待核对的行 %(number)s.xlsx") % {"number": number}).translate(_NO_FOLDERS)
    answer.headers["Content-Disposition"] = content_disposition_header(True, name)
    return answer


@login_required
@require_http_methods(["GET", "POST"])
def arrange(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which column of an answer is which, and what its words mean; it holds for every later answer."""
    row = exchange_of(request.user, pk)
    if row.state != Stage.ARRANGING:
        return HttpResponseRedirect(reverse("comparison:exchange", args=[pk]))
    source, problems = source_by(row), []
    headers, words = row.preview.get("headers", []), row.preview.get("words", [])
    places, meant = _arranged(request, headers, words)
    if request.method == "POST":
        try:
            if len(set(places.values())) < len(places):
                raise Refused(_("一列只能是一个栏目，请核对"), "headers")
            layouts.arrange(source=source, division=row.division_id, words={w: said for w, said in meant.items() if said},
                            headers={headers[at]: name for name, at in places.items()},
                            only_hits=request.POST.get("only_hits") == "on", by=request.user)  # fmt: skip
        except Refused as refusal:
            problems = list(refusal.reasons)
        else:
            jobs.ask_to_read(row, by=request.user)
            return HttpResponseRedirect(reverse("comparison:exchange", args=[pk]))
    columns = [(name, label, places.get(name)) for name, label in (("line_id", LINE.label), ("result", RESULT.label))]
    context = {"row": row, "headers": headers, "words": list(meant.items()), "outcomes": list(OUTCOMES.items()),
               "problems": problems, "columns": columns, "only_hits": "only_hits" in request.POST}  # fmt: skip
    return render(request, "quality/comparison/arrange.html", context, status=422 if problems else 200)


def _arranged(request: HttpRequest, headers: list[str], words: list[str]) -> tuple[dict[str, int], dict[str, str]]:
    """Which header (from 0) is which column, and what each word means: as it was said, else as the headers are called."""
    if request.method != "POST":
        called = (("line_id", str(LINE.label)), ("result", str(RESULT.label)))
        return {name: headers.index(label) for name, label in called if label in headers}, dict.fromkeys(words, "")
    places = {name: int(at) for name in ("line_id", "result")
              if (at := request.POST.get(name, "")).isdecimal() and len(at) < 4 and int(at) < len(headers)}  # fmt: skip
    said = {word: request.POST.get(f"word-{at}", "") for at, word in enumerate(words)}
    return places, {word: one if one in set(Outcome) else "" for word, one in said.items()}
