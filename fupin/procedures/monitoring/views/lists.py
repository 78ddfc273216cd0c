"""The list of the morning, the warnings, the hand-overs, relief whose case is not completed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fupin.accounts import scopes
from fupin.core import audit, clock
from fupin.core.cells import harmless
from fupin.core.refusals import NotFound
from fupin.core.workbooks.lists import write_workbook
from fupin.policy.catalogue import code_list
from fupin.procedures.monitoring import queries
from fupin.procedures.monitoring.forms import AidForm, coded
from fupin.procedures.monitoring.queries import Wanted
from fupin.procedures.monitoring.views import shown
from fupin.procedures.words import COMPARE, DECIDE, EXPORT, VERIFY, VIEW

SHOWN = ("open", "late", "answered", "all")


@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """Who needs a visit, by village; where there is one village only, its homes."""
    scopes.require(request.user, VIEW)
    on = clock.today()
    villages = queries.villages_to_visit(request.user, on)
    if len(villages) == 1:
        return _village(request, villages[0].village)
    lines = [(one, shown.place_of(one.village)) for one in villages]
    context = {"villages": lines, "on": on, "overdue": queries.incomplete(request.user, on).count(),
               "may_declare": scopes.may(request.user, DECIDE)}  # fmt: skip
    return render(request, "procedures/monitoring/today.html", context)


@require_GET
def village(request: HttpRequest, pk: int) -> HttpResponse:
    """The homes of one village that need a visit, to print or to take along on a phone."""
    if not scopes.may(request.user, VIEW, pk):
        raise NotFound(_("没有这个嘎查村，或它不在您的工作范围内"))
    return _village(request, pk)


def _village(request: HttpRequest, pk: int) -> HttpResponse:
    on = clock.today()
    homes = queries.homes_to_visit(request.user, pk)
    lines = [(home, shown.warnings(home.signals, on=on)) for home in homes]
    context = {"homes": lines, "place": shown.place_of(pk), "on": on, "may_visit": scopes.may(request.user, VERIFY, pk),
               "overdue": queries.incomplete(request.user, on).count()}  # fmt: skip
    return render(request, "procedures/monitoring/village.html", context)


def _wanted(request: HttpRequest) -> Wanted:
    show, origin, event = (request.GET.get(name, "") for name in ("show", "origin", "event"))
    number = int(event) if event.isascii() and event.isdecimal() and len(event) < 19 else None
    known = code_list("signal_origin").codes
    return Wanted(show if show in SHOWN else "open", origin if origin in known else "", event=number)


@require_GET
def warnings(request: HttpRequest) -> HttpResponse:
    """The warnings of the own area by their day."""
    scopes.require(request.user, VIEW)
    wanted, on = _wanted(request), clock.today()
    page = Paginator(queries.matching(request.user, wanted, on=on), queries.PAGE).get_page(request.GET.get("page"))
    context = {"lines": shown.warnings(list(page.object_list), on=on), "page": page, "wanted": wanted,
               "origins": coded("signal_origin"), "about": shown.about_of,
               "may_export": scopes.may(request.user, EXPORT)}  # fmt: skip
    return render(request, "procedures/monitoring/warnings.html", context)


@require_GET
def referrals(request: HttpRequest) -> HttpResponse:
    """What went to and came from civil affairs; decisions that have not come stand first."""
    scopes.require(request.user, VIEW)
    rows = queries.undecided(request.user) if request.GET.get("show") != "all" else queries.referrals_for(request.user)
    page = Paginator(rows, queries.PAGE).get_page(request.GET.get("page"))
    context = {"lines": shown.referrals(list(page.object_list)), "page": page, "form": AidForm(),
               "show": request.GET.get("show", ""), "may_decide": scopes.may(request.user, COMPARE)}  # fmt: skip
    return render(request, "procedures/monitoring/referrals.html", context)


@require_GET
def reliefs(request: HttpRequest) -> HttpResponse:
    """Relief that came first; with `late`, that whose case was not completed in its days."""
    scopes.require(request.user, VIEW)
    on, late = clock.today(), request.GET.get("show") == "late"
    rows = queries.incomplete(request.user, on) if late else queries.reliefs_for(request.user)
    page = Paginator(rows, queries.PAGE).get_page(request.GET.get("page"))
    context = {"lines": shown.reliefs(list(page.object_list), on=on), "page": page, "late": late}
    return render(request, "procedures/monitoring/reliefs.html", context)


@require_GET
def export(request: HttpRequest) -> FileResponse:
    """The warnings as a workbook, as far as the reader reaches them; no number, phone or account is in it."""
    scopes.require(request.user, EXPORT)
    scopes.require(request.user, VIEW)
    wanted = _wanted(request)
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    write_workbook(_rows(request.user, wanted), file, _("预警清单"))
    file.seek(0)
    audit.record(by=request.user, act="monitoring.export", subject="export:monitoring", detail={"filters": wanted.show})
    return FileResponse(file, as_attachment=True, filename=f"warnings-{clock.today():%Y%m%d}.xlsx")


def _rows(user: Any, wanted: Wanted) -> Iterator[list[str]]:
    yield [_("户编号"), _("户主"), _("嘎查村"), _("预警来源"), _("预警情况"), _("致贫返贫风险"), _("预警日期"), _("入户期限"),
           _("状态"), _("核实结论"), _("入户日期"), _("入户情况和理由"), _("逾期天数")]  # fmt: skip
    on = clock.today()
    pks = list(queries.matching(user, wanted, on=on, permission=EXPORT).values_list("pk", flat=True))
    for start in range(0, len(pks), 1000):
        found = queries.signals_for(user, EXPORT).in_bulk(pks[start : start + 1000])
        for line in shown.warnings([found[pk] for pk in pks[start : start + 1000] if pk in found], on=on):
            one = line.row
            yield [harmless(text) for text in (
                one.household.number, line.name, line.place, line.kind, shown.about_of(one), line.risks, str(one.raised_on),
                str(one.due_on), str(line.state), line.answer, str(one.visited_on or ""), one.finding,
                str(line.days_late or ""))]  # fmt: skip
