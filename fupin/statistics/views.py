"""Screens of statistics: the dashboard of a division, its trend, the divisions below, tables, and the records behind."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fupin.accounts import scopes
from fupin.conditions.saying import label, shown
from fupin.core import audit, made_up
from fupin.core.refusals import NotFound
from fupin.core.sentences import bracketed
from fupin.divisions.queries import tree
from fupin.divisions.tree import Node
from fupin.policy.indicators import UnknownIndicator, indicators
from fupin.policy.indicators import tables as all_tables
from fupin.registry import snapshots
from fupin.statistics import charts, dashboard, disclosure, records, tables, workbooks
from fupin.statistics.dashboard import View, view_of
from fupin.statistics.figures import Reader

PAGE = 50


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The dashboard of a division as of a day."""
    scopes.require(request.user, "statistics.view")
    view = view_of(request)
    with Reader(view.extract) as reader:
        why_hidden = disclosure.why(reader, view.node, view.period) if view.hides else ""
        hiding = _hiding(why_hidden)
        tiles = dashboard.tiles(reader, view)
        below = dashboard.below(reader, view)
        made = [(one, charts.option(one, view)) for one in _tables(reader, view)]
    context = _context(request, view) | {
        "tiles": tiles, "groups": dashboard.grouped(tiles), "below": [one for one in below if not dashboard.is_empty(one[1])],
        "empty": [node for node, line in below if dashboard.is_empty(line)], "heads": _heads(), "made": made, "take": _take(view, tiles, hiding),
        "years": [row.year for row in snapshots.frozen_years()], "below_take": _below_take(view, below, hiding),
        "hiding": hiding, "why_hidden": why_hidden, "has_tables": disclosure.are_tables_shown(view.sight, view.node), "no_tables": disclosure.no_tables(),
    }  # fmt: skip
    return render(request, "statistics/home.html", context)


def _tables(reader: Reader, view: View) -> list[tables.Made]:
    if not disclosure.are_tables_shown(view.sight, view.node):
        return []
    least = reader.least(view.node, view.period.end) if view.hides else 0
    return [tables.make(reader, one, view.node, view.period, least=least) for one in all_tables().values()]


def _context(request: HttpRequest, view: View) -> dict[str, Any]:
    path = tree().path(view.node.id)
    roots = scopes.divisions(request.user, "statistics.view")
    mine = [one for one in path if roots is None or any(tree().is_below(one.id, root) for root in roots)]
    return {"view": view, "path": mine, "moved": view.has_moved, "as_of": view.extract.as_of, "on": view.period.end}


def _heads() -> list[str]:
    english = dashboard.is_english()
    found = (indicators()[name] for name in dashboard.BELOW)
    return [bracketed(one.label_en if english else one.label, dashboard.unit_label(one.unit)) for one in found]


def _take(view: View, tiles: list[dashboard.Tile], hiding: str) -> dict[str, Any]:
    """What may be copied or saved as a picture: figures with their as-of time, nothing personal."""
    rows = [[f"{one.label}*" if one.footnote else one.label, one.text, one.unit] for one in tiles]
    notes = [f"* {text}" for text in dict.fromkeys(one.footnote for one in tiles) if text] + [hiding] * bool(hiding)
    return {
        "title": f"{view.node.name} {view.period.text}",
        "notes": notes,
        "note": _note(view),
        "columns": [],
        "rows": rows,
    }


def _below_take(view: View, below: list[tuple[Node, list[dashboard.Tile]]], hiding: str) -> dict[str, Any]:
    rows = [[node.name, *(one.text for one in tiles)] for node, tiles in below]
    return {
        "title": f"{view.node.name} {view.period.text}",
        "note": _note(view),
        "notes": [hiding] * bool(hiding),
        "columns": ["", *_heads()],
        "rows": rows,
    }


def _hiding(why: str) -> str:
    """What the sign of a hidden number means, for whom numbers are hidden."""
    return f"{disclosure.HIDDEN} {why}" if why else ""


def _note(view: View) -> str:
    return _("截至 %(moment)s") % {"moment": charts.moment(view.extract.as_of)}


@require_GET
def trend(request: HttpRequest) -> HttpResponse:
    """The trend of the last year ends: a request of its own, so that the page need not wait for it."""
    scopes.require(request.user, "statistics.view")
    view = view_of(request)
    with Reader(view.extract) as reader:
        option = dashboard.trend(reader, view)
    return render(request, "statistics/parts/trend.html", {"option": option, "view": view})


@require_GET
def freshness(request: HttpRequest) -> HttpResponse:
    """How many households changed since the extract that the page shows."""
    scopes.require(request.user, "statistics.view")
    view = view_of(request)
    return render(request, "statistics/parts/freshness.html", {"view": view, "count": view.extract.changes_since()})


