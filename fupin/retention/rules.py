"""Pure decisions of retention: when a file's time is over, and whether it may go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fupin.core.verdicts import Sentence as _
from fupin.core.verdicts import Verdict
from fupin.policy.retention import EvidenceClass


@dataclass(frozen=True, slots=True)
class Facts:
    """What the decision about a file stands on. `ended_on` None: what it belongs to is not closed."""

    name: str
    evidence: EvidenceClass | None
    filed_on: date
    ended_on: date | None
    years: int | None
    held_since: date | None = None
    held_why: str = ""
    is_destroyed: bool = False


def counted_on(facts: Facts) -> date | None:
    """The day that the period counts from: the closing, or the file's own day where that is later; None while open."""
    if facts.evidence is None or not facts.evidence.counted:
        return None
    if facts.evidence.counted == "filed":
        return facts.filed_on
    return None if facts.ended_on is None else max(facts.ended_on, facts.filed_on)


def due_on(facts: Facts) -> date | None:
    """The first day on which the file may go: whole calendar years after the year that is counted from."""
    counted = counted_on(facts)
    if counted is None or facts.years is None:
        return None
    return date(counted.year + 1 + facts.years, 1, 1)


def may_destroy(facts: Facts, *, on: date) -> Verdict:
    """May this file go on that day?"""
    if facts.is_destroyed:
        return Verdict((_("材料“{name}”已经销毁", name=facts.name),))
    if facts.evidence is None:
        return Verdict((_("材料“{name}”没有所属的档案类别，不能销毁", name=facts.name),))
    reasons: list[str] = []
    due = due_on(facts)
    if facts.evidence.is_permanent:
        reasons.append(_("材料“{name}”永久保管，不能销毁", name=facts.name))
    elif due is None:
        reasons.append(_("材料“{name}”所属事项尚未办结，保管期限没有起算", name=facts.name))
    elif on < due:
        reasons.append(_("材料“{name}”保管期限未满，应保管至 {day}", name=facts.name, day=due))
    if facts.held_since is not None:
        reasons.append(_("材料“{name}”自 {day} 起冻结，解除前不能销毁：{why}", name=facts.name, day=facts.held_since,
                         why=facts.held_why))  # fmt: skip
    return Verdict(tuple(reasons))
