"""Export of what the list shows: its columns, its filters, its day; never cut, sealed numbers masked, audited."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from typing import IO, Any

from django.contrib import messages
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    QueryDict,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fupin.accounts import scopes
from fupin.core import clock, days, made_up, results
from fupin.core.cells import harmless
from fupin.core.refusals import Refused
from fupin.core.workbooks.lists import as_csv, write_workbook
from fupin.divisions.queries import tree
from fupin.registry import exports, queries
from fupin.registry.exports import PERMISSION
from fupin.registry.forms.filters import filters_of, sentences
from fupin.registry.views.columns import COLUMNS, needs_facts, readers_of
from fupin.registry.views.lists import chosen_columns

CHUNK = 1_000


@require_http_methods(["GET", "POST"])
def households(request: HttpRequest) -> HttpResponseBase:
    """The list as a file; a long one is offered to the background, and made there once that is confirmed."""
    scopes.require(request.user, PERMISSION)
    on, kind = days.as_of(request), request.GET.get("format", "xlsx")
    if kind not in exports.FORMATS:
        raise Refused(_("只能导出为 xlsx 或 csv"))
    filters = filters_of(request)
    wanted = exports.Wanted("screen", filters, tuple(chosen_columns(request.user)), on, kind)
    if exports.is_long(request.user, filters, on):
        return _in_the_background(request, wanted)
    exports.note(request.user, wanted, _told(request.GET))
    rows = lines(request.user, filters, wanted.columns, on)
    if kind == "xlsx":
        return FileResponse(_workbook(rows), as_attachment=True, filename=wanted.name)
    answer = StreamingHttpResponse(as_csv(rows), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{wanted.name}"'
    return answer


def _in_the_background(request: HttpRequest, wanted: exports.Wanted) -> HttpResponse:
    if request.method == "GET":
        kept = request.GET.copy()
        kept.pop("format", None)
        context = {"most": exports.AT_ONCE, "kind": wanted.form, "sentences": sentences(request), "on": wanted.on,
                   "back": f"{reverse('registry:households')}?{kept.urlencode()}", "hours": results.KEPT.days * 24}  # fmt: skip
        return render(request, "registry/export.html", context)
    exports.ask_for(request.user, wanted, _told(request.GET))
    messages.success(request, _("已安排导出，完成后在这里下载。"))
    return HttpResponseRedirect(reverse("desk:jobs"))


def _told(query: QueryDict) -> str:
    """The filters as the trail keeps them: what was searched for may be a person's number."""
    kept = query.copy()
    kept.pop("q", None)
    return kept.urlencode()


def lines(user: Any, filters: queries.Filters, chosen: Sequence[str], on: date) -> Iterator[list[str]]:
    """The header, then every row, a chunk at a time."""
    today, readers = clock.today(), readers_of(chosen, on, tree(on))
    mark = made_up.sentence()
    yield [str(COLUMNS[name].label) for name in chosen] + ([_("合成数据")] if mark else [])
    after = ""
    while True:
        page = queries.list_page(
            user, filters, on=on, today=today, after=after, size=CHUNK, with_facts=needs_facts(chosen),
            permission=PERMISSION,
        )  # fmt: skip
        for row in page.rows:
            yield [harmless(read(row)) for read in readers] + ([mark] if mark else [])
        after = page.after
        if not after:
            return


def _workbook(rows: Iterator[list[str]]) -> IO[bytes]:
    """A workbook on disk, which the answer takes away."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    write_workbook(rows, file, _("户"))
    file.seek(0)
    return file
