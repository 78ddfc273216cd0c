"""A round on the map: the divisions below one, shaded by how much of each is finished; a tap goes a step further down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from fupin.core.ledgers.register import rights
from fupin.divisions import screens
from fupin.divisions.measures import Measure, Values
from fupin.divisions.queries import tree
from fupin.divisions.tree import Node
from fupin.quality.campaigns import queries
from fupin.quality.campaigns.queries import Counts, Wanted

FINISHED = Measure(
    "collection_finished", "采集完成率", "Finished", "%", "%", is_rate=True, decimals=1,
    note="（已采集 + 经批准不采集）÷ 户数", note_en="(Collected + left out with approval) ÷ households",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mapped:
    """What the map shows: those with a boundary in `chart`, the others as `tiles`."""

    node: Node
    found: screens.Comparison
    chart: dict[str, Any] | None
    tiles: list[screens.Child]

    @property
    def measure(self) -> Measure:
        return FINISHED


def mapped(user: Any, wanted: Wanted, lines: Sequence[Counts], hrefs: Mapping[Any, str]) -> Mapped | None:
    """The map of counts by division; None where nothing below the place is counted. `hrefs` open a line, by its key."""
    nodes = tree()
    node = nodes.by_id(queries.top_of(user, wanted))
    children = nodes.children(node.id)
    counted = {one.key: one for one in lines}
    values = {
        child.id: Decimal(str(one.share * 100)).quantize(Decimal("0.1"))
        for child in children
        if (one := counted.get(child.short_code)) is not None and one.share is not None
    }
    if not values:
        return None
    found = screens.compare(
        children, nodes, FINISHED, [FINISHED], {FINISHED.id: Values(values)}, screen="divisions:page"
    )
    found = replace(found, children=[replace(one, href=hrefs.get(one.node.short_code, "")) for one in found.children])
    # Boundaries are given out to those who see the register of the place.
    chart = screens.chart(found, node) if rights().may(user, screens.PERMISSION, node.id) else None
    return Mapped(node, found, chart, screens.without_boundary(found) if chart else found.children)
