"""The households of a round: the list, thirty confirmed in one press, one of them, the village's sheet out and back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fupin.accounts import scopes
from fupin.core import audit, clock
from fupin.core.refusals import NotFound, Refused, Stale
from fupin.core.sentences import together
from fupin.divisions.queries import tree
from fupin.policy import collection
from fupin.procedures.all_works import WORKS
from fupin.procedures.screening import operations, queries, workbook
from fupin.procedures.screening.forms import SheetForm, SuspectForm, VisitForm
from fupin.procedures.screening.operations import Answer, Visit
from fupin.procedures.screening.queries import Wanted
from fupin.procedures.screening.rounds import subject
from fupin.procedures.screening.tables import ScreeningHousehold, ScreeningRound
from fupin.procedures.screening.views import shown
from fupin.procedures.screening.words import REASONS, STATES, Stage, State
from fupin.procedures.views import shown as cases
from fupin.procedures.words import APPLY, EXPORT, IDENTIFICATION, VERIFY
from fupin.procedures.works import Lead
from fupin.quality.campaigns import paper

MOST_FORMS = 300
"""Forms in one print: a village, or a part of a large one."""


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
        "states": [*shown.together().items(), *STATES.items()], "groups": shown.groups(), "runs": row.stage == Stage.OPEN,
        "village": shown.village_of(request.user, wanted), "may_verify": scopes.may(request.user, VERIFY),
        "may_export": scopes.may(request.user, EXPORT), "sheet_form": SheetForm(),
    }  # fmt: skip
    return render(request, "procedures/screening/households.html", context)


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Thirty households and one press: those that are ticked are to be visited, all the others have not changed."""
    row = queries.round_for(request.user, pk, VERIFY)
    problems: list[str] = []
    if request.method == "POST":
        try:
            done = operations.confirm(answers=_answers(request), day=_day(request.POST.get("day", "")), by=request.user,
                                      on=clock.today())  # fmt: skip
        except (NotFound, Stale):
            raise
        except Refused as refusal:
            problems = list(refusal.reasons)
        else:
            messages.success(request, _("已确认 %(unchanged)d 户无变化，%(to_visit)d 户列入待入户。") % done)
            return HttpResponseRedirect(request.get_full_path())
    return _page_to_confirm(request, row, problems)


def _page_to_confirm(request: HttpRequest, row: ScreeningRound, problems: list[str]) -> HttpResponse:
    given = cases.division_of(request.user, request.GET.get("division", ""))
    rows = queries.matching(request.user, Wanted(row.pk, state=State.TO_CONFIRM, division=given), permission=VERIFY)
    found, following = queries.page(rows, after=request.GET.get("after", ""))
    ticked = set(request.POST.getlist("to_visit"))
    lines = [
        (line, str(line.row.pk) in ticked, request.POST.get(f"reason-{line.row.pk}", "")) for line in shown.lines_of(found)
    ]  # fmt: skip
    context = {"row": row, "lines": lines, "following": following, "problems": problems, "runs": row.stage == Stage.OPEN,
               "left": rows.count(), "day": request.POST.get("day") or clock.today().isoformat(),
               "given": request.GET, "reasons": [str(one) for one in REASONS], "reason": request.POST.get("reason", "")}  # fmt: skip
    return render(request, "procedures/screening/confirm.html", context, status=422 if problems else 200)


def _answers(request: HttpRequest) -> list[Answer]:
    ticked, shared = set(request.POST.getlist("to_visit")), request.POST.get("reason", "")
    return [
        Answer(int(key), key in ticked, (request.POST.get(f"reason-{key}") or shared) if key in ticked else "",
               _number(request.POST.get(f"version-{key}", "")))
        for key in request.POST.getlist("line") if _number(key) is not None
    ]  # fmt: skip


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@require_GET
def household(request: HttpRequest, pk: int) -> HttpResponse:
    """One household of a round: what is known, what may be said of it now."""
    return _page(request, queries.line_for(request.user, pk))


def _page(request: HttpRequest, one: ScreeningHousehold, status: int = 200, **given: Any) -> HttpResponse:
    (line,) = shown.lines_of([one])
    held = scopes.permissions_at(request.user, one.village_id)
    runs = one.round.stage == Stage.OPEN and one.left_on is None and VERIFY in held
    start = {"version": one.version, "happened_on": clock.today()}
    lead = {"version": one.version, "on": clock.today(), "origin": "02", "applicant": operations.head_of(one)}
    context = {
        "line": line, "one": one, "row": one.round,
        "visit_form": VisitForm(initial=start) if runs and one.state not in (State.VISITED, State.LEAD) else None,
        "suspect_form": SuspectForm(initial=lead, work=WORKS[IDENTIFICATION])
        if runs and one.state != State.LEAD and APPLY in held else None,
        "may_undo": runs and (one.state in (State.UNCHANGED, State.VISITED) or (one.state == State.TO_VISIT and not one.groups)),
        **given,
    }  # fmt: skip
    return render(request, "procedures/screening/household.html", context, status=status)


