"""The conditions of risk cleared and of a return to poverty, as the steps ask them: over the register's own records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext_noop

from fupin.core.steps import Condition
from fupin.core.verdicts import YES, Verdict
from fupin.core.verdicts import Sentence as _
from fupin.procedures.conditions import Facts
from fupin.procedures.monitoring import rules
from fupin.procedures.monitoring.rules import GUARANTEES, Standing
from fupin.registry.words import EXITED, MONITORED


def _of(judge: Callable[[Standing, date], Verdict]) -> Callable[[Facts, date], Verdict]:
    """A condition over what the register says of the household; where nobody has read it, nobody knows."""

    def holds(facts: Facts, on: date) -> Verdict:
        if not isinstance(facts.own, Standing):
            return Verdict(missing=(_("登记册中该户的情况"),))
        return judge(facts.own, on)

    return holds


def is_monitored(one: Standing, on: date) -> Verdict:
    """Is the household on the list of monitored ones, and its risk not cleared?"""
    if one.monitor_kind not in MONITORED or one.is_risk_cleared:
        return Verdict((_("该户不是监测对象，或风险已消除"),))
    return YES


def is_poor_again(one: Standing, on: date) -> Verdict:
    """Has an exited household fallen under the line, or lost a guarantee? What nobody knows does not pass."""
    found = YES if one.status in EXITED else Verdict((_("该户不是已脱贫户，不能认定返贫"),))
    if "unmet" in one.lights.values():
        return found
    last = max(one.accounts, key=lambda account: account.year, default=None)
    if last is not None and last.per_head_fen < last.line_fen:
        return found
    missing = [] if last is not None else [_("收入核算（请先为该户填写收入核算表）")]
    missing += [
        _("{name}的结论（未查明）", name=name)
        for key, name in GUARANTEES.items()
        if one.lights.get(key, "unknown") == "unknown"
    ]
    if missing:
        return found & Verdict(missing=tuple(missing))
    return found & Verdict((_("收入不低于标准，保障均已达标，不符合返贫条件"),))


DUE = Condition(
    "due", gettext_noop("监测满规定月数"), _of(lambda one, on: is_monitored(one, on) & rules.is_due(one, on))
)
STABLE = Condition("stable", gettext_noop("收入稳定超过监测范围"), _of(lambda one, on: rules.is_income_stable(one)))
MET = Condition(
    "met", gettext_noop("两不愁三保障和饮水均达标"), _of(lambda one, on: rules.are_guarantees_met(one.lights))
)
GONE = Condition(
    "gone", gettext_noop("风险已稳定消除"), _of(lambda one, on: is_monitored(one, on) & rules.is_risk_gone(one))
)
POOR_AGAIN = Condition("poor_again", gettext_noop("已脱贫户收入低于标准或保障未达标"), _of(is_poor_again))
