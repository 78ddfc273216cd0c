"""A workbook comes back: its file is sealed away, read in the background, and each line is told what would become of it."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import polars
from django.db import transaction
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import attachments, audit, clock, sealing
from fupin.core.attachments import Content
from fupin.core.ids import new_id, new_ids
from fupin.core.imports.declaration import intakes
from fupin.core.models import Attachment
from fupin.core.refusals import Refused
from fupin.core.workbooks import reading, stamps
from fupin.core.workbooks.kinds import FileKind, kind_of
from fupin.quality import queries as tickets
from fupin.quality.models import Ticket, TicketAct
from fupin.quality.offline import judging, marks, queries
from fupin.quality.offline.judging import Fated, Line
from fupin.quality.offline.models import AnswerBook, AnswerLine
from fupin.quality.offline.words import (
    ANSWER,
    BOOK,
    COLUMNS,
    GIVEN,
    KEPT,
    LEDGER,
    MOST_LINES,
    REASON,
    Stage,
    Tell,
)
from fupin.quality.words import EVIDENCE
from fupin.rulebook import queries as rulebook

MOST_FILES = 20
"""Pieces of evidence with one workbook."""
TURN = 500
PASSIVE = ("assign", "reassign", "follow")
"""Acts that ask nothing anew: another officer answers, or the household's village has another number."""


def take_in(*, file: Any, evidence: Sequence[Any] = (), by: Any, on: date) -> tuple[AnswerBook, bool]:
    """Seal a workbook away with the evidence for its lines that say "true"; it is read afterwards. Returns it, and whether
    it is new: the same files that wait for confirmation already are not taken twice.

    Raises NotAllowed, Refused for what is no workbook, and for evidence that is none.
    """
    scopes.require(by, queries.PERMISSION)
    if len(evidence) > MOST_FILES:
        raise Refused(_("佐证材料一次最多 %(most)d 份") % {"most": MOST_FILES}, "evidence")
    data, shown = file.read(attachments.MOST_BYTES + 1), Path(file.name or "").name[-120:] or "answers.xlsx"
    content = _content(data, shown)
    seen = [(attachments.examine(each.read(attachments.MOST_BYTES + 1)), each.name or "") for each in evidence]
    digest = hashlib.sha256(b"".join(hashlib.sha256(one).digest() for one in (data, *(each.data for each, _n in seen))))
    known = queries.books_of(by).filter(sha256=digest.hexdigest(), state__in=(Stage.READING, Stage.READY)).first()
    if known is not None:
        return known, False
    area = scopes.divisions(by, queries.PERMISSION)
    top = area[0] if area else None
    days = int(rulebook.value("quality.answer_book_days", on=on, division=top))
    made = AnswerBook(id=new_id(), division_id=top, file_name=shown, sha256=digest.hexdigest(), files=len(seen),
                      made_by=getattr(by, "pk", None), keep_until=clock.today() + timedelta(days=days))  # fmt: skip
    subject = f"{BOOK}:{made.pk}"
    with transaction.atomic():
        made.attachment = attachments.store(data, subject=subject, kind=KEPT, by=by, name=shown, on=on, division=top,
                                            content=content)  # fmt: skip
        for each, name in seen:
            attachments.store(each.data, subject=subject, kind=EVIDENCE, by=by, name=name, on=on, division=top,
                              content=each)  # fmt: skip
        made.save(force_insert=True)
        audit.record(by=by, act="answers.take_in", subject=subject, division=top, on=on,
                     detail={"file": shown, "sha256": made.sha256, "evidence": len(seen)})  # fmt: skip
    return made, True


def _content(data: bytes, name: str) -> Content:
    """What the file is. Raises Refused for what is neither .xlsx nor .csv, with the mend."""
    with tempfile.TemporaryDirectory(prefix="answers-") as folder:
        path = Path(folder) / "given"
        path.write_bytes(data)
        kind = kind_of(path, name)
    if kind is FileKind.CSV:
        if len(data) > attachments.MOST_BYTES:
            raise Refused(
                _("文件超过 %(size)d MB，请删去多余的内容后上传") % {"size": attachments.MOST_BYTES >> 20}, "too_large"
            )
        return Content("text/csv", data)
    if kind is not FileKind.XLSX:
        raise Refused(_("“%(name)s”请在电子表格软件中另存为 .xlsx 后上传") % {"name": name}, "kind")
    return attachments.examine(data)


