"""Counts as a file: what the page shows, line by line, with the sum; numbers that a spreadsheet can work with."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

import openpyxl
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from fupin.accounts import scopes
from fupin.core import clock, made_up
from fupin.core.cells import harmless
from fupin.core.refusals import Refused
from fupin.core.workbooks.lists import as_csv
from fupin.quality import queries
from fupin.quality.queries import Counts, Wanted
from fupin.quality.views import lists

KINDS = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8"}
Row = Sequence[str | int | float | None]
"""A text, a number, a share as a part of one, or nothing."""
_BOLD, _WIDTH, _FIRST_WIDTH = Font(bold=True), 12, 32


@require_GET
def counts_file(request: HttpRequest) -> HttpResponse:
    """Sent, answered, rate, closed and overdue by division, rule, officer or week, as .xlsx or .csv."""
    scopes.require(request.user, "quality.view")
    by = request.GET.get("by", "")
    rows = _rows(request, lists.wanted_of(request), by if by in lists.BY else "division")
    return as_file(rows, request.GET.get("format", "xlsx"), _("问题办理情况"))


def as_file(rows: Iterator[Row], kind: str, title: str) -> HttpResponse:
    """A table of figures as an answer, its header first; in a demonstration each row says that it is made up. Raises
    Refused for another kind of file."""
    if kind not in KINDS:
        raise Refused(_("只能导出为 xlsx 或 csv"), "format")
    rows = _marked(rows)
    data = _workbook(rows, title) if kind == "xlsx" else b"".join(as_csv([_text(one) for one in row] for row in rows))
    answer = HttpResponse(data, content_type=KINDS[kind])
    name = f"{title}-{clock.today():%Y%m%d}.{kind}"
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    return answer


def _marked(rows: Iterator[Row]) -> Iterator[Row]:
    mark = made_up.sentence()
    for number, row in enumerate(rows):
        yield [*row, mark if number else _("合成数据")] if mark else row


def _workbook(rows: Iterator[Row], title: str) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "B2"
    header = next(rows)
    for at in range(1, len(header) + 1):
        sheet.column_dimensions[get_column_letter(at)].width = _WIDTH if at > 1 else _FIRST_WIDTH
    for number, row in enumerate([header, *rows]):
        sheet.append([_cell(sheet, one, is_bold=not number) for one in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: str | int | float | None, *, is_bold: bool) -> Any:
    cell = WriteOnlyCell(sheet, harmless(value) if isinstance(value, str) else value)
    if isinstance(value, str):
        cell.data_type = "s"
    elif isinstance(value, float):
        cell.number_format = "0.0%"
    if is_bold:
        cell.font = _BOLD
    return cell


def _text(value: str | int | float | None) -> str:
    """A cell of a csv; a share in percent with one decimal, as the page has it."""
    if isinstance(value, float):
        return f"{value:.1%}"
    return "" if value is None else harmless(str(value))


def _rows(request: HttpRequest, wanted: Wanted, by: str) -> Iterator[Row]:
    on = clock.today()
    yield [lists.labels()[by], _("代码"), *headings(), _("截至")]
    for one in queries.counts(request.user, wanted, by, on):
        key = one.label if by == "week" else str(one.key or "")
        yield [one.label if by == "week" else lists.label_of(by, one), key, *figures(one), on.isoformat()]
    found = queries.totals(queries.matching(request.user, wanted), on)
    total = Counts("", "", found["sent"], found["answered"], found["closed"], found["late"], found["dropped"])
    yield [_("合计"), "", *figures(total), on.isoformat()]


def headings() -> list[str]:
    """What the figures of a line are called."""
    return [_("下发数"), _("整改数"), _("整改率"), _("已办结"), _("超期数")]


def figures(one: Counts) -> list[int | float | None]:
    """The figures of a line, in the order of their headings."""
    return [one.sent, one.answered, one.rate, one.closed, one.late]
