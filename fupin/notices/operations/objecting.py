"""Objections: taken online, on paper and by phone, to the last minute of the last day; looked into and answered."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.queries import name_of
from fupin.core import attachments, audit, clock, sealing
from fupin.core.reasons import LEAST_REASON
from fupin.core.refusals import NotAllowed, NotFound, Refused, Stale
from fupin.core.sentences import said as in_words
from fupin.notices import rules
from fupin.notices.models import Notice, NoticeLine, Objection
from fupin.notices.operations import hanging, news
from fupin.notices.operations.posting import PERMISSION
from fupin.notices.terms import Settings
from fupin.notices.words import BY_HAND, MOST_TEXT, PAPER, Channel

ANSWER = "notices.answer"
_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_HOUR = timedelta(hours=1)
_ALL_AT_ONCE = 20
"""So many times what one address may hand in is what a single notice takes in an hour from all of them."""


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody objects. `line` is the number of the line on the sheet, None for the notice as a whole; who it is
    need not be said online."""

    what: str
    line: int | None = None
    who: str = ""
    contact: str = ""
    files: Sequence[Any] = field(default_factory=tuple)


def raise_objection(*, notice: Notice, said: Said, channel: str, by: Any, on: date, origin: str = "") -> Objection:
    """Take an objection and give it its receipt number. `on` is the day on which it was handed in, `origin` the address
    from which it came online; online `by` is None.

    Raises NotAllowed outside the own area or for too many from one address, Refused with every reason.
    """
    if channel != Channel.ONLINE:
        scopes.require(by, PERMISSION, notice.division_id)
        if channel not in BY_HAND:
            raise Refused(_("请选择受理途径"), "channel")
    mark = sealing.short_token(origin, "objection") if origin else None
    with transaction.atomic():
        row = Notice.objects.select_for_update().get(pk=notice.pk)
        if channel == Channel.ONLINE:
            _require_measure(row, mark, on)
        line = _line(row, said)
        reasons = _against(row, said, channel, on)
        if reasons:
            raise Refused([in_words(text) for text in reasons], "objection")
        made = _made(row, line, said, channel, by, on, mark)
        made.save(force_insert=True)
        for file in said.files:
            attachments.store(file, subject=f"objection:{made.pk}", kind=PAPER, by=by, on=on, division=row.division_id)
        hanging.count_anew(row, on=clock.today())
        audit.record(by=by, act="notices.object", subject=f"notice:{row.pk}", on=on, division=row.division_id,
                     detail=_detail(made, line))  # fmt: skip
        news.tell(_news("objected", row, line, on))
    return made


def _line(row: Notice, said: Said) -> NoticeLine | None:
    if said.line is None:
        return None
    found = NoticeLine.objects.filter(notice=row, position=said.line).first()
    if found is None:
        raise Refused(_("公示单上没有第 %(line)d 行") % {"line": said.line}, "line")
    return found


def _against(row: Notice, said: Said, channel: str, on: date) -> list[str]:
    verdict = rules.may_object(
        state=row.state, posted_on=row.posted_on, until=row.until, has_open=row.objections_open > 0, pauses=row.pauses,
        taken_down_on=row.taken_down_on, raised_on=on, today=clock.today(),
    )  # fmt: skip
    reasons = list(verdict.reasons)
    what = said.what.strip()
    if not LEAST_REASON <= len(what) <= MOST_TEXT:
        reasons.append(_("请写明异议内容（%(least)d 到 %(most)d 个字）") % {"least": LEAST_REASON, "most": MOST_TEXT})
    if channel == Channel.PAPER and not said.who.strip():
        reasons.append(_("书面异议请填写提出人姓名"))
    if len(said.who) > 60 or len(said.contact) > 60:
        reasons.append(_("姓名、联系方式最多 60 个字"))
    return reasons


def _made(
    row: Notice, line: NoticeLine | None, said: Said, channel: str, by: Any, on: date, mark: bytes | None
) -> Objection:
    who, contact, what = sealing.seal_many([said.who.strip(), said.contact.strip(), said.what.strip()])
    days = int(Settings(on).value("publicity.answer_days", row.division_id))
    return Objection(
        notice=row, line=line, receipt=_new_receipt(), channel=channel, who_sealed=who, contact_sealed=contact,
        what_sealed=what, origin=mark, raised_on=on, entered_at=timezone.now(), entered_by=getattr(by, "pk", None),
        due_on=on + timedelta(days=days),
    )  # fmt: skip


def _new_receipt() -> str:
    signs = [secrets.choice(_SIGNS) for _place in range(10)]
    return "".join(signs[:5]) + "-" + "".join(signs[5:])


