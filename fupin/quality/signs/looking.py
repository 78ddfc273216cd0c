"""A look for signs, village by village and officer by officer: what holds, what is laid out, what counts."""

from __future__ import annotations

from datetime import date

from fupin.bulk.extracts import Extract
from fupin.bulk.steps import DuckSteps
from fupin.divisions.tree import Node
from fupin.quality.signs import changes, laying
from fupin.quality.signs.clues import Clue, Limits, last_deadline
from fupin.quality.signs.judging import judge
from fupin.rulebook import queries as rulebook
from fupin.rulebook.conditions import setting


def limits(on: date, node: Node | None = None) -> Limits:
    """What holds on a day, of the division that is looked at."""
    place = node.id if node is not None else None

    def value(name: str) -> float:
        return float(setting(f"quality.sign_{name}", on, place))

    line = setting("lines.poverty_line", on, place)
    return Limits(
        int(line) if line is not None else None, int(value("band")), int(value("least_incomes")),
        value("false_discoveries") / 100, int(value("least_ratio")), int(value("round")), int(value("least_items")),
        int(value("least_bits")), int(value("least_changes")), int(value("deadline_days")),
        last_deadline(str(rulebook.value("quality.sign_deadline", on=on, division=place)), on),
    )  # fmt: skip


def look(extract: Extract, on: date, steps: DuckSteps, *, node: Node | None = None) -> list[Clue]:
    """The clues of a division or everywhere; a group with too few incomes is not tested."""
    held = limits(on, node)
    moved = changes.until(held.deadline) if held.deadline is not None else ()
    laying.lay_out(extract, on, steps, moved)
    return judge(steps, held, node=node)
