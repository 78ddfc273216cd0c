"""The lines that were not handed in come back as a workbook: as their tickets stand now, with what was typed, the wrong cell
marked and the reason beside it; it is brought back as it is once corrected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.core import audit, made_up
from fupin.core.refusals import Refused
from fupin.core.workbooks import stamps
from fupin.quality.offline import queries, taking_out, telling
from fupin.quality.offline.models import AnswerBook, AnswerLine
from fupin.quality.offline.taking_out import Returned
from fupin.quality.offline.words import ANSWER, AT_ONCE, BOOK, COLUMNS, LEDGER, MARK, REASON, RETURNED, TICKET, Tell
from fupin.quality.words import ANSWERS, Answer


def file_name(on: date) -> str:
    """What the workbook of returned lines is called."""
    return _("退回的行-%(day)s.xlsx") % {"day": f"{on:%Y%m%d}"}


def _rows(book: AnswerBook) -> QuerySet[AnswerLine]:
    return AnswerLine.objects.filter(book=book, fate__in=RETURNED).order_by("pk")


def is_long(book: AnswerBook) -> bool:
    """Are so many lines returned that their workbook is made in the background?"""
    return _rows(book).order_by()[AT_ONCE : AT_ONCE + 1].exists()


def returned(*, book: AnswerBook, by: Any, on: date, tell: Tell = lambda done, total, phase: None) -> tuple[bytes, int]:
    """The workbook of returned lines, how many they are, and the entry in the trail. Raises Refused where there is none."""
    rows = list(_rows(book))
    if not rows:
        raise Refused(_("这份工作簿没有退回的行"), "nothing")
    moment = timezone.now()
    heading = [_("退回的行（%(count)d 行）") % {"count": len(rows)},
               _("红色单元格有误，原因见最后一列；改正后原样带回上传即可。"),
               *([mark] if (mark := made_up.sentence()) else [])]  # fmt: skip
    stamp = stamps.Stamp(LEDGER, stamps.version_of(COLUMNS), moment.isoformat(), "", "rejects")
    lines = taking_out.counted(_each(rows, by, on, moment), len(rows), tell)
    data = taking_out.write(lines, len(rows), heading, stamp, has_reasons=True)
    audit.record(by=by, act="answers.return", subject=f"{BOOK}:{book.pk}", division=book.division_id, on=on,
                 detail={"lines": len(rows)})  # fmt: skip
    return data, len(rows)


def _each(rows: Sequence[AnswerLine], by: Any, on: date, moment: datetime) -> Iterator[Returned]:
    for start in range(0, len(rows), telling.TURN):
        some = rows[start : start + telling.TURN]
        pks = frozenset(one.ticket_id for one in some if one.ticket_id is not None)
        found = list(taking_out.open_tickets(by, taking_out.Wanted(pks=pks))) if pks else []
        told = dict(zip((one.pk for one in found), telling.lines(found, on, moment), strict=True))
        for one, text in zip(some, queries.said(some), strict=True):
            yield _returned(one, text, told.get(one.ticket_id or 0))


def _returned(one: AnswerLine, text: Mapping[str, str], now: Mapping[str, str] | None) -> Returned:
    """A line as it comes back: beside a ticket of now what was typed, else what was typed alone."""
    cells = {**(now or {TICKET: text[TICKET], MARK: text[MARK]}), REASON: text[REASON]}
    cells[ANSWER] = str(ANSWERS[Answer(one.answer)]) if one.answer else text[ANSWER]
    return Returned(cells, {one.wrong: one.why} if one.wrong else {}, one.why or "—")
