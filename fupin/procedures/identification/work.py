"""Identification as the shared casework knows it: what a household may become, and that it enters at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from fupin.policy.catalogue import code_list
from fupin.policy.regimes import regime
from fupin.procedures.identification.steps import HANGING, POSTS, TABLES
from fupin.procedures.models import CaseFile
from fupin.procedures.words import COMMON_ACTS, REGISTERED
from fupin.procedures.works import Lead, Work
from fupin.registry.operations import standing
from fupin.registry.operations.standing import Change
from fupin.registry.words import MONITORED

_OWN_ACTS = {
    "begin": ("登记识别线索", "Take down a lead"), "apply": ("受理申请", "Take the application"),
    "enter": ("录入纳入", "Enter into the register"), "reject": ("不予识别", "Reject"),
    "withdraw": ("户主放弃申请", "The household withdraws"),
}  # fmt: skip
_UNTIL_2020 = "2014"


def kinds_on(on: date) -> Mapping[str, tuple[str, str]]:
    """What a household can become on a day: registered until 2020, from 2021 one of the monitored kinds."""
    if TABLES.on(on).edition == _UNTIL_2020:
        return {REGISTERED: ("建档立卡", "Registered")}
    known = code_list("monitor_kind")
    return {code: (known.label(code), known.label(code, True)) for code in MONITORED}


def category(kind: str, on: date) -> str:
    """What a household is to become, in the words of the day: a list is a Chinese document."""
    return str(regime(on).word("household")) if kind == REGISTERED else str(code_list("monitor_kind").label(kind))


def _fields(on: date) -> frozenset[str]:
    """Risks are asked of who is to be monitored; why a registered household is poor stands in the register."""
    return frozenset({"kind", "origin"} if REGISTERED in kinds_on(on) else {"kind", "origin", "risks"})


def _line(kind: str) -> str:
    return "lines.poverty_line" if kind == REGISTERED else "lines.monitoring_line"


def _unsound(leads: Sequence[Lead], on: date) -> list[str]:
    reasons, known, risks = [], code_list("monitor_origin").codes, code_list("risk_cause").codes
    for one in leads:
        if one.origin not in known:
            reasons.append(_("请选择线索来源"))
        if any(risk not in risks for risk in one.risks.split(",") if risk):
            reasons.append(_("致贫返贫风险不在码表内，请重新选择"))
        if not one.statement.strip() or not one.applicant.strip():
            reasons.append(_("请填写申请人和申请理由（或线索情况）"))
    return reasons


def _follow(act: str, cases: Sequence[int], by: Any, on: date, note: str) -> None:
    """Entered by a second person in the banner, the household is in."""
    if act != "enter":
        return
    changes = []
    for pk, one in CaseFile.objects.in_bulk(list(cases)).items():
        values = {"status": "04", "standard": "01"} if one.kind == REGISTERED else {"monitor_kind": one.kind}
        changes.append(
            Change(one.household_id or 0, pk, "entered", values, risks=one.risks if "status" not in values else "")
        )
    standing.move(changes=changes, by=by, on=on)


IDENTIFICATION = Work(
    tables=TABLES, title=gettext_noop("识别纳入"), begin_label=gettext_noop("登记识别线索"), acts=COMMON_ACTS | _OWN_ACTS,
    kinds=kinds_on, category=category,
    notice_kind=lambda on: "identified" if TABLES.on(on).edition == _UNTIL_2020 else "monitored",
    fields=_fields, posts=POSTS, hanging=HANGING, good_ends=frozenset({"entered"}),
    side_acts=frozenset({"withdraw", "reject", "send_back", "take_back", "vote_down"}), line=_line, unsound=_unsound,
    follow=_follow,
)  # fmt: skip
