"""Words of this duty: what a posting can be for beside its role."""

DUTIES: dict[str, tuple[str, str]] = {
    # code: (label, English label)
    "": ("一般", "General"),
    "information": ("信息员", "Information officer"),
    "grid": ("网格员", "Grid officer"),
    "chief": ("负责人", "Person in charge"),
}
