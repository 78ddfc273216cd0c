"""A dashboard as a workbook."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font

from fupin.core.sentences import together
from fupin.divisions.tree import Node
from fupin.statistics.dashboard import Tile
from fupin.statistics.disclosure import HIDDEN
from fupin.statistics.tables import Made

_BOLD = Font(bold=True)


def dashboard_file(tiles: Sequence[Tile], heads: Sequence[str], below: Sequence[tuple[Node, list[Tile]]], made: Sequence[Made], *,
                   title: str, note: str) -> io.BytesIO:  # fmt: skip
    """One sheet for the figures, one for the divisions below, one for each table; every sheet says from when it is."""
    book = Workbook(write_only=False)
    book.remove(book.active)
    figures = [[one.label, _number(one), one.unit, one.definition, one.footnote] for one in tiles]
    _sheet(book, _("指标"), title, note, [_("指标"), _("数值"), _("单位"), _("口径"), _("适用范围")], figures)
    rows = [[node.short_code, node.name, *(_number(one) for one in line)] for node, line in below]
    _sheet(book, _("分区划"), title, note, [_("代码"), _("名称"), *heads], rows)
    for one in made:
        lines = [[name, *(HIDDEN if cell.is_hidden else cell.value for cell in cells)] for name, cells in one.rows]
        _sheet(book, one.label, f"{title} {one.label}", together([one.definition, note]), ["", *one.columns], lines)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def _number(one: Tile) -> Any:
    if one.is_hidden:
        return one.text
    return None if one.figure.value is None else float(one.figure.value)


def _sheet(
    book: Workbook, name: str, title: str, note: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    sheet = book.create_sheet("".join(" " if c in r"[]:*?/\\" else c for c in name)[:31])
    sheet.append([title])
    sheet.append([note])
    sheet.append(list(heads))
    for cell in (sheet["A1"], *sheet[3]):
        cell.font = _BOLD
    for row in rows:
        sheet.append(list(row))
    sheet.column_dimensions["A"].width = 28
    sheet.column_dimensions["B"].width = 22
    sheet.freeze_panes = "A4"
