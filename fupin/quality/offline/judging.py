"""What becomes of a line: a decision from what it says and how its ticket stands."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _

from fupin.core.cells import clean
from fupin.core.sentences import said as say
from fupin.core.sentences import together
from fupin.quality import rules
from fupin.quality.models import Ticket
from fupin.quality.offline import marks
from fupin.quality.offline.words import ANSWER, MARK, REASON, TICKET, Fate
from fupin.quality.words import MOST_REASON, Answer, State

_WORDS = {
    "已更正": Answer.CORRECTED, "更正": Answer.CORRECTED, "已整改": Answer.CORRECTED, "corrected": Answer.CORRECTED,
    "情况属实": Answer.TRUE, "属实": Answer.TRUE, "true": Answer.TRUE, "trueasentered": Answer.TRUE,
    "不属本辖区": Answer.ELSEWHERE, "不属于本辖区": Answer.ELSEWHERE, "非本辖区": Answer.ELSEWHERE, "elsewhere": Answer.ELSEWHERE,
    "notinourarea": Answer.ELSEWHERE, "notours": Answer.ELSEWHERE,
}  # fmt: skip
"""How an answer may be written, folded."""


class Line(NamedTuple):
    """What a line of a workbook says, as it was typed; `wording` is the answer. `twin` is where another line answers the
    same ticket, and `is_alike` whether it says the same and stands before this one."""

    ticket: str
    mark: str
    wording: str
    reason: str
    twin: str = ""
    is_alike: bool = False


@dataclass(frozen=True, slots=True)
class Fated:
    """What becomes of a line, which column of it is wrong, and why."""

    fate: Fate
    wrong: str = ""
    why: str = ""


def answer_of(wording: str) -> Answer | None:
    """The answer that a cell names; None where it is none of the three."""
    folded = "".join(unicodedata.normalize("NFKC", clean(wording)).split()).rstrip("。.").casefold()
    return _WORDS.get(folded)


def reason_of(text: str) -> str:
    """The words of a cell, without what no person typed."""
    return "".join(mark for mark in clean(text) if mark >= " " or mark == "\n")


def lines_of(cells: Sequence[Mapping[str, str]], places: Sequence[str]) -> list[Line]:
    """What lines say. Of several that answer one ticket alike, the first stands; where they differ, each knows of another."""
    plain = [Line(one[TICKET], one[MARK], one[ANSWER], one[REASON]) for one in cells]
    same: dict[int | str, list[int]] = {}
    for at, line in enumerate(plain):
        if answer_of(line.wording) is not None:
            mark = marks.read(line.mark)
            same.setdefault(mark.ticket if mark is not None else line.mark, []).append(at)
    for group in same.values():
        is_alike = len({(answer_of(plain[at].wording), reason_of(plain[at].reason)) for at in group}) == 1
        for at in group[1:] if is_alike else group if len(group) > 1 else ():
            other = group[0] if at != group[0] else group[1]
            plain[at] = plain[at]._replace(twin=places[other], is_alike=is_alike)
    return plain


def of_itself(line: Line) -> Fated | None:
    """What is decided by the line alone; None where its ticket must be looked at."""
    wording, reason = clean(line.wording), reason_of(line.reason)
    if not wording and not reason:
        return Fated(Fate.EMPTY)
    mark = marks.read(line.mark)
    if mark is None:
        return _wrong(MARK, _("校验码被改动、缺失或不是本系统给出的，请重新带出工作簿，把答复填到新的行上"))
    if not marks.names(mark, line.ticket):
        return _wrong(TICKET, _("问题编号与校验码不是同一个问题，多半是只排序了部分列，请重新带出工作簿后填写"))
    if not wording:
        return _wrong(ANSWER, _("写了情况说明但没有选答复，请从下拉列表中选择"))
    if answer_of(wording) is None:
        return _wrong(ANSWER, _("“%(text)s”不是可选的答复，请选已更正、情况属实或不属本辖区") % {"text": wording[:20]})
    if len(reason) > MOST_REASON:
        sentence = _("情况说明最长 %(most)d 字，现为 %(count)d 字，请写短些")
        return _wrong(REASON, sentence % {"most": MOST_REASON, "count": len(reason)})
    if line.twin and not line.is_alike:
        return _wrong(ANSWER, _("与%(place)s是同一个问题，两处答复不同，请只留一行") % {"place": line.twin})
    return Fated(Fate.SAME, "", _("与%(place)s相同，只提交一次") % {"place": line.twin}) if line.twin else None


def of_ticket(line: Line, ticket: Ticket | None, *, by: int | None, files: int, touched: Collection[int]) -> Fated:
    """What becomes of a line whose own cells are in order. `touched` are tickets that somebody has acted upon since the
    workbook was taken."""
    mark, answer = marks.read(line.mark), answer_of(line.wording)
    if ticket is None or mark is None or answer is None:
        return _wrong(TICKET, _("没有这个问题，或它不在您的工作范围内"))
    if ticket.state != State.OPEN:
        return _settled(ticket, answer, by)
    if ticket.pk in touched or (answer != Answer.CORRECTED and not marks.is_same_question(mark, ticket)):
        return Fated(Fate.CHANGED, TICKET, _("带出以后这个问题又有办理或登记内容有变，请对照现在的内容再填"))
    reason = reason_of(line.reason)
    words = rules.may_answer(ticket.state, answer, reason, files=1)
    if words.reasons:
        return _wrong(REASON, together(say(one) for one in words.reasons))
    if answer == Answer.TRUE and not files:
        return _wrong(ANSWER, _("情况属实须有佐证材料：上传工作簿时请一并选上照片、证件或证明"))
    return Fated(Fate.GOOD)


def _settled(ticket: Ticket, answer: Answer, by: int | None) -> Fated:
    """Of a ticket that is open no more: this very answer of the same person, or somebody else's work."""
    if ticket.answered_by_id == by and ticket.answer == answer:
        return Fated(Fate.SAME)
    if ticket.state == State.CLOSED:
        return Fated(Fate.SETTLED, "", _("带出以后已经办结"))
    return Fated(Fate.SETTLED, "", _("带出以后已有他人或另一次答复，正等待复核"))


def _wrong(column: str, why: str) -> Fated:
    return Fated(Fate.REFUSED, column, why)
