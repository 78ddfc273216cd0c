"""The list of notices, one notice with what can be done, and the list as a workbook."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fupin.accounts import scopes
from fupin.core import audit, clock, made_up
from fupin.core.cells import harmless
from fupin.core.sentences import said
from fupin.core.workbooks.lists import write_workbook
from fupin.divisions.queries import find, tree
from fupin.notices import queries, rules
from fupin.notices.forms import ProveForm, TakeDownForm
from fupin.notices.models import Notice
from fupin.notices.queries import Narrowed
from fupin.notices.terms import Settings
from fupin.notices.words import CHANNELS, KINDS, OUTCOMES, PLACES, STATES, TONES, State

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def shows() -> dict[str, str]:
    """What the list can be narrowed to beside its columns."""
    return {"objections": _("有异议待答复"), "unproved": _("缺张贴照片")}


def line_of(row: Notice) -> dict[str, Any]:
    """A notice as one line: its words, and how many days are left."""
    today = clock.today()
    stopped = bool(row.objections_open and row.pauses and row.state == State.POSTED)
    return {
        "row": row, "kind": KINDS[row.kind], "place": PLACES[row.place], "where": tree().full_name(row.division_id, "township"),  # type: ignore[index]
        "state": STATES[row.state], "tone": TONES[row.state], "is_stopped": stopped,  # type: ignore[index]
        "left": rules.days_left(row.until, on=today) if row.state == State.POSTED and not stopped else None,
    }  # fmt: skip


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The notices of the own area, the newest first."""
    scopes.require(request.user, queries.VIEW)
    wanted = narrowed_of(request)
    rows, following = queries.page(request.user, wanted, after=request.GET.get("after", ""))
    context = {
        "lines": [line_of(row) for row in rows], "following": following, "wanted": wanted, "given": request.GET,
        "kinds": KINDS.items(), "states": STATES.items(), "shows": shows().items(), "query": _query(request),
        "is_narrowed": wanted != Narrowed(), "may_post": scopes.may(request.user, "notices.post"),
        "starts": not request.GET.get("after"),
    }  # fmt: skip
    return render(request, "notices/list.html", context)


def narrowed_of(request: HttpRequest) -> Narrowed:
    """What the query of a list asks for; what it cannot mean is left out."""
    kind, state, show = (request.GET.get(name, "") for name in ("kind", "state", "show"))
    try:
        division = find(request.GET.get("division", ""))
    except LookupError:
        division = None
    return Narrowed(
        division, kind if kind in KINDS else "", state if state in STATES else "", show if show in shows() else ""
    )


def _query(request: HttpRequest) -> str:
    kept = request.GET.copy()
    kept.pop("after", None)
    return kept.urlencode()


@require_GET
def workbook(request: HttpRequest) -> HttpResponse:
    """The list as it is narrowed, without the names that stand on the sheets."""
    scopes.require(request.user, queries.VIEW)
    rows = queries.narrowed(request.user, narrowed_of(request)).order_by("-id")
    target = io.BytesIO()
    write_workbook(_cells(rows), target, _("公示"))
    audit.record(by=request.user, act="notices.export", subject="export:notices", detail={"rows": rows.count()})
    answer = HttpResponse(target.getvalue(), content_type=XLSX)
    name = _("公示") + f"-{clock.today():%Y%m%d}.xlsx"
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    return answer


def _cells(rows: Any) -> Iterator[list[str]]:
    mark = made_up.sentence()
    yield [
        _("公示编号"), _("标题"), _("类别"), _("区划代码"), _("区划"), _("地点"), _("张贴日期"), _("天数"), _("公示至"),
        _("状态"), _("户数"), _("人数"), _("待答复异议"), _("张贴照片"), _("撤下日期"), _("撤下原因"), *([_("合成数据")] if mark else []),
    ]  # fmt: skip
    names = tree()
    for row in rows.iterator(chunk_size=2_000):
        cells = [
            row.code, row.title, KINDS[row.kind], names.by_id(row.division_id).code, names.full_name(row.division_id, "banner"),
            PLACES[row.place], row.posted_on, row.days, row.until, STATES[row.state], row.households, row.persons,
            row.objections_open, row.photographs, row.taken_down_on or "", row.taken_down_reason,
        ]  # fmt: skip
        yield [harmless(str(one)) for one in cells] + ([mark] if mark else [])


@require_GET
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """One notice: the sheet as posted, its proof, its objections, what can be done and what cannot, and why."""
    row = queries.notice_for(request.user, pk)
    held = scopes.permissions_at(request.user, row.division_id)
    verdict = queries.whole_verdict(row, on=clock.today())
    form = Settings(clock.today()).internet_form(row.division_id)
    context = {
        **line_of(row), "sheet": mark_safe(queries.sheet_of(row)),  # noqa: S308 (escaped when it was rendered)
        "proofs": queries.proofs_of(row), "objections": [_objection(one) for one in queries.objections_of(row)],
        "reasons": [said(text) for text in verdict.reasons], "may_close": bool(verdict), "acts": _acts(row, held),
        "prove_form": ProveForm(), "take_down_form": TakeDownForm(), "may_answer": "notices.answer" in held, "on_internet": form != "none",
        "public": request.build_absolute_uri(reverse("notices:public_notice", args=[row.code])) if form != "none" else "",
    }  # fmt: skip
    return render(request, "notices/notice.html", context)


def _objection(one: Any) -> dict[str, Any]:
    return {
        "row": one, "channel": CHANNELS[one.channel], "outcome": OUTCOMES[one.outcome] if one.outcome else "",
        "is_late": one.answered_on is None and one.due_on < clock.today(),
    }  # fmt: skip


def _acts(row: Notice, held: frozenset[str]) -> dict[str, str]:
    """What may be done now, each with the reason why it may not (empty: it may)."""
    missing = "" if "notices.post" in held else _("您现在的岗位没有张贴公示的权限")
    down = _("公示已撤下") if row.state == State.TAKEN_DOWN else ""
    over = ""
    if row.state == State.ENDED:
        over = _("公示已于 %(day)s 期满；期满前提出、尚未录入的仍可登记") % {"day": row.until}
    return {"prove": missing or down, "object": missing or down, "object_note": over, "take_down": missing or down}
