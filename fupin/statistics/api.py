"""Figures over the API, each with the records it was computed from; frozen years."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status

from fupin.accounts import scopes
from fupin.bulk import extracts, taking
from fupin.bulk.extracts import Extract, NoExtract
from fupin.core import audit, clock
from fupin.core.refusals import NotFound, Refused
from fupin.core.rest.paging import Page, Paging, page, page_of, page_size
from fupin.divisions.queries import tree
from fupin.divisions.tree import Node
from fupin.policy.indicators import Indicator, Table, UnknownIndicator, indicator, indicators
from fupin.policy.indicators import tables as all_tables
from fupin.registry import snapshots
from fupin.registry.models import Snapshot
from fupin.statistics import disclosure, periods, records, tables
from fupin.statistics.figures import Figure, Reader, footnote
from fupin.statistics.periods import Period

router = Router(tags=["statistics"])

MOST_INDICATORS = 100


class IndicatorOut(Schema):
    """An indicator: what it counts, in which unit, by which definition."""

    name: str
    label: str
    definition: str
    kind: str
    unit: str
    row: str


class IndicatorList(Page[IndicatorOut]):
    """A page of indicators."""


def _indicator(one: Indicator) -> dict[str, Any]:
    english = scopes.is_english()
    return {"name": one.name, "label": one.label_en if english else one.label, "kind": one.kind, "unit": one.unit,
            "definition": one.definition_en if english else one.definition, "row": one.row}  # fmt: skip


@router.get("/indicators", response=IndicatorList, summary="List indicators")
def list_indicators(request: HttpRequest, asked: Query[Paging]) -> dict[str, Any]:
    """Every indicator that figures can be asked for."""
    return page_of(list(indicators().values()), key=lambda one: one.name, shape=_indicator, asked=asked)


class FigureOut(Schema):
    """One figure; `value` null: it cannot be computed, or is hidden from who may not see records, as there are too few
    or as others could be computed from it (`note`).

    `extract` names what it was computed from: pass it on to open exactly its records. `later` is what the register
    says of a frozen year today, where that differs. `footnote` must stand under the figure wherever it is shown.
    """

    indicator: str
    division: str
    period: str
    value: Decimal | None
    unit: str
    records: int
    extract: str
    as_of: datetime
    note: str
    footnote: str
    source: str
    later: Decimal | None


class FiguresQuery(Schema):
    """Which figures, of which division and period, from which extract (the newest)."""

    division: str
    period: str
    indicator: list[str] = Field([], max_length=MOST_INDICATORS)
    extract: str = ""


def _node(request: HttpRequest, code: str) -> Node:
    """The division, where the user may see its statistics. Raises NotFound."""
    scopes.require(request.user, "statistics.view")
    node = tree().by_code(code)
    if not scopes.may(request.user, "statistics.view", node.id):
        raise NotFound(_("没有代码为“%(code)s”的区划，或它不在您的工作范围内") % {"code": code}, "division")
    return node


def _extract(name: str) -> Extract:
    """The extract asked for, else the newest. Raises NotFound for one that is no longer there."""
    if not name:
        return taking.current()
    try:
        return extracts.load(name)
    except NoExtract:
        raise NotFound(_("这份数据已清理，请重新计算该指标后再打开明细"), "extract") from None


def _figure(reader: Reader, found: Figure, node: Node, period: Period, sight: disclosure.Sight) -> dict[str, Any]:
    own = ("indicator", "division", "period", "value", "unit", "records", "note", "source", "later")
    shown = {name: getattr(found, name) for name in own}
    shown |= {"extract": found.extract, "as_of": reader.extract.as_of, "footnote": footnote(indicator(found.indicator))}
    if sight.hides(node):
        shown["later"] = None  # less the frozen figure it would be the few that were corrected
    if disclosure.is_hidden(reader, sight, found, node, period):
        shown |= {"value": None, "records": 0, "note": disclosure.why(reader, node, period)}
    return shown


@router.get("/figures", response=list[FigureOut], summary="Compute figures")
def list_figures(request: HttpRequest, asked: Query[FiguresQuery]) -> list[dict[str, Any]]:
    """Figures of one division and period: `2018`, `2018-12-31`, `2014/2018`, `2018-Q1/Q3`; all unless named."""
    node, period = _node(request, asked.division), periods.read(asked.period)
    names = asked.indicator or list(indicators())
    if unknown := [name for name in names if name not in indicators()]:
        raise Refused(_("没有这些指标：%(names)s") % {"names": "、".join(unknown)}, "indicator")
    extract = _extract(asked.extract)
    sight = disclosure.sight_of(request.user)
    with Reader(extract) as reader:
        return [_figure(reader, reader.figure(name, node, period), node, period, sight) for name in names]


class RecordsQuery(Paging):
    """Which figure; `extract` as the figure told it."""

    division: str
    period: str
    extract: str = ""


class RecordList(Schema):
    """A page of the records behind a figure, with how many there are for this reader."""

    items: list[dict[str, Any]]
    next: str | None
    count: int
    columns: list[str]
    extract: str


@router.get("/figures/{name}/records", response=RecordList, summary="Records behind a figure")
def list_records(request: HttpRequest, name: str, asked: Query[RecordsQuery]) -> dict[str, Any]:
    """The records that a figure was computed from, from its own extract; those that the reader may see."""
    node, period = _node(request, asked.division), periods.read(asked.period)
    try:
        one = indicator(name)
    except UnknownIndicator:
        raise NotFound(_("没有这个指标"), "indicator") from None
    of_divisions = one.dataset == "divisions"
    column, permission = ("division_id", "statistics.view") if of_divisions else ("village_id", "registry.view")
    scopes.require(request.user, permission)
    scope, values = scopes.dataset_predicate(request.user, column=column, permission=permission)
    extract = _extract(asked.extract)
    with Reader(extract) as reader:
        found = records.listing(reader, name, node, period, scope=scope)
        if found is None:
            return {"items": [], "next": None, "count": 0, "columns": [], "extract": extract.id}
        return _records(request, reader, found, asked, values, node, name)


def _records(request: HttpRequest, reader: Reader, found: records.Listing, asked: RecordsQuery, values: list[Any],
             node: Node, name: str) -> dict[str, Any]:  # fmt: skip
    """A page of records; that they were opened stands in the trail."""
    if asked.cursor and not asked.cursor.isdecimal():
        raise Refused(_("翻页标记不属于这个列表，请从第一页重新读取。"), "cursor")
    size, extract = page_size(asked.limit), reader.extract
    rows = records.page(reader, found, after=int(asked.cursor or 0), size=size + 1, parameters=values)
    total = records.count(reader, found, values)
    audit.record(by=request.user, act="statistics.open_records", subject=f"export:{extract.id}", division=node.id,
                 detail={"list": name, "rows": total, "period": asked.period})  # fmt: skip
    following = str(rows[size - 1]["_key"]) if len(rows) > size else None
    items = [{key: value for key, value in row.items() if key != "_key"} for row in rows[:size]]
    return {"items": items, "next": following, "count": total, "columns": list(found.columns), "extract": extract.id}


class TableOut(Schema):
    """A table that a division's dashboard shows."""

    name: str
    label: str
    definition: str


