"""Who changed a row, when and what: read from the trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from fupin.core import people
from fupin.core.cells import label_of
from fupin.core.columns import Column, Kind
from fupin.core.ledgers.declaration import Ledger
from fupin.core.ledgers.records import show
from fupin.core.models import AuditEntry

MOST = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One act on the row: (label, old, new) of each value that it changed."""

    at: datetime
    happened_on: date
    actor: str
    posting: str
    act: str
    values: list[tuple[str, str, str]]
    who: str
    """the same in the words of the office"""


def history(ledger: Ledger, row: Any) -> list[Line]:
    """The acts on one row, the latest first, at most a hundred."""
    entries = list(AuditEntry.objects.filter(subject=ledger.subject_of(row)).order_by("-id")[:MOST])
    return [_line(ledger, entry, who) for entry, who in zip(entries, people.named(entries), strict=True)]


def _line(ledger: Ledger, entry: AuditEntry, who: str) -> Line:
    values = [
        (label_of(column), _shown(column, pair[0]), _shown(column, pair[1]))
        for name, pair in entry.detail.items()
        if (column := ledger.by_name.get(name)) is not None and isinstance(pair, list) and len(pair) == 2
    ]
    words = {
        "create": _("新增"), "update": _("修改"), "remove": _("删除"), "attach": _("添加材料"), "detach": pgettext("done", "移除材料"),
    }  # fmt: skip
    act = entry.act.rsplit(".", 1)[-1]
    return Line(entry.at, entry.happened_on, entry.actor, entry.posting, words.get(act, act), values, who)


def _shown(column: Column, value: Any) -> str:
    if value is None or value == "":
        return "—"
    if column.kind is Kind.DATE:
        return str(value)
    return show(column, value)
