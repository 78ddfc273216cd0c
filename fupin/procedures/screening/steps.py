"""The procedure of a screening round: drafted, opened within its period, closed when nothing is left."""

from fupin.core.steps import Procedure, State, Transition
from fupin.procedures.screening.rules import may_close, may_open

RUN = "quality.campaign"

SCREENING = Procedure(
    name="screening",
    label="大排查轮次",
    source="关于健全防止返贫动态监测和帮扶机制的指导意见（中农组发〔2021〕7号）：定期集中排查；科左后旗 8 万余户排查",
    states=(
        State("drafted", "草拟"), State("open", "排查中"),
        State("closed", "已结束", is_end=True), State("dropped", "已作废", is_end=True),
    ),
    transitions=(
        Transition("open", "开启排查", "drafted", "open", RUN, condition=may_open),
        Transition("drop", "作废", "drafted", "dropped", RUN, needs_note=True),
        Transition("close", "结束", "open", "closed", RUN, condition=may_close),
    ),
)  # fmt: skip
