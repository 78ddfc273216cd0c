"""An adjustment round as a table of steps: opened, collected and adjusted, compared and cleaned, closed by a second person."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from fupin.core.steps import Condition, Procedure, State, Transition
from fupin.procedures.rounds import rules
from fupin.procedures.rounds.words import ROUND, RUN

ALL_ENDED = Condition("all_ended", _("批次内案卷全部办结"), rules.all_ended)
ADDS_UP = Condition("adds_up", _("增减变动表差额为 0"), rules.adds_up)
EMPTY = Condition("empty", _("批次内没有案卷"), rules.is_empty)

ADJUSTMENT = Procedure(
    name=ROUND, label=_("动态调整轮次"), strict=True, recurs=True,
    source="扶贫对象动态管理和信息采集工作方案（各年度）；日程由组织单位的通知确定",
    states=(
        State("opened", _("已开启")), State("collecting", _("采集调整中")), State("comparing", _("比对清洗中")),
        State("closed", _("已办结"), is_end=True), State("dropped", _("已作废"), is_end=True),
    ),
    transitions=(
        Transition("collect", _("转入采集调整"), "opened", "collecting", RUN),
        Transition("compare", _("转入比对清洗"), "collecting", "comparing", RUN),
        Transition("send_back", _("退回采集调整"), "comparing", "collecting", RUN, needs_note=True, begins_round=True),
        Transition("close", _("办结轮次"), "comparing", "closed", RUN, others_than=("compare",),
                   conditions=(ALL_ENDED, ADDS_UP)),
        Transition("drop", _("作废轮次"), "opened", "dropped", RUN, needs_note=True, conditions=(EMPTY,)),
        Transition("drop", _("作废轮次"), "collecting", "dropped", RUN, needs_note=True, conditions=(EMPTY,)),
    ),
)  # fmt: skip
