"""What is lacking as a workbook: one line a paper, in the order of the villages."""

from __future__ import annotations

import tempfile
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import Workbook

from fupin.accounts import scopes
from fupin.accounts.signing_in import home_of
from fupin.core import audit
from fupin.core.cells import harmless
from fupin.core.documents import declared
from fupin.divisions.queries import tree
from fupin.papers import queries

CHUNK = 500


def lacking(reader: Any, *, division: int | None = None, document: str = "") -> IO[bytes]:
    """The workbook of the papers that lack a page or a mark; stands in the trail."""
    audit.record(by=reader, act="papers.export", subject=f"user:{reader.pk}", division=home_of(reader),
                 detail={"division": division, "document": document})  # fmt: skip
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("文书欠缺清单"))
    sheet.freeze_panes = "A2"
    sheet.append([_("嘎查村"), _("户编号"), _("户主"), _("文书"), _("文书码"), _("打印日期"), _("欠缺")])
    now, english = tree(), scopes.is_english()
    for row in queries.lacking(reader, division=division, document=document).iterator(chunk_size=CHUNK):
        found = declared.document(row.document)
        label = row.document if found is None else (found.label_en if english else found.label)
        code = f"{row.code[:5]}-{row.code[5:]}"
        cells = [
            now.full_name(row.village_id),
            row.number,
            row.title,
            label,
            code,
            row.printed_on,
            "；".join(queries.lack_of(row).said),
        ]
        sheet.append([harmless(cell) if isinstance(cell, str) else cell for cell in cells])
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    book.save(file)
    file.seek(0)
    return file
