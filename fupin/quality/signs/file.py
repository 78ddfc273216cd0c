"""Signs as a workbook: what the list shows, and the households behind them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import Workbook

from fupin.accounts.signing_in import home_of
from fupin.core import audit
from fupin.core.cells import harmless
from fupin.core.money import to_yuan
from fupin.divisions.queries import tree
from fupin.quality.signs import queries, shown
from fupin.quality.signs.queries import Wanted

_TURN = 200


def take(reader: Any, wanted: Wanted, *, told: str) -> IO[bytes]:
    """The workbook of what was asked for, all of it. `told` is how it was asked for, as the trail keeps it."""
    audit.record(by=reader, act="signs.export", subject=f"user:{reader.pk}", division=home_of(reader),
                 detail={"query": told[:400]})  # fmt: skip
    rows = list(queries.matching(reader, wanted))
    book = Workbook(write_only=True)
    _sheet(book, _("数字痕迹"), shown.heads(), (shown.cells(line) for line in shown.lines_of(rows)))
    heads = [_("线索编号"), _("户编号"), _("户主"), _("嘎查村"), _("人均纯收入（元）"), _("另一户")]
    _sheet(book, _("涉及的户"), heads, _households(reader, rows))
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    book.save(file)
    file.seek(0)
    return file


def _households(reader: Any, rows: Sequence[Any]) -> Iterable[list[Any]]:
    names = tree()
    for start in range(0, len(rows), _TURN):
        for one in queries.behind(reader, rows[start : start + _TURN]):
            fen = one.row.per_head_fen
            yield [str(one.row.sign_id), one.number, one.head, names.full_name(one.village, since="township"),
                   None if fen is None else float(to_yuan(fen)), one.other]  # fmt: skip


def _sheet(book: Workbook, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    sheet.append(list(heads))
    for row in rows:
        sheet.append([harmless(cell) if isinstance(cell, str) else cell for cell in row])