def evidence_of(book: AnswerBook) -> list[Attachment]:
    """The evidence that came with a workbook and hangs on no ticket yet."""
    return attachments.attachments_of(f"{BOOK}:{book.pk}", [EVIDENCE])


def read(*, book: AnswerBook, by: Any, tell: Tell = lambda done, total, phase: None) -> AnswerBook:
    """Read a workbook and say of each line what would become of it; READY afterwards, or REFUSED with the reason."""
    if book.state != Stage.READING or book.attachment is None:
        return book
    try:
        rows, remarks = _rows(attachments.read(book.attachment), book.file_name)
        if not any(cells[ANSWER] or cells[REASON] for _sheet, _row, cells in rows):
            raise Refused(_("“%(name)s”中没有填写任何答复") % {"name": book.file_name}, "empty")
    except Refused as refusal:
        with transaction.atomic():
            book.state, book.refusal = Stage.REFUSED, str(refusal)
            book.save(update_fields=["state", "refusal"])
            _note_reading(book, by)
        return book
    made = _lines(book, rows, by)
    _keep_lines(made, book, tell)
    with transaction.atomic():
        if AnswerLine.objects.filter(book=book).count() != len(made):
            raise Refused(_("这份工作簿同时被读了两次，请再读一次"), "twice")
        if AnswerBook.objects.filter(pk=book.pk, state=Stage.READING).update(state=Stage.READY, remarks=remarks):
            _note_reading(book, by)
        else:
            # Its person has dropped it meanwhile, and nothing of it is kept.
            AnswerLine.objects.filter(book=book).delete()
    book.refresh_from_db()
    return book


def _keep_lines(made: Sequence[AnswerLine], book: AnswerBook, tell: Tell) -> None:
    """Write the lines in portions, so that nobody waits long; those of a reading that was killed go."""
    AnswerLine.objects.filter(book=book).delete()
    for start in range(0, len(made), TURN):
        tell(start, len(made), _("核对各行"))
        AnswerLine.objects.bulk_create(made[start : start + TURN])


def _note_reading(book: AnswerBook, by: Any) -> None:
    audit.record(by=by, act="answers.read", subject=f"{BOOK}:{book.pk}", division=book.division_id,
                 detail=queries.counts(book))  # fmt: skip


Row = tuple[str, int, dict[str, str]]


def _rows(data: bytes, name: str) -> tuple[list[Row], list[str]]:
    """Sheet, row and cells of every line that is none of blanks. Raises Refused."""
    with tempfile.TemporaryDirectory(prefix="answers-") as folder:
        path = Path(folder) / "given"
        path.write_bytes(data)
        found = reading.stage(
            path, COLUMNS, Path(folder) / "staged", name=name, judge=lambda stamp: _judge(stamp, name)
        )
        if found.rows > 4 * MOST_LINES:
            sentence = _("“%(name)s”有 %(rows)d 行，一份工作簿最多 %(most)d 个问题，请分几份带回")
            raise Refused(sentence % {"name": name, "rows": found.rows, "most": MOST_LINES}, "too_many")
        rows = [row for staged in found.staged for row in _of_sheet(staged, name)]
    return rows, found.findings


def _judge(stamp: stamps.Stamp, name: str) -> None:
    if stamp.ledger != LEDGER:
        other = intakes()[stamp.ledger].label if stamp.ledger in intakes() else stamp.ledger
        sentence = _("“%(name)s”是系统给出的“%(other)s”工作簿，不是带出的问题数据，请核对文件")
        raise Refused(sentence % {"name": name, "other": other}, "other_ledger")


def _of_sheet(staged: reading.Staged, name: str) -> Iterator[Row]:
    found = staged.mapping.found
    missing = [column.label for column in COLUMNS if column.name in GIVEN and column.name not in found]
    if missing:
        sentence = _("“%(name)s”缺少列：%(columns)s。请用带出的原工作簿填写，不要删列")
        raise Refused(sentence % {"name": name, "columns": "、".join(missing)}, "columns")
    for path in sorted(staged.parquet.parent.glob(staged.parquet.name)):
        frame = polars.read_parquet(path, columns=["row", *(f"c{found[each]}" for each in GIVEN)])
        for row, *cells in frame.iter_rows():
            texts = [str(each or "").strip() for each in cells]
            if any(texts):
                yield staged.sheet[:64], int(row), dict(zip(GIVEN, texts, strict=True))


