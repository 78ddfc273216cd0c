"""What the screens of divisions show: a division with its children, values and legend, made once for page and map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fupin.core.ledgers.register import rights
from fupin.core.refusals import NotAllowed, NotFound
from fupin.core.sentences import bracketed, listed, told
from fupin.core.templatetags.fupin import NOTHING, number
from fupin.divisions import boundaries, measures, queries, shading, words
from fupin.divisions.measures import Measure
from fupin.divisions.tree import Node, Tree

PERMISSION = "registry.view"
MOST_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class Child:
    """One division in a table, on the map or as a tile."""

    node: Node
    kind: str
    villages: int
    value: Decimal | None
    text: str
    step: int
    href: str
    records: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """The children of a division under one measure."""

    measure: Measure | None
    as_of: str
    children: list[Child]
    steps: list[tuple[shading.Step, str]]
    others: list[Measure]


def english() -> bool:
    """Does the reader read English?"""
    return (get_language() or "").startswith("en")


def tops(user: Any, tree: Tree) -> list[Node]:
    """Where the user's sight begins. Raises NotFound for somebody who sees no division."""
    roots = rights().divisions(user, PERMISSION)
    found = [tree.root] if roots is None else [tree.by_id(id) for id in roots if tree.home(id) is not None]
    if not found:
        raise NotFound(_("您现在的岗位没有可以查看的区划"))
    return found


def visible(user: Any, code: str, tree: Tree) -> Node:
    """The division with a code, if it lies in the user's area. Raises NotFound."""
    node = tree.find(code)
    if node is None or not rights().may(user, PERMISSION, node.id):
        raise NotFound(_("没有代码为“%(code)s”的区划，或不在您的管辖范围内") % {"code": code})
    return node


def path(node: Node, tree: Tree, heads: Sequence[Node]) -> list[tuple[Node, bool]]:
    """From the region down; the second says whether the user may open it."""
    ids = {head.id for head in heads}
    opened, found = False, []
    for one in tree.path(node.id):
        opened = opened or one.id in ids
        found.append((one, opened))
    return found


def choose(user: Any, wanted: str) -> tuple[Measure | None, list[Measure]]:
    """The measure asked for, else the first; and all of them."""
    offered = measures.measures(user)
    return next((one for one in offered if one.id == wanted), offered[0] if offered else None), offered


def compare(
    children: Sequence[Node], tree: Tree, measure: Measure | None, offered: Sequence[Measure],
    known: Mapping[str, measures.Values], *, screen: str,
) -> Comparison:  # fmt: skip
    """Divisions under a measure, with a few others beside it; `known` are the values of all of them."""
    beside = _beside(measure, offered)
    values = known[measure.id] if measure else measures.Values({})
    others = [(one, known[one.id]) for one in beside]
    steps = shading.steps(values.values, english=english())
    rows = []
    for child in children:
        value = values.values.get(child.id)
        step = shading.step_of(value, steps)
        rows.append(
            Child(
                child,
                words.label(words.KINDS, child.kind, english()),
                tree.village_count(child.id),
                value,
                text(value, measure),
                step.number if step else -1,
                reverse(_screen_of(child, tree, screen), args=[child.short_code]),
                values.hrefs.get(child.id, ""),
                tuple(text(found.values.get(child.id), one) for one, found in others),
            )
        )
    legend = [(step, _span(step, measure)) for step in steps]
    return Comparison(measure, values.as_of, rows, legend, beside)


def _beside(measure: Measure | None, offered: Sequence[Measure]) -> list[Measure]:
    """The measures whose values stand beside those of the one that is asked for."""
    return [one for one in offered if measure is None or one.id != measure.id][:MOST_COLUMNS]


def _screen_of(child: Node, tree: Tree, screen: str) -> str:
    """A tile of what has nothing below it opens its page, not an empty map."""
    return "divisions:page" if screen == "divisions:map_of" and not tree.children(child.id) else screen


def compare_known(
    user: Any, node: Node, tree: Tree, wanted: str, on: date, *, screen: str
) -> tuple[Comparison, list[Measure]]:
    """The divisions below one under the measure asked for; unasked, under the first that is known of any of them.

    A rate has no value below the level at which its denominator is published: counts are shown there instead. One call
    of a provider for all measures and divisions.
    """
    measure, offered = choose(user, wanted)
    tried = [measure, *([] if wanted else offered[1:3])]
    names = dict.fromkeys(one.id for each in tried for one in (*filter(None, [each]), *_beside(each, offered)))
    known, children = measures.map_values(user, node.id, list(names), on), tree.children(node.id)
    for other in tried[1:]:
        if measure is None or any(known[measure.id].values.get(child.id) is not None for child in children):
            break
        measure = other
    return compare(children, tree, measure, offered, known, screen=screen), offered