def _require_measure(row: Notice, mark: bytes | None, on: date) -> None:
    """Online, one address hands in only so many in an hour, and a flood from many does not fill a notice."""
    most = int(Settings(on).value("publicity.objections_per_hour", row.division_id))
    lately = Objection.objects.filter(entered_at__gte=timezone.now() - _HOUR)
    own = lately.filter(origin=mark).count() if mark is not None else 0
    if own >= most or lately.filter(notice=row, channel=Channel.ONLINE).count() >= most * _ALL_AT_ONCE:
        raise NotAllowed(_("提交过于频繁，请一小时后再试；也可以到嘎查村或苏木乡镇书面提出"), "rate")


def _detail(made: Objection, line: NoticeLine | None) -> dict[str, Any]:
    """Never who, and never what: the trail is read by others than those who answer."""
    return {"receipt": made.receipt, "channel": str(made.channel), "line": line.position if line else None}


def _news(act: str, row: Notice, line: NoticeLine | None, on: date) -> list[news.News]:
    if not news.FOLLOWS:
        return []
    return [news.News(act, row, (line.subject,), on)] if line is not None else news.about(act, [row], on)


def answer(*, objections: Sequence[int], outcome: str, reason: str, by: Any, on: date) -> list[Objection]:
    """Answer objections: what was found, and why. The days that they stopped go on from here.

    Raises NotFound for one that is not there or out of reach, NotAllowed for who posted the list, Refused with every
    reason, Stale where another has answered.
    """
    news.require_clock()
    with transaction.atomic():
        rows = list(Objection.objects.select_for_update(of=("self",)).filter(pk__in=list(objections)).order_by("pk"))
        notices = {one.pk: one for one in hanging.held({row.notice_id for row in rows})}
        if len(rows) != len(set(objections)):
            raise NotFound(_("没有这件异议，或它不在您的工作范围内"), "objection")
        scopes.require_each(by, ANSWER, {one.division_id for one in notices.values()})
        _require_answerable(rows, notices, outcome, reason, by, on)
        for row in rows:
            row.outcome, row.answered_on, row.answered_by = outcome, on, getattr(by, "pk", None)
            row.answered_name, row.reason_sealed = name_of(by)[:150], sealing.seal(reason.strip()[:MOST_TEXT])
            row.save(update_fields=["outcome", "answered_on", "answered_by", "answered_name", "reason_sealed"])
        _follow(rows, notices, by, on)
    return rows


def _require_answerable(rows: Sequence[Objection], notices: dict[int, Notice], outcome: str, reason: str, by: Any,
                        on: date) -> None:  # fmt: skip
    if any(row.answered_on is not None for row in rows):
        raise Stale(_("该异议刚被他人答复，请刷新后再办"))
    own = [one for one in notices.values() if one.posted_by is not None and one.posted_by == getattr(by, "pk", None)]
    if own:
        raise NotAllowed(_("名单由您张贴，对它的异议须由另一人调查答复"), "person")
    reasons = [
        in_words(text)
        for row in rows
        for text in rules.may_answer(raised_on=row.raised_on, answered_on=on, today=clock.today(), reason=reason,
                                     least=LEAST_REASON, outcome=outcome).reasons
    ]  # fmt: skip
    if len(reason) > MOST_TEXT:
        reasons.append(_("理由最多 %(most)d 个字") % {"most": MOST_TEXT})
    if reasons:
        raise Refused(dict.fromkeys(reasons), "answer")


def _follow(rows: Sequence[Objection], notices: dict[int, Notice], by: Any, on: date) -> None:
    for notice in notices.values():
        hanging.count_anew(notice, on=clock.today())
    audit.record_many(by=by, on=on, entries=[
        audit.Entry("notices.answer", f"notice:{row.notice_id}", notices[row.notice_id].division_id,
                    {"receipt": row.receipt, "objection_outcome": row.outcome}) for row in rows
    ])  # fmt: skip
    lines = NoticeLine.objects.in_bulk([row.line_id for row in rows if row.line_id is not None])
    news.tell([
        one for row in rows
        for one in _news("answered", notices[row.notice_id], lines.get(row.line_id) if row.line_id else None, on)
    ])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Opened:
    """What lies encrypted of an objection."""

    who: str
    contact: str
    what: str
    reason: str


def read_objection(*, objection: Objection, by: Any, on: date) -> Opened:
    """Who objects and what, for who answers; each reading stands in the trail. Raises NotAllowed without the right."""
    scopes.require(by, ANSWER, objection.notice.division_id)
    audit.record(by=by, act="notices.read_objection", subject=f"notice:{objection.notice_id}", on=on,
                 division=objection.notice.division_id, detail={"receipt": objection.receipt})  # fmt: skip
    return opened(objection)


def opened(objection: Objection) -> Opened:
    """The same without an entry: for the one who handed it in, by the receipt."""
    texts = sealing.unseal_many(
        [objection.who_sealed, objection.contact_sealed, objection.what_sealed, objection.reason_sealed]
    )
    who, contact, what, reason = (text or "" for text in texts)
    return Opened(who, contact, what, reason)
