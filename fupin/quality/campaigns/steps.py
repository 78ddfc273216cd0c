"""The procedure of a collection round: drafted, opened within its period, checked, closed by a second person."""

from fupin.core.steps import Procedure, State, Transition
from fupin.quality.campaigns.rules import may_check, may_close, may_open

RUN = "quality.campaign"

COLLECTION = Procedure(
    name="collection",
    label="信息采集轮次",
    source="信息采集惯例：每年上、下半年各一次，采集、核查、结束；须两人结束为本系统设定",
    states=(
        State("drafted", "草拟"), State("open", "采集中"), State("checking", "核查中"),
        State("closed", "已结束", is_end=True), State("dropped", "已作废", is_end=True),
    ),
    transitions=(
        Transition("open", "开启采集", "drafted", "open", RUN, condition=may_open),
        Transition("drop", "作废", "drafted", "dropped", RUN, needs_note=True),
        Transition("check", "转入核查", "open", "checking", RUN, condition=may_check),
        Transition("send_back", "退回采集", "checking", "open", RUN, needs_note=True, begins_round=True),
        Transition("close", "结束", "checking", "closed", RUN, others_than=("check",), condition=may_close),
    ),
)  # fmt: skip
