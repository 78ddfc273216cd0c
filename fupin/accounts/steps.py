"""The procedure of a handover (交接): drawn up, signed by who leaves, signed by who takes over."""

from fupin.core.steps import Days, Procedure, State, Transition

GIVE, TAKE = "handover.give", "handover.take"
"""Rights of the two persons named in the handover, not of a role: `operations.handovers` answers for them."""

HANDOVER = Procedure(
    name="handover",
    label="任职交接",
    source="工作交接惯例：移交清单一式三份，移交人、接收人、监交人签字",
    states=(
        State("drawn_up", "待移交人签字"),
        State("given", "待接收人签字"),
        State("taken", "已交接", is_end=True),
        State("dropped", "已作废", is_end=True),
    ),
    transitions=(
        Transition("give", "移交人签字", "drawn_up", "given", GIVE, most=Days("accounts.handover_days", working=True)),
        Transition("give_for", "监交人代签", "drawn_up", "given", "accounts.change", needs_note=True,
                   most=Days("accounts.handover_days", working=True)),
        Transition("take", "接收人签字", "given", "taken", TAKE, others_than=("give", "give_for"),
                   most=Days("accounts.handover_days", working=True)),
        Transition("drop", "作废", "drawn_up", "dropped", "accounts.change", needs_note=True),
        Transition("drop_given", "作废", "given", "dropped", "accounts.change", needs_note=True),
    ),
)  # fmt: skip
