"""Exits on screen: the list of the year of a village, as workbook too, and the standards of a case part by part."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fupin.accounts import scopes
from fupin.core import audit, clock
from fupin.core.cells import harmless
from fupin.core.money import to_yuan
from fupin.core.refusals import NotFound, Refused
from fupin.core.sentences import listed, together, told
from fupin.core.workbooks.lists import write_workbook
from fupin.divisions.queries import tree
from fupin.procedures import operations
from fupin.procedures.exits import queries
from fupin.procedures.exits.queries import Candidate
from fupin.procedures.exits.work import KIND, kinds_on
from fupin.procedures.words import APPLY, EXIT, EXPORT, VIEW
from fupin.procedures.works import Lead
from fupin.quality.guarantees.words import MARKS, OUTCOMES

_TONES = {"met": "good", "unmet": "wrong", "conflict": "warn", "unknown": "quiet"}
MOST_AT_ONCE = 500


@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """The registered households of a village against the standards of the year; those chosen are listed for exit."""
    scopes.require(request.user, VIEW)
    if request.method == "POST":
        return _propose(request)
    on, places = clock.today(), _villages(request.user)
    village = _village(request, places)
    rows = queries.candidates(request.user, village.id, on) if village else []
    context = {
        "lines": [_line(one) for one in rows], "villages": places, "village": village, "year": on.year, "today": on,
        "is_in_force": bool(kinds_on(on)), "may_list": bool(village) and scopes.may(request.user, APPLY, village.id),
        "reached": sum(1 for one in rows if one.judged and one.judged.reaches),
        "may_export": scopes.may(request.user, EXPORT),
    }  # fmt: skip
    return render(request, "procedures/exits/list.html", context)


def _villages(user: Any) -> list[tuple[str, str]] | None:
    """The villages to choose from, by code; None for who reaches more than a list can hold and writes the code instead."""
    nodes, tops = tree(), scopes.divisions(user, VIEW)
    if tops is None or any(nodes.by_id(top).level in ("region", "league") for top in tops):
        return None
    found: dict[str, str] = {}
    for top in tops:
        below = [nodes.by_id(top)] if nodes.by_id(top).level == "village" else list(nodes.below(top, "village"))
        found |= {one.code: nodes.full_name(one.id, "township") for one in below}
    return list(found.items())


def _village(request: HttpRequest, places: list[tuple[str, str]] | None, permission: str = VIEW) -> Any:
    """The village asked for by its code, where the user reaches it; the only one; None where it must be chosen first."""
    code = request.GET.get("village", "").strip() or (places[0][0] if places and len(places) == 1 else "")
    if not code:
        return None
    try:
        node = tree().by_code(code)
    except NotFound:
        node = None
    if node is None or node.level != "village" or not scopes.may(request.user, permission, node.id):
        raise NotFound(_("没有这个嘎查村，或它不在您的工作范围内"))
    return node


def _line(one: Candidate) -> dict[str, Any]:
    judged = one.judged
    outcome = judged.outcome if judged else "unknown"
    against = [_in_words(held.label) for held in judged.held] if judged else []
    against += (
        [told(_in_words(part.label), OUTCOMES[part.outcome]) for part in judged.parts if part.outcome != "met"]
        if judged
        else []
    )
    return {"one": one, "outcome": OUTCOMES[outcome], "tone": _TONES[outcome], "against": against}


def _in_words(name: Any) -> str:
    return str(name.english if scopes.is_english() else name.chinese)


def _propose(request: HttpRequest) -> HttpResponse:
    scopes.require(request.user, APPLY)
    chosen = [int(text) for text in request.POST.getlist("chosen") if text.isdecimal() and len(text) < 19]
    village = request.POST.get("village", "")
    back = HttpResponseRedirect(f"{reverse('procedures:exits')}?village={village if village.isalnum() else ''}")
    leads = [
        Lead(pk, KIND, statement=request.POST.get("statement", ""), applicant=request.POST.get("applicant", ""))
        for pk in dict.fromkeys(chosen[:MOST_AT_ONCE])
    ]
    try:
        made = operations.open_leads(leads=leads, by=request.user, on=clock.today(), work=EXIT)
    except NotFound:
        raise
    except Refused as refusal:
        messages.error(request, together(refusal.reasons))
        return back
    messages.success(request, _("已列入 %(count)d 户。下一步：民主评议。") % {"count": len(made)})
    return back


@require_GET
def standards(request: HttpRequest, pk: int) -> HttpResponse:
    """The standards of an exit as they stand now, or as they were when the banner approved it."""
    scopes.require(request.user, VIEW)
    row, standing = queries.standing_of(request.user, pk, clock.today())
    at = scopes.is_english()
    parts = [
        {"label": part["label"][at], "says": part["says"][at], "source": part["source"][at], "missing": listed(part["missing"]),
         "outcome": OUTCOMES[part["outcome"]], "tone": _TONES[part["outcome"]],
         "considered": part["name"] in standing.told.get("considered", ()), "lines": [(line, MARKS[line["outcome"]]) for line in part["lines"]]}
        for part in standing.told["parts"]
    ]  # fmt: skip
    held = [(one["label"][at], one["says"][at]) for one in standing.told["held"]]
    is_part = bool(request.headers.get("HX-Request"))
    template = "procedures/exits/standards_part.html" if is_part else "procedures/exits/standards.html"
    return render(request, template, {"row": row, "standing": standing, "parts": parts, "held": held,
                                      "judged_on": standing.told["judged_on"], "measures": listed(standing.measures or ())})  # fmt: skip


@require_GET
def export(request: HttpRequest) -> FileResponse | HttpResponse:
    """The same list as a workbook; no number, phone or account is in it."""
    scopes.require(request.user, EXPORT)
    scopes.require(request.user, VIEW)
    village = _village(request, _villages(request.user), EXPORT)
    if village is None:
        messages.warning(request, _("请先选择嘎查村"))
        return HttpResponseRedirect(reverse("procedures:exits"))
    on, file = clock.today(), tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    rows = queries.candidates(request.user, village.id, on)
    write_workbook(_cells(rows, village.id), file, _("拟退出名单"))
    file.seek(0)
    audit.record(by=request.user, act="procedures.export", subject="export:exits", division=village.id,
                 detail={"filters": "exits", "count": len(rows)})  # fmt: skip
    return FileResponse(file, as_attachment=True, filename=f"exits-{on:%Y%m%d}.xlsx")


def _cells(rows: list[Candidate], village: int) -> Iterator[list[str]]:
    yield [_("户编号"), _("户主"), _("嘎查村"), _("家庭人口"), _("人均纯收入（元）"), _("退出线（元）"), _("退出条件"), _("不达标、未查明或不宜退出的原因"),
           _("是否已列入")]  # fmt: skip
    place = tree().full_name(village, "township")
    for one in rows:
        line, judged = _line(one), one.judged
        income = judged.per_head_fen if judged else None
        exit_line = judged.line_fen if judged else None
        yield [harmless(text) for text in (
            one.card.number, one.card.head_name, place, str(one.card.persons), "" if income is None else str(to_yuan(income)),
            "" if exit_line is None else str(to_yuan(exit_line)), str(line["outcome"]), listed(line["against"]),
            _("是") if one.case else _("否"))]  # fmt: skip
