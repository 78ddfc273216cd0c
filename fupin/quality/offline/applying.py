"""What a workbook answers is handed in: in portions, each in one transaction, once; or it is stopped where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.core import audit
from fupin.core.models import Attachment
from fupin.core.refusals import Refused, Stale
from fupin.core.sentences import together
from fupin.quality import operations
from fupin.quality.models import TicketEvidence
from fupin.quality.offline import bringing, judging, queries
from fupin.quality.offline.judging import Fated, Line
from fupin.quality.offline.models import AnswerBook, AnswerLine
from fupin.quality.offline.words import ANSWER, BOOK, MARK, REASON, TICKET, Fate, Stage, Tell
from fupin.quality.operations import Answered, Recheck, Refusals, Said
from fupin.quality.words import Answer


class _Overtaken(Exception):
    """These lines have been handed in by another worker, or their person has stopped: nothing of this portion holds."""


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
        try:
            _portion(book, some, files, by, on, recheck)
        except _Overtaken:
            book.refresh_from_db()
            if book.state != Stage.APPLYING:
                return book
        done += len(some)
    tell(total, total, _("提交答复"))
    _end(book, Stage.DONE, "answers.done", by, on)
    return book


def stop(*, book: AnswerBook, by: Any, on: date) -> None:
    """Go no further with a hand-in that stands still: what was handed in stays, the other lines are returned with the
    reason. Raises Refused unless it is being handed in."""
    with transaction.atomic():
        if not _end(book, Stage.STOPPED, "answers.stop", by, on):
            raise Refused(_("这份工作簿不在提交之中，不必停止"), "state")


def _end(book: AnswerBook, stage: Stage, act: str, by: Any, on: date) -> bool:
    """End a hand-in, once: lines that were not handed in come back, evidence goes where it belongs, the trail says it."""
    with transaction.atomic():
        ended = AnswerBook.objects.filter(pk=book.pk, state=Stage.APPLYING).update(state=stage)
        if ended:
            AnswerLine.objects.filter(book=book, fate=Fate.GOOD).update(
                fate=Fate.REFUSED, why=_("提交中断后停止，这一行没有提交；仍要答复的，原样带回再提交")
            )
            _hand_over(bringing.evidence_of(book))
            audit.record(by=by, act=act, subject=f"{BOOK}:{book.pk}", division=book.division_id, on=on,
                         detail=queries.counts(book))  # fmt: skip
    book.refresh_from_db()
    return bool(ended)


def _hand_over(files: Sequence[Attachment]) -> None:
    """Evidence hangs on the first ticket that rests on it, as it does where tickets are answered one by one."""
    first = (
        TicketEvidence.objects.filter(attachment__in=files).order_by("pk").values_list("act__ticket", flat=True).first()
    )
    if first is not None:
        Attachment.objects.filter(pk__in=[one.pk for one in files]).update(subject=f"ticket:{first}")


def _portion(book: AnswerBook, some: Sequence[AnswerLine], files: Sequence[Attachment], by: Any, on: date,
             recheck: Recheck) -> None:  # fmt: skip
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
        _hold(book, some)
        _outcomes(good, done, refused)
        AnswerLine.objects.bulk_update([*good.values(), *left], ["fate", "wrong", "why"])

    if answers:
        operations.answer_each(said=answers, files=files, by=by, on=on, recheck=recheck, then=note)
    else:
        with transaction.atomic():
            note(Answered([], [], []), {})


def _hold(book: AnswerBook, some: Sequence[AnswerLine]) -> None:
    """Hold the workbook until the transaction ends. Raises where these lines wait no more."""
    held = AnswerBook.objects.filter(pk=book.pk, state=Stage.APPLYING).select_for_update().values_list("pk").first()
    waiting = AnswerLine.objects.filter(pk__in=[one.pk for one in some], fate=Fate.GOOD)
    if held is None or waiting.count() != len(some):
        raise _Overtaken


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
