"""Adjustment rounds on screen: listed, opened, taken on; how far they are, their cases, their table of before and after."""

from __future__ import annotations

import tempfile
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fupin.accounts import scopes
from fupin.accounts.queries import names_of
from fupin.core import audit, clock
from fupin.core.cells import harmless
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.core.sentences import together
from fupin.core.workbooks.lists import write_workbook
from fupin.divisions.queries import tree
from fupin.divisions.tree import Node
from fupin.procedures.rounds import operations, queries, shown
from fupin.procedures.rounds.forms import RoundForm
from fupin.procedures.rounds.operations import Opening
from fupin.procedures.rounds.reading import Statement
from fupin.procedures.rounds.tables import Round
from fupin.procedures.rounds.words import ACTS, EXPORT, LINES, ROUND, RUN, UNEXPLAINED, VIEW, Line
from fupin.registry.models import HouseholdCard


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The rounds of the own area and those that cover it, the newest first."""
    scopes.require(request.user, VIEW)
    page = Paginator(queries.rounds_for(request.user), queries.PAGE).get_page(request.GET.get("page"))
    lines = [(row, shown.place_of(row.division_id), shown.tone_of(row)) for row in page.object_list]
    context = {"lines": lines, "page": page, "may_run": scopes.may(request.user, RUN)}
    return render(request, "procedures/rounds/home.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open a round."""
    scopes.require(request.user, RUN)
    form = RoundForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            row = operations.open_round(opening=Opening(**form.cleaned_data), by=request.user, on=clock.today())
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            return HttpResponseRedirect(reverse("rounds:round", args=[row.pk]))
    return render(request, "procedures/rounds/new.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """A round: where it stands, how far its cases are, what may be done now."""
    row = queries.round_for(request.user, pk)
    node = queries.seen_by(request.user, row, request.GET.get("division", ""))
    whole, lines = queries.progress(request.user, row, node)
    hrefs = {
        one.node.id: f"?{urlencode({'division': one.node.short_code})}" for one in lines if one.node.level != "village"
    }
    cases = reverse("rounds:cases", args=[pk])
    runs = scopes.may(request.user, RUN, row.division_id)
    context = {
        **_head(request, row, node), "whole": whole, "cases": f"{cases}?division={node.short_code}",
        "lines": [(one, hrefs.get(one.node.id, ""), f"{cases}?division={one.node.short_code}") for one in lines],
        "map": shown.mapped(request.user, node, lines, hrefs), "acts": operations.possible(request.user, row) if runs else [],
        "history": _history(row),
    }  # fmt: skip
    return render(request, "procedures/rounds/round.html", context)


def _head(request: HttpRequest, row: Round, node: Node) -> dict[str, Any]:
    """What stands over every screen of a round: itself, and the divisions from its own down to the one that is looked at."""
    nodes, tops = tree(), queries.tops_of(request.user, row)
    path = [one for one in nodes.path(node.id) if any(nodes.is_below(one.id, top) for top in tops)]
    return {"row": row, "place": shown.place_of(row.division_id), "tone": shown.tone_of(row), "node": node, "path": path,
            "today": clock.today()}  # fmt: skip


def _history(row: Round) -> list[tuple[str, date, str, str]]:
    """What was done with a round, the newest first: act, day, who, and what was said with it."""
    taken, english = queries.history_of(row), scopes.is_english()
    names = names_of({one.actor_id for one in taken if one.actor_id} | ({row.opened_by} if row.opened_by else set()))
    found = [
        (ACTS[f"{ROUND}.{one.act}"][english], one.happened_on, names.get(one.actor_id, ""), one.note) for one in taken
    ]
    return [*found, (ACTS[f"{ROUND}.begin"][english], row.opened_on, names.get(row.opened_by or 0, ""), "")]


@require_POST
def step(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Take a round on."""
    scopes.require(request.user, RUN)
    note, text = request.POST.get("note", ""), request.POST.get("version", "")
    version = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
    try:
        operations.step(pk=pk, act=act, by=request.user, on=clock.today(), note=note, version=version)
    except NotFound:
        raise
    except (NotAllowed, Refused) as refusal:
        messages.error(request, together(refusal.reasons))
    else:
        messages.success(request, _("已办理。"))
    return HttpResponseRedirect(reverse("rounds:round", args=[pk]))


@require_GET
def cases(request: HttpRequest, pk: int) -> HttpResponse:
    """The cases of a round, the open ones first where they are asked for."""
    row = queries.round_for(request.user, pk)
    node = queries.seen_by(request.user, row, request.GET.get("division", ""))
    show = request.GET.get("show", "")
    rows = queries.cases_of(request.user, row).filter(division_id__in=scopes.below([node.id]))
    if show in ("open", "ended"):
        rows = rows.filter(ended_on__isnull=show == "open")
    found = Paginator(rows.order_by("due_on", "pk"), queries.PAGE).get_page(request.GET.get("page"))
    context = {**_head(request, row, node), "page": found, "show": show, "lines": queries.told(found.object_list)}
    return render(request, "procedures/rounds/cases.html", context)


@require_GET
def table(request: HttpRequest, pk: int) -> HttpResponse:
    """The table of before and after: of one division, and of those directly below it."""
    row = queries.round_for(request.user, pk)
    node = queries.seen_by(request.user, row, request.GET.get("division", ""))
    found = _table(request, row, node)
    sheet = found.of(node.id)
    context = {
        **_head(request, row, node), "rows": shown.rows_of(sheet, row, node), "odd": sheet.odd, "below": shown.below(found, node),
        "until": row.ended_on or clock.today(), "is_kept": row.kept is not None and "now" not in request.GET,
        "may_export": scopes.may(request.user, EXPORT),
    }  # fmt: skip
    return render(request, "procedures/rounds/table.html", context)


def _table(request: HttpRequest, row: Round, node: Node) -> Statement:
    """As it was put away when the round closed, unless what the records say today is asked for."""
    put_away = queries.kept_of(row) if "now" not in request.GET else None
    return put_away or queries.table_of(row, on=clock.today(), division=node.id)


@require_GET
def households(request: HttpRequest, pk: int) -> HttpResponse:
    """The households behind a figure of the table, by the records as they are today."""
    scopes.require(request.user, "registry.view")
    row = queries.round_for(request.user, pk)
    node = queries.seen_by(request.user, row, request.GET.get("division", ""))
    line = request.GET.get("line", Line.JOINED.value)
    if line not in {one.value for one in Line}:
        raise NotFound(_("没有这一行"))
    found = queries.table_of(row, on=clock.today(), division=node.id).households(node.id, line)
    part = Paginator(sorted(found), queries.PAGE).get_page(request.GET.get("page"))
    known = HouseholdCard.objects.in_bulk(list(part.object_list))
    context = {
        **_head(request, row, node), "page": part, "label": LINES.get(Line(line), UNEXPLAINED),
        "lines": [queries.behind(household, known.get(household), found[household]) for household in part.object_list],
    }  # fmt: skip
    return render(request, "procedures/rounds/households.html", context)


@require_GET
def export(request: HttpRequest, pk: int) -> FileResponse:
    """The table as a workbook, down to the villages; nobody is named in it."""
    scopes.require(request.user, EXPORT)
    row = queries.round_for(request.user, pk, EXPORT)
    node = queries.seen_by(request.user, row, request.GET.get("division", ""))
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    lines = ([harmless(text) for text in line] for line in shown.workbook_rows(_table(request, row, node), node))
    write_workbook(lines, file, _("增减变动表"))
    file.seek(0)
    audit.record(by=request.user, act=f"{ROUND}.export", subject=row.subject, division=row.division_id,
                 detail={"division": node.code})  # fmt: skip
    return FileResponse(file, as_attachment=True, filename=f"adjustment-{row.year}-{node.short_code}.xlsx")
