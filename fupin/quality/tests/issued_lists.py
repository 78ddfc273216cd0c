"""Lists as senders make them, for the tests: title rows, merged headings, formats, formulas, odd numbers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import openpyxl
from openpyxl.styles import Font, PatternFill

from fupin.core import clock
from fupin.quality.issued import opening, taking
from fupin.quality.issued.models import IssuedList
from fupin.quality.issued.words import Stage

HEADINGS = ("序号", "户编号", "户主姓名", "身份证号", "所在嘎查村", "存在问题", "整改期限", "核实结果", "情况说明")


def workbook(rows: Sequence[Sequence[Any]], *, headings: Sequence[str] = HEADINGS, titles: Sequence[str] = (),
             sheet: str = "问题数据") -> bytes:  # fmt: skip
    """A plain list: titles merged over all columns, one row of headings, the rows."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for at, title in enumerate(titles, start=1):
        page.cell(at, 1, title).font = Font(bold=True, size=16)
        page.merge_cells(start_row=at, end_row=at, start_column=1, end_column=len(headings))
    for at, heading in enumerate(headings, start=1):
        page.cell(len(titles) + 1, at, heading).fill = PatternFill("solid", start_color="FFE699")
    for number, row in enumerate(rows, start=len(titles) + 2):
        for at, value in enumerate(row, start=1):
            page.cell(number, at, value)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def opened(data: bytes, **how: Any) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data), **how)


def taken(data: bytes, *, by: Any, division: Any, name: str = "自治区问题清单.xlsx", **more: Any) -> IssuedList:
    """A list that was taken in and read, waiting for its columns."""
    given = {"title": "", "sender": "自治区乡村振兴局", "due_on": None, "replaces": None, "on": clock.today(), **more}
    one, _is_new = taking.take_in(data=data, name=name, division=division.pk, by=by, **given)
    return taking.read(one)


def issued(data: bytes, *, by: Any, division: Any, columns: dict[str, dict[str, str]] | None = None,
           on: date | None = None, **more: Any) -> IssuedList:  # fmt: skip
    """A list that is with the villages, its columns as they were guessed unless said otherwise."""
    one = taken(data, by=by, division=division, **more)
    assert one.state == Stage.MAPPING, one.refusal
    said = columns or {each["title"]: each["columns"] for each in one.sheets if each["is_read"]}
    day = on or clock.today()
    taking.map_columns(one=one, columns=said, answers={}, by=by, on=day)
    return opening.match_lines(one=one, by=by, on=day)
