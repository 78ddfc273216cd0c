"""Signs on screen: the list, a sign with its chart and the households behind it, hand down, answer, take along."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.models import Job
from fupin.core.refusals import Refused
from fupin.core.sentences import together
from fupin.divisions.queries import tree
from fupin.quality.signs import file, jobs, operations, queries, shown
from fupin.quality.signs.forms import AnswerForm
from fupin.quality.signs.models import Sign
from fupin.quality.signs.queries import Wanted
from fupin.quality.signs.words import KINDS, STATES, State
from fupin.quality.views import asked

MOST_SHOWN = 200


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The signs that one may know of, with filters as sentences."""
    scopes.require(request.user, "quality.view")
    wanted = wanted_of(request)
    rows, following = queries.page(request.user, wanted, request.GET.get("after", ""))
    context = {
        "lines": shown.lines_of(rows), "following": following, "wanted": wanted, "given": request.GET,
        "kinds": KINDS.items(), "states": STATES.items(), "sentences": sentences(wanted), "query": request.GET.urlencode(),
        "job": Job.objects.filter(key=jobs.KIND).first(), "may_release": scopes.may(request.user, queries.RELEASE),
        "may_look": scopes.may(request.user, queries.RELEASE), "may_export": scopes.may(request.user, "registry.export"),
    }  # fmt: skip
    return render(request, "quality/signs/list.html", context)


def wanted_of(request: HttpRequest) -> Wanted:
    """The filters of the address; what makes no sense there is left out. Raises NotFound for a place out of reach."""
    given = request.GET
    kind, state, year = (given.get(name, "") for name in ("kind", "state", "year"))
    return Wanted(
        kind if kind in KINDS else "", state if state in STATES else "", asked.division(request.user, given.get("division", "")),
        int(year) if year.isdecimal() and len(year) == 4 else None,
    )  # fmt: skip


def sentences(wanted: Wanted) -> list[tuple[str, str]]:
    """The filters in words, each with the name that leaves the address when it is taken away."""
    said = [
        (str(KINDS[wanted.kind]), "kind") if wanted.kind else None,
        (str(STATES[State(wanted.state)]), "state") if wanted.state else None,
        (tree().name(wanted.division), "division") if wanted.division is not None else None,
        (_("%(year)d 年") % {"year": wanted.year}, "year") if wanted.year else None,
    ]
    return [one for one in said if one is not None]


@login_required
@require_GET
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """One sign: what was counted, what it means and what not, the households behind it, what came of it."""
    scopes.require(request.user, "quality.view")
    row = queries.sign_for(request.user, pk)
    return render(
        request, "quality/signs/sign.html", _context(request, row, AnswerForm(initial={"version": row.version}))
    )


def _context(request: HttpRequest, row: Sign, form: AnswerForm) -> dict[str, Any]:
    means, not_means = shown.meaning(row)
    names = tree()
    behind = queries.behind(request.user, [row], MOST_SHOWN)
    return {
        "line": shown.line_of(row), "row": row, "means": means, "not_means": not_means, "stands_on": shown.stands_on(row),
        "chart": shown.chart(row), "bars": shown.bars(row),
        "behind": [(one, names.full_name(one.village, since="township")) for one in behind],
        "form": form if operations.may_answer(request.user, row) else None, "most": MOST_SHOWN, "rate": row.rate * 100,
        "may_release": row.state == State.FOUND and scopes.may(request.user, queries.RELEASE, row.division_id),
    }  # fmt: skip


@login_required
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand one sign down."""
    scopes.require(request.user, queries.RELEASE)
    operations.release(signs=[pk], by=request.user, on=clock.today())
    messages.success(request, _("已下发，下级现在可以看到。"))
    return HttpResponseRedirect(reverse("signs:sign", args=[pk]))


@login_required
@require_POST
def release_many(request: HttpRequest) -> HttpResponse:
    """Hand down those that were chosen in the list."""
    scopes.require(request.user, queries.RELEASE)
    chosen = [int(text) for text in request.POST.getlist("chosen") if text.isdecimal() and len(text) < 20]
    done = operations.release(signs=chosen, by=request.user, on=clock.today())
    messages.success(request, _("已下发 %(count)d 条。") % {"count": done})
    return HttpResponseRedirect(reverse("signs:list"))


@login_required
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what was found when looking into it."""
    scopes.require(request.user, queries.ANSWER)
    row, form = queries.sign_for(request.user, pk), AnswerForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            operations.answer(sign=pk, answer=given["answer"], reason=given["reason"], by=request.user,
                              on=clock.today(), base_version=given["version"])  # fmt: skip
        except Refused as refusal:
            form.add_error(None, together(refusal.reasons))
        else:
            messages.success(request, _("已登记核实结果。"))
            return HttpResponseRedirect(reverse("signs:sign", args=[pk]))
    return render(request, "quality/signs/sign.html", _context(request, row, form), status=400)


@login_required
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Look now, in the background."""
    scopes.require(request.user, queries.RELEASE)
    jobs.ask(by=request.user)
    messages.success(request, _("已安排查找，完成后刷新本页。"))
    return HttpResponseRedirect(reverse("signs:list"))


@login_required
@require_GET
def workbook(request: HttpRequest) -> HttpResponseBase:
    """What the list shows, all of it, with the households behind it."""
    scopes.require(request.user, "registry.export")
    found = file.take(request.user, wanted_of(request), told=request.GET.urlencode())
    return FileResponse(found, as_attachment=True, filename="signs.xlsx")
