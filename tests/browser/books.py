"""Workbooks as offices really make them, and reading those that the product gives back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl

from fupin.registry.tests.households import id_number

HEADERS = (
    "行政村",
    "户主姓名",
    "户主证件号",
    "脱贫属性",
    "识别时间",
    "主要致贫原因",
    "联系电话",
    "耕地面积",
    "合成数据",
)
VILLAGE, OTHER_VILLAGE = "150522100200", "150522101200"


def free_number() -> str:
    """A number that nobody of the instance has: none of them was born on that day."""
    return id_number("19710707")


def row(name: str, *, village: str = VILLAGE, number: str = "", cause: str = "因病", phone: str = "13800138000",
        land: Any = 12.5) -> list[Any]:  # fmt: skip
    """One household that has not exited."""
    return [village, name, number or free_number(), "未脱贫", "2018-06-01", cause, phone, land, "是"]


def households(path: Path, rows: list[list[Any]]) -> Path:
    """A workbook with two title rows above the header, as the office's own table has them."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "新识别户"
    sheet.append(["科左后旗 2018 年新识别农牧户名单"])
    sheet.merge_cells("A1:I1")
    sheet.append(["填报单位：后旗扶贫办", None, None, "单位：户、亩"])
    sheet.append(list(HEADERS))
    for one in rows:
        sheet.append(one)
    book.save(path)
    return path


def rejected(path: Path) -> list[tuple[str, str, str]]:
    """The marked cells of a workbook of rejects: (household, header, reason beside it)."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    head = next(at for at, cells in enumerate(sheet.iter_rows(values_only=True), 1) if "户主姓名" in cells)
    headers = [cell.value for cell in sheet[head]]
    name, reason = headers.index("户主姓名"), headers.index("退回原因")
    return [
        (cells[name].value, headers[at], cells[reason].value)
        for cells in sheet.iter_rows(min_row=head + 1)
        for at, cell in enumerate(cells)
        if cells[name].value and cell.fill.start_color.rgb == "00FFC7CE"
    ]


def correct(path: Path, mended: dict[tuple[str, str], Any]) -> Path:
    """The officer puts the cells right, nothing else: (household, header) → value."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    head = next(at for at, cells in enumerate(sheet.iter_rows(values_only=True), 1) if "户主姓名" in cells)
    headers = [cell.value for cell in sheet[head]]
    for cells in sheet.iter_rows(min_row=head + 1):
        for (name, header), value in mended.items():
            if cells[headers.index("户主姓名")].value == name:
                cells[headers.index(header)].value = value
    book.save(path)
    return path
