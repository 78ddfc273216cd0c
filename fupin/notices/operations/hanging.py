"""While a notice hangs: the photographs that prove it, its end, and taking it down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import attachments, audit, clock, working_days
from fupin.core.attachments import Content
from fupin.core.reasons import LEAST_REASON
from fupin.core.refusals import Refused
from fupin.notices import rules
from fupin.notices.models import Notice, Objection, Proof
from fupin.notices.operations import news
from fupin.notices.operations.posting import PERMISSION
from fupin.notices.rules import Objected, Terms
from fupin.notices.words import PROOF, State


def held(pks: Iterable[int]) -> list[Notice]:
    """These notices, held until the act is done, in the order of their ids."""
    return list(Notice.objects.select_for_update().filter(pk__in=list(pks)).order_by("pk"))


def prove(*, notices: Sequence[Notice], files: Sequence[Any], by: Any, on: date) -> int:
    """Add photographs of the board on which these notices hang, taken on a day; returns how many were new.

    Raises NotAllowed outside the own area, Refused for what is no photograph or was not taken while it hung.
    """
    scopes.require_each(by, PERMISSION, {row.division_id for row in notices})
    pictures = [_picture(file) for file in files]
    if not pictures:
        raise Refused(_("请选择张贴照片"), "file")
    with transaction.atomic():
        rows = held(row.pk for row in notices)
        reasons = [text for row in rows for _name, content in pictures for text in _against(row, content, on)]
        if reasons:
            raise Refused(dict.fromkeys(reasons), "proof")
        added = sum(_keep(row, name, content, by, on) for row in rows for name, content in pictures)
        audit.record_many(by=by, on=on, entries=[
            audit.Entry("notices.prove", f"notice:{row.pk}", row.division_id,
                        {"number": row.code, "photographs": len(pictures), "taken": on.isoformat()}) for row in rows
        ])  # fmt: skip
    return added


def _picture(file: Any) -> tuple[str, Content]:
    data = file if isinstance(file, bytes) else file.read(attachments.MOST_BYTES + 1)
    content = attachments.examine(data)
    if not content.media_type.startswith("image/"):
        raise Refused(_("张贴照片只接受照片（JPEG、PNG、WebP）"), "file")
    return str(getattr(file, "name", "") or "posted.jpg"), content


def _against(row: Notice, content: Content, on: date) -> list[str]:
    last = row.taken_down_on or row.ended_on or clock.today()
    if row.state == State.TAKEN_DOWN:
        return [_("公示 %(code)s 已撤下，不能再补照片") % {"code": row.code}]
    if not row.posted_on <= on <= min(last, clock.today()):
        return [_("拍摄日期 %(day)s 不在公示 %(code)s 张贴期间（自 %(since)s 起）") % {
            "day": on, "code": row.code, "since": row.posted_on}]  # fmt: skip
    if content.taken_on is not None and not row.posted_on <= content.taken_on <= last:
        return [_("照片记录的拍摄日期 %(day)s 不在张贴期间，请使用张贴后所拍的照片") % {"day": content.taken_on}]
    return []


def _keep(row: Notice, name: str, content: Content, by: Any, on: date) -> int:
    stored = attachments.store(b"", subject=f"notice:{row.pk}", kind=PROOF, by=by, name=name, on=on,
                               division=row.division_id, content=content)  # fmt: skip
    if Proof.objects.filter(notice=row, sha256=stored.sha256).exists():
        attachments.remove(rows=[stored], by=by, reason=_("同一照片重复上传"), on=on, division=row.division_id,
                           is_copy=True)  # fmt: skip
        return 0
    Proof.objects.create(notice=row, attachment=stored, sha256=stored.sha256, on=on, added_by=getattr(by, "pk", None))
    Notice.objects.filter(pk=row.pk).update(photographs=F("photographs") + 1)
    return 1


def take_down(*, notices: Sequence[Notice], reason: str, by: Any, on: date) -> int:
    """Take notices down at once: from this second nobody is served them any more. Their rows and the trail stay.

    Raises NotAllowed outside the own area, Refused without a reason or where one does not hang.
    """
    scopes.require_each(by, PERMISSION, {row.division_id for row in notices})
    if len(reason.strip()) < LEAST_REASON:
        raise Refused(_("请写明撤下的原因（至少 %(count)d 个字）") % {"count": LEAST_REASON}, "reason")
    with transaction.atomic():
        rows = held(row.pk for row in notices)
        gone = [row.code for row in rows if row.state == State.TAKEN_DOWN]
        if gone:
            raise Refused(_("公示 %(codes)s 已经撤下") % {"codes": "、".join(gone)}, "state")
        if any(on < row.posted_on for row in rows) or on > clock.today():
            raise Refused(_("撤下日期 %(day)s 应在张贴之日与今天之间") % {"day": on}, "day")
        Notice.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=State.TAKEN_DOWN, taken_down_on=on, taken_down_reason=reason.strip()[:300]
        )
        audit.record_many(by=by, on=on, entries=[
            audit.Entry("notices.take_down", f"notice:{row.pk}", row.division_id,
                        {"number": row.code, "reason": reason.strip()[:300]}) for row in rows
        ])  # fmt: skip
        news.tell(news.about("taken_down", rows, on))
    return len(rows)


def end_over(*, on: date) -> int:
    """Mark the notices whose last day is over as ended; returns how many. Days are counted from the dates that stand in
    the rows, so it makes no difference for how long nobody did this. A clock that was put back ends nothing."""
    if news.is_clock_behind():
        return 0
    with transaction.atomic():
        waits = Q(objections_open__gt=0, pauses=True)
        rows = list(
            Notice.objects.select_for_update().filter(state=State.POSTED, until__lt=on).exclude(waits).order_by("pk")
        )
        if not rows:
            return 0
        Notice.objects.filter(pk__in=[row.pk for row in rows]).update(state=State.ENDED, ended_on=F("until"))
        audit.record_many(by=None, on=on, entries=[
            audit.Entry("notices.end", f"notice:{row.pk}", row.division_id,
                        {"number": row.code, "until": row.until.isoformat()}) for row in rows
        ])  # fmt: skip
        news.tell(news.about("ended", rows, on))
    return len(rows)


def count_anew(row: Notice, *, on: date) -> None:
    """Bring the last day and the count of open objections in line with the objections; a notice that ended hangs again
    where an objection of its days is still to be answered or has stopped them."""
    objections = [
        Objected(raised_on, answered_on, outcome)
        for raised_on, answered_on, outcome in Objection.objects.filter(notice=row).values_list("raised_on", "answered_on", "outcome")
    ]  # fmt: skip
    row.objections_open = sum(one.is_open for one in objections)
    row.until = rules.last_day(
        row.posted_on, terms_of(row), objections, on=on, is_working=working_days.calendar().is_working
    )
    if row.state == State.ENDED and (row.objections_open or row.until >= on):
        row.state, row.ended_on = State.POSTED, None
    row.save(update_fields=["objections_open", "until", "state", "ended_on"])


def terms_of(row: Notice) -> Terms:
    """The terms that a notice was posted under; what an office changes later does not touch it."""
    return Terms(row.days, row.counts_holidays, row.first_day_counts, row.pauses)
