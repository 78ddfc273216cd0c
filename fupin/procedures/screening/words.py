"""Words of screening: the rounds, where a household of a round stands, what was done."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

TITLE = _("大排查")
MOST_NOTE = 200
PAGE = 30
"""Households that are confirmed in one press: as many as somebody looks through."""
MOST_AT_ONCE = 500
"""Households of one act: what a workbook of a village holds."""
LEVELS = ("region", "league", "banner")


class Stage(StrEnum):
    """Where a round stands: the states of its table of steps."""

    DRAFTED = "drafted"
    OPEN = "open"
    CLOSED = "closed"
    DROPPED = "dropped"


STAGES = {Stage.DRAFTED: _("草拟"), Stage.OPEN: _("排查中"), Stage.CLOSED: _("已结束"), Stage.DROPPED: _("已作废")}


class State(StrEnum):
    """Where a household of a round stands."""

    TO_CONFIRM = "to_confirm"
    TO_VISIT = "to_visit"
    UNCHANGED = "unchanged"
    VISITED = "visited"
    LEAD = "lead"


STATES = {
    State.TO_CONFIRM: _("待确认"), State.TO_VISIT: _("待入户"), State.UNCHANGED: _("已确认，无变化"),
    State.VISITED: _("已入户，未发现风险"), State.LEAD: _("疑似，已转识别核查"),
}  # fmt: skip
DONE = (State.UNCHANGED, State.VISITED, State.LEAD)

REASONS = (
    _("家庭情况有变化"), _("收入可能明显下降"), _("有病灾、上学等大额支出"), _("情况不明，须入户了解"),
)  # fmt: skip
"""Why a household is to be visited, where the grid officer writes nothing of his own."""

ACTS: dict[str, tuple[str, str]] = {
    # act: (label, English label)
    "begin": ("建立排查轮次", "Begin a screening"),
    "create": ("草拟排查轮次", "Draft a screening"),
    "open": ("开启排查", "Open the screening"),
    "drop": ("作废排查", "Drop the screening"),
    "close": ("结束排查", "Close the screening"),
    "refresh": ("更新排查名单", "Bring the list up to date"),
    "confirm": ("确认无变化", "Confirm: no change"),
    "to_visit": ("列入待入户", "To be visited"),
    "visit": ("登记入户排查", "Enter a visit"),
    "suspect": ("转识别核查", "Pass on to identification"),
    "undo": ("撤销排查结果", "Undo"),
    "sheet": ("导出排查表", "Take the sheet along"),
    "export": ("导出排查情况", "Export the screening list"),
    "print": ("打印入户表", "Print forms"),
}
