"""What must hold for a step, whatever the procedure: facts in, verdict out; what nobody knows does not pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from fupin.core.steps import Condition
from fupin.core.verdicts import YES, Verdict
from fupin.core.verdicts import Sentence as _
from fupin.procedures.words import CORROBORATING, Checked

_BORNE_OUT = {Checked.NEIGHBOURS: _("左邻右舍印证"), Checked.RECORDS: _("信息档案印证")}
_CONTRADICTED = {
    Checked.NEIGHBOURS: _("左邻右舍印证与申报情况不一致，请再次核对并登记结果"),
    Checked.RECORDS: _("信息档案印证与申报情况不一致，请再次核对并登记结果"),
}


@dataclass(frozen=True, slots=True)
class Vote:
    """What a meeting resolved on a case, with the quorum and majority that hold for its kind."""

    held_on: date
    since: date
    called: int
    present: int
    votes_for: int
    votes_against: int
    abstained: int
    minutes: int
    quorum: str = ">=2/3"
    majority: str = ">1/2"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the conditions look at in one case.

    `borne_out` maps a kind of verification to whether it agrees; `own` is what only this procedure looks at.
    """

    kind: str
    status: str = ""
    monitor_kind: str = ""
    risks: str = ""
    per_head_fen: int | None = None
    line_fen: int | None = None
    visited: bool | None = None
    borne_out: dict[str, bool | None] = field(default_factory=dict)
    open_tickets: int = 0
    compared: bool = False
    vote: Vote | None = None
    hangs: dict[str, date] = field(default_factory=dict)
    publicity: dict[str, Verdict] = field(default_factory=dict)
    is_down: bool = False
    own: Any = None


def reaches(part: int, whole: int, share: str) -> bool:
    """Is a part at least (`>=2/3`) or more than (`>1/2`) its share of the whole?"""
    is_more = not share.startswith(">=")
    least = Fraction(share.lstrip(">=")) * whole
    return part > least if is_more else part >= least


def is_quorate(vote: Vote) -> Verdict:
    """Did enough come, is what was counted no more than they, and do the paper minutes lie there?"""
    reasons: list[str] = []
    if not reaches(vote.present, vote.called, vote.quorum):
        reasons.append(_("会议应到 {called} 人，实到 {present} 人，未达法定到会比例 {share}，须另行召开",
                         called=vote.called, present=vote.present, share=vote.quorum.lstrip(">=")))  # fmt: skip
    if vote.votes_for + vote.votes_against + vote.abstained != vote.present:
        reasons.append(_("赞成、反对、弃权合计应等于实到 {present} 人，请核对会议记录", present=vote.present))
    if vote.held_on < vote.since:
        reasons.append(_("会议于 {day} 召开，早于该户可以评议之日 {since}，请核对或另行评议",
                         day=vote.held_on, since=vote.since))  # fmt: skip
    if not vote.minutes:
        reasons.append(_("会议记录以纸质为准：请先上传会议记录扫描件"))
    return Verdict(tuple(reasons))


def voted(facts: Facts, on: date) -> Verdict:
    """The meeting was held lawfully, before or on the day, and passed the case."""
    if facts.vote is None:
        return Verdict(missing=(_("民主评议的表决结果"),))
    found = is_quorate(facts.vote)
    if facts.vote.held_on > on:
        found &= Verdict((_("会议于 {day} 召开，晚于办理日期，请核对", day=facts.vote.held_on),))
    if not reaches(facts.vote.votes_for, facts.vote.present, facts.vote.majority):
        found &= Verdict((_("赞成 {votes} 票，未超过到会人数的 {share}，评议未通过",
                            votes=facts.vote.votes_for, share=facts.vote.majority.lstrip(">=")),))  # fmt: skip
    return found


def not_voted(facts: Facts, on: date) -> Verdict:
    """The meeting was held lawfully and did not pass the case."""
    if facts.vote is None:
        return Verdict(missing=(_("民主评议的表决结果"),))
    found = is_quorate(facts.vote)
    if reaches(facts.vote.votes_for, facts.vote.present, facts.vote.majority):
        found &= Verdict((_("赞成票已超过规定比例，评议为通过"),))
    return found


def visited(facts: Facts, on: date) -> Verdict:
    """Whoever signs a home visit has entered what was found there."""
    return YES if facts.visited else Verdict(missing=(_("您本人的入户核查记录（照片、签字、地点）"),))


def corroborated(facts: Facts, on: date) -> Verdict:
    """Neighbours and records bear the finding out; what contradicts is looked into first."""
    missing = tuple(_BORNE_OUT[kind] for kind in CORROBORATING if facts.borne_out.get(kind) is None)
    against = tuple(_CONTRADICTED[kind] for kind in CORROBORATING if facts.borne_out.get(kind) is False)
    return Verdict(against, missing)


def income_known(facts: Facts, on: date) -> Verdict:
    """The income account is there: whether the household is poor is not guessed."""
    return YES if facts.per_head_fen is not None else Verdict(missing=(_("收入核算（请先为该户填写收入核算表）"),))


def answered(facts: Facts, on: date) -> Verdict:
    """No question about the household is open: what a comparison found has been answered first."""
    if facts.open_tickets:
        return Verdict((_("该户还有 {count} 个问题没有办结，请先核实办结", count=facts.open_tickets),))
    return YES


def compared(facts: Facts, on: date) -> Verdict:
    """The comparison's result is written down."""
    return YES if facts.compared else Verdict(missing=(_("比对结果"),))


def _hangs(place: str, name: str) -> Condition:
    def holds(facts: Facts, on: date) -> Verdict:
        if facts.hangs.get(place) != on:
            return Verdict(missing=(_("当日张贴的公示"),))
        return YES

    return Condition(f"hangs_{place}", name, holds)


def _free(place: str, name: str) -> Condition:
    def holds(facts: Facts, on: date) -> Verdict:
        return facts.publicity.get(place, Verdict(missing=(_("公示记录"),)))

    return Condition(f"free_{place}", name, holds)


def taken_down(facts: Facts, on: date) -> Verdict:
    """The list with the household was taken down: what hangs is neither reviewed nor posted again."""
    return YES if facts.is_down else Verdict((_("名单仍在公示：请先撤下原公示，更正后再办"),))


VISITED = Condition("visited", _("本人已登记入户核查"), visited)
CORROBORATED = Condition("corroborated", _("左邻右舍、信息档案印证"), corroborated)
INCOME = Condition("income", _("收入已核算"), income_known)
ANSWERED = Condition("answered", _("问题数据已办结"), answered)
COMPARED = Condition("compared", _("已有比对结果"), compared)
VOTED = Condition("voted", _("会议合法，表决通过"), voted)
NOT_VOTED = Condition("not_voted", _("会议合法，表决未通过"), not_voted)
HANGS_VILLAGE = _hangs("village", _("村级公示已张贴"))
HANGS_TOWNSHIP = _hangs("township", _("乡镇公示已张贴"))
DOWN = Condition("down", _("原公示已撤下"), taken_down)
ANNOUNCED = _hangs("banner", _("旗县公告已张贴"))
FREE_VILLAGE = _free("village", _("公示期满、异议已答复、有张贴照片"))
FREE_TOWNSHIP = _free("township", _("公示期满、异议已答复、有张贴照片"))
