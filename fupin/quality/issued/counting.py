"""How far issued lists are, by division, as a file: each list with its places, what nobody stands behind, and its sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fupin.accounts import scopes
from fupin.core import clock
from fupin.quality import queries as tickets
from fupin.quality.issued import queries
from fupin.quality.issued.models import IssuedList
from fupin.quality.issued.words import FATES, Fate, Stage
from fupin.quality.queries import Counts
from fupin.quality.views.counting import Row, as_file, figures, headings

UNSENT = (Fate.SEVERAL, Fate.NOBODY, Fate.RETURNED)
"""Lines that no place answers for."""


@login_required
@require_GET
def counts_file(request: HttpRequest) -> HttpResponse:
    """The lists of the own area that are out, or one of them, by division; as .xlsx or .csv."""
    scopes.require(request.user, "quality.issue")
    mark = request.GET.get("list", "")
    if mark:
        found = [queries.list_of(request.user, int(mark) if mark.isdecimal() and len(mark) < 20 else 0)]
    else:
        found = list(queries.lists_for(request.user).filter(state=Stage.OUT).order_by("-on", "-id"))
    rows = _rows(request, found, clock.today())
    return as_file(rows, request.GET.get("format", "xlsx"), _("下发名单办理情况"))


def _rows(request: HttpRequest, found: Sequence[IssuedList], on: date) -> Iterator[Row]:
    yield [_("名单名称"), _("下发单位"), _("下发日期"), _("办理期限"), _("区划"), _("代码"), _("名单行数"), *headings(),
           *(str(FATES[fate]) for fate in UNSENT), _("截至")]  # fmt: skip
    pks = [one.pk for one in found]
    counts, outcomes = tickets.counts_of_lists(request.user, pks, on), queries.outcomes(pks)
    for one in found:
        head = [one.title, one.sender, one.on.isoformat(), one.due_on.isoformat() if one.due_on else ""]
        places, fates = counts.get(one.pk, []), outcomes.get(one.pk, {})
        for each in places:
            yield [
                *head,
                each.label,
                str(each.key),
                each.sent,
                *figures(each),
                *(None for _fate in UNSENT),
                on.isoformat(),
            ]
        unsent = [fates.get(fate, 0) for fate in UNSENT]
        yield [*head, _("合计"), "", sum(fates.values()), *figures(_together(places)), *unsent, on.isoformat()]


def _together(places: Sequence[Counts]) -> Counts:
    names = ("sent", "answered", "closed", "late", "dropped")
    return Counts("", "", **{name: sum(getattr(one, name) for one in places) for name in names})
