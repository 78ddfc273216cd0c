"""What must hold for the exit of a village: the incidence is surely below the limit, and everything considered is known."""

from __future__ import annotations

from datetime import date

from fupin.core.steps import Condition
from fupin.core.verdicts import YES, Verdict
from fupin.core.verdicts import Sentence as _
from fupin.procedures.conditions import Facts
from fupin.procedures.exits.judging import UNKNOWN, UNMET
from fupin.procedures.exits.villages.judging import Judged


def reached(judged: Judged | None) -> Verdict:
    """What is only considered refuses nothing once it is known; what nobody knows does not pass."""
    if judged is None:
        return Verdict(missing=(_("该村的登记"),))
    found = YES
    for part in judged.parts:
        if part.outcome == UNKNOWN:
            found &= Verdict(missing=(_("{name}（{what}）", name=part.label, what="、".join(part.missing)),))
        if part.outcome == UNMET and part.name not in judged.considered:
            found &= Verdict((_("{name}未达标：{says}。请落实帮扶后再提出", name=part.label, says=part.says),))
    return found


def _reached(facts: Facts, on: date) -> Verdict:
    return reached(facts.own)


REACHED = Condition("reached", _("贫困发生率低于上限，村表各项已填"), _reached)
