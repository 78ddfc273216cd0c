"""How far a round is: by division, village, officer and day, what is furthest behind first; the list as a file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fupin.accounts import scopes
from fupin.core import audit, clock
from fupin.core.cells import harmless
from fupin.core.workbooks.lists import write_workbook
from fupin.quality.campaigns import queries
from fupin.quality.campaigns.models import CollectionRound
from fupin.quality.campaigns.queries import Counts, Wanted
from fupin.quality.campaigns.views import shown
from fupin.quality.campaigns.views.mapped import Mapped, mapped

BY = ("division", "village", "officer", "day")
CHUNK = 1_000
Line = tuple[Counts, str, str, str]
"""Counts, what they are of, the query of their list, and that of the same table one level further down."""


@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Each figure opens the list of exactly these households."""
    row = queries.round_for(request.user, pk)
    by = request.GET.get("by", "")
    by = by if by in BY else "division"
    wanted = shown.wanted_of(request, row)
    lines = [(one, _label(by, one), *_opens(request, by, one)) for one in queries.counts(request.user, wanted, by)]
    labels = {"division": _("区划"), "village": _("嘎查村"), "officer": _("采集人"), "day": _("走访日期")}
    context = {
        "row": row, "by": by, "ways": labels.items(), "heading": labels[by], "sentences": shown.sentences(wanted),
        "lines": lines, "map": _map(request, row, wanted, lines) if by == "division" else None,
        "all": queries.totals(queries.matching(request.user, wanted)), "on": clock.today(), "query": shown.query_of(request),
    }  # fmt: skip
    return render(request, "quality/campaigns/progress.html", context)


def _map(request: HttpRequest, row: CollectionRound, wanted: Wanted, lines: Sequence[Line]) -> Mapped | None:
    """A division with others below it opens their map, any other one its list."""
    households = reverse("campaigns:households", args=[row.pk])
    hrefs = {
        one.key: f"?by=division&{deeper}" if deeper else f"{households}?{query}" for one, _name, query, deeper in lines
    }
    return mapped(request.user, wanted, [one for one, *_rest in lines], hrefs)


def _label(by: str, one: Counts) -> str:
    return one.label or (_("未分派") if by == "officer" else "—")


def _opens(request: HttpRequest, by: str, one: Counts) -> tuple[str, str]:
    """The query of the line's own list, and of the same table one level further down (nothing where there is none)."""
    kept = {name: request.GET[name] for name in shown.NAMES if request.GET.get(name)}
    name = "division" if by == "village" else by
    query = urlencode({**kept, name: one.key})
    deeper = by == "division" and str(one.key) != kept.get("division") and len(str(one.key)) < 12
    return query, query if deeper else ""


@require_GET
def export(request: HttpRequest, pk: int) -> FileResponse:
    """The list as a workbook, as far as the reader reaches it; no id number, phone or account is in it."""
    row = queries.round_for(request.user, pk, "registry.export")
    scopes.require(request.user, "registry.export")
    wanted = shown.wanted_of(request, row)
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    write_workbook(_rows(request.user, wanted), file, _("信息采集"))
    file.seek(0)
    audit.record(by=request.user, act="collection.export", subject=f"collection:{row.pk}", division=row.division_id,
                 detail={"filters": shown.query_of(request)})  # fmt: skip
    return FileResponse(file, as_attachment=True, filename=_file_name(row))


def _file_name(row: CollectionRound) -> str:
    return f"collection-{row.pk}-{clock.today():%Y%m%d}.xlsx"


def _rows(user: Any, wanted: Wanted) -> Iterator[list[str]]:
    yield [_("户编号"), _("户主"), _("嘎查村"), _("采集人"), _("状态"), _("走访日期"), _("录入时间"), _("受访人"),
           _("有无变化"), _("情况说明")]  # fmt: skip
    after = ""
    while True:
        found, after = queries.page(
            queries.matching(user, wanted, permission="registry.export"), after=after, size=CHUNK
        )
        for line in shown.lines_of(found):
            yield [harmless(text) for text in _cells(line)]
        if not after:
            return


def _cells(line: shown.Line) -> list[str]:
    one = line.row
    changed = "" if one.is_changed is None else _("有变化") if one.is_changed else _("无变化")
    entered = f"{timezone.localtime(one.entered_at):%Y-%m-%d %H:%M}" if one.entered_at else ""
    return [one.number, line.card.head_name if line.card else "", line.place, line.officer, line.state,
            str(one.visited_on or ""), entered, one.spoke_to, changed, one.note]  # fmt: skip
