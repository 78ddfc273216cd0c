"""Export of what the list shows: its columns, its filters, its day; never cut, sealed numbers masked, audited."""

from __future__ import annotations

import codecs
import csv
import io
import tempfile
from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import IO, Any

from django.http import FileResponse, HttpRequest, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fupin.accounts import scopes
from fupin.core import audit, clock, days, made_up
from fupin.core.cells import harmless
from fupin.core.refusals import Refused
from fupin.core.workbooks.plain import Workbook, texts
from fupin.divisions.queries import tree
from fupin.registry import queries
from fupin.registry.forms.filters import filters_of
from fupin.registry.views.columns import COLUMNS, needs_facts, readers_of
from fupin.registry.views.lists import chosen_columns

CHUNK = 1_000
MOST_IN_A_SHEET = 1_000_000


@require_GET
def households(request: HttpRequest) -> HttpResponseBase:
    """The list as a file."""
    scopes.require(request.user, "registry.export")
    on, kind = days.as_of(request), request.GET.get("format", "xlsx")
    if kind not in ("csv", "xlsx"):
        raise Refused(_("只能导出为 xlsx 或 csv"))
    filters = filters_of(request)
    chosen = chosen_columns(request.user)
    area = scopes.divisions(request.user, "registry.export")
    audit.record(
        by=request.user, act="registry.export", subject="ledger:households",
        division=area[0] if area else None, detail={"filters": _told(request.GET), "columns": chosen, "as_of": str(on)},
    )  # fmt: skip
    rows = lines(request.user, filters, chosen, on)
    name = f"households-{on:%Y%m%d}.{kind}"
    if kind == "xlsx":
        return FileResponse(workbook(rows), as_attachment=True, filename=name)
    answer = StreamingHttpResponse(as_csv(rows), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _told(query: QueryDict) -> str:
    """The filters as the trail keeps them: what was searched for may be a person's number."""
    kept = query.copy()
    kept.pop("q", None)
    return kept.urlencode()


def lines(user: Any, filters: queries.Filters, chosen: list[str], on: date) -> Iterator[list[str]]:
    """The header, then every row, a chunk at a time."""
    today, readers = clock.today(), readers_of(chosen, on, tree(on))
    mark = made_up.sentence()
    yield [str(COLUMNS[name].label) for name in chosen] + ([_("合成数据")] if mark else [])
    after = ""
    while True:
        page = queries.list_page(
            user, filters, on=on, today=today, after=after, size=CHUNK, with_facts=needs_facts(chosen),
            permission="registry.export",
        )  # fmt: skip
        for row in page.rows:
            yield [harmless(read(row)) for read in readers] + ([mark] if mark else [])
        after = page.after
        if not after:
            return


def as_csv(rows: Iterator[list[str]]) -> Iterator[bytes]:
    """CSV in UTF-8 with its mark, so that Excel reads the Chinese."""
    yield codecs.BOM_UTF8
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow(row)
        yield line.getvalue().encode()


def workbook(rows: Iterator[list[str]]) -> IO[bytes]:
    """An .xlsx of texts, written to disk a chunk at a time; a new sheet before a sheet is full."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    book = Workbook(file, _("户"), rows=MOST_IN_A_SHEET + 1, header=next(rows), frozen=True)
    while some := list(islice(rows, CHUNK)):
        book.write(texts(some))
    book.close()
    file.seek(0)
    return file
