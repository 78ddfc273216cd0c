"""What only an identification asks: is the household what it is to become, by the line in force?"""

from __future__ import annotations

from datetime import date

from fupin.core.steps import Condition
from fupin.core.verdicts import YES, Verdict
from fupin.core.verdicts import Sentence as _
from fupin.procedures.conditions import Facts
from fupin.procedures.words import REGISTERED
from fupin.registry.words import EXITED, MONITORED, NOT_EXITED

UNSTABLE, MARGINAL, SUDDEN = MONITORED


def fits(facts: Facts, on: date) -> Verdict:
    """Is the household what it is to become, by the line in force?

    Registered (to 2020): under the poverty line and not registered. Unstable: exited, under the monitoring line. Marginal:
    never registered, under the monitoring line. Sudden hardship: whatever its income, with a named risk.
    """
    found = _status_fits(facts)
    if facts.kind == SUDDEN:
        return found if facts.risks else found & Verdict(missing=(_("致贫返贫风险"),))
    if facts.per_head_fen is None or facts.line_fen is None:
        return found & Verdict(missing=(_("人均纯收入"),))
    if facts.per_head_fen >= facts.line_fen:
        found &= Verdict((_("人均纯收入 {income} 元，不低于标准 {line} 元，不符合识别条件",
                            income=f"{facts.per_head_fen / 100:.2f}", line=f"{facts.line_fen / 100:.2f}"),))  # fmt: skip
    return found


def _status_fits(facts: Facts) -> Verdict:
    if facts.kind == REGISTERED and facts.status in NOT_EXITED:
        return Verdict((_("该户已建档立卡，不能重复纳入"),))
    if facts.kind != REGISTERED and facts.monitor_kind in MONITORED:
        return Verdict((_("该户已是监测对象，不能重复纳入"),))
    if facts.kind == UNSTABLE and facts.status not in EXITED:
        return Verdict((_("脱贫不稳定户须是已脱贫户"),))
    if facts.kind == MARGINAL and (facts.status in EXITED or facts.status in NOT_EXITED):
        return Verdict((_("边缘易致贫户须未曾建档立卡；已脱贫的应为脱贫不稳定户"),))
    return YES


FITS = Condition("fits", _("符合当年标准和类别"), fits)
