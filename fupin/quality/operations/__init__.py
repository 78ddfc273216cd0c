"""Acts of quality: findings become tickets, tickets are answered, checked, handed out."""

from fupin.quality.operations.answering import MOST_AT_ONCE, Answered, Refusals, Said, answer, answer_each, review
from fupin.quality.operations.assigning import assign, candidates, escalate, pass_on, tidy
from fupin.quality.operations.rechecking import Recheck
from fupin.quality.operations.settling import Settled, settle
from fupin.quality.operations.switching import close_switched_off

__all__ = [
    "MOST_AT_ONCE",
    "Answered",
    "Recheck",
    "Refusals",
    "Said",
    "Settled",
    "answer",
    "answer_each",
    "assign",
    "candidates",
    "close_switched_off",
    "escalate",
    "pass_on",
    "review",
    "settle",
    "tidy",
]