def _span(step: shading.Step, measure: Measure | None) -> str:
    low, high = text(step.low, measure), text(step.high, measure)
    return low if low == high else f"{low}–{high}"


def text(value: Decimal | None, measure: Measure | None) -> str:
    """A value with its unit as people read it."""
    if value is None or measure is None:
        return NOTHING
    return f"{number(value, measure.decimals)}{'%' if measure.unit == '%' else ''}"


def ordered(found: Comparison, by: str) -> list[Child]:
    """The rows in the order asked for: `value`, `-value`, `name`, else by code."""
    if by.lstrip("-") == "value":
        known = [row for row in found.children if row.value is not None]
        known.sort(key=lambda row: (row.value, row.node.code), reverse=by.startswith("-"))
        return known + [row for row in found.children if row.value is None]
    if by == "name":
        return sorted(found.children, key=lambda row: row.node.name)
    return found.children


def chart(found: Comparison, node: Node) -> dict[str, Any] | None:
    """The map of the children that have a boundary, as the option of a chart; None where none has."""
    drawn = {feature["properties"]["code"] for feature in boundaries.shapes(c.node for c in found.children)["features"]}
    if not drawn or found.measure is None:
        return None
    rows = [child for child in found.children if child.node.short_code in drawn]
    pieces = [
        {"gte": float(step.low), "lte": float(step.high), "label": bracketed(step.word, span), "color": step.colour}
        for step, span in found.steps
    ]
    return {
        "visualMap": {"type": "piecewise", "pieces": pieces, "left": 8, "bottom": 8, "itemGap": 6,
                      "outOfRange": {"color": "#c8ced6"}, "show": False},
        "tooltip": {"trigger": "item"},
        "series": [{
            "type": "map", "map": f"map-{node.short_code}", "name": found.measure.title(), "roam": False,
            "selectedMode": False, "label": {"show": len(rows) <= 14, "fontSize": 11, "color": "#16202b", "textBorderColor": "#ffffff",
                      "textBorderWidth": 2},
            "itemStyle": {"borderColor": "#ffffff", "borderWidth": 0.8, "areaColor": "#c8ced6"},
            "labelLayout": {"hideOverlap": True}, "emphasis": {"itemStyle": {"areaColor": "#e08e0b"}, "label": {"show": True}},
            "data": [{"name": row.node.name, "value": None if row.value is None else float(row.value), "href": row.href}
                     for row in rows],
        }],
    }  # fmt: skip


def take(found: Comparison, node: Node, on: date) -> dict[str, Any]:
    """What may be copied from a map or saved with its picture: the values of divisions, never of few persons."""
    measure = found.measure
    title = node.name if measure is None else f"{node.name} {bracketed(measure.title(), measure.unit_text())}"
    note = _("数据截至 %(at)s") % {"at": found.as_of} if found.as_of else _("截至 %(day)s") % {"day": on.isoformat()}
    steps = listed(told(str(step.word), span) for step, span in found.steps)
    legend = _("颜色由浅到深：%(steps)s") % {"steps": steps} if steps else ""
    rows = [[row.node.name, row.text] for row in found.children]
    return {"title": title, "note": note, "legend": legend, "columns": [], "rows": rows}


def without_boundary(found: Comparison) -> list[Child]:
    """The children that stand as tiles: all below the banner, and statistical zones."""
    drawn = {feature["properties"]["code"] for feature in boundaries.shapes(c.node for c in found.children)["features"]}
    return [child for child in found.children if child.node.short_code not in drawn]


def require_change(user: Any, division: int) -> None:
    """Raises NotAllowed where the user may not change that division."""
    if not rights().may(user, "divisions.change", division):
        raise NotAllowed(_("%(name)s不在您的管辖范围内") % {"name": queries.tree().name(division)}, "scope")


def next_on_wall(user: Any, seen: dict[str, Any]) -> str:
    """Where the large screen turns next: the next measure, after the last one the next division of the round.

    The round is the division where the user's sight begins and everything directly below it that has divisions.
    """
    node, measure, offered = seen["node"], seen["measure"], seen["measures"]
    at = offered.index(measure) if measure in offered else -1
    if at + 1 < len(offered):
        return f"{reverse('divisions:wall', args=[node.short_code])}?{urlencode({'measure': offered[at + 1].id})}"
    tree = queries.tree(seen["on"])
    head = tops(user, tree)[0]
    round_ = [head, *(child for child in tree.children(head.id) if tree.children(child.id))]
    ids = [one.id for one in round_]
    following = round_[(ids.index(node.id) + 1) % len(round_)] if node.id in ids else head
    return reverse("divisions:wall", args=[following.short_code])
