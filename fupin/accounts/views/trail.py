"""The audit viewer: who did what to whom, within the reader's divisions."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fupin.accounts import queries, scopes, signing_in, trail
from fupin.accounts.forms import TrailForm
from fupin.core import audit


@require_GET
def trail_page(request: HttpRequest) -> HttpResponse:
    """One page of the trail, the newest first."""
    scopes.require(request.user, "audit.view")
    form = TrailForm(request.GET or None)
    before = request.GET.get("before", "")
    rows, following = trail.page(request.user, _wanted(request, form), before=int(before) if before.isdigit() else None)
    return render(
        request, "accounts/trail.html", {"form": form, "rows": rows, "following": following, "starts": not before}
    )


def _wanted(request: HttpRequest, form: TrailForm) -> trail.Wanted:
    if not form.is_valid():
        return trail.Wanted()
    data = form.cleaned_data
    place = queries.division_in_reach(request.user, data["place"], "audit.view").pk if data["place"] else None
    return trail.Wanted(
        trail.subject_of(data["subject"]), data["person"], data["act"], place, data["since"], data["until"]
    )


@require_GET
def export(request: HttpRequest) -> StreamingHttpResponse:
    """What was asked for, all of it, as CSV; taking it along stands in the trail itself."""
    scopes.require(request.user, "audit.view")
    wanted = _wanted(request, TrailForm(request.GET))
    audit.record(by=request.user, act="accounts.export_trail", subject=f"user:{request.user.pk}",
                 division=signing_in.home_of(request.user), detail={"query": request.GET.urlencode()[:400]})  # fmt: skip
    response = StreamingHttpResponse(_csv(request.user, wanted), content_type="text/csv; charset=utf-8")
    stamp = timezone.localtime().strftime("%Y%m%d-%H%M")
    response["Content-Disposition"] = f'attachment; filename="audit-{stamp}.csv"'
    return response


class _Echo:
    """What csv writes to: hands each line on."""

    def write(self, text: str) -> str:
        return text


def _csv(reader: Any, wanted: trail.Wanted) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"
    yield writer.writerow([
        _("编号"), _("录入时间"), _("发生日期"), _("操作人"), _("岗位"), _("途径"), _("网络地址"), _("操作"), _("对象"),
        _("区划"), _("内容"),
    ])  # fmt: skip
    for line in trail.every(reader, wanted):
        detail = "；".join(f"{name}：{value}" for name, value in line.detail or ())
        cells = [line.pk, timezone.localtime(line.at).isoformat(" ", "seconds"), line.happened_on, line.actor, line.posting,
                 line.channel, line.address, line.act_label, line.subject_label, line.place, detail]  # fmt: skip
        yield writer.writerow([_plain(cell) for cell in cells])


def _plain(cell: Any) -> Any:
    """A cell that a spreadsheet will not take for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
