"""Words of collection: the rounds, where a household of a round stands, what was done."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

TITLE = _("信息采集")
MOST_NOTE = 200


class Kind(StrEnum):
    """Which collection of the year a round is."""

    FIRST = "first_half"
    SECOND = "second_half"
    SPECIAL = "special"


KINDS = {Kind.FIRST: _("上半年"), Kind.SECOND: _("下半年"), Kind.SPECIAL: _("专项")}


class Who(StrEnum):
    """Which households a round is about."""

    REGISTERED = "registered"
    MONITORED = "monitored"
    CONDITION = "condition"


WHO = {Who.REGISTERED: _("建档立卡未脱贫户和监测对象"), Who.MONITORED: _("监测对象"), Who.CONDITION: _("符合条件的户")}


class Stage(StrEnum):
    """Where a round stands: the states of its table of steps."""

    DRAFTED = "drafted"
    OPEN = "open"
    CHECKING = "checking"
    CLOSED = "closed"
    DROPPED = "dropped"


STAGES = {
    Stage.DRAFTED: _("草拟"), Stage.OPEN: _("采集中"), Stage.CHECKING: _("核查中"), Stage.CLOSED: _("已结束"),
    Stage.DROPPED: _("已作废"),
}  # fmt: skip
RUNNING = (Stage.OPEN, Stage.CHECKING)
"""The stages in which households are collected."""


class State(StrEnum):
    """Where a household of a round stands."""

    TO_DO = "todo"
    VISITED = "visited"
    ABSENT = "absent"
    REFUSED = "refused"
    MOVED = "moved"
    COLLECTED = "collected"
    LEFT_OUT = "left_out"
    """left out by the township, with the reason"""


STATES = {
    State.TO_DO: _("待走访"), State.VISITED: _("已走访，待确认"), State.ABSENT: _("家中无人"), State.REFUSED: _("拒绝采集"),
    State.MOVED: _("已搬走"), State.COLLECTED: _("已采集"), State.LEFT_OUT: _("经批准不采集"),
}  # fmt: skip
OUTCOMES = (State.VISITED, State.ABSENT, State.REFUSED, State.MOVED, State.COLLECTED)
"""What an officer may say of a visit."""
DONE = (State.COLLECTED, State.LEFT_OUT)
TO_VISIT = (State.TO_DO, State.VISITED, State.ABSENT)
"""What an officer still goes to; the refused and those who moved wait for the township's word."""

ACTS: dict[str, tuple[str, str]] = {
    # act: (label, English label)
    "begin": ("建立采集轮次", "Begin a collection round"),
    "create": ("草拟采集轮次", "Draft a collection round"),
    "open": ("开启采集", "Open the round"),
    "drop": ("作废轮次", "Drop the round"),
    "check": ("转入核查", "Go over to checking"),
    "send_back": ("退回采集", "Back to collecting"),
    "close": ("结束轮次", "Close the round"),
    "refresh": ("更新采集名单", "Bring the list up to date"),
    "assign": ("分派采集", "Assign households"),
    "record": ("登记走访", "Record a visit"),
    "leave_out": ("批准不采集", "Leave a household out"),
    "export": ("导出采集情况", "Export the collection list"),
    "print_whole": ("打印完整号码的采集表", "Print forms with whole numbers"),
    "print": ("打印采集表", "Print collection forms"),
    "sheet": ("导出采集底表", "Export the collection sheet"),
    "draw": ("抽取抽查样本", "Draw a spot check"),
    "spot_check": ("登记抽查结果", "Enter a spot check"),
    "recollect": ("要求重新采集", "Have a village collected again"),
    "again": ("列入重新采集", "To be collected again"),
}
