"""Words of the adjustment rounds: who may run them, what their table counts, its lines, what the trail calls the acts."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

RUN, VIEW, EXPORT = "procedures.round", "procedures.view", "procedures.export"
ROUND = "adjustment"
"""The procedure by which a round goes."""
LEVELS = ("region", "league", "banner")
"""Who opens rounds: a superior's round covers what lies below."""


class Stock(StrEnum):
    """Whom a round's table counts: until 2020 who is registered and not exited, from 2021 who is monitored."""

    REGISTERED = "registered"
    MONITORED = "monitored"


STOCKS = {Stock.REGISTERED: _("建档立卡未脱贫户"), Stock.MONITORED: _("防返贫监测对象（风险未消除）")}


class Stage(StrEnum):
    """Where a round stands."""

    OPENED = "opened"
    COLLECTING = "collecting"
    COMPARING = "comparing"
    CLOSED = "closed"
    DROPPED = "dropped"


STAGES = {
    Stage.OPENED: _("已开启"), Stage.COLLECTING: _("采集调整中"), Stage.COMPARING: _("比对清洗中"), Stage.CLOSED: _("已办结"),
    Stage.DROPPED: _("已作废"),
}  # fmt: skip
RUNNING = (Stage.OPENED, Stage.COLLECTING, Stage.COMPARING)


class Line(StrEnum):
    """A line of the table between the beginning and the end. What is unexplained is no line: it remains as a residual."""

    JOINED = "joined"
    RETURNED = "returned"
    BORN = "born"
    MARRIED_IN = "married_in"
    OTHER_IN = "other_in"
    UNSAID_IN = "unsaid_in"
    MOVED_IN = "moved_in"
    EXITED = "exited"
    STRUCK = "struck"
    DIED = "died"
    MARRIED_OUT = "married_out"
    OTHER_OUT = "other_out"
    UNSAID_OUT = "unsaid_out"
    GONE = "gone"
    MOVED_OUT = "moved_out"
    REGROUPED = "regrouped"
    UNEXPLAINED = "unexplained"


LINES = {
    Line.JOINED: _("新识别纳入"), Line.RETURNED: _("返贫（再次纳入）"), Line.BORN: _("出生"), Line.MARRIED_IN: _("婚入"),
    Line.OTHER_IN: _("其他自然增加"), Line.UNSAID_IN: _("增加（原因未登记）"), Line.MOVED_IN: _("由其他区划迁入"),
    Line.EXITED: _("退出（脱贫、风险消除）"), Line.STRUCK: _("清退注销"), Line.DIED: _("死亡"), Line.MARRIED_OUT: _("婚出"),
    Line.OTHER_OUT: _("其他自然减少"), Line.UNSAID_OUT: _("减少（原因未登记）"), Line.GONE: _("整户减少"),
    Line.MOVED_OUT: _("迁往其他区划"), Line.REGROUPED: _("分户、并户"),
}  # fmt: skip
UNEXPLAINED = _("差额（应为 0）")
MOVES = (Line.MOVED_IN, Line.MOVED_OUT)

ACTS: dict[str, tuple[str, str]] = {
    f"{ROUND}.begin": ("开启动态调整轮次", "Open an adjustment round"),
    f"{ROUND}.collect": ("转入采集调整", "Begin to collect and adjust"),
    f"{ROUND}.compare": ("转入比对清洗", "Begin to compare and clean"),
    f"{ROUND}.send_back": ("退回采集调整", "Send back to collecting"),
    f"{ROUND}.close": ("办结轮次", "Close the round"),
    f"{ROUND}.drop": ("作废轮次", "Drop the round"),
    f"{ROUND}.ask": ("申请补录轮次办理", "Ask for a late entry about a round"),
    f"{ROUND}.ask_refused": ("退回轮次补录申请", "Send a late entry about a round back"),
    f"{ROUND}.escalate": ("轮次逾期上报上一级", "Tell the level above: round overdue"),
    f"{ROUND}.export": ("导出增减变动表", "Export the table of before and after"),
}
"""The acts as the trail names them: Chinese, English."""
TITLE = _("动态调整")
