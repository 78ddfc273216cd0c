"""What a workbook answers is handed in: in portions, each in one transaction, once; and the lines that come back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.core import audit
from fupin.core.models import Attachment
from fupin.core.refusals import Refused, Stale
from fupin.core.sentences import together
from fupin.core.workbooks import stamps
from fupin.quality import operations
from fupin.quality.models import TicketEvidence
from fupin.quality.offline import bringing, judging, queries, taking_out, telling
from fupin.quality.offline.judging import Fated, Line
from fupin.quality.offline.models import AnswerBook, AnswerLine
from fupin.quality.offline.taking_out import Returned
from fupin.quality.offline.words import ANSWER, BOOK, COLUMNS, LEDGER, MARK, REASON, RETURNED, TICKET, Fate, Stage
from fupin.quality.operations import Answered, Recheck, Refusals, Said
from fupin.quality.words import ANSWERS, Answer

Tell = Callable[[int, int, str], None]


def confirm(*, book: AnswerBook, by: Any, on: date) -> AnswerBook:
    """Let a workbook be handed in, by who brought it. Raises Refused unless it waits for that and has something to hand in."""
    with transaction.atomic():
        if not AnswerLine.objects.filter(book=book, fate=Fate.GOOD).exists():
            raise Refused(_("没有可提交的行，请按退回原因更正后重新上传"), "nothing")
        if not AnswerBook.objects.filter(pk=book.pk, state=Stage.READY).update(
            state=Stage.APPLYING, confirmed_at=timezone.now()
        ):
            raise Refused(_("这份工作簿已经提交或放弃"), "state")
        audit.record(by=by, act="answers.confirm", subject=f"{BOOK}:{book.pk}", division=book.division_id, on=on,
                     detail=queries.counts(book))  # fmt: skip
    book.refresh_from_db()
    return book


def apply(*, book: AnswerBook, by: Any, on: date, tell: Tell = lambda done, total, phase: None,
          recheck: Recheck = Recheck()) -> AnswerBook:  # noqa: B008 (frozen)  # fmt: skip
    """Hand in what is good, a portion at a time; a job that was killed goes on with the lines that are left."""
    if book.state != Stage.APPLYING:
        return book
    files = bringing.evidence_of(book)
    waiting = AnswerLine.objects.filter(book=book, fate=Fate.GOOD).order_by("pk")
    total, done = waiting.count(), 0
    while some := list(waiting[: operations.MOST_AT_ONCE]):
        tell(done, total, _("提交答复"))
        _portion(some, files, by, on, recheck)
        done += len(some)
    tell(total, total, _("提交答复"))
    with transaction.atomic():
        AnswerBook.objects.filter(pk=book.pk, state=Stage.APPLYING).update(state=Stage.DONE)
        _hand_over(files)
        audit.record(by=by, act="answers.done", subject=f"{BOOK}:{book.pk}", division=book.division_id, on=on,
                     detail=queries.counts(book))  # fmt: skip
    book.refresh_from_db()
    return book


def _hand_over(files: Sequence[Attachment]) -> None:
    """Evidence hangs on the first ticket that rests on it, as it does where tickets are answered one by one."""
    first = (
        TicketEvidence.objects.filter(attachment__in=files).order_by("pk").values_list("act__ticket", flat=True).first()
    )
    if first is not None:
        Attachment.objects.filter(pk__in=[one.pk for one in files]).update(subject=f"ticket:{first}")


def _portion(some: Sequence[AnswerLine], files: Sequence[Attachment], by: Any, on: date, recheck: Recheck) -> None:
    """One transaction of answers, with what became of their lines. What changed since the preview is left as it is."""
    texts = queries.said(some)
    said = [Line(one[TICKET], one[MARK], one[ANSWER], one[REASON]) for one in texts]
    fated = bringing.fates(said, by=by, files=len(files))
    there = bringing.reachable(by, {ticket for _each, ticket in fated if ticket is not None})
    good: dict[int, AnswerLine] = {}
    answers: dict[int, Said] = {}
    for one, line, (each, ticket) in zip(some, said, fated, strict=True):
        if each.fate == Fate.GOOD and ticket in there:
            good[ticket] = one
            answers[ticket] = Said(one.answer, judging.reason_of(line.reason), there[ticket].version,
                                   rests=one.answer == Answer.TRUE)  # fmt: skip
        else:
            _fate(one, each if each.fate != Fate.GOOD else _gone())
    left = [one for one in some if one.ticket_id not in good or good[one.ticket_id] is not one]

    def note(done: Answered, refused: Refusals) -> None:
        _outcomes(good, done, refused)
        AnswerLine.objects.bulk_update([*good.values(), *left], ["fate", "wrong", "why"])

    if answers:
        operations.answer_each(said=answers, files=files, by=by, on=on, recheck=recheck, then=note)
    else:
        AnswerLine.objects.bulk_update(left, ["fate", "wrong", "why"])


def _outcomes(good: Mapping[int, AnswerLine], done: Answered, refused: Refusals) -> None:
    for pk in done.closed:
        _fate(good[pk], Fated(Fate.CLOSED))
    for pk in done.waiting:
        _fate(good[pk], Fated(Fate.WAITING))
    for pk in done.still_found:
        _fate(good[pk], Fated(Fate.STILL, ANSWER, _("按登记册现在的内容规则仍命中，请先在登记册中更正，再答复")))
    for pk, refusal in refused.items():
        fate = Fate.CHANGED if isinstance(refusal, Stale) else Fate.REFUSED
        _fate(good[pk], Fated(fate, TICKET, together(refusal.reasons)))


def _gone() -> Fated:
    return Fated(Fate.REFUSED, TICKET, _("没有这个问题，或它不在您的工作范围内"))


def _fate(one: AnswerLine, fated: Fated) -> None:
    one.fate, one.wrong, one.why = fated.fate, fated.wrong, fated.why[:300]


def returned(*, book: AnswerBook, by: Any, on: date) -> bytes:
    """The lines that were not handed in as a workbook: as their tickets stand now, with what was typed, the wrong cell
    marked and the reason beside it; it can be brought back as it is once corrected. Raises Refused where there is none.
    """
    rows = list(AnswerLine.objects.filter(book=book, fate__in=RETURNED).order_by("pk"))
    if not rows:
        raise Refused(_("这份工作簿没有退回的行"), "nothing")
    moment = timezone.now()
    pks = {one.ticket_id for one in rows if one.ticket_id is not None}
    open_now = taking_out.open_tickets(by, taking_out.Wanted(pks=frozenset(pks))) if pks else []
    found = list(open_now)
    told = dict(zip((one.pk for one in found), telling.lines(found, on, moment), strict=True))
    lines = [
        _returned(one, text, told.get(one.ticket_id or 0)) for one, text in zip(rows, queries.said(rows), strict=True)
    ]
    heading = [_("退回的行（%(count)d 行）") % {"count": len(lines)},
               _("红色单元格有误，原因见最后一列；改正后原样带回上传即可。")]  # fmt: skip
    stamp = stamps.Stamp(LEDGER, stamps.version_of(COLUMNS), moment.isoformat(), "", "rejects")
    data = taking_out.write(lines, heading, stamp)
    audit.record(by=by, act="answers.return", subject=f"{BOOK}:{book.pk}", division=book.division_id, on=on,
                 detail={"lines": len(lines)})  # fmt: skip
    return data


def _returned(one: AnswerLine, text: Mapping[str, str], now: Mapping[str, str] | None) -> Returned:
    """A line as it comes back: beside a ticket of now what was typed, else what was typed alone."""
    cells = {**(now or {TICKET: text[TICKET], MARK: text[MARK]}), REASON: text[REASON]}
    cells[ANSWER] = str(ANSWERS[Answer(one.answer)]) if one.answer else text[ANSWER]
    return Returned(cells, {one.wrong: one.why} if one.wrong else {}, one.why or "—")