def _lines(book: AnswerBook, rows: Sequence[Row], by: Any) -> list[AnswerLine]:
    said = judging.lines_of([cells for _sheet, _row, cells in rows], _places(rows))
    fated = fates(said, by=by, files=book.files)
    sealed = sealing.seal_many(orjson.dumps(cells).decode() for _sheet, _row, cells in rows)
    return [
        AnswerLine(id=pk, book=book, sheet=sheet, row=row, ticket_id=ticket, answer=judging.answer_of(line.wording) or "",
                   said_sealed=content, fate=each.fate, wrong=each.wrong, why=each.why[:300])
        for pk, (sheet, row, _cells), line, (each, ticket), content
        in zip(new_ids(len(rows)), rows, said, fated, sealed, strict=True)
    ]  # fmt: skip


def _places(rows: Sequence[Row]) -> list[str]:
    """Where lines stand, in words: with the sheet only where there are several."""
    if len({sheet for sheet, _row, _cells in rows}) == 1:
        return [_("第 %(row)d 行") % {"row": row} for _sheet, row, _cells in rows]
    return [_("“%(sheet)s”第 %(row)d 行") % {"sheet": sheet, "row": row} for sheet, row, _cells in rows]


def fates(said: Sequence[Line], *, by: Any, files: int) -> list[tuple[Fated, int | None]]:
    """What becomes of each line as its ticket stands now, and which ticket it is where that is sure."""
    alone = [judging.of_itself(line) for line in said]
    read = [marks.read(line.mark) for line in said]
    wanted = {mark.ticket for mark in read if mark is not None}
    there = reachable(by, wanted)
    known = {mark.ticket: mark for mark in read if mark is not None and mark.ticket in there}
    touched = _touched(known, there)
    found = []
    for line, own, mark in zip(said, alone, read, strict=True):
        ticket = there.get(mark.ticket) if mark is not None and marks.names(mark, line.ticket) else None
        fated = own or judging.of_ticket(line, ticket, by=getattr(by, "pk", None), files=files, touched=touched)
        found.append((fated, ticket.pk if ticket is not None else None))
    return found


def reachable(by: Any, pks: set[int]) -> dict[int, Ticket]:
    """Those of these tickets that the person answers for, by their ids."""
    ids = sorted(pk for pk in pks if 0 < pk < 2**63)
    there: dict[int, Ticket] = {}
    for start in range(0, len(ids), TURN):
        rows = tickets.tickets_for(by, queries.PERMISSION).filter(pk__in=ids[start : start + TURN])
        there |= {one.pk: one for one in rows.select_related("assigned_to")}
    return there


def _touched(known: Mapping[int, marks.Mark], there: Mapping[int, Ticket]) -> set[int]:
    """The tickets that somebody has acted upon since their line was taken: only those of another version are asked for."""
    moved = [pk for pk, mark in known.items() if mark.version != there[pk].version]
    found: set[int] = set()
    for start in range(0, len(moved), TURN):
        some = moved[start : start + TURN]
        since = datetime.fromtimestamp(min(known[pk].taken for pk in some) / 1000, UTC)
        acts = TicketAct.objects.filter(ticket__in=some, entered_at__gte=since).exclude(act__in=PASSIVE)
        found |= {
            pk for pk, at in acts.values_list("ticket", "entered_at") if marks.milliseconds(at) >= known[pk].taken
        }
    return found


def drop(*, book: AnswerBook, by: Any, on: date) -> None:
    """Throw a workbook away that was not confirmed, with its lines and its evidence. Raises Refused once it is."""
    with transaction.atomic():
        waiting = (Stage.READING, Stage.READY, Stage.REFUSED)
        if not AnswerBook.objects.filter(pk=book.pk, state__in=waiting).update(state=Stage.DROPPED):
            raise Refused(_("这份工作簿已经确认提交，不能放弃"), "state")
        AnswerLine.objects.filter(book=book).delete()
        rows = [*([book.attachment] if book.attachment else []), *evidence_of(book)]
        attachments.remove(rows=rows, by=by, reason=_("上传人放弃"), on=on, division=book.division_id)
        audit.record(by=by, act="answers.drop", subject=f"{BOOK}:{book.pk}", division=book.division_id, on=on)
