"""What must hold for the steps of an exit: facts in, verdict out; what nobody knows does not pass."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from fupin.core.steps import Condition
from fupin.core.verdicts import YES, Verdict
from fupin.core.verdicts import Sentence as _
from fupin.procedures.conditions import Facts, answered
from fupin.procedures.exits.judging import MET, UNKNOWN, Judged, Part
from fupin.procedures.words import Checked
from fupin.registry.words import EXITED, NOT_EXITED

CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Leaving:
    """What only an exit looks at: the household against the standards, and how many questions about it are open."""

    judged: Judged | None = None
    open_tickets: int = 0


_UNSAID = Verdict(missing=(_("该户当日的登记"),))


def registered(status: str) -> Verdict:
    """Only who is registered and not yet exited can exit."""
    if status in NOT_EXITED:
        return YES
    if status in EXITED:
        return Verdict((_("该户已脱贫退出，不能重复退出"),))
    return Verdict((_("该户不是在册未脱贫户，没有可以退出的登记"),))


def reached(judged: Judged | None) -> Verdict:
    """Every standard is surely met: income of the year, the six guarantees. Each that is not says why."""
    if judged is None:
        return _UNSAID
    found = YES
    for part in judged.parts:
        found &= _of(part)
    return found


def _of(part: Part) -> Verdict:
    if part.outcome == MET:
        return YES
    if part.outcome == UNKNOWN:
        what = "、".join(part.missing)
        return Verdict(missing=(_("{name}（{what}）", name=part.label, what=what) if what else part.label.chinese,))
    if part.outcome == CONFLICT:
        return Verdict((_("{name}：登记内容与核查结论矛盾，请先核实更正", name=part.label),))
    return Verdict((_("{name}未达标：{says}。请落实帮扶后再提出", name=part.label, says=part.says),))


def not_held(judged: Judged | None) -> Verdict:
    """Nothing on the list of those who are not to exit holds for the household."""
    if judged is None:
        return _UNSAID
    return Verdict(tuple(
        _("在不宜退出之列（{label}）：{says}", label=one.label, says=one.says) for one in judged.held
    ))  # fmt: skip


def _registered(facts: Facts, on: date) -> Verdict:
    return registered(facts.status)


def _reached(facts: Facts, on: date) -> Verdict:
    return reached(_own(facts).judged)


def _not_held(facts: Facts, on: date) -> Verdict:
    return not_held(_own(facts).judged)


def _answered(facts: Facts, on: date) -> Verdict:
    return answered(replace(facts, open_tickets=_own(facts).open_tickets), on)


def _checked_again(facts: Facts, on: date) -> Verdict:
    """Leavers are checked with care (退出户认真核): by name, and with the result that the list is right."""
    agrees = facts.borne_out.get(Checked.AGAIN_LEAVER)
    if agrees is None:
        return Verdict(missing=(_("“退出户认真核”的核查记录"),))
    return YES if agrees else Verdict((_("“退出户认真核”与拟退出情况不一致，请核实后再办"),))


def _own(facts: Facts) -> Leaving:
    return facts.own or Leaving()


REGISTERED = Condition("registered", _("在册未脱贫"), _registered)
REACHED = Condition("reached", _("收入、两不愁三保障及饮水安全全部达标"), _reached)
NOT_HELD = Condition("not_held", _("不在不宜退出之列"), _not_held)
ANSWERED = Condition("answered", _("问题数据已办结"), _answered)
CHECKED_AGAIN = Condition("checked_again", _("已作“退出户认真核”"), _checked_again)
