"""An office's own free and worked days as a ledger: the record type that the engine itself brings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from fupin.core.columns import Column, Kind
from fupin.core.ledgers.declaration import Ledger
from fupin.core.ledgers.plain import Plain
from fupin.core.models import CalendarDay

COLUMNS = (
    Column("day", "日期", Kind.DATE, key=True, required=True, example="2018-07-24"),
    Column("is_working", "是否上班", Kind.YES_NO, required=True, note=gettext_noop("“是”为调休上班，“否”为放假")),
    Column("name", "名称", required=True, max_length=60, example="那达慕"),
    Column("document", "依据文件", max_length=200),
)


def calendar_days(rows: Callable[[Any], QuerySet[Any]]) -> Ledger:
    """Days of the office; `rows` is the gate, handed in from above."""
    return Ledger(
        name="calendar_days",
        label="放假和调休",
        label_en="Days off and days worked",
        note="本单位自定的放假和上班日，优先于国务院办公厅的放假通知；工作日期限按此计算",
        note_en="Own free and worked days, before the State Council's notices; deadlines in working days follow them",
        model=CalendarDay,
        columns=COLUMNS,
        rows=rows,
        order=("-day", "id"),
        search=("name", "document"),
        filters=("day", "is_working"),
        operations=Plain(),
        change_permission="rulebook.change",
        group=gettext_noop("组织"),
    )
