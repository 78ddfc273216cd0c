"""The procedure of a letter: drawn up, checked by a second person, sent, answered, closed."""

from fupin.core.steps import Days, Procedure, State, Transition

PERMISSION = "quality.sweep"
"""Offices write letters; departments, who are the ones that are asked, do not."""
DAYS = "comparison.letter_days"

LETTER = Procedure(
    name="letter",
    label="发函比对",
    source="社会救助暂行办法第五十八条：根据家庭的请求、委托查询；两人经办、发出留痕是本系统的要求",
    states=(
        State("drafted", "拟稿"), State("waiting", "待复核"), State("confirmed", "待发出"), State("sent", "已发出"),
        State("returned", "已回函"), State("closed", "已办结", is_end=True), State("dropped", "已作废", is_end=True),
    ),
    transitions=(
        Transition("submit", "送复核", "drafted", "waiting", PERMISSION),
        Transition("confirm", "复核通过", "waiting", "confirmed", PERMISSION, others_than=("submit",)),
        Transition("send_back", "退回修改", "waiting", "drafted", PERMISSION, others_than=("submit",), needs_note=True),
        Transition("send", "发出", "confirmed", "sent", PERMISSION),
        Transition("answer", "收到回函", "sent", "returned", PERMISSION, most=Days(DAYS)),
        Transition("answer", "收到回函", "returned", "returned", PERMISSION),
        Transition("close", "办结", "returned", "closed", PERMISSION),
        Transition("give_up", "未获回复，办结", "sent", "closed", PERMISSION, needs_note=True),
        Transition("drop", "作废", "drafted", "dropped", PERMISSION, needs_note=True),
        Transition("drop", "作废", "waiting", "dropped", PERMISSION, needs_note=True),
        Transition("drop", "作废", "confirmed", "dropped", PERMISSION, needs_note=True),
    ),
)  # fmt: skip