@router.get("/tables", response=list[TableOut], summary="List tables")
def list_tables(request: HttpRequest) -> list[dict[str, str]]:
    """Every table that can be asked for."""
    english = scopes.is_english()
    return [
        {"name": one.name, "label": tables.title(one), "definition": one.definition_en if english else one.definition}
        for one in all_tables().values()
    ]


class CellOut(Schema):
    """One number; null: too few records stand behind it, or behind one that could be computed from it. `row` and `column` open its records."""

    value: Decimal | None
    records: int
    row: str
    column: str


class LineOut(Schema):
    """One row of a table."""

    label: str
    cells: list[CellOut]


class MadeOut(TableOut):
    """A table of a division as of a period's end, from one extract."""

    columns: list[str]
    rows: list[LineOut]
    unit: str
    extract: str
    as_of: datetime


class TableQuery(Schema):
    """Of which division and period, from which extract (the newest)."""

    division: str
    period: str
    extract: str = ""


def _table(name: str) -> Table:
    if name not in all_tables():
        raise NotFound(_("没有这张表"), "table")
    return all_tables()[name]


@router.get("/tables/{name}", response=MadeOut, summary="Compute a table")
def read_table(request: HttpRequest, name: str, asked: Query[TableQuery]) -> dict[str, Any]:
    """One table as the dashboard shows it. From those who may not see households, cells with few records and those that
    would tell of them are hidden; tables are theirs only of the division where their area begins."""
    node, period, table = _node(request, asked.division), periods.read(asked.period), _table(name)
    extract = _extract(asked.extract)
    sight = disclosure.sight_of(request.user)
    if not disclosure.are_tables_shown(sight, node):
        raise NotFound(disclosure.no_tables(), "table")
    with Reader(extract) as reader:
        least = reader.least(node, period.end) if sight.hides(node) else 0
        made = tables.make(reader, table, node, period, least=least)
    rows = [{"label": label, "cells": [_cell(one) for one in cells]} for label, cells in made.rows]
    return {"name": name, "label": made.label, "definition": made.definition, "columns": list(made.columns),
            "rows": rows, "unit": made.unit, "extract": extract.id, "as_of": extract.as_of}  # fmt: skip


