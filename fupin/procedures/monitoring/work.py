"""Risk cleared and return to poverty as the shared casework knows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from fupin.procedures.models import CaseFile
from fupin.procedures.monitoring.reads import standings
from fupin.procedures.monitoring.steps import (
    CLEARING,
    CLEARING_HANGING,
    CLEARING_POSTS,
    RETURNING,
    RETURNING_HANGING,
    RETURNING_POSTS,
)
from fupin.procedures.words import COMMON_ACTS
from fupin.procedures.works import Lead, Work
from fupin.registry.models import RegisterStatus
from fupin.registry.operations import standing
from fupin.registry.operations.standing import Change
from fupin.registry.words import EXITED, MONITORED

HELPED = "01"
"""How a risk is cleared by procedure: by help (risk_clear_mode). A household that dies out or moves away is struck off."""
RETURN = "returned"
_SIDE = frozenset({"withdraw", "reject", "send_back", "take_back", "vote_down"})
_AT_ONCE = 500


def _open_statuses(leads: Sequence[Lead], on: date) -> dict[int, RegisterStatus]:
    found: dict[int, RegisterStatus] = {}
    households = [one.household for one in leads if one.household]
    for start in range(0, len(households), _AT_ONCE):
        rows = RegisterStatus.objects.on(on).filter(household__in=households[start : start + _AT_ONCE])
        found |= {row.household_id: row for row in rows}
    return found


def _stated(leads: Sequence[Lead]) -> list[str]:
    return (
        [_("请填写提出人和理由")]
        if any(not one.statement.strip() or not one.applicant.strip() for one in leads)
        else []
    )


def _not_monitored(leads: Sequence[Lead], on: date) -> list[str]:
    """Only who is monitored, the risk not cleared."""
    known = _open_statuses(leads, on)
    good = {pk for pk, row in known.items() if row.monitor_kind in MONITORED and not row.is_risk_cleared}
    wrong = any(one.household not in good for one in leads)
    return _stated(leads) + ([_("只有风险未消除的监测对象才能提出风险消除")] if wrong else [])


def _not_exited(leads: Sequence[Lead], on: date) -> list[str]:
    """Only who has left poverty can return to it."""
    known = _open_statuses(leads, on)
    wrong = any((row := known.get(one.household or 0)) is None or row.status not in EXITED for one in leads)
    return _stated(leads) + ([_("只有已脱贫户才能认定返贫")] if wrong else [])


def _kinds_of_clearing(on: date) -> Mapping[str, tuple[str, str]]:
    return {HELPED: ("帮扶消除", "Cleared by help")} if _is_in_force(CLEARING, on) else {}


def _kinds_of_return(on: date) -> Mapping[str, tuple[str, str]]:
    return {RETURN: ("返贫户", "Returned to poverty")} if _is_in_force(RETURNING, on) else {}


def _is_in_force(tables: Any, on: date) -> bool:
    return any(one.since <= on and (one.until is None or on < one.until) for one in tables.tables)


def _keep(cases: Sequence[int], by: Any, on: date, line: str) -> None:
    """What the decision stood on stays with the case as it was that day: the accounts beside their lines, the lights."""
    about = CaseFile.objects.select_related("case").in_bulk(list(cases))
    known = standings(line)("decide", [one.case for one in about.values()], about, by, on)
    for pk, one in known.items():
        about[pk].kept = {
            "on": str(on),
            "identified_on": str(one.identified_on or ""),
            "lights": one.lights,
            "accounts": [
                {"year": each.year, "per_head_fen": each.per_head_fen, "line_fen": each.line_fen}
                for each in one.accounts
            ],
        }
    CaseFile.objects.bulk_update(about.values(), ["kept"], batch_size=_AT_ONCE)


def _clear(act: str, cases: Sequence[int], by: Any, on: date, note: str) -> None:
    """Entered by a second person in the banner, the risk is cleared; the household stays on the list as such."""
    if act == "decide":
        _keep(cases, by, on, "lines.monitoring_line")
    if act == "clear":
        values = {"is_risk_cleared": True, "risk_cleared_on": on}
        standing.move(by=by, on=on, changes=[
            Change(one.household_id or 0, pk, "cleared", values | {"risk_clear_mode": one.kind})
            for pk, one in CaseFile.objects.in_bulk(list(cases)).items()
        ])  # fmt: skip


def _return(act: str, cases: Sequence[int], by: Any, on: date, note: str) -> None:
    """Entered by a second person in the banner, the household is registered again as returned."""
    if act == "decide":
        _keep(cases, by, on, "lines.poverty_line")
    if act == "return":
        standing.move(by=by, on=on, changes=[
            Change(one.household_id or 0, pk, "returned", {"status": "02", "return_year": on.year})
            for pk, one in CaseFile.objects.in_bulk(list(cases)).items()
        ])  # fmt: skip


CLEARING_WORK = Work(
    tables=CLEARING, title=gettext_noop("风险消除"), begin_label=gettext_noop("提出风险消除"),
    suits=lambda status, monitor_kind: bool(monitor_kind), kinds=_kinds_of_clearing,
    acts=COMMON_ACTS | {
        "begin": ("提出风险消除", "Propose to clear the risk"), "clear": ("录入风险消除", "Enter that the risk is cleared"),
        "reject": ("不予消除，继续监测", "Go on monitoring"), "withdraw": ("撤回风险消除", "Withdraw the proposal"),
    },
    category=lambda kind, on: "风险消除", notice_kind=lambda on: "cleared", fields=lambda on: frozenset({"kind"}), posts=CLEARING_POSTS,
    hanging=CLEARING_HANGING, good_ends=frozenset({"cleared"}), side_acts=_SIDE,
    line=lambda kind: "lines.monitoring_line", unsound=_not_monitored, read=standings("lines.monitoring_line"), follow=_clear,
)  # fmt: skip
RETURNING_WORK = Work(
    tables=RETURNING, title=gettext_noop("返贫认定"), begin_label=gettext_noop("提出返贫认定"),
    suits=lambda status, monitor_kind: status in EXITED, kinds=_kinds_of_return,
    acts=COMMON_ACTS | {
        "begin": ("提出返贫认定", "Propose a return to poverty"), "return": ("录入返贫", "Enter the return to poverty"),
        "reject": ("不予认定返贫", "Refuse the return"), "withdraw": ("撤回返贫认定", "Withdraw the proposal"),
    },
    category=lambda kind, on: "返贫户", notice_kind=lambda on: "returned", fields=lambda on: frozenset({"kind"}), posts=RETURNING_POSTS,
    hanging=RETURNING_HANGING, good_ends=frozenset({"returned"}), side_acts=_SIDE,
    line=lambda kind: "lines.poverty_line", unsound=_not_exited, read=standings("lines.poverty_line"), follow=_return,
)  # fmt: skip
