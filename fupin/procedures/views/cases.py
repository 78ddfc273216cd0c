"""Cases on screen: what waits for me, a case with its steps, papers and people, many cases at once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fupin.accounts import scopes
from fupin.core import audit, clock, steps
from fupin.core.cells import harmless
from fupin.core.models import Attachment, Case
from fupin.core.refusals import Refused
from fupin.core.sentences import together
from fupin.core.shown_files import answer_with
from fupin.core.workbooks.lists import write_workbook
from fupin.divisions.queries import tree
from fupin.papers.queries import SEE as PAPERS
from fupin.procedures import meetings, operations, publicity, queries
from fupin.procedures.all_works import WORKS, tables, work_of
from fupin.procedures.forms import FileForm, LeadForm, StepForm, VerificationForm
from fupin.procedures.meetings import Found
from fupin.procedures.models import CaseFile
from fupin.procedures.views import shown
from fupin.procedures.words import APPLY, EVIDENCE, EXPORT, VERIFICATIONS, VERIFY, VIEW, WORK
from fupin.procedures.works import Lead, Work
from fupin.registry.queries import household_for


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The cases by their deadline: what waits for me first."""
    scopes.require(request.user, VIEW)
    wanted, on = shown.wanted_of(request), clock.today()
    rows = queries.matching(request.user, wanted, on=on)
    page = Paginator(rows, queries.PAGE).get_page(request.GET.get("page"))
    acts = _acts_for(request.user, rows) if wanted.show == "mine" else []
    context = {"lines": shown.lines_of(list(page.object_list), on=on), "page": page, "wanted": wanted, "acts": acts, "works": _works(wanted), "rest": _rest(wanted),
               "place": shown.place_of(wanted.division) if wanted.division else "",
               "given": [(name, text) for name, text in request.GET.items() if name in ("work", "parent", "state", "division")],
               "may_export": scopes.may(request.user, EXPORT), "today": on}  # fmt: skip
    return render(request, "procedures/home.html", context)


def _rest(wanted: queries.Wanted) -> str:
    """The filters besides `show`, for the addresses of the other pages."""
    place = tree().by_id(wanted.division).short_code if wanted.division else ""
    given = {"work": wanted.work, "parent": wanted.parent, "state": wanted.state, "division": place}
    found = urlencode({name: value for name, value in given.items() if value})
    return f"&{found}" if found else ""


def _works(wanted: queries.Wanted) -> list[tuple[str, str, bool]]:
    """The procedures to choose from: name, words, chosen; none where there is only one."""
    return [(name, _(work.title), name == wanted.work) for name, work in WORKS.items()] if len(WORKS) > 1 else []


def _acts_for(user: Any, rows: QuerySet[CaseFile]) -> list[tuple[str, str]]:
    """The acts that some cases of the list are due for and this person may take, in the order of the way: one question."""
    found: dict[str, str] = {}
    standing = set(rows.order_by().values_list("case__procedure", "case__edition", "case__state").distinct())
    for name, edition, state in sorted(standing):
        for step in WORKS[name].tables.of(edition).ways_from(state):
            if scopes.scope_of(user, step.who, step.level).roots != frozenset():
                found.setdefault(step.act, shown.act_of(name, step.act))
    return list(found.items())


def _begun(name: str) -> Work:
    """The procedure of households by its name in the address. Raises Http404."""
    work = WORKS.get(name)
    if work is None or work.subject != "household":
        raise Http404
    return work


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, number: str, work: str) -> HttpResponse:
    """Begin a case of a household."""
    its = _begun(work)
    household, fact = household_for(request.user, number)
    scopes.require(request.user, APPLY, fact.village_id)
    form = LeadForm(request.POST or None, work=its)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        lead = Lead(household.pk, data["kind"], data.get("origin", ""), data["statement"], data["applicant"],
                    ",".join(data.get("risks", ())))  # fmt: skip
        try:
            (pk,) = operations.open_leads(leads=[lead], by=request.user, on=data["on"], work=work)
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            return HttpResponseRedirect(reverse("procedures:case", args=[pk]))
    context = {"form": form, "number": number, "title": _(its.begin_label)}
    return render(request, "procedures/new.html", context, status=422 if form.errors else 200)


