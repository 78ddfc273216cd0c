"""Divisions over the API: the tree of any day, designations, reference figures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile

from fupin.core.ledgers.register import rights
from fupin.core.refusals import NotAllowed, Refused
from fupin.core.rest.paging import Page, Paging, page, page_of
from fupin.divisions import boundaries, operations
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


CHANGE = "divisions.change"


class NewDivisionIn(Schema):
    """A division that is made: its code, name and kind; it stands beside the one that it comes from."""

    code: str = Field(min_length=6, max_length=15)
    name: str = Field(min_length=1, max_length=80)
    kind: str = Field(description="codes: division_kind")


class MergeIn(Schema):
    """Which divisions merge, into one that stands (`into`) or a new one (`new`), from a day on, by which document."""

    predecessors: list[str] = Field(min_length=1, max_length=100)
    into: str = ""
    new: NewDivisionIn | None = None
    on: date | None = None
    document: str = Field("", max_length=200)


def _over(request: HttpRequest, codes: list[str]) -> list[Node]:
    """The divisions of codes, all of them under the user's hand. Raises NotFound, NotAllowed."""
    nodes = [tree().by_code(code) for code in codes]
    if not all(rights().may(request.user, CHANGE, node.id) for node in nodes):
        raise NotAllowed(_("该区划不在您的管辖范围内，请换到管辖它的岗位再办。"), "scope")
    return nodes


def _new(given: NewDivisionIn, beside: Node) -> operations.NewDivision:
    return operations.NewDivision(given.code, given.name, given.kind, beside.level, beside.parent_id)


@router.post("/division-mergers", response=DivisionDetail, summary="Merge divisions")
def merge_divisions(request: HttpRequest, data: MergeIn) -> dict[str, Any]:
    """Divisions go over into one; history and totals are kept. Answers the successor."""
    nodes = _over(request, data.predecessors)
    if bool(data.into) is (data.new is not None):
        raise Refused(_("请写明并入的区划（into）或新设的区划（new），二者取一。"), "into")
    into = _over(request, [data.into])[0].id if data.new is None else _new(data.new, nodes[0])
    made = operations.merge(
        predecessors=[node.id for node in nodes], into=into, by=request.user, on=data.on, document=data.document
    )
    return read_division(request, tree().by_id(made).code)


class SplitIn(Schema):
    """What a division splits into. `children`: code of a division below → position of its new parent in `into`."""

    into: list[NewDivisionIn] = Field(min_length=1, max_length=20)
    keeps: bool = True
    children: dict[str, int] = {}
    on: date | None = None
    document: str = Field("", max_length=200)


@router.post("/divisions/{code}/split", response={201: list[DivisionOut]}, summary="Split a division")
def split_division(request: HttpRequest, code: str, data: SplitIn) -> Status[list[dict[str, Any]]]:
    """A division goes on beside new ones (`keeps`), or ends and everything below finds a place. Answers the new ones."""
    (node,) = _over(request, [code])
    children = {tree().by_code(each).id: at for each, at in data.children.items()}
    made = operations.split(
        division=node.id, into=[_new(each, node) for each in data.into], by=request.user, keeps=data.keeps,
        children=children, on=data.on, document=data.document,
    )  # fmt: skip
    now = tree()
    return Status(201, [shape(now.by_id(each), now) for each in made])


@router.get("/divisions/{code}/shapes", response=dict[str, Any], summary="Boundaries below a division")
def read_shapes(request: HttpRequest, code: str, on: date | None = None) -> dict[str, Any]:
    """The boundaries of the divisions directly below one, as GeoJSON; where there are none, no features."""
    standing = tree(on)
    return boundaries.shapes(standing.children(standing.by_code(code).id))


class BoundariesIn(Schema):
    """Where the boundaries come from, as the map says it."""

    source: str = Field(min_length=1, max_length=200)


class ReplacedOut(Schema):
    """The divisions whose boundaries were replaced."""

    divisions: list[str]


@router.post("/boundaries", response=ReplacedOut, summary="Load official boundaries")
def replace_boundaries(request: HttpRequest, data: Form[BoundariesIn], file: File[UploadedFile]) -> dict[str, Any]:
    """Put an office's official GeoJSON in the place of the shipped boundaries; each feature must lie in scope."""
    if not rights().may(request.user, CHANGE):
        raise NotAllowed(_("您现在的岗位没有变更行政区划的权限"), "permission")
    names = boundaries.replace(document=file.read(), source=data.source, by=request.user,
                               may=lambda id: rights().may(request.user, CHANGE, id))  # fmt: skip
    return {"divisions": names}
