"""Exports: the list with its upload, one export's result, what is new or gone there, what differs by field."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fupin.accounts import scopes
from fupin.core.refusals import Refused
from fupin.divisions.queries import tree
from fupin.registry.models import NationalExport
from fupin.registry.national import operations, queries, taking_over
from fupin.registry.national.forms import TakeOverForm, UploadForm
from fupin.registry.national.maps import maps
from fupin.registry.national.words import KINDS, REASONS, kind_label


@login_required
@require_http_methods(["GET", "POST"])
def exports(request: HttpRequest) -> HttpResponse:
    """The exports taken in so far, the state of the keying list, and the upload."""
    scopes.require(request.user, "national.import" if request.method == "POST" else queries.PERMISSION)
    may_import = scopes.may(request.user, "national.import")
    form = UploadForm(request.POST or None, request.FILES or None, user=request.user) if may_import else None
    if request.method == "POST" and form and form.is_valid():
        export = operations.take_in(
            file=form.cleaned_data["file"], name=form.cleaned_data["file"].name, division=form.place(),
            as_of=form.cleaned_data["as_of"], by=request.user,
        )  # fmt: skip
        return redirect("national:export", export.pk)
    rows = [(row, tree().name(row.division_id), kind_label(row.kind)) for row in queries.exports_for(request.user)[:50]]
    context = {
        "form": form, "rows": rows, "progress": queries.progress(request.user), "maps": maps(),
        "waiting": queries.take_overs_for(request.user).filter(confirmed_at=None, refused_at=None).count(),
    }  # fmt: skip
    return render(request, "registry/national/exports.html", context)


@login_required
@require_GET
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """What an export showed; while its job runs, how far it is."""
    scopes.require(request.user, queries.PERMISSION)
    row = queries.export_for(request.user, pk)
    part = request.headers.get("HX-Request") and request.GET.get("part")
    context = _result(request.user, row)
    return render(request, f"registry/national/{'result' if part else 'export'}.html", context)


def _result(user: Any, row: NationalExport) -> dict[str, Any]:
    job = queries.job_of(row)
    fields = list(queries.fields_of(user, row)) if row.compared_at else []
    return {
        "export": row,
        "take": _take(row, fields),
        "kind": KINDS.get(row.kind, ""),
        "place": tree().full_name(row.division_id),
        "job": job,
        "is_running": row.compared_at is None and (job is None or job.state in ("waiting", "running")),
        "fields": fields,
        "rejected": [(REASONS.get(reason, reason), n) for reason, n in row.counts.get("rejected", {}).items()],
        "unread": sorted(row.counts.get("unread", {}).items()),
    }


def _take(row: NationalExport, fields: list[Any]) -> dict[str, Any]:
    """What may be taken along of a comparison: how many lines differ by field, nobody's data."""
    return {
        "title": tree().name(row.division_id) + " " + _("逐字段差异"),
        "note": _("导出于 %(day)s") % {"day": row.as_of.isoformat()},
        "columns": [_("录入页面"), _("字段"), _("条数")],
        "rows": [[one["screen"] or "", one["label"], str(one["n"])] for one in fields],
    }  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def rows(request: HttpRequest, pk: int, outcome: str) -> HttpResponse:
    """Records that are new there, or gone there; new households can be asked to be taken over."""
    scopes.require(request.user, "national.import" if request.method == "POST" else queries.PERMISSION)
    export = queries.export_for(request.user, pk)
    offers = (
        outcome == "new"
        and export.kind == "household"
        and scopes.may(request.user, "national.import", export.division_id)
    )
    form = TakeOverForm(request.POST or None) if offers else None
    if request.method == "POST" and form and form.is_valid():
        try:
            batch = taking_over.ask(
                export=export, numbers=request.POST.getlist("number"), by=request.user, **form.cleaned_data
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("已申请接收 %(count)d 户，请另一人确认") % {"count": len(batch.numbers)})
            return redirect("national:take_overs")
    found = queries.rows_for(request.user, export, outcome)
    page, after = keyset(found, request.GET.get("after", ""))
    context = {"export": export, "outcome": outcome, "form": form, "after": after, "kind": KINDS.get(export.kind, ""),
               "rows": [(row, tree().full_name(row.village_id, since="township")) for row in page]}  # fmt: skip
    return render(request, "registry/national/rows.html", context)


def keyset(rows: Any, after: str) -> tuple[list[Any], str]:
    """A page of rows ordered by number, and where the next begins."""
    page = list(rows.filter(number__gt=after)[: queries.PAGE + 1] if after else rows[: queries.PAGE + 1])
    more = len(page) > queries.PAGE
    return page[: queries.PAGE], page[queries.PAGE - 1].number if more else ""
