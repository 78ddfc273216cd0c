"""Procedures as typed tables of transitions; the engine that judges and takes a step; their drawing.

A procedure is declared once in an app's `steps.py`. A table with a state that nothing reaches, or from which nothing
leads on, or whose days do not fit into its deadline, is refused when it is loaded.
"""

from fupin.core.steps.asking import confirm, refuse
from fupin.core.steps.drawing import markdown, mermaid, told
from fupin.core.steps.engine import (
    Beginning,
    Outcome,
    RefusedCases,
    begin,
    case_of,
    far_back,
    judge,
    judge_cases,
    open_cases,
    perform,
    take,
)
from fupin.core.steps.ground import PAPER, Rights
from fupin.core.steps.numbers import use as use_numbers
from fupin.core.steps.overdue import due, escalate, pause, resume, take_overdue
from fupin.core.steps.printed import read_code
from fupin.core.steps.table import (
    BrokenProcedure,
    Condition,
    Days,
    Distinct,
    Editions,
    Evidence,
    Procedure,
    State,
    TimeOut,
    Transition,
)

__all__ = [
    "PAPER",
    "Beginning",
    "BrokenProcedure",
    "Condition",
    "Days",
    "Distinct",
    "Editions",
    "Evidence",
    "Outcome",
    "Procedure",
    "RefusedCases",
    "Rights",
    "State",
    "TimeOut",
    "Transition",
    "begin",
    "case_of",
    "confirm",
    "due",
    "escalate",
    "far_back",
    "judge",
    "judge_cases",
    "markdown",
    "mermaid",
    "open_cases",
    "pause",
    "perform",
    "read_code",
    "refuse",
    "resume",
    "take",
    "take_overdue",
    "told",
    "use_numbers",
]