@require_GET
def of_household(request: HttpRequest, number: str) -> HttpResponse:
    """The card on the page of a household: its cases over the years, and the way to a new one."""
    household, fact = household_for(request.user, number)
    scopes.require(request.user, VIEW)
    rows = list(queries.cases_for(request.user).filter(household=household).order_by("-pk"))
    on, may_apply = clock.today(), scopes.may(request.user, APPLY, fact.village_id)
    card = queries.cards_of_households([household.pk]).get(household.pk)
    standing = (card.status, card.monitor_kind) if card else ("", "")
    begins = [
        (name, _(work.begin_label)) for name, work in WORKS.items()
        if work.subject == "household" and work.kinds(on) and work.suits(*standing)
    ]  # fmt: skip
    context = {"lines": shown.lines_of(rows, on=on), "number": number, "begins": begins if may_apply else []}
    return render(request, "procedures/parts/of_household.html", context)


@require_GET
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """A case: where it stands, what is due, with what; papers, verifications, meetings, notices, the steps taken."""
    row = queries.case_for(request.user, pk)
    return render(request, "procedures/case.html", _page(request, row, VerificationForm(), FileForm()))


def _page(request: HttpRequest, row: CaseFile, verification: Any, file: Any) -> dict[str, Any]:
    on, found = clock.today(), row.case
    taken = queries.history_of(found)
    acts = [] if found.ended_on else operations.possible(request.user, found, on=on)
    return {
        "row": row, "case": found, "line": shown.lines_of([row], on=on)[0], "points": shown.points_of(found, taken),
        "history": shown.history_of(found, taken), "today": on,
        "asked": shown.asked_words(found, queries.asked_of(found)), "own": [f"procedures/parts/of_{found.procedure}.html", "procedures/parts/of_case.html"],
        "acts": [{"step": one, "label": shown.act_of(found.procedure, one.act), "against": against} for one, against in acts],
        "files": _files(found),
        "verifications": [(one, VERIFICATIONS[one.kind]) for one in found.verifications.select_related("photo", "signature").order_by("pk")],  # type: ignore[attr-defined,index]
        "votes": found.meeting_items.select_related("meeting").order_by("pk"), "notices": _notices(found, on),  # type: ignore[attr-defined]
        "may_see_papers": scopes.may(request.user, PAPERS, found.division_id),
        "may_work": not found.ended_on and scopes.may(request.user, WORK, found.division_id),
        "may_verify": not found.ended_on and scopes.may(request.user, VERIFY, found.division_id), "verification": verification, "file": file,
    }  # fmt: skip


def _files(found: Case) -> list[tuple[Any, list[Attachment]]]:
    """The papers by their kind, the newest first."""
    by_kind: dict[str, list[Attachment]] = {}
    for one in queries.files_of(f"case:{found.pk}"):
        by_kind.setdefault(one.kind, []).append(one)
    return [(EVIDENCE.get(kind, kind), its) for kind, its in by_kind.items()]


def _notices(found: Any, on: Any) -> list[publicity.Standing]:
    subject = f"case:{found.pk}"
    places = dict.fromkeys(place for place, _after in work_of(found).posts.values())
    known = (publicity.publicity().standing(place=place, subjects=[subject], on=on).get(subject) for place in places)
    return [one for one in known if one is not None]