@require_GET
def workbook(request: HttpRequest) -> HttpResponseBase:
    """The dashboard as a workbook: figures, the divisions below, every table."""
    scopes.require(request.user, "statistics.view")
    view = view_of(request)
    with Reader(view.extract) as reader:
        why_hidden = disclosure.why(reader, view.node, view.period) if view.hides else ""
        note = "；".join(filter(None, (_note(view), made_up.sentence(), _hiding(why_hidden))))
        file = workbooks.dashboard_file(dashboard.tiles(reader, view), _heads(), dashboard.below(reader, view),
                                        _tables(reader, view), title=f"{view.node.name} {view.period.text}", note=note)  # fmt: skip
    name = f"statistics-{view.node.short_code}-{view.period.text.replace('/', '-')}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name)


@require_GET
def record_list(request: HttpRequest, name: str) -> HttpResponse:
    """The records that a figure was computed from, from its own extract; those that the reader may see."""
    scopes.require(request.user, "statistics.view")
    view = view_of(request)
    with Reader(view.extract) as reader:
        try:
            found = records.listing(reader, name, view.node, view.period, scope=_scope(request, name)[0])
        except UnknownIndicator:
            raise NotFound(_("没有这个指标")) from None
        one = dashboard.tile(reader, view, name)
        return _list(request, reader, view, found, parameters=_scope(request, name)[1], tile=one, heading=one.label)


def _scope(request: HttpRequest, name: str) -> tuple[str, list[Any]]:
    """Which rows the reader may open: divisions with the statistics, households and persons with the register."""
    one = indicators().get(name)
    if one is not None and one.dataset == "divisions":
        return scopes.dataset_predicate(request.user, column="division_id", permission="statistics.view")
    return scopes.dataset_predicate(request.user, column="village_id", permission="registry.view")


@require_GET
def cell_list(request: HttpRequest, name: str) -> HttpResponse:
    """The records of one cell of a table."""
    scopes.require(request.user, "statistics.view")
    view = view_of(request)
    table = all_tables().get(name)
    if table is None or table.measure == "sums":
        raise NotFound(_("没有这张表"))
    scope, parameters = scopes.dataset_predicate(request.user, column="village_id", permission="registry.view")
    row, column = request.GET.get("row", ""), request.GET.get("column", "")
    with Reader(view.extract) as reader:
        dataset, sql = tables.cell_rows(reader, table, view.node, view.period, row=row, column=column, scope=scope)
        columns = dict.fromkeys([*records.COLUMNS[dataset.name], *(one for one in (table.rows, table.columns) if one)])
        found = records.Listing(dataset, sql, tuple(columns))
        return _list(request, reader, view, found, parameters=parameters, tile=None, heading=tables.title(table))


def _list(request: HttpRequest, reader: Reader, view: View, found: records.Listing | None, *, parameters: list[Any],
          tile: dashboard.Tile | None, heading: str) -> HttpResponse:  # fmt: skip
    after = int(request.GET["after"]) if request.GET.get("after", "").isdecimal() else 0
    rows = [] if found is None else records.page(reader, found, after=after, size=PAGE + 1, parameters=parameters)
    total = 0 if found is None else records.count(reader, found, parameters)
    may_list = scopes.may(request.user, "registry.view")
    context = _context(request, view) | {
        "tile": tile, "heading": heading, "found": found, "lines": _lines(found, rows[:PAGE]) if found else [], "total": total,
        "heads": _column_heads(found) if found else [], "next": rows[PAGE - 1]["_key"] if len(rows) > PAGE else None, "may_list": may_list,
    }  # fmt: skip
    if found is not None and may_list:
        audit.record(by=request.user, act="statistics.open_records", subject=f"export:{view.extract.id}",
                     division=view.node.id, detail={"list": heading, "rows": total, "period": view.period.text})  # fmt: skip
    return render(request, "statistics/records.html", context)


def _column_heads(found: records.Listing) -> list[str]:
    special = {"change": _("变动"), "place_id": _("嘎查村")}
    return [special.get(name) or label(found.dataset.field(name)) for name in found.columns]


def _lines(found: records.Listing, rows: list[dict[str, Any]]) -> list[list[dict[str, str]]]:
    standing = tree()
    sides = {"left": _("减少"), "came": _("增加")}
    lines = []
    for row in rows:
        line = []
        for name in found.columns:
            value = row[name]
            text = sides.get(value) if name == "change" else ""
            if name == "place_id" and value is not None:
                text = standing.full_name(value, "township") if value in standing else str(value)
            href = _record_address(found.dataset.name, name, value)
            head = _column_heads_one(found, name)
            line.append({"text": text or shown(found.dataset.field(name), value), "href": href, "label": head})
        lines.append(line)
    return lines


def _column_heads_one(found: records.Listing, name: str) -> str:
    return {"change": _("变动"), "place_id": _("嘎查村")}.get(name) or label(found.dataset.field(name))


def _record_address(dataset: str, name: str, value: Any) -> str:
    if not value or name not in ("number", "household_number"):
        return ""
    is_person = dataset == "persons" and name == "number"
    return reverse("registry:person" if is_person else "registry:household", args=[value])
