"""Words of this duty: what a posting can be for beside its role."""

DUTIES: dict[str, tuple[str, str]] = {
    # code: (label, English label)
    "": ("一般", "General"),
    "information": ("信息员", "Information officer"),
    "grid": ("网格员", "Grid officer"),
    "chief": ("负责人", "Person in charge"),
}

HANDOVER_STATES: dict[str, tuple[str, str]] = {
    # state: (label, English label)
    "drawn_up": ("待移交人签字", "Waits for the leaver"),
    "given": ("待接收人签字", "Waits for the successor"),
    "taken": ("已交接", "Handed over"),
    "dropped": ("已作废", "Dropped"),
}

HANDOVER_ACTS: dict[str, tuple[str, str]] = {
    # act: (label, English label)
    "give": ("移交人签字", "Leaver signs"),
    "give_for": ("监交人代签", "Supervisor signs for the leaver"),
    "take": ("接收人签字", "Successor signs"),
}
