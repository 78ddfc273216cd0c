"""The counts of tickets as a file: what the page shows, line by line, with the sum."""

from __future__ import annotations

import io
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fupin.accounts import scopes
from fupin.core import clock, made_up
from fupin.core.cells import harmless
from fupin.core.refusals import Refused
from fupin.core.workbooks.lists import as_csv, write_workbook
from fupin.quality import queries
from fupin.quality.queries import Wanted
from fupin.quality.views import lists

KINDS = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8"}


@require_GET
def counts_file(request: HttpRequest) -> HttpResponse:
    """Sent, answered, rate, closed and overdue by division, rule, officer or week, as .xlsx or .csv."""
    scopes.require(request.user, "quality.view")
    kind, by = request.GET.get("format", "xlsx"), request.GET.get("by", "")
    if kind not in KINDS:
        raise Refused(_("只能导出为 xlsx 或 csv"), "format")
    rows = _rows(request, lists.wanted_of(request), by if by in lists.BY else "division")
    if kind == "xlsx":
        out = io.BytesIO()
        write_workbook(rows, out, _("问题办理情况"))
        data = out.getvalue()
    else:
        data = b"".join(as_csv(rows))
    answer = HttpResponse(data, content_type=KINDS[kind])
    name = _("问题办理情况-%(day)s") % {"day": f"{clock.today():%Y%m%d}"}
    answer.headers["Content-Disposition"] = content_disposition_header(True, f"{name}.{kind}") or ""
    return answer


def _rows(request: HttpRequest, wanted: Wanted, by: str) -> Iterator[list[str]]:
    on, mark = clock.today(), made_up.sentence()
    more = [mark] if mark else []
    yield [lists.labels()[by], _("代码"), _("下发数"), _("整改数"), _("整改率"), _("已办结"), _("超期数"), _("截至"),
           *([_("合成数据")] if mark else [])]  # fmt: skip
    for one in queries.counts(request.user, wanted, by, on):
        key = one.label if by == "week" else str(one.key or "")
        label = one.label if by == "week" else lists.label_of(by, one)
        counts = [one.sent, one.answered, _share(one.rate), one.closed, one.late]
        yield [harmless(label), key, *map(str, counts), on.isoformat(), *more]
    found = queries.totals(queries.matching(request.user, wanted), on)
    rate = queries.rate_of(found["sent"], found["answered"], found["dropped"])
    counts = [found["sent"], found["answered"], _share(rate), found["closed"], found["late"]]
    yield [_("合计"), "", *map(str, counts), on.isoformat(), *more]


def _share(rate: float | None) -> str:
    """整改率 in percent with one decimal, as the page has it."""
    return "" if rate is None else f"{rate:.1%}"
