"""Parts of tables that procedures share: two visit the home, a list is hung and hung again, a case is sent back."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from fupin.core.steps import Condition, Days, Distinct, Evidence, Transition
from fupin.procedures.conditions import CORROBORATED, DOWN, INCOME, VISITED
from fupin.procedures.words import APPLY, VERIFY

REPLY = (Evidence("reply", _("不予识别书面告知书")),)
WAIVER = (Evidence("withdrawal", _("户主放弃申请的书面意见")),)
VISIT_PAPERS = (Evidence("visit_form", _("入户核查表（户主与核查人签字）")), Evidence("visit_photo", _("入户照片")))


def hung(name: str) -> Days:
    """How long a list hangs: the whole last day belongs to it, and an objection may stop the days."""
    return Days(name, first_day="publicity.first_day_counts", pauses="publicity.objection_pauses", is_full=True)


def home(most: Days | None = None, *, before: str = "applied", after: str = "verified",
         conditions: tuple[Condition, ...] = (CORROBORATED, INCOME)) -> tuple[Transition, ...]:  # fmt: skip
    """Two visit, each signs, and the finding is borne out; until 2020 no document sets days for it."""
    return (
        Transition("verify", _("入户核查签认"), before, before, VERIFY, level="village", conditions=(VISITED,)),
        Transition("conclude", _("作出核查结论"), before, after, VERIFY, level="village", most=most, evidence=VISIT_PAPERS,
                   distinct=(Distinct(("verify",), "identification.verifiers"),), conditions=conditions),
    )  # fmt: skip


def leaving(*states: str, label: str = _("户主放弃申请"), evidence: tuple[Evidence, ...] = WAIVER) -> tuple[Transition, ...]:  # fmt: skip
    """The household may give its application up as long as nothing hangs."""
    return tuple(
        Transition("withdraw", label, state, "withdrawn", APPLY, level="village", evidence=evidence, needs_note=True)
        for state in states
    )


def posting(
    act: str, label: str, before: str, after: str, who: str, level: str, hangs: Condition
) -> tuple[Transition, ...]:
    """A list is hung; one that was taken down to be corrected is hung again, and its days begin anew."""
    late = "publicity.back_dating_days"
    return (
        Transition(act, label, before, after, who, level=level, conditions=(hangs,), back_dating=late),
        Transition(act, label, after, after, who, level=level, conditions=(DOWN, hangs), back_dating=late),
    )


def back(state: str, who: str, level: str, *conditions: Condition, first: str = "applied", label: str = _("不予识别"),
         evidence: tuple[Evidence, ...] = REPLY) -> tuple[Transition, ...]:  # fmt: skip
    """Sent back, everything from the home visit on is done anew; rejected, the household is told in writing."""
    return (
        Transition("send_back", _("退回重新核查"), state, first, who, level=level, needs_note=True, begins_round=True,
                   conditions=conditions),
        Transition("reject", label, state, "rejected", who, level=level, needs_note=True, evidence=evidence,
                   conditions=conditions),
    )  # fmt: skip
