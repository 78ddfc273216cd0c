"""Tickets as a workbook: taken along, brought back, looked at, confirmed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fupin.accounts import scopes
from fupin.core import clock
from fupin.quality.offline import taking_out
from fupin.quality.views.lists import sentences, wanted_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def workbook(request: HttpRequest) -> HttpResponse:
    """The open tickets of the list, to be answered without a line."""
    scopes.require(request.user, taking_out.EXPORT)
    wanted, on = wanted_of(request), clock.today()
    told = [text for text, name in sentences(request, wanted) if name != "state"]
    data = taking_out.take_out(wanted=wanted, told=told, by=request.user, on=on)
    return _file(data, _("待核实问题-%(day)s.xlsx") % {"day": f"{on:%Y%m%d}"})


def _file(data: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=XLSX)
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    return answer
