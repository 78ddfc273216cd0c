"""The rounds: listed, drafted, taken from step to step, with how far each division is as a table and on the map."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fupin.accounts import scopes
from fupin.core import audit, clock
from fupin.core.cells import harmless
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.core.sentences import together
from fupin.core.workbooks.lists import write_workbook
from fupin.divisions.measures import Measure
from fupin.policy import collection
from fupin.procedures.screening import jobs, queries, rounds
from fupin.procedures.screening.forms import RoundForm
from fupin.procedures.screening.queries import Counts, Wanted
from fupin.procedures.screening.steps import RUN, SCREENING
from fupin.procedures.screening.tables import ScreeningRound
from fupin.procedures.screening.views import shown
from fupin.procedures.screening.words import ACTS, Stage
from fupin.procedures.views.mapped import Mapped, mapped
from fupin.procedures.words import EXPORT, VERIFY, VIEW

FINISHED = Measure(
    "screening_finished", "排查完成率", "Screened", "%", "%", is_rate=True, decimals=1,
    note="（已确认 + 已入户 + 已转核查）÷ 户数", note_en="(Confirmed + visited + passed on) ÷ households",
)  # fmt: skip
CHUNK = 1_000


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The rounds of the own area, the newest first, with how far each is."""
    scopes.require(request.user, VIEW)
    page = Paginator(queries.rounds_for(request.user), queries.ROUNDS).get_page(request.GET.get("page"))
    all_ = queries.totals_of(request.user, page.object_list)
    lines = [(row, shown.name_of(row.division_id), shown.tone_of(row), all_[row.pk]) for row in page.object_list]
    context = {"lines": lines, "page": page, "may_run": scopes.may(request.user, RUN)}
    return render(request, "procedures/screening/home.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Draft a round."""
    scopes.require(request.user, RUN)
    form = RoundForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = rounds.draft(data=rounds.Draft(**form.cleaned_data), by=request.user, on=clock.today())
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            return HttpResponseRedirect(reverse("screening:round", args=[made.pk]))
    return render(request, "procedures/screening/form.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """A round: where it stands, its figures, its key groups, what may be done now."""
    row = queries.round_for(request.user, pk)
    form, english = collection.form(row.form), scopes.is_english()
    runs = scopes.may(request.user, RUN, row.division_id)
    rows = queries.matching(request.user, Wanted(row.pk))
    counted = queries.counts_of_groups(rows, queries.groups_of(row.groups))
    context = {
        "row": row, "place": shown.name_of(row.division_id), "tone": shown.tone_of(row), "all": queries.totals(rows), "list": reverse("screening:households", args=[pk]),
        "form_label": form.label_en if english else form.label, "runs": row.stage == Stage.OPEN,
        "groups": [(name, label, counted[name]) for name, label in shown.groups() if name in counted],
        "acts": [{"act": one.act, "label": ACTS[one.act][english], "needs_note": one.needs_note}
                 for one in SCREENING.ways_from(row.stage)] if runs else [],
        "may_verify": scopes.may(request.user, VERIFY), "may_export": scopes.may(request.user, EXPORT),
        "waits": row.stage == Stage.OPEN and row.filled_at is None,
    }  # fmt: skip
    return render(request, "procedures/screening/round.html", context)


@require_POST
def step(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Take a round on; opened, its list is made in the background."""
    try:
        row = rounds.step(pk=pk, act=act, by=request.user, on=clock.today(), note=request.POST.get("note", ""))
    except NotFound:
        raise
    except (NotAllowed, Refused) as refusal:
        messages.error(request, together(refusal.reasons))
    else:
        if act == "open":
            jobs.ask_to_fill(row, by=request.user)
        messages.success(request, _("已办理。") if act != "open" else _("已开启，正在生成排查名单。"))
    return HttpResponseRedirect(reverse("screening:round", args=[pk]))


@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Each figure opens the list of exactly these households; a division opens the table and the map one level below."""
    row = queries.round_for(request.user, pk)
    wanted, by_village = shown.wanted_of(request, row), request.GET.get("by") == "village"
    lines = [(one, *_opens(pk, one, by_village)) for one in queries.counts(request.user, wanted, by_village=by_village)]
    context = {
        "row": row, "lines": lines, "by_village": by_village, "sentences": shown.sentences(wanted), "on": clock.today(),
        "all": queries.totals(queries.matching(request.user, wanted)),
        "map": None if by_village else _map(request.user, wanted, lines),
    }  # fmt: skip
    return render(request, "procedures/screening/progress.html", context)


def _opens(pk: int, one: Counts, by_village: bool) -> tuple[str, str]:
    """The query of the line's list, and the address that goes on from it: one level down, at a village its list."""
    query = urlencode({"division": one.key})
    is_village = by_village or len(one.key) == 12
    return query, f"{reverse('screening:households', args=[pk])}?{query}" if is_village else f"?{query}"


def _map(user: Any, wanted: Wanted, lines: Sequence[tuple[Counts, str, str]]) -> Mapped | None:
    values = {one.key: None if one.share is None else one.share * 100 for one, _query, _href in lines}
    hrefs = {one.key: href for one, _query, href in lines}
    return mapped(user, queries.top_of(user, wanted), FINISHED, values, hrefs)


@require_GET
def export(request: HttpRequest, pk: int) -> FileResponse:
    """The list as a workbook, as far as the reader reaches it; no id number, phone or account is in it."""
    row = queries.round_for(request.user, pk, EXPORT)
    scopes.require(request.user, EXPORT)
    wanted = shown.wanted_of(request, row)
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    write_workbook(_rows(request.user, row, wanted), file, _("大排查"))
    file.seek(0)
    audit.record(by=request.user, act="screening.export", subject=rounds.subject(row), division=row.division_id,
                 detail={"filters": shown.query_of(request)})  # fmt: skip
    return FileResponse(file, as_attachment=True, filename=f"screening-{row.pk}-{clock.today():%Y%m%d}.xlsx")


def _rows(user: Any, row: ScreeningRound, wanted: Wanted) -> Iterator[list[str]]:
    yield [_("户编号"), _("户主"), _("嘎查村"), _("重点人群"), _("状态"), _("排查日期"), _("录入时间"), _("登记人"), _("受访人"),
           _("情况说明")]  # fmt: skip
    after = ""
    while True:
        found, after = queries.page(queries.matching(user, wanted, permission=EXPORT), after=after, size=CHUNK)
        for line in shown.lines_of(found):
            one = line.row
            entered = f"{timezone.localtime(one.entered_at):%Y-%m-%d %H:%M}" if one.entered_at else ""
            yield [harmless(text) for text in (
                one.number, line.name, line.place, "、".join(line.groups), line.state, str(one.happened_on or ""), entered,
                line.who, one.spoke_to, one.finding or one.reason)]  # fmt: skip
        if not after:
            return