@require_POST
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """A visit that found no risk."""
    one = queries.line_for(request.user, pk, VERIFY)
    form = VisitForm(request.POST)
    if form.is_valid():
        try:
            operations.visit(visits=[Visit(line=one.pk, **form.cleaned_data)], by=request.user, on=clock.today())
        except (NotFound, Stale):
            raise
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(request, _("已登记。"))
            return HttpResponseRedirect(reverse("screening:household", args=[one.pk]))
    return _page(request, one, 422, visit_form=form)


@require_POST
def suspect(request: HttpRequest, pk: int) -> HttpResponse:
    """A suspect goes on to identification: two visit, and the whole way follows."""
    one = queries.line_for(request.user, pk, VERIFY)
    form = SuspectForm(request.POST, work=WORKS[IDENTIFICATION])
    if form.is_valid():
        data = form.cleaned_data
        lead = Lead(one.household_id, data["kind"], data["origin"], data["statement"], data["applicant"],
                    ",".join(data["risks"]))  # fmt: skip
        try:
            case = operations.suspect(line=one.pk, lead=lead, by=request.user, on=data["on"], version=data["version"])
        except (NotFound, Stale):
            raise
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(request, _("已转识别核查。"))
            return HttpResponseRedirect(reverse("procedures:case", args=[case]))
    return _page(request, one, 422, suspect_form=form)


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what was said of a household."""
    one = queries.line_for(request.user, pk, VERIFY)
    try:
        operations.undo(lines=[one.pk], by=request.user, on=clock.today())
    except NotFound:
        raise
    except Refused as refusal:
        messages.error(request, together(refusal.reasons))
    else:
        messages.success(request, _("已撤销。"))
    return HttpResponseRedirect(reverse("screening:household", args=[one.pk]))


@require_GET
def sheet(request: HttpRequest, pk: int) -> FileResponse:
    """A village's unfinished households as a workbook, to be answered without a line and brought back."""
    row = queries.round_for(request.user, pk, EXPORT)
    village = shown.village_of(request.user, shown.wanted_of(request, row))
    if village is None:
        raise Refused(_("请选择一个嘎查村"))
    file = workbook.write(row=row, village=village, by=request.user, on=clock.today())
    return FileResponse(file, as_attachment=True, filename=f"screening-{tree().by_id(village).short_code}.xlsx")


@require_POST
def bring(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet comes back: all of it is entered, or nothing with the fault of every line."""
    row = queries.round_for(request.user, pk, VERIFY)
    form = SheetForm(request.POST, request.FILES)
    back = HttpResponseRedirect(reverse("screening:households", args=[pk]))
    if not form.is_valid():
        messages.error(request, _("请选择填好的排查表"))
        return back
    file: Any = form.cleaned_data["file"]
    try:
        lines = workbook.read(file, file.name)
        done = workbook.bring(row=row, lines=lines, by=request.user, on=clock.today())
    except Refused as refusal:
        messages.error(request, together(refusal.reasons))
    else:
        told = _("已登记：无变化 %(unchanged)d 户，需入户 %(to_visit)d 户，已入户 %(visited)d 户。")
        messages.success(request, told % done)
    return back


@require_GET
def forms(request: HttpRequest, pk: int) -> HttpResponse:
    """The full forms of a village's households that are to be visited, filled in with what is held, numbers masked."""
    row = queries.round_for(request.user, pk)
    wanted = shown.wanted_of(request, row)
    village = shown.village_of(request.user, wanted)
    rows: list[ScreeningHousehold] = []
    if village is not None:
        asked = Wanted(row.pk, state=State.TO_VISIT, division=village)
        rows, _following = queries.page(queries.matching(request.user, asked), size=MOST_FORMS)
    if not rows:
        raise NotFound(_("没有可打印的入户表，请选择一个有待入户的嘎查村"))
    english, form = scopes.is_english(), collection.form(row.form)
    sheets = paper.sheets(
        [one.household_id for one in rows], form, on=clock.today(), english=english, masked=True,
        address=lambda number: request.build_absolute_uri(reverse("registry:household", args=[number])),
    )  # fmt: skip
    audit.record(
        by=request.user, act="screening.print", subject=subject(row), division=village, detail={"households": len(rows)}
    )
    context = {
        "row": row, "sheets": [(one, mark_safe(one.qr), shown.place_of(one.village)) for one in sheets],  # noqa: S308 (made by segno)
        "form_label": form.label_en if english else form.label, "printed_on": clock.today(),
    }  # fmt: skip
    return render(request, "procedures/screening/forms.html", context)
