"""Lists of retention as workbooks: what is due, and a register of destruction file by file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from typing import IO, Any

from django.utils.translation import gettext as _

from fupin.accounts.signing_in import home_of
from fupin.core import audit
from fupin.core.cells import harmless
from fupin.core.workbooks.lists import write_workbook
from fupin.divisions.queries import tree
from fupin.retention import queries, shown
from fupin.retention.models import Destruction

CHUNK = 500


def due(reader: Any, *, on: date, division: int | None = None, evidence: str = "") -> IO[bytes]:
    """The files that are due, with what holds them; stands in the trail."""
    audit.record(by=reader, act="retention.export", subject=f"user:{reader.pk}", division=home_of(reader),
                 detail={"division": division, "evidence": evidence})  # fmt: skip
    return _written(_due(reader, on, division, evidence), _("到期材料"))


def _due(reader: Any, on: date, division: int | None, evidence: str) -> Iterator[list[str]]:
    yield [_("区划"), _("对象编号"), _("对象名称"), _("档案类别"), _("文件名"), _("起算之日"), _("保管期满之日"),
           _("字节数"), _("校验值"), _("冻结")]  # fmt: skip
    now, last = tree(), 0
    rows = queries.due_for(reader, division=division, evidence=evidence).order_by("attachment")
    while some := list(rows.filter(attachment__gt=last)[:CHUNK]):
        for row, judged in queries.with_holds(some, on):
            yield _cells([
                now.full_name(row.division_id), row.number, row.title, shown.class_label(row.evidence), row.attachment.name,
                row.counted_on, row.due_on, row.attachment.size, row.attachment.sha256, judged.facts.held_why,
            ])  # fmt: skip
        last = some[-1].pk


def register(reader: Any, row: Destruction) -> IO[bytes]:
    """A register of destruction, file by file, in its order; stands in the trail."""
    audit.record(by=reader, act="retention.export", subject=f"destruction:{row.pk}", division=row.division_id,
                 detail={"code": row.code})  # fmt: skip
    return _written(_items(row), _("销毁清册"))


def _items(row: Destruction) -> Iterator[list[str]]:
    yield [_("序号"), _("区划"), _("对象编号"), _("对象名称"), _("档案类别"), _("文件名"), _("形成日期"), _("起算之日"),
           _("保管期满之日"), _("字节数"), _("校验值"), _("结果"), _("销毁日期"), _("未销毁原因")]  # fmt: skip
    now = tree()
    for one in row.items.order_by("position").iterator(chunk_size=CHUNK):
        yield _cells([
            one.position, now.full_name(one.division_id), one.number, one.title, shown.class_label(one.evidence), one.name,
            one.filed_on, one.counted_on, one.due_on, one.size, one.sha256, one.get_fate_display(), one.destroyed_on or "",
            one.reason,
        ])  # fmt: skip


def _cells(values: list[Any]) -> list[str]:
    return [harmless(str(value)) for value in values]


def _written(rows: Iterator[list[str]], title: str) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    write_workbook(rows, file, title)
    file.seek(0)
    return file