@require_POST
def step(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a step in a case."""
    form = StepForm(request.POST)
    back = HttpResponseRedirect(reverse("procedures:case", args=[pk]))
    queries.case_for(request.user, pk, WORK)
    if not form.is_valid():
        messages.error(request, _("请填写实际办理之日"))
        return back
    data = form.cleaned_data
    versions = {pk: data["version"]} if data["version"] else None
    try:
        done = operations.act(cases=[pk], act=data["act"], by=request.user, on=data["on"] or clock.today(), note=data["note"],
                              late_reason=data["late_reason"], versions=versions)  # fmt: skip
    except Refused as refusal:
        messages.error(request, together(refusal.reasons))
    else:
        messages.success(request, _("已申请补录，由第二人复核后生效。") if done.asked else _("已办理。"))
    return back


@require_POST
def late(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person confirms an act entered late, or sends it back."""
    row = queries.case_for(request.user, pk, WORK)
    asked = queries.asked_of(row.case)
    try:
        if asked is None:
            raise Refused(_("补录申请已由他人处理，请刷新"))
        if request.POST.get("decision") == "confirm":
            operations.confirm_late(asked=[asked], by=request.user)
        else:
            operations.refuse_late(asked=[asked], by=request.user, note=request.POST.get("note", ""))
    except Refused as refusal:
        messages.error(request, together(refusal.reasons))
    else:
        messages.success(request, _("已办理。"))
    return HttpResponseRedirect(reverse("procedures:case", args=[pk]))


@require_POST
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a file into a case."""
    row = queries.case_for(request.user, pk, WORK)
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            meetings.attach(case=pk, by=request.user, on=clock.today(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error("file", list(refusal.reasons))
        else:
            messages.success(request, _("已添加。"))
            return HttpResponseRedirect(reverse("procedures:case", args=[pk]))
    return render(request, "procedures/case.html", _page(request, row, VerificationForm(), form), status=422)


@require_POST
def verify(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a verification with its photograph and signature."""
    row = queries.case_for(request.user, pk, VERIFY)
    form = VerificationForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            _verify(request, pk, form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(request, _("已登记。"))
            return HttpResponseRedirect(reverse("procedures:case", args=[pk]))
    return render(request, "procedures/case.html", _page(request, row, form, FileForm()), status=422)


def _verify(request: HttpRequest, pk: int, data: dict[str, Any]) -> None:
    meetings.verify_with_files(
        found=Found(pk, data["kind"], data["person"], data["finding"], data["place"], data["agrees"]),
        photo=data["photo"], signature=data["signature"], by=request.user, on=data["on"],
    )  # fmt: skip


@require_GET
def paper(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    """The bytes of a file of a case, for who may see the case."""
    queries.case_for(request.user, pk)
    return answer_with(queries.file_of([f"case:{pk}"], file))


@require_GET
def table(request: HttpRequest) -> HttpResponse:
    """The tables of steps as the engine works by them: who, with what, when, under which condition."""
    scopes.require(request.user, VIEW)
    today = clock.today()
    drawn = [
        (one, [(act, shown.days_of(act, max(min(today, one.last_day), one.since))) for act in steps.told(one)])
        for one in reversed(list(tables()))
    ]
    return render(request, "procedures/table.html", {"tables": drawn})


@require_GET
def export(request: HttpRequest) -> FileResponse:
    """The list as a workbook, as far as the reader reaches it; no number, phone or account is in it."""
    scopes.require(request.user, EXPORT)
    wanted = shown.wanted_of(request)
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    write_workbook(_rows(request.user, wanted), file, _("案卷清单"))
    file.seek(0)
    audit.record(by=request.user, act="procedures.export", subject="export:procedures", detail={"filters": wanted.show})
    return FileResponse(file, as_attachment=True, filename=f"cases-{clock.today():%Y%m%d}.xlsx")


def _rows(user: Any, wanted: queries.Wanted) -> Iterator[list[str]]:
    yield [_("案卷编号"), _("户编号"), _("户主"), _("嘎查村"), _("程序"), _("类别"), _("状态"), _("开始日期"), _("案卷期限"),
           _("逾期天数"), _("办结日期")]  # fmt: skip
    on, rows = clock.today(), queries.matching(user, wanted, on=clock.today(), permission=EXPORT)
    pks = list(rows.values_list("pk", flat=True))
    for start in range(0, len(pks), 1000):
        found = queries.cases_for(user, EXPORT).in_bulk(pks[start : start + 1000])
        for line in shown.lines_of([found[pk] for pk in pks[start : start + 1000] if pk in found], on=on):
            one = line.row.case
            yield [harmless(text) for text in (
                one.code or "", line.number, line.name, line.place, line.work, line.kind, line.state, str(one.began_on),
                str(one.due_on or ""), str(line.days_late or ""), str(one.ended_on or ""))]  # fmt: skip
