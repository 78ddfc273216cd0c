"""Workbooks that we give out: the import template, and the marked-up rejects that can be imported once corrected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from fupin.core import clock, codes
from fupin.core.columns import Column, Kind
from fupin.core.workbooks.stamps import SHEET, Stamp

TEMPLATE_ROWS = 5_000
"""Rows of a template that carry drop-downs."""
_HEAD = PatternFill("solid", start_color="DCE6F1")
_REQUIRED = PatternFill("solid", start_color="F8CBAD")
_WRONG = PatternFill("solid", start_color="FFC7CE")
_BOLD = Font(bold=True)
REASON = "退回原因"
"""The header of the reason column: read back as an extra column, which is passed over."""


def write_template(
    path: Path, *, label: str, columns: Sequence[Column], stamp: Stamp, place: codes.Place = codes.ANYWHERE
) -> None:
    """The import workbook: headers in Chinese and English, drop-downs of codes, notes, and an example on its own sheet.

    `place` says whose own codes stand in the drop-downs.
    """
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = label
    for at, column in enumerate(columns, start=1):
        head = sheet.cell(1, at, column.label)
        head.font, head.fill = _BOLD, _REQUIRED if column.required else _HEAD
        head.alignment = Alignment(wrap_text=True, vertical="center")
        if note := _note(column):
            head.comment = Comment(note, "Fupin")
        sheet.cell(2, at, column.name).font = Font(italic=True, color="808080")
        sheet.column_dimensions[get_column_letter(at)].width = max(12, 2 * len(column.label) + 2)
        if column.kind not in (Kind.INTEGER, Kind.DECIMAL, Kind.MONEY):
            # Text format keeps long numbers and leading zeros as they are typed.
            sheet.column_dimensions[get_column_letter(at)].number_format = "@"
    sheet.freeze_panes = "A3"
    choices = [_choices(column, place) for column in columns]
    _add_lists(book, sheet, columns, choices)
    _add_notes(book, columns, choices)
    _add_stamp(book, stamp)
    book.save(path)


def _note(column: Column) -> str:
    said = [column.note]
    if column.required:
        said.append(_("必填"))
    if column.unit:
        said.append(_("单位：%(unit)s") % {"unit": column.unit})
    if column.kind is Kind.CODES:
        said.append(_("可多项，以逗号分隔"))
    if column.kind is Kind.DATE:
        said.append(_("日期，如 2018-12-05"))
    if column.example:
        said.append(_("示例：%(example)s") % {"example": column.example})
    return "；".join(part for part in said if part)


def _choices(column: Column, place: codes.Place) -> list[str]:
    if column.kind is Kind.YES_NO:
        return ["是", "否"]
    if column.kind in (Kind.CODE, Kind.CODES) and column.codes:
        return [f"{item.code} {item.label}" for item in codes.in_use(column.codes, on=clock.today(), place=place).items]
    return []


def _add_lists(book: Any, sheet: Any, columns: Sequence[Column], offered: Sequence[list[str]]) -> None:
    """Drop-downs refer to a hidden sheet: a list written into the rule itself may not exceed 255 characters."""
    lists = book.create_sheet("代码表")
    lists.sheet_state = "hidden"
    place = 0
    for at, (column, choices) in enumerate(zip(columns, offered, strict=True), start=1):
        if not choices or column.kind is Kind.CODES:
            continue
        place += 1
        letter = get_column_letter(place)
        for row, choice in enumerate(choices, start=1):
            lists.cell(row, place, choice)
        rule = DataValidation(type="list", formula1=f"'代码表'!${letter}$1:${letter}${len(choices)}", allow_blank=True)
        rule.errorTitle, rule.error = _("不在代码表中"), _("请从下拉列表中选择")
        sheet.add_data_validation(rule)
        rule.add(f"{get_column_letter(at)}3:{get_column_letter(at)}{TEMPLATE_ROWS}")


def _add_notes(book: Any, columns: Sequence[Column], offered: Sequence[list[str]]) -> None:
    notes = book.create_sheet("填表说明")
    notes.append([_("列名"), _("说明"), _("可填内容"), _("示例"), _("国家系统字段")])
    for cell in notes[1]:
        cell.font, cell.fill = _BOLD, _HEAD
    for column, choices in zip(columns, offered, strict=True):
        shown = "、".join(choices[:40]) + ("……" if len(choices) > 40 else "")
        # A prefix keeps the notes from being taken for a header row.
        notes.append([f"〔{column.label}〕", _note(column), shown, column.example, column.national])
    for letter, width in zip("ABCDE", (28, 40, 80, 24, 16), strict=True):
        notes.column_dimensions[letter].width = width


def _add_stamp(book: Any, stamp: Stamp) -> None:
    sheet = book.create_sheet(SHEET)
    sheet.sheet_state = "hidden"
    for row in stamp.rows():
        sheet.append(row)


@dataclass(slots=True)
class RejectSheet:
    """The rejected rows of one sheet: its header as it was, the rows with the columns that are wrong and why."""

    title: str
    header: Sequence[str]
    rows: Iterable[tuple[Sequence[str | None], dict[int, str], str]]
    """the cells, {column index: sentence} of the wrong ones, the reasons in one text"""
    found: list[str] = field(default_factory=list)


def write_rejects(path: Path, *, sheets: Sequence[RejectSheet], stamp: Stamp) -> int:
    """The rejects as the workbook they came in: wrong cells red with the sentence as a comment, a column of reasons.

    Every cell is text: an id number stays whole and nothing is taken for a formula. Returns how many rows.
    """
    book = openpyxl.Workbook(write_only=True)
    written = 0
    for at, each in enumerate(sheets):
        sheet = book.create_sheet(_title(each.title, at))
        sheet.freeze_panes = "A2"
        header = [name for name in each.header if name != REASON]
        sheet.append([_styled(sheet, name, _HEAD) for name in [*header, REASON]])
        places = [place for place, name in enumerate(each.header) if name != REASON]
        for cells, wrong, reason in each.rows:
            line = [_cell(sheet, cells[place] if place < len(cells) else None, wrong.get(place)) for place in places]
            line.append(_cell(sheet, reason, None))
            sheet.append(line)
            written += 1
    stamped = book.create_sheet(SHEET)
    stamped.sheet_state = "hidden"
    for row in stamp.rows():
        stamped.append(row)
    book.save(path)
    return written


def _title(title: str, at: int) -> str:
    plain = "".join("_" if mark in "[]:*?/\\'" else mark for mark in title)[:28]
    return plain if plain and plain != SHEET else f"Sheet{at + 1}"


def _styled(sheet: Any, value: str, fill: PatternFill) -> Any:
    cell = WriteOnlyCell(sheet, _printable(value))
    # A header comes from outside too: what begins like a formula is a text.
    cell.data_type = "s"
    cell.font, cell.fill = _BOLD, fill
    return cell


def _cell(sheet: Any, value: str | None, sentence: str | None) -> Any:
    if not value and not sentence:
        return None
    cell = WriteOnlyCell(sheet, _printable(value or ""))
    cell.data_type = "s"
    cell.number_format = "@"
    if sentence:
        cell.fill = _WRONG
        cell.comment = Comment(_printable(sentence)[:400], "Fupin")
    return cell


def _printable(text: str) -> str:
    """XML knows no control characters."""
    return "".join(mark for mark in text if mark >= " " or mark in "\t\n")[:32_000]
