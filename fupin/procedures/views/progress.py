"""Cases in hand by division and state, the late ones marked, as a table and on the map: where it is stuck."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fupin.accounts import scopes
from fupin.core import clock
from fupin.divisions.measures import Measure
from fupin.divisions.queries import tree
from fupin.procedures import queries
from fupin.procedures.all_works import WORKS
from fupin.procedures.queries import Wanted
from fupin.procedures.views import shown
from fupin.procedures.views.mapped import Mapped, mapped
from fupin.procedures.words import VIEW

LATE = Measure("cases_late", "逾期案卷占比", "Late cases", "%", "%", is_rate=True, decimals=1,
               note="逾期的 ÷ 办理中的案卷", note_en="Late ÷ cases in hand")  # fmt: skip


@dataclass(slots=True)
class Stand:
    """How the cases of a division stand: in hand, late, the longest overdue in days, and by state."""

    key: str
    label: str
    open: int = 0
    late: int = 0
    longest: int = 0
    states: dict[str, list[int]] = field(default_factory=dict)
    """state → cases, late ones of them"""

    @property
    def share(self) -> float | None:
        """Of the cases in hand, how many are late."""
        return self.late / self.open if self.open else None


@require_GET
def progress(request: HttpRequest) -> HttpResponse:
    """Each figure opens the list of exactly these cases; a division opens the same table one level below."""
    scopes.require(request.user, VIEW)
    work = request.GET.get("work", "")
    work = work if work in WORKS else next(iter(WORKS))
    division = shown.division_of(request.user, request.GET.get("division", ""))
    top = division if division is not None else _top(request.user)
    wanted, on = Wanted("open", work=work, division=division), clock.today()
    states, lines = _stands(request.user, wanted, top, on)
    rows = [(one, [one.states.get(name, [0, 0]) for name, _label in states], *_opens(work, one)) for one in lines]
    context = {
        "works": [(name, _(each.title), name == work) for name, each in WORKS.items()], "work": work, "lines": rows,
        "states": states, "map": _map(request.user, top, rows), "on": on, "place": tree().name(top),
        "list": f"{reverse('procedures:home')}?{urlencode({'work': work})}",
        "all": sum(one.open for one in lines), "late": sum(one.late for one in lines),
    }  # fmt: skip
    return render(request, "procedures/progress.html", context)


def _top(user: Any) -> int:
    """Below which division the table stands: the only one that the reader works in, else the region."""
    tops = scopes.divisions(user, VIEW)
    return tops[0] if tops and len(tops) == 1 else tree().root.id


def _stands(user: Any, wanted: Wanted, top: int, on: Any) -> tuple[list[tuple[str, str]], list[Stand]]:
    """The states in which cases stand, in the order of the way, and the divisions, what is most overdue first: one question."""
    nodes = tree()
    depth = len(nodes.path(top))
    rows = queries.matching(user, wanted, on=on).order_by().values("division", "case__edition", "case__state")
    late = Q(case__due_on__lt=on)
    found: dict[str, Stand] = {}
    known: set[str] = set()
    for row in rows.annotate(n=Count("pk"), late=Count("pk", filter=late), first=Min("case__due_on")):
        path = nodes.path(row["division"]) if nodes.home(row["division"]) is not None else (nodes.root,)
        node = path[min(depth, len(path) - 1)]
        one = found.setdefault(node.short_code, Stand(node.short_code, node.name))
        one.open, one.late = one.open + row["n"], one.late + row["late"]
        one.longest = max(one.longest, (on - row["first"]).days if row["first"] and row["late"] else 0)
        counted = one.states.setdefault(row["case__state"], [0, 0])
        counted[0], counted[1] = counted[0] + row["n"], counted[1] + row["late"]
        known.add(row["case__state"])
    labels = {state.name: _(state.label) for table in WORKS[wanted.work].tables.tables for state in table.states}
    lines = sorted(found.values(), key=lambda one: (-one.late, -one.open, one.key))
    return [(name, label) for name, label in labels.items() if name in known], lines


def _opens(work: str, one: Stand) -> tuple[str, str]:
    """The query of the line's list, and the address one level down; a village has none."""
    query = urlencode({"work": work, "division": one.key})
    is_village = len(one.key) == 12
    return query, f"{reverse('procedures:home')}?show=open&{query}" if is_village else f"?{query}"


def _map(user: Any, top: int, rows: list[Any]) -> Mapped | None:
    values = {one.key: None if one.share is None else one.share * 100 for one, *_rest in rows}
    return mapped(user, top, LATE, values, {one.key: href for one, _states, _query, href in rows})
