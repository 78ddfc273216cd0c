"""Spot checks on screen: drawn, looked at, checked field by field, a bad village sent to be collected again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.columns import english_name, unit_of
from fupin.core.refusals import NotFound, Refused, Stale
from fupin.core.sentences import together
from fupin.divisions.queries import tree
from fupin.quality.campaigns import held, operations, queries
from fupin.quality.campaigns.forms import DrawForm, SpotCheckForm
from fupin.quality.campaigns.models import SpotCheck, SpotCheckHousehold
from fupin.quality.campaigns.views import shown
from fupin.quality.campaigns.words import RUNNING


@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest, pk: int) -> HttpResponse:
    """The spot checks of a round; who runs it draws another."""
    row = queries.round_for(request.user, pk)
    runs = scopes.may(request.user, "quality.campaign", row.division_id)
    newest = {"newest": queries.newest_spot_check(row)}
    form = (
        DrawForm(request.POST or None, top=row.division_id, initial=newest) if runs and row.stage in RUNNING else None
    )
    if request.method == "POST":
        queries.run_by(request.user, pk)
        if form is not None and form.is_valid() and (drawn_at := _drawn_at(request, pk, form)):
            return HttpResponseRedirect(drawn_at)
    lines = [(one, tree().full_name(one.division_id, "banner"), shown.name_of(one.drawn_by))
             for one in queries.spot_checks_for(request.user, row)]  # fmt: skip
    context = {"row": row, "lines": lines, "form": form}
    return render(request, "quality/campaigns/spot_checks.html", context, status=422 if form and form.errors else 200)


def _drawn_at(request: HttpRequest, pk: int, form: DrawForm) -> str:
    """Where to go on after a sample was asked for; empty where it was refused, which the form then says."""
    try:
        made = operations.draw(round=pk, **form.cleaned_data, by=request.user, on=clock.today())
    except NotFound:
        raise
    except Stale as refusal:
        messages.warning(request, together(refusal.reasons))
        return reverse("campaigns:spot_checks", args=[pk])
    except Refused as refusal:
        form.add_error(None, list(refusal.reasons))
        return ""
    return reverse("campaigns:spot_check", args=[made.pk])


@require_GET
def spot_check(request: HttpRequest, pk: int) -> HttpResponse:
    """A spot check: what was drawn, what was found by village and by officer, with which certainty."""
    made = queries.spot_check_for(request.user, pk)
    rows, following = queries.drawn_page(queries.drawn_of(request.user, made), request.GET.get("after", ""))
    lines = list(zip(rows, shown.lines_of([one.line for one in rows]), strict=True))
    context = {
        "made": made, "row": made.round, "place": tree().full_name(made.division_id, "banner"), "lines": lines,
        "following": following,
        "villages": queries.checked_by(request.user, made, "village"),
        "officers": queries.checked_by(request.user, made, "officer"),
        "is_same": operations.drawn_again(made) == sorted(made.households.values_list("line__number", flat=True)),
        "runs": scopes.may(request.user, "quality.campaign", made.round.division_id) and made.round.stage in RUNNING,
    }  # fmt: skip
    return render(request, "quality/campaigns/spot_check.html", context)


@require_http_methods(["GET", "POST"])
def drawn(request: HttpRequest, pk: int) -> HttpResponse:
    """One drawn household: what the register holds, to be judged right or wrong at the home."""
    one = queries.drawn_for(request.user, pk)
    problems: list[str] = []
    form = SpotCheckForm(request.POST or None, initial={"checked_on": clock.today()})
    if request.method == "POST":
        queries.drawn_for(request.user, pk, "quality.review")
        answers = {name[6:]: value == "right" for name, value in request.POST.items()
                   if name.startswith("field-") and value in ("right", "wrong")}  # fmt: skip
        checked_on = form.cleaned_data["checked_on"] if form.is_valid() else None
        try:
            operations.spot_check(pk=pk, checked_on=checked_on, answers=answers, by=request.user, on=clock.today())
        except NotFound:
            raise
        except Refused as refusal:
            problems = list(refusal.reasons)
        else:
            messages.success(request, _("已登记。"))
            return HttpResponseRedirect(reverse("campaigns:spot_check", args=[one.spot_check_id]))
    return _drawn(request, one, form, problems)


def _drawn(request: HttpRequest, one: SpotCheckHousehold, form: SpotCheckForm, problems: list[str]) -> HttpResponse:
    (line,) = shown.lines_of([one.line])
    may_check = one.checked_on is None and one.line.round.stage in RUNNING
    context = {
        "one": one, "line": line, "row": one.line.round, "form": form, "problems": problems, "fields": _fields(request, one),
        "may_check": may_check and scopes.may(request.user, "quality.review", one.village_id),
        "is_own": one.officer_id == request.user.pk, "checker": shown.name_of(one.checked_by),
    }  # fmt: skip
    return render(request, "quality/campaigns/drawn.html", context, status=422 if problems else 200)


def _fields(request: HttpRequest, one: SpotCheckHousehold) -> list[dict[str, Any]]:
    """The compared fields: as they were judged, or as they are held now with what was ticked."""
    english = scopes.is_english()
    if one.checked_on is not None:
        return [{"name": each.field, "label": _label(each.field, english), "held": each.held, "unit": _unit(each.field, english),
                 "is_right": each.is_right} for each in one.fields.order_by("pk")]  # fmt: skip
    return [
        {
            "name": name,
            "label": _label(name, english),
            "held": text,
            "unit": _unit(name, english),
            "ticked": request.POST.get(f"field-{name}", ""),
        }
        for name, text in operations.texts_of(one).items()
    ]


def _label(name: str, english: bool) -> str:
    if name == "persons":
        return _("家庭人口数")
    column = held.COLUMNS["households"][name]
    return english_name(column) if english else column.label


def _unit(name: str, english: bool) -> str:
    """What the value is counted in: 65 of a home are square metres."""
    return _("人") if name == "persons" else unit_of(held.COLUMNS["households"][name], english=english)


@require_POST
def recollect(request: HttpRequest, pk: int, village: int) -> HttpResponse:
    """Have a village above the limit collected again."""
    made: SpotCheck = queries.spot_check_run_by(request.user, pk)
    try:
        done = operations.recollect(spot_check=made.pk, village=village, by=request.user, on=clock.today())
    except NotFound:
        raise
    except Refused as refusal:
        messages.error(request, together(refusal.reasons))
    else:
        sentence = ngettext("已要求重新采集 %(count)d 户。", "已要求重新采集 %(count)d 户。", done)
        messages.success(request, sentence % {"count": done})
    return HttpResponseRedirect(reverse("campaigns:spot_check", args=[pk]))
