"""What the workbook of tickets is called: its columns, what becomes of a line, how far a workbook is that came back."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fupin.core.columns import Column

Tell = Callable[[int, int, str], None]
"""Is told how many of how many are done, and what is being done."""
LEDGER = "tickets"
"""What the stamp of such a workbook says."""
AT_ONCE = 3_000
"""So many tickets are a workbook within the request; more are made in the background."""
MOST_LINES = 30_000
"""Tickets of one workbook: what is taken out can also be uploaded when its cells are full of words."""
KEPT, BOOK = "answer_book", "answers"
"""The kind of the file that came back, and the word of its subject."""
COLUMNS: tuple[Column, ...] = (
    Column("ticket", "问题编号", aliases=("ticket number",), required=True),
    Column("rule", "问题", aliases=("problem",)),
    Column("severity", "级别", aliases=("grade",)),
    Column("township", "苏木乡镇"),
    Column("village", "嘎查村"),
    Column("household", "户编号", aliases=("household number",)),
    Column("head", "户主姓名", aliases=("household head",)),
    Column("person", "成员姓名", aliases=("member",)),
    Column("asks", "核实事项", aliases=("to be checked",)),
    Column("found", "登记和部门数据", aliases=("what was found", "登记内容")),
    Column("due", "办理期限", aliases=("due",)),
    Column("officer", "承办人"),
    Column("standing", "办理情况", aliases=("standing so far",)),
    Column("answer", "答复"),
    Column("reason", "情况说明", aliases=("what was found out",)),
    Column("mark", "校验码", aliases=("check mark",), required=True),
)
ANSWER, REASON, TICKET, MARK = "answer", "reason", "ticket", "mark"
GIVEN = (TICKET, MARK, ANSWER, REASON)
"""The columns that are read when the workbook comes back."""


class Stage(StrEnum):
    """How far a workbook is that came back."""

    READING = "reading"
    REFUSED = "refused"
    READY = "ready"
    APPLYING = "applying"
    DONE = "done"
    STOPPED = "stopped"
    """its hand-in failed and its person went no further: what was handed in stays, the other lines come back"""
    DROPPED = "dropped"


STAGES = {
    Stage.READING: _("正在读取"), Stage.REFUSED: _("未受理"), Stage.READY: _("待确认"), Stage.APPLYING: _("正在提交"),
    Stage.DONE: _("已提交"), Stage.STOPPED: _("已停止"), Stage.DROPPED: _("已放弃"),
}  # fmt: skip


class Fate(StrEnum):
    """What becomes of a line: before it is confirmed, and after."""

    GOOD = "good"
    EMPTY = "empty"
    SAME = "same"
    """this answer of the same person stands there already, or in another line of the workbook"""
    SETTLED = "settled"
    """answered by somebody else, or closed, since the workbook was taken"""
    CHANGED = "changed"
    """asked anew, or about other values, since the workbook was taken"""
    REFUSED = "refused"
    CLOSED = "closed"
    WAITING = "waiting"
    STILL = "still"


FATES = {
    Fate.GOOD: _("可提交"), Fate.EMPTY: pgettext_lazy("line", "未填写"), Fate.SAME: _("已有相同答复"), Fate.SETTLED: _("他人已办理"),
    Fate.CHANGED: _("问题有变化"), Fate.REFUSED: pgettext_lazy("line", "退回"), Fate.CLOSED: _("规则复核通过，已办结"),
    Fate.WAITING: _("已提交，待复核"), Fate.STILL: _("规则仍命中"),
}  # fmt: skip
RETURNED = (Fate.REFUSED, Fate.CHANGED, Fate.STILL)
"""The lines that come back as a workbook."""
HANDED_IN = (Fate.CLOSED, Fate.WAITING)
"""The lines whose answers were given."""
