"""Divisions over the API: the tree of any day, designations, reference figures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from fupin.core.rest.paging import Page, Paging, page, page_of
from fupin.divisions.models import Designation, ReferenceFigure
from fupin.divisions.queries import tree
from fupin.divisions.tree import Node, Tree

router = Router(tags=["divisions"])


class DivisionOut(Schema):
    """A division as it stands on the day asked for."""

    code: str
    name: str
    level: str
    kind: str
    parent: str | None


class DivisionPage(Page[DivisionOut]):
    """A page of divisions."""


class DivisionDetail(DivisionOut):
    """A division with the way down to it and the number of divisions directly below."""

    path: list[DivisionOut]
    children: int
    predecessors: int


class DivisionFilter(Paging):
    """Which divisions."""

    on: date | None = None
    parent: str = ""
    below: str = ""
    level: str = ""
    name: str = ""


def shape(node: Node, day: Tree) -> dict[str, Any]:
    """A node as it is answered."""
    parent = day.by_id(node.parent_id).code if node.parent_id is not None else None
    return {"code": node.code, "name": node.name, "level": node.level, "kind": node.kind, "parent": parent}


@router.get("/divisions", response=DivisionPage, summary="List divisions")
def list_divisions(request: HttpRequest, asked: Query[DivisionFilter]) -> dict[str, Any]:
    """The divisions of a day: directly below one (`parent`), anywhere below one (`below`), of a level, by name."""
    day = tree(asked.on)
    if asked.parent:
        found = list(day.children(day.by_code(asked.parent).id))
    elif asked.below:
        found = list(day.subtree(day.by_code(asked.below).id))[1:]
    else:
        found = list(day)
    if asked.level:
        found = [node for node in found if node.level == asked.level]
    if asked.name:
        found = [node for node in found if asked.name in node.name]
    filters = asked.dict(exclude={"limit", "cursor"})
    return page_of(found, key=lambda node: node.code, shape=lambda node: shape(node, day), asked=asked, filters=filters)


@router.get("/divisions/{code}", response=DivisionDetail, summary="Read a division")
def read_division(request: HttpRequest, code: str, on: date | None = None) -> dict[str, Any]:
    """One division by its code (12 digits, or fewer without the zeros), as it stands on a day."""
    day = tree(on)
    node = day.by_code(code)
    return shape(node, day) | {
        "path": [shape(each, day) for each in day.path(node.id)],
        "children": len(day.children(node.id)),
        "predecessors": len(day.predecessors.get(node.id, ())),
    }


class DesignationOut(Schema):
    """What a division was named, from and to (exclusive)."""

    kind: str
    valid_from: date
    valid_to: date | None
    document: str


class DesignationPage(Page[DesignationOut]):
    """A page of designations."""


@router.get("/divisions/{code}/designations", response=DesignationPage, summary="List designations")
def list_designations(request: HttpRequest, code: str, asked: Query[Paging]) -> dict[str, Any]:
    """Every designation of a division, past ones too."""
    rows = Designation.objects.filter(division_id=tree().by_code(code).id)
    return page(rows, order=("valid_from", "id"), shape=lambda row: row, asked=asked, filters={"code": code})


class ReferenceFigureOut(Schema):
    """A figure from published statistics."""

    indicator: str
    period: str
    value: Decimal
    unit: str
    source: str
    published_on: date | None


class ReferenceFigurePage(Page[ReferenceFigureOut]):
    """A page of reference figures."""


class ReferenceFigureFilter(Paging):
    """Which figures."""

    indicator: str = ""
    period: str = ""


@router.get("/divisions/{code}/reference-figures", response=ReferenceFigurePage, summary="List reference figures")
def list_reference_figures(request: HttpRequest, code: str, asked: Query[ReferenceFigureFilter]) -> dict[str, Any]:
    """The reference statistics of a division, with their sources."""
    rows = ReferenceFigure.objects.filter(division_id=tree().by_code(code).id)
    if asked.indicator:
        rows = rows.filter(indicator=asked.indicator)
    if asked.period:
        rows = rows.filter(period=asked.period)
    filters = {"code": code, **asked.dict(exclude={"limit", "cursor"})}
    return page(rows, order=("indicator", "period", "id"), shape=lambda row: row, asked=asked, filters=filters)
