"""What a dashboard shows: tiles, trends, the divisions below, tables; with what each reader may see of small numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.bulk import extracts, taking
from fupin.bulk.extracts import Extract, NoExtract
from fupin.conditions.saying import is_english
from fupin.core import days
from fupin.core.refusals import NotFound
from fupin.divisions.queries import tree
from fupin.divisions.tree import Node
from fupin.policy.catalogue import code_list
from fupin.policy.indicators import Indicator, indicators
from fupin.statistics import disclosure, setwise
from fupin.statistics.disclosure import HIDDEN, Sight
from fupin.statistics.figures import Figure, Reader, footnote
from fupin.statistics.periods import BadPeriod, Period, read

BELOW = (
    "registered_households",
    "registered_persons",
    "poverty_incidence",
    "monitored_households",
    "per_head_income",
    "unmet_guarantee_households",
)
TREND = ("registered_households", "registered_persons")
_TREND_YEARS = 5
_CHART_PIXELS, _LABEL_PIXELS = 160, 16
"""The height of the trend's drawing area and of a number on it."""


@dataclass(frozen=True, slots=True)
class View:
    """What a request looks at: a division, a period, an extract; and what its reader may see of small numbers."""

    node: Node
    period: Period
    extract: Extract
    sight: Sight
    has_moved: bool

    @property
    def hides(self) -> bool:
        """Are small numbers hidden from the reader?"""
        return self.sight.hides(self.node)

    @property
    def query(self) -> str:
        """The part of an address that opens the same view from the same extract."""
        return f"division={self.node.short_code}&period={self.period.text}&extract={self.extract.id}"


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure on the screen. `text` is what may be shown of it."""

    indicator: Indicator
    figure: Figure
    label: str
    unit: str
    definition: str
    text: str
    is_hidden: bool
    change: str = ""
    footnote: str = ""

    @property
    def opens(self) -> bool:
        """Is there a number, with records behind it that may be looked at?"""
        return self.figure.records > 0 and self.figure.value is not None and not self.is_hidden


def view_of(request: HttpRequest) -> View:
    """What the request asks for, within what its user may see. Raises NotFound, BadPeriod."""
    node = _division(request)
    text = request.GET.get("period") or usual_period(days.as_of(request))
    try:
        period = read(text)
    except BadPeriod as fault:
        raise BadRequest(fault.reasons[0]) from None
    asked = request.GET.get("extract", "")
    extract, has_moved = _extract(asked)
    extract.used()
    return View(node, period, extract, disclosure.sight_of(request.user), has_moved)


def usual_period(day: date) -> str:
    """The period that a day is looked at by, unasked: its whole year where it ends one, so that flows show too."""
    return str(day.year) if (day.month, day.day) == (12, 31) else day.isoformat()


def _extract(asked: str) -> tuple[Extract, bool]:
    if asked:
        try:
            return extracts.load(asked), False
        except NoExtract:
            pass
    return taking.newest(), bool(asked)


def _division(request: HttpRequest) -> Node:
    standing = tree()
    code = request.GET.get("division", "")
    if code:
        node = standing.find(code) if code.isdecimal() else None
        if node is None or not scopes.may(request.user, "statistics.view", node.id):
            raise NotFound(_("没有这个区划，或不在您的管辖范围内"))
        return node
    roots = scopes.divisions(request.user, "statistics.view")
    return standing.root if roots is None else standing.by_id(roots[0])


def unit_label(unit: str) -> str:
    return code_list("unit").label(unit, is_english())


def tile(reader: Reader, view: View, name: str, *, node: Node | None = None, with_change: bool = False) -> Tile:
    """One figure as this reader may see it."""
    one = indicators()[name]
    node = node or view.node
    figure = reader.figure(name, node, view.period)
    hidden = disclosure.is_hidden(reader, view.sight, figure, node, view.period)
    if figure.later is not None and disclosure.hides(reader, view.sight, node):
        figure = replace(figure, later=None)  # less the frozen figure it would be the few that were corrected
    change = _change(reader, view, one, figure) if with_change and not hidden else ""
    return Tile(
        one, figure, one.label_en if is_english() else one.label, "" if one.unit == "ratio" else unit_label(one.unit),
        one.definition_en if is_english() else one.definition, HIDDEN if hidden else shown(figure, one), hidden, change,
        footnote(one),
    )  # fmt: skip


def _change(reader: Reader, view: View, one: Indicator, figure: Figure) -> str:
    """Against the end of the year before, in words; a share changes by percentage points, not by per cent."""
    if one.kind == "flow" or figure.value is None:
        return ""
    year_before = read(str(view.period.end.year - 1))
    before = reader.figure(one.name, view.node, year_before).value
    if before is None or disclosure.is_change_hidden(
        reader, view.sight, one.name, view.node, year_before.end, view.period.end
    ):
        return ""
    text = f"{figure.value - before:+,.{decimals(one)}f}".replace(",", "\u202f").replace("-", "\u2212")
    if not text.strip("+\u22120."):
        return _("与上年末持平")
    if one.unit == "percent":
        text = f"{text} {unit_label('percent_point')}"
    return _("比上年末 %(change)s") % {"change": text}


def decimals(one: Indicator) -> int:
    """How many decimals a figure is shown with."""
    if one.unit == "ratio":
        return 3
    return 2 if one.kind in ("rate", "average") else 0


def shown(figure: Figure, one: Indicator) -> str:
    """A value as text, thousands apart."""
    if figure.value is None:
        return "—"
    return f"{figure.value:,.{decimals(one)}f}".replace(",", "\u202f").replace("-", "\u2212")


def tiles(reader: Reader, view: View) -> list[Tile]:
    """The figures at the head of a dashboard, in their order."""
    names = [one.name for one in sorted(indicators().values(), key=lambda one: one.tile) if one.tile]
    return [tile(reader, view, name, with_change=True) for name in names]


def grouped(shown: list[Tile]) -> list[list[Tile]]:
    """The tiles in groups that share a footnote, so that it is said once; those that need none go first."""
    notes = dict.fromkeys(sorted((one.footnote for one in shown), key=bool))
    return [[one for one in shown if one.footnote == note] for note in notes]


def is_empty(line: list[Tile]) -> bool:
    """Has a division nothing of what its line would tell? A hidden number is something."""
    return not any(one.figure.value or one.is_hidden for one in line)


def below(reader: Reader, view: View, names: tuple[str, ...] = BELOW) -> list[tuple[Node, list[Tile]]]:
    """The divisions directly below with their figures."""
    setwise.prepare(reader, names, view.node, view.period)
    return [(node, [tile(reader, view, name, node=node) for name in names]) for node in tree().children(view.node.id)]


def trend(reader: Reader, view: View) -> dict[str, Any]:
    """A line chart of the last years' ends, with the numbers written at the points."""
    years = range(view.period.end.year - _TREND_YEARS + 1, view.period.end.year + 1)
    periods = [read(str(year)) for year in years if year < view.period.end.year] + [view.period]
    lines = [[reader.figure(name, view.node, period) for period in periods] for name in TREND]
    points = [_points(reader, view, line, periods) for line in lines]
    series = [
        {
            "type": "line", "name": indicators()[name].label_en if is_english() else indicators()[name].label, "symbolSize": 8,
            "label": {"show": True, "position": "top"}, "data": _labelled(line, points),
            "numbers": line,
        }
        for name, line in zip(TREND, points, strict=True)
    ]  # fmt: skip
    texts = [str(period.end.year) if len(period.text) == 4 else period.text for period in periods]
    return {
        "legend": {"top": 0}, "grid": {"left": 56, "right": 24, "top": 44, "bottom": 28},
        "xAxis": {"type": "category", "data": texts}, "yAxis": {"type": "value"}, "series": series,
    }  # fmt: skip


