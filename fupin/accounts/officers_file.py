"""Officers as a workbook: who serves where with how much work, and village by village how many there are."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import Workbook

from fupin.accounts import officers, signing_in, workload
from fupin.core import audit
from fupin.core.cells import harmless


def take(reader: Any, wanted: officers.OfficerFilter, *, told: str) -> IO[bytes]:
    """The workbook of what was asked for, all of it. `told` is how it was asked for, as the trail keeps it."""
    audit.record(by=reader, act="accounts.export_officers", subject=f"user:{reader.pk}",
                 division=signing_in.home_of(reader), detail={"query": told[:400]})  # fmt: skip
    book = Workbook(write_only=True)
    heads = [_("层级"), _("区划代码"), _("区划"), _("姓名"), _("用户名"), _("岗位"), _("职责"), _("负责片区"), _("自"),
             *(load.heading for load in workload.loads())]  # fmt: skip
    _sheet(book, _("信息员和网格员"), heads, (_cells(one) for one in officers.every(reader, wanted)))
    heads = [_("区划代码"), _("苏木乡镇"), _("嘎查村"), _("信息员"), _("网格员")]
    rows = officers.every_village(reader, place=wanted.place)
    _sheet(book, _("各嘎查村"), heads, ([one.code, one.township, one.name, one.information, one.grid] for one in rows))
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    book.save(file)
    file.seek(0)
    return file


def _cells(one: officers.OfficerLine) -> list[Any]:
    post = one.post
    level = officers.GRID if post.duty == officers.GRID else post.level
    return [officers.label_of(level), post.code, post.place, post.user.full_name, post.user.username, post.role_label,
            post.duty_label, post.area, post.valid_from, *(n for _heading, n in one.counts)]  # fmt: skip


def _sheet(book: Workbook, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    sheet.append(list(heads))
    for row in rows:
        sheet.append([harmless(cell) if isinstance(cell, str) else cell for cell in row])
