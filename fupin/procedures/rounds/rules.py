"""What must hold for the steps of a round: facts in, verdict out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fupin.core.verdicts import YES, Verdict
from fupin.core.verdicts import Sentence as _


@dataclass(frozen=True, slots=True)
class Facts:
    """What the steps of a round look at. None: nobody looked."""

    cases: int = 0
    open_cases: int = 0
    odd_households: int | None = None


def all_ended(facts: Facts, on: date) -> Verdict:
    """Every case of the round has ended, in whatever way: nothing is left hanging when it closes."""
    if facts.open_cases:
        return Verdict((_("批次内还有 {count} 份案卷没有办结，请先逐一办结", count=facts.open_cases),))
    return YES


def adds_up(facts: Facts, on: date) -> Verdict:
    """The table leads from the beginning to the end to the last person."""
    if facts.odd_households is None:
        return Verdict(missing=(_("增减变动表"),))
    if facts.odd_households:
        return Verdict((_("增减变动表还有 {count} 户对不上，请在“差额”中逐户核实更正", count=facts.odd_households),))
    return YES


def is_empty(facts: Facts, on: date) -> Verdict:
    """Nobody's case belongs to the round yet."""
    if facts.cases:
        return Verdict((_("批次内已有 {count} 份案卷，不能作废", count=facts.cases),))
    return YES
