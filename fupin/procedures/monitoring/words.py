"""Words of monitoring: who may, where warnings come from, how they are answered, what the trail calls the acts."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

REPORT = "procedures.report"
TITLE = _("预警核实")


class State(StrEnum):
    """A warning waits for its visit, or has been answered."""

    OPEN = "open"
    ANSWERED = "answered"


STATES = {State.OPEN: _("待入户"), State.ANSWERED: _("已核实")}


class Answer(StrEnum):
    """What the visit found (code list `signal_answer`)."""

    NO_RISK = "no_risk"
    LEAD = "lead"
    KNOWN = "known"


class Way(StrEnum):
    """Who hands a household over to whom."""

    TO = "to"
    FROM = "from"


WAYS = {Way.TO: _("转民政部门"), Way.FROM: _("民政部门转来")}


class Decision(StrEnum):
    """What civil affairs decided."""

    GRANTED = "granted"
    REFUSED = "refused"


DECISIONS = {Decision.GRANTED: _("给予救助"), Decision.REFUSED: _("不予救助")}
TOLD = ("household", "helper", "hotline")
"""Origins of a warning that somebody reports."""

ACTS: dict[str, tuple[str, str]] = {
    "monitoring.warn": ("登记预警", "Take down a warning"),
    "monitoring.answer": ("核实预警", "Answer a warning"),
    "monitoring.refer": ("转民政部门", "Hand over to civil affairs"),
    "monitoring.take_over": ("接收民政转办", "Take over from civil affairs"),
    "monitoring.aid": ("登记民政决定", "Enter the decision of civil affairs"),
    "monitoring.declare": ("宣布区域性风险", "Declare an area at risk"),
    "monitoring.end_event": ("结束区域性风险", "End an area at risk"),
    "monitoring.relieve": ("先行救助", "Give relief first"),
    "monitoring.export": ("导出预警清单", "Export warnings"),
}
