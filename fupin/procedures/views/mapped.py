"""Counts by division on the map: the divisions below one, shaded by a measure; a tap goes a step further down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from fupin.core.ledgers.register import rights
from fupin.divisions import screens
from fupin.divisions.measures import Measure, Values
from fupin.divisions.queries import tree
from fupin.divisions.tree import Node


@dataclass(frozen=True, slots=True)
class Mapped:
    """What the map shows: those with a boundary in `chart`, the others as `tiles`."""

    node: Node
    measure: Measure
    found: screens.Comparison
    chart: dict[str, Any] | None
    tiles: list[screens.Child]


def mapped(
    user: Any, top: int, measure: Measure, values: Mapping[str, float | None], hrefs: Mapping[str, str]
) -> Mapped | None:
    """The map below a division; `values` and `hrefs` by short code. None where nothing below the place has a value."""
    nodes = tree()
    node = nodes.by_id(top)
    children = nodes.children(node.id)
    known = {
        child.id: Decimal(str(value)).quantize(Decimal("0.1") if measure.decimals else Decimal(1))
        for child in children
        if (value := values.get(child.short_code)) is not None
    }
    if not known:
        return None
    found = screens.compare(children, nodes, measure, [measure], {measure.id: Values(known)}, screen="divisions:page")
    found = replace(found, children=[replace(one, href=hrefs.get(one.node.short_code, "")) for one in found.children])
    # Boundaries are given out to those who see the register of the place.
    chart = screens.chart(found, node) if rights().may(user, screens.PERMISSION, node.id) else None
    return Mapped(node, measure, found, chart, screens.without_boundary(found) if chart else found.children)