def _points(reader: Reader, view: View, line: list[Figure], periods: list[Period]) -> list[int | None]:
    """The points of a line that may be shown: of two, not the earlier one where their difference would tell of few."""
    points: list[int | None] = []
    later: date | None = None
    for figure, period in zip(reversed(line), reversed(periods), strict=True):
        is_hidden = disclosure.is_hidden(reader, view.sight, figure, view.node, period) or (
            later is not None
            and disclosure.is_change_hidden(reader, view.sight, figure.indicator, view.node, period.end, later)
        )
        if figure.value is None or is_hidden:
            points.append(None)
        else:
            points.append(int(figure.value))
            later = period.end
    return points[::-1]


def _labelled(line: list[int | None], lines: list[list[int | None]]) -> list[Any]:
    """The points of a line. Where another lies close, the upper number rises above the lower; the last stand beside."""
    height = max((value for one in lines for value in one if value is not None), default=0)
    data: list[Any] = []
    for place, value in enumerate(line):
        others = [one[place] for one in lines if one is not line]
        gaps = [(value - other) * _CHART_PIXELS / height for other in others if other is not None and value and height]
        near = [gap for gap in gaps if abs(gap) < _LABEL_PIXELS]
        label: dict[str, Any] = {} if value is None else {"formatter": f"{value:,}".replace(",", "\u202f")}
        if near and place == len(line) - 1:
            label |= {"position": "right", "distance": 8}
        elif near and max(near) >= 0:
            label["distance"] = round(_LABEL_PIXELS - max(near) + 5)
        data.append({"value": value, "label": label})
    return data
