"""The procedure of a ticket (handbook §5.2): opened by the rule, answered by the officer, checked by a second person.

The table is drawn and checked like every other. A sweep takes steps for two hundred thousand tickets, so they are taken
set-wise by `operations` instead of case by case by the engine: a ticket carries its own state, deadline and history.
"""

from fupin.core.steps import Days, Procedure, State, Transition

ANSWER, REVIEW, SWEEP, ISSUE = "quality.answer", "quality.review", "quality.sweep", "quality.issue"
_REVIEW = Days("quality.review_days", working=True)

TICKET = Procedure(
    name="ticket",
    label="问题核实",
    source="疑点核实惯例：下发、限期核实、整改或说明、复核、销号",
    states=(State("open", "待核实"), State("answered", "待复核"), State("closed", "已办结", is_end=True)),
    transitions=(
        Transition("correct", "已更正，规则复核通过", "open", "closed", ANSWER),
        Transition("still_found", "已更正，规则仍命中", "open", "open", ANSWER),
        Transition("report", "已更正，待人工复核", "open", "answered", ANSWER),
        Transition("confirm", "情况属实", "open", "answered", ANSWER, needs_note=True, attachments=("ticket_evidence",)),
        Transition("pass_on", "不属本辖区", "open", "answered", ANSWER, needs_note=True),
        Transition("accept", "复核通过", "answered", "closed", REVIEW, others_than=("confirm", "report"), most=_REVIEW),
        Transition("send_back", "退回", "answered", "open", REVIEW, others_than=("confirm", "report", "pass_on"),
                   needs_note=True, most=_REVIEW),
        Transition("reassign", "改派", "answered", "open", REVIEW, most=_REVIEW),
        Transition("assign", "指派", "open", "open", REVIEW),
        Transition("pass", "规则复核通过", "open", "closed", SWEEP),
        Transition("pass", "规则复核通过", "answered", "closed", SWEEP),
        Transition("switch_off", "规则已停用", "open", "closed", SWEEP),
        Transition("switch_off", "规则已停用", "answered", "closed", SWEEP),
        Transition("return", "答复后记录又有变化", "answered", "open", SWEEP),
        Transition("reopen", "规则再次命中", "closed", "open", SWEEP, begins_round=True),
        Transition("withdraw", "下发单位撤回", "open", "closed", ISSUE),
        Transition("withdraw", "下发单位撤回", "answered", "closed", ISSUE),
        Transition("renew", "名单更新，重新核实", "open", "open", ISSUE),
        Transition("renew", "名单更新，重新核实", "answered", "open", ISSUE),
        Transition("renew", "名单更新，重新核实", "closed", "open", ISSUE, begins_round=True),
        Transition("follow", "随户迁移", "open", "open", ISSUE),
    ),
)  # fmt: skip
