"""Collection on paper and in Excel: forms filled in with what is held, and the village's sheet out, to come back by import."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fupin.accounts import scopes
from fupin.core import audit, clock
from fupin.core.refusals import NotFound, Refused
from fupin.core.revealing import require_measure, require_purpose
from fupin.core.workbooks import exporting as files
from fupin.core.workbooks.stamps import Stamp, version_of
from fupin.divisions.queries import tree
from fupin.quality.campaigns import paper, queries
from fupin.quality.campaigns.models import CollectionHousehold, CollectionRound
from fupin.quality.campaigns.views import shown
from fupin.registry.intake import exporting
from fupin.registry.sheets import HOUSEHOLDS, PERSONS

MOST = 300
"""Forms in one print: a village, or a part of a large one."""
SHEETS = {"households": HOUSEHOLDS, "persons": PERSONS}
_KEYS = {"households": ("number", "village", "head_name", "head_id"),
         "persons": ("number", "household_number", "name", "id_number")}  # fmt: skip
REVEAL = "collection.print_whole"


@require_http_methods(["GET", "POST"])
def forms(request: HttpRequest, pk: int) -> HttpResponse:
    """The forms of one household or of a village, for A4. Numbers are masked, unless a purpose is given for each print."""
    row = queries.round_for(request.user, pk)
    wanted = shown.wanted_of(request, row)
    rows, following = queries.page(_narrowed(request, wanted), after=_given(request, "after"), size=MOST)
    if not rows:
        raise NotFound(_("没有可打印的采集表，请选择一个嘎查村或一户"))
    problems: list[str] = []
    masked = True
    if request.method == "POST":
        try:
            masked = not _reveals(request, row, rows)
        except Refused as refusal:
            problems = list(refusal.reasons)
    _note(request, row, rows, masked)
    return render(request, "quality/campaigns/forms.html", _context(request, row, rows, following, masked, problems),
                  status=422 if problems else 200)  # fmt: skip


def _given(request: HttpRequest, name: str) -> str:
    return (request.POST if request.method == "POST" else request.GET).get(name, "")


def _narrowed(request: HttpRequest, wanted: queries.Wanted) -> Any:
    line = _given(request, "line")
    rows = queries.matching(request.user, wanted)
    if line:
        return rows.filter(pk=int(line)) if line.isdecimal() and len(line) < 19 else rows.none()
    return rows.none() if shown.village_of(request.user, wanted) is None else rows


def _reveals(request: HttpRequest, row: CollectionRound, rows: list[CollectionHousehold]) -> bool:
    purpose = require_purpose(request.POST.get("purpose", ""))
    villages = {one.village_id for one in rows}
    scopes.require_each(request.user, "registry.reveal", villages)
    require_measure(request.user, REVEAL)
    audit.record_many(by=request.user, entries=[
        audit.Entry(REVEAL, f"household:{one.household_id}", one.village_id, {"purpose": purpose}) for one in rows
    ])  # fmt: skip
    return True


def _note(request: HttpRequest, row: CollectionRound, rows: list[CollectionHousehold], masked: bool) -> None:
    audit.record(by=request.user, act="collection.print", subject=f"collection:{row.pk}", division=rows[0].village_id,
                 detail={"households": len(rows)})  # fmt: skip


def _context(request: HttpRequest, row: CollectionRound, rows: list[CollectionHousehold], following: str, masked: bool,
             problems: list[str]) -> dict[str, Any]:  # fmt: skip
    form, english = queries.form_of(row), scopes.is_english()
    sheets = paper.sheets(
        [one.household_id for one in rows], form, on=clock.today(), english=english, masked=masked,
        address=lambda number: request.build_absolute_uri(reverse("registry:household", args=[number])),
    )  # fmt: skip
    kept = [(name, _given(request, name)) for name in (*shown.NAMES, "line", "after") if _given(request, name)]
    return {
        "row": row, "sheets": [(one, mark_safe(one.qr), _place(one.village)) for one in sheets],  # noqa: S308 (made by segno)
        "form_label": form.label_en if english else form.label, "masked": masked, "problems": problems, "following": following,
        "printed_on": clock.today(), "kept": kept, "query": shown.query_of(request),
        "may_reveal": all(scopes.may(request.user, "registry.reveal", one) for one in {one.village_id for one in rows}),
    }  # fmt: skip


def _place(village: int) -> str:
    nodes = tree()
    return "".join(node.name for node in nodes.path(village)[-3:]) if nodes.home(village) is not None else ""


@require_GET
def sheet(request: HttpRequest, pk: int) -> FileResponse:
    """A village's households or persons with the fields of the form, as a workbook that the staged import reads back."""
    row = queries.round_for(request.user, pk, "registry.export")
    ledger, wanted = request.GET.get("ledger", "households"), shown.wanted_of(request, row)
    village = shown.village_of(request.user, wanted)
    if ledger not in SHEETS or village is None:
        raise Refused(_("请选择一个嘎查村，以及户表或人表"))
    scopes.require(request.user, "registry.export", village)
    numbers = set(queries.matching(request.user, wanted, permission="registry.export").values_list("number", flat=True))
    own, form = SHEETS[ledger], queries.form_of(row)
    asked = {*_KEYS[ledger], *(form.households if ledger == "households" else form.persons)}
    columns = [one for one in own if one.name in asked]
    stamp = Stamp(ledger, version_of(own), datetime.now(UTC).isoformat(), tree().by_id(village).code, "export")
    with tempfile.TemporaryDirectory(prefix="sheet-") as folder:
        target = Path(folder) / f"{ledger}.xlsx"
        count = files.write(
            target, title=_("信息采集"), columns=columns, pages=_pages(ledger, village, numbers, columns), stamp=stamp
        )
        file = target.open("rb")
    audit.record(by=request.user, act="collection.sheet", subject=f"collection:{row.pk}", division=village,
                 detail={"ledger": ledger, "rows": count})  # fmt: skip
    return FileResponse(file, as_attachment=True, filename=f"{ledger}-{tree().by_id(village).short_code}.xlsx")


def _pages(ledger: str, village: int, numbers: set[str], columns: Any) -> Iterator[polars.DataFrame]:
    today, key = clock.today(), "number" if ledger == "households" else "household_number"
    for page in exporting.pages(ledger, on=today, villages=list(scopes.below([village]))):
        kept = page.filter(polars.col(key).is_in(list(numbers)))
        if kept.height:
            yield exporting.present(kept, columns, reveal=False, on=today)
