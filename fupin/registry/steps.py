"""The procedures of the register. Closing an opening: the banner asks, a second person confirms."""

from fupin.core.steps import Days, Procedure, State, TimeOut, Transition

CLOSE_OPENING = Procedure(
    name="close_opening",
    label="关闭期初",
    source="系统设计：期初导入结束后，建档状态只能按程序变动，须两人确认",
    states=(
        State("open", "期初"),
        State("closing_asked", "已申请关闭"),
        State("closed", "已关闭", is_end=True),
    ),
    transitions=(
        Transition("ask_close", "申请关闭期初", "open", "closing_asked", "registry.open"),
        Transition(
            "confirm_close", "确认关闭期初", "closing_asked", "closed", "registry.open", others_than=("ask_close",),
            most=Days(10, working=True),
        ),
        Transition("withdraw", "撤回申请", "closing_asked", "open", "registry.open", begins_round=True),
    ),
    time_outs=(TimeOut("closing_asked", "open", Days(60), "逾期未确认，申请失效"),),
)  # fmt: skip
