"""Procedures as typed tables of transitions; the engine that judges and takes a step; their drawing.

A procedure is declared once in an app's `steps.py`. A table with a state that nothing reaches, or from which nothing
leads on, is refused when it is loaded.
"""

from fupin.core.steps.drawing import markdown, mermaid
from fupin.core.steps.engine import begin, case_of, due, judge, take, take_overdue
from fupin.core.steps.table import BrokenProcedure, Days, Procedure, State, TimeOut, Transition

__all__ = [
    "BrokenProcedure",
    "Days",
    "Procedure",
    "State",
    "TimeOut",
    "Transition",
    "begin",
    "case_of",
    "due",
    "judge",
    "markdown",
    "mermaid",
    "take",
    "take_overdue",
]
