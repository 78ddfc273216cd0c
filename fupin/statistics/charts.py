"""Tables as charts: bars with their numbers written on them, cross-tables as heat maps; the table stands beside."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from fupin.statistics.dashboard import View
from fupin.statistics.tables import Cell, Made


def moment(at: datetime) -> str:
    """A moment to the second, in the office's time zone."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S")


def option(made: Made, view: View) -> dict[str, Any]:
    """The ECharts option of a table; hidden cells are left out of it."""
    if made.table.chart == "heat":
        return _heat(made)
    rows = [(name, cells[0]) for name, cells in made.rows]
    return {
        "grid": {"left": 8, "right": 72, "top": 8, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "value", "axisLabel": {"show": False}, "splitLine": {"show": False}},
        "yAxis": {"type": "category", "inverse": True, "data": [name for name, _cell in rows], "axisTick": {"show": False}},
        "series": [{
            "type": "bar", "barMaxWidth": 22, "label": {"show": True, "position": "right"},
            "data": [None if cell.is_hidden else _bar(cell) for _name, cell in rows],
        }],
    }  # fmt: skip


def _bar(cell: Cell) -> dict[str, Any]:
    """A bar with its number in whole units, thousands apart; the table beside it has every digit."""
    return {"value": cell.value, "label": {"formatter": f"{cell.value:,.0f}".replace(",", "\u202f")}}


def _heat(made: Made) -> dict[str, Any]:
    cells = [
        [x, y, cell.value] for y, (_name, line) in enumerate(made.rows) for x, cell in enumerate(line) if cell.records and not cell.is_hidden
    ]  # fmt: skip
    most = max((cell[2] for cell in cells), default=1)
    name = {"interval": 0, "fontSize": 11, "width": max(30, 320 // max(len(made.columns), 1)), "overflow": "break"}
    return {
        "grid": {"left": 8, "right": 8, "top": 8, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "category", "data": list(made.columns), "splitArea": {"show": False}, "axisTick": {"show": False}, "axisLabel": name},
        "yAxis": {"type": "category", "inverse": True, "data": [name for name, _line in made.rows], "axisTick": {"show": False}},
        # One hue from light to dark: order is told by lightness, whatever colours the reader sees.
        "visualMap": {"show": False, "min": 0, "max": most, "inRange": {"color": ["#e6eff8", "#7fb0d9", "#1d64a5"]}},
        "series": [{"type": "heatmap", "data": [_cell(cell, most) for cell in cells], "label": {"show": True}}],
    }  # fmt: skip


def _cell(cell: list[Any], most: Any) -> dict[str, Any]:
    """A cell with its number in ink on a light ground, in white on a dark one."""
    return {"value": cell, "label": {"color": "#fff" if cell[2] > 0.7 * float(most) else "#16202b"}}
