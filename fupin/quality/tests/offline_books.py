"""Workbooks of tickets for the tests: filled in as officers do, and brought back."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

from fupin.core import clock
from fupin.quality.offline import applying, bringing, returning, taking_out
from fupin.quality.offline.models import AnswerBook, AnswerLine
from fupin.quality.offline.words import Stage
from fupin.quality.operations import Recheck
from fupin.quality.queries import Wanted
from fupin.quality.tests.findings import found
from fupin.quality.tests.test_answering import PDF

Said = Mapping[Any, tuple[str, str]]
"""Answer and words by ticket."""


def taken(by: Any, **wanted: Any) -> bytes:
    data, _lines = taking_out.take_out(wanted=Wanted(**wanted), told=[], by=by, on=clock.today())
    return data


def returned(book: AnswerBook, by: Any) -> bytes:
    data, _lines = returning.returned(book=book, by=by, on=clock.today())
    return data


def top_of(sheet: Any) -> int:
    return next(row[0].row for row in sheet.iter_rows() if any(cell.value == "校验码" for cell in row))


def filled(data: bytes, said: Said, change: Callable[[Any, dict[str, int]], None] = lambda sheet, at: None) -> bytes:
    """The workbook with these answers in it; `change` does what else a person does to a sheet."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.worksheets[0]
    top = top_of(sheet)
    at = {cell.value: cell.column for cell in sheet[top] if cell.value}
    texts = {str(ticket.pk): each for ticket, each in said.items()}
    for row in range(top + 1, sheet.max_row + 1):
        answer, reason = texts.get(str(sheet.cell(row, at["问题编号"]).value), (None, None))
        if answer is not None:
            sheet.cell(row, at["答复"]).value, sheet.cell(row, at["情况说明"]).value = answer or None, reason or None
    change(sheet, at)
    return saved(book)


def saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(data: bytes, name: str = "我的答复.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def evidence() -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile("入户证明.pdf", PDF)]


def brought(data: bytes, by: Any, *, proof: bool = False, name: str = "我的答复.xlsx") -> AnswerBook:
    """A workbook that was brought back and read."""
    files = evidence() if proof else []
    book, _is_new = bringing.take_in(file=upload(data, name), evidence=files, by=by, on=clock.today())
    return bringing.read(book=book, by=by)


def handed_in(data: bytes, by: Any, *, proof: bool = False, still: Any = ()) -> AnswerBook:
    """A workbook that was brought back and confirmed; the rule still finds the households of `still`."""
    book = brought(data, by, proof=proof)
    assert book.state == Stage.READY, book.refusal
    applying.confirm(book=book, by=by, on=clock.today())
    book.refresh_from_db()
    return applying.apply(book=book, by=by, on=clock.today(), recheck=judging(*still))


def judging(*still: Any) -> Recheck:
    """Who judges the rule: it still finds these households and no other."""
    return Recheck(lambda households, on: [found(one) for one in still if one.pk in households],
                   lambda wanted, on: set(wanted))  # fmt: skip


def fates(book: AnswerBook) -> dict[int | None, str]:
    """What became of the lines, by ticket."""
    return dict(AnswerLine.objects.filter(book=book).order_by("pk").values_list("ticket", "fate"))


def whys(book: AnswerBook) -> str:
    return "；".join(AnswerLine.objects.filter(book=book).exclude(why="").order_by("pk").values_list("why", flat=True))