def _cell(one: tables.Cell) -> dict[str, Any]:
    shown = {"row": one.row, "column": one.column}
    return shown | ({"value": None, "records": 0} if one.is_hidden else {"value": one.value, "records": one.records})


class CellQuery(RecordsQuery):
    """Which cell: the raw groups that the table told."""

    row: str = ""
    column: str = ""


@router.get("/tables/{name}/records", response=RecordList, summary="Records behind a cell")
def cell_records(request: HttpRequest, name: str, asked: Query[CellQuery]) -> dict[str, Any]:
    """The records of one cell, from the table's own extract; those that the reader may see."""
    node, period, table = _node(request, asked.division), periods.read(asked.period), _table(name)
    if table.measure == "sums":
        raise NotFound(_("没有这张表"), "table")
    scopes.require(request.user, "registry.view")
    scope, values = scopes.dataset_predicate(request.user, column="village_id", permission="registry.view")
    extract = _extract(asked.extract)
    with Reader(extract) as reader:
        dataset, sql = tables.cell_rows(reader, table, node, period, row=asked.row, column=asked.column, scope=scope)
        names = dict.fromkeys([*records.COLUMNS[dataset.name], *(one for one in (table.rows, table.columns) if one)])
        found = records.Listing(dataset, sql, tuple(names))
        return _records(request, reader, found, asked, values, node, name)


class SnapshotOut(Schema):
    """A frozen year: its day, its rows, the hash over its files."""

    year: int
    as_of: date
    rows: int
    sha256: str
    frozen_at: datetime


class SnapshotList(Page[SnapshotOut]):
    """A page of frozen years."""


@router.get("/snapshots", response=SnapshotList, summary="List frozen years")
def list_snapshots(request: HttpRequest, asked: Query[Paging]) -> dict[str, Any]:
    """The years that are frozen."""
    scopes.require(request.user, "statistics.view")
    return page(Snapshot.objects.all(), order=("year",), shape=lambda row: row, asked=asked)


class FreezeIn(Schema):
    """The year to freeze; it must be over."""

    year: int = Field(ge=2014, le=2100)


@router.post("/snapshots", response={201: SnapshotOut}, summary="Freeze a year")
def freeze_year(request: HttpRequest, data: FreezeIn) -> Status[Snapshot]:
    """Freeze the register as of the end of a year, for good."""
    scopes.require(request.user, "snapshot.freeze", tree().root.id)
    made = snapshots.freeze(year=data.year, extract=taking.current(), by=request.user, on=clock.today())
    return Status(201, made)
