"""A sign in words and as a chart, for the screen, the workbook and the API."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from fupin.accounts.queries import name_of
from fupin.divisions.queries import tree
from fupin.quality.signs.models import Sign
from fupin.quality.signs.words import (
    ANSWERS,
    BY,
    COUNTED,
    KINDS,
    LABELS,
    MEANS,
    NOT_MEANS,
    STANDS_ON,
    STATES,
    TONES,
    State,
)

_SHARES = {"level"}
_DECIMALS = {"last_digit": 1, "first_digit": 3, "heaping": 1, "copied": 1, "late_rises": 1}


@dataclass(frozen=True, slots=True)
class Line:
    """A sign as a list shows it."""

    row: Sign
    what: str
    about: str
    by: str
    place: str
    says: str
    state: str
    tone: str
    answer: str
    chance: str
    q: str


def lines_of(rows: Iterable[Sign]) -> list[Line]:
    """Signs in the words of the screen."""
    return [line_of(row) for row in rows]


def line_of(row: Sign) -> Line:
    """One sign in the words of the screen."""
    place = tree().full_name(row.division_id, since="banner")
    officer = name_of(row.officer) if row.officer is not None else ""
    state = STATES[State(row.state)]
    return Line(
        row, str(KINDS[row.kind]), officer or tree().name(row.division_id), str(BY[row.by]), place, says(row), str(state),
        TONES[State(row.state)], str(ANSWERS[row.answer]) if row.answer else "", tiny(row.chance), tiny(row.q),  # type: ignore[index]
    )  # fmt: skip


def says(row: Sign) -> str:
    """What was counted, in a sentence."""
    return str(COUNTED[row.kind]) % {
        "observed": _number(row.kind, row.observed), "expected": _number(row.kind, row.expected)
    }  # fmt: skip


def _number(kind: str, value: float) -> str:
    if kind in _SHARES:
        return f"{value * 100:.0f}%"
    return f"{value:.{_DECIMALS.get(kind, 0)}f}".removesuffix(".0")


def tiny(value: float) -> str:
    """A chance in words that fit a cell: 0.3 %, or one in a round number."""
    if value >= 0.001:
        return f"{value * 100:.2g}%"
    if value <= 1e-12:
        return _("小于一万亿分之一")
    return _("约 %(count)s 分之一") % {"count": f"{float(f'{1 / value:.1g}'):,.0f}"}


def meaning(row: Sign) -> tuple[str, str]:
    """What a sign of its kind may mean, and what else may be behind it."""
    return str(MEANS[row.kind]), str(NOT_MEANS[row.kind])


def stands_on(row: Sign) -> str:
    """What the chance of a sign of its kind supposes."""
    return str(STANDS_ON[row.kind])


def bars(row: Sign) -> list[tuple[str, int, float]]:
    """What each bar of the chart counts: label, counted, expected."""
    labels = [str(label) for label in LABELS[row.kind]]
    return list(zip(labels, row.counts, row.awaited, strict=False))


def chart(row: Sign) -> dict[str, Any] | None:
    """Counted beside expected, bar by bar."""
    told = bars(row)
    if not told:
        return None
    return {
        "grid": {"left": 8, "right": 12, "top": 30, "bottom": 4, "containLabel": True},
        "legend": {"top": 0, "left": 0, "itemWidth": 14}, "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": [label for label, _counted, _awaited in told]},
        "yAxis": {"type": "value", "name": ""},
        "series": [
            {"name": _("实际"), "type": "bar", "barMaxWidth": 36, "data": [counted for _label, counted, _awaited in told]},
            {"name": _("偶然应有"), "type": "bar", "barMaxWidth": 36,
             "data": [round(awaited, 1) for _label, _counted, awaited in told]},
        ],
    }  # fmt: skip


def heads() -> Sequence[str]:
    """The columns of the workbook."""
    return [_("编号"), _("年度"), _("线索"), _("对象类别"), _("对象"), _("区划代码"), _("区划"), _("计数"), _("偶然概率"), _("误报率"),
            _("涉及户数"), _("首次发现"), _("最近发现"), _("不再成立"), _("状态"), _("核实结果"), _("核实情况"), _("核实日期"), _("核实人")]  # fmt: skip


def cells(line: Line) -> list[Any]:
    """A sign as a row of the workbook."""
    row = line.row
    return [str(row.pk), row.year, line.what, line.by, line.about, tree().by_id(row.division_id).code, line.place, line.says,
            row.chance, row.q, row.households, row.found_on, row.looked_on, row.gone_on, line.state, line.answer, row.reason,
            row.answered_on, name_of(row.answered_by) if row.answered_by else ""]  # fmt: skip
