"""Vocabulary of papers: what becomes of a proposal, of a printed paper, of a scanned page."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

TITLE = _("文书")


class State(StrEnum):
    """What became of an office's own template."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


STATES = {
    State.PROPOSED: _("待复核"), State.CONFIRMED: _("已生效"), State.REFUSED: _("已退回"), State.WITHDRAWN: _("已撤回"),
    State.REPLACED: _("已被代替"),
}  # fmt: skip


class Kind(StrEnum):
    """What an office changes of a document."""

    FILE = "file"
    MONGOLIAN = "mongolian"
    BACK = "back"


KINDS = {Kind.FILE: _("自有模板"), Kind.MONGOLIAN: _("蒙古文译文"), Kind.BACK: _("恢复通用模板")}


class Standing(StrEnum):
    """Where a printed paper stands."""

    OPEN = "open"
    REPLACED = "replaced"
    DROPPED = "dropped"


STANDINGS = {Standing.OPEN: _("在用"), Standing.REPLACED: _("已重新打印"), Standing.DROPPED: _("已作废")}


class Fate(StrEnum):
    """What became of a scanned page."""

    FILED = "filed"
    AGAIN = "again"
    TRAY = "tray"
    REFUSED = "refused"
    DROPPED = "dropped"


FATES = {
    Fate.FILED: _("已归档"), Fate.AGAIN: _("重复"), Fate.TRAY: _("待人工归档"), Fate.REFUSED: _("未受理"), Fate.DROPPED: _("已丢弃"),
}  # fmt: skip
STACKS = {"reading": _("读取中"), "done": _("已读完")}
SCAN, WAITING = "scan", "scan_page"
"""Kinds of attachments of a stack: a file as it came, a page that waits for a person."""

MADE_UP = "（演示数据，全部由程序合成 SYNTHETIC）"


def stamp(values: Mapping[str, Any]) -> str:
    """What stands at the head of every page of a paper about nobody: it must not be taken for a real one."""
    return MADE_UP if values.get("is_made_up") else ""


ACTS = {
    "papers.print": ("打印文书", "Print papers"),
    "papers.drop": ("作废文书", "Drop a printed paper"),
    "papers.scan": ("上传扫描件", "Hand in scans"),
    "papers.read": ("读取扫描件", "Read scans"),
    "papers.file": ("归档文书页", "File a page"),
    "papers.replace": ("换用扫描页", "Put another scan in a page's place"),
    "papers.discard": ("丢弃扫描页", "Discard a scanned page"),
    "papers.mark": ("核对签章", "Tick marks"),
    "papers.export": ("导出欠缺清单", "Export what is lacking"),
    "papers.propose": ("提出文书模板", "Propose a template"),
    "papers.confirm": ("复核通过文书模板", "Confirm a template"),
    "papers.refuse": ("退回文书模板", "Refuse a template"),
    "papers.withdraw": ("撤回文书模板", "Withdraw a template"),
}
"""Acts of the trail: Chinese, English."""
