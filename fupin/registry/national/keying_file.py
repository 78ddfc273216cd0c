"""The keying list as a workbook, in the order of the national system's screens."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from fupin.accounts import scopes
from fupin.core import audit, made_up
from fupin.core.workbooks.stamps import SHEET, Stamp
from fupin.divisions.queries import tree
from fupin.registry.models import KeyingItem
from fupin.registry.national.queries import PERMISSION

MOST_IN_FILE = 50_000


def workbook(items: Iterable[KeyingItem], place: str) -> BytesIO:
    """The list as .xlsx. Cells are texts: nothing in them is ever a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("回录清单"))
    sheet.freeze_panes = "A3"
    heads = (_("国家系统编号"), _("姓名"), _("录入页面"), _("字段"), _("应录入"), _("国家系统现为"), _("状态"))
    for letter, width in zip("ABCDEFG", (24, 16, 16, 18, 28, 28, 10), strict=True):
        sheet.column_dimensions[letter].width = width
    states = {"open": _("待录入"), "done": _("已销号"), "theirs": _("以国家系统为准")}
    title = _("回录清单 %(place)s") % {"place": place}
    sheet.append([_cell(sheet, text) for text in (title, made_up.sentence()) if text])
    sheet.append([_cell(sheet, head) for head in heads])
    for item in items:
        texts = (
            item.number or _("本地记录"),
            item.name,
            item.screen,
            item.label,
            item.here,
            item.there,
            states[item.state],
        )
        sheet.append([_cell(sheet, text) for text in texts])
    stamped = book.create_sheet(SHEET)
    stamped.sheet_state = "hidden"
    for row in Stamp(_("回录清单"), "1", timezone.now().isoformat(), kind="keying").rows():
        stamped.append(row)
    target = BytesIO()
    book.save(target)
    target.seek(0)
    return target


def take(items: Iterable[KeyingItem], *, by: Any) -> BytesIO:
    """The workbook for somebody who takes it along: their area in its title, the act in the trail."""
    roots = scopes.divisions(by, PERMISSION)
    place = "、".join(tree().name(pk) for pk in roots) if roots else tree().root.name
    audit.record(by=by, act="national.keying.file", subject="national:keying", division=roots[0] if roots else None)
    return workbook(items, place)


def _cell(sheet: object, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    return cell
