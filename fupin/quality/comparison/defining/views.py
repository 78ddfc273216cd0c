"""Sources on screen: one laid open, a new one asked for, a later version, an end, the definition for the department."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.refusals import Refused
from fupin.divisions.models import Division
from fupin.divisions.queries import tree
from fupin.policy import sources as shipped
from fupin.quality.comparison.defining import laying, queries
from fupin.quality.comparison.defining.forms import EndForm, SourceForm, columns_form, own_name
from fupin.quality.comparison.sources import needs_authorisation, retention_days
from fupin.quality.handing_in import handed_in
from fupin.rulebook import operations, wording
from fupin.rulebook.models import Override
from fupin.rulebook.operations import SourceProposal

_BESIDE = {"condition": "when", "label": "label"}
"""The field beside which a refusal stands."""


@login_required
@require_GET
def source(request: HttpRequest, name: str) -> HttpResponse:
    """One source: what its file says, by what people are known, what becomes a question, by which law, and its versions."""
    scopes.require(request.user, "quality.exchange")
    on = clock.today()
    one = queries.held(request.user, name, on=on)
    place = one.office or tree().root.id
    may_change = one.office is not None and scopes.may(request.user, queries.CHANGE, one.office)
    context = {
        "one": one, "said": _said(one.source), "office": tree().full_name(one.office) if one.office else "",
        "columns": laying.columns(one.source), "hits": laying.hits(one.source, on=on, division=place),
        "days": retention_days(one.source, on=on, division=place), "may_change": may_change,
        "needs_authorisation": needs_authorisation(one.source, on=on, division=place),
        "versions": _versions(request.user, name) if one.office else [],
        "requests": [wording.shown(row, request.user) for row in queries.waiting(request.user, name)],
    }  # fmt: skip
    return render(request, "quality/comparison/source.html", context)


def _said(one: Any) -> dict[str, str]:
    """The words of a source in the reader's language."""
    names = ("label", "department", "means", "legal_basis")
    return {name: getattr(one, f"{name}_en" if scopes.is_english() else name) for name in names}


def _versions(user: Any, name: str) -> list[tuple[Override, str]]:
    return [(row, wording.short(row, row.value, scopes.is_english())) for row in queries.history(user, name)]


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A source that the own office, or one directly below it, adds."""
    scopes.require(request.user, queries.CHANGE)
    roots = scopes.divisions(request.user, queries.CHANGE)
    start = {"valid_from": clock.today(), "division": roots[0] if roots else tree().root.id}
    return _write(request, SourceForm(_sent(request), user=request.user, initial=start), None)


@login_required
@require_http_methods(["GET", "POST"])
def version(request: HttpRequest, name: str) -> HttpResponse:
    """A later version of an own source."""
    row = queries.changeable(request.user, name, on=clock.today())
    start = {**SourceForm.of(row.value or row.former), "valid_from": clock.today()}
    return _write(request, SourceForm(_sent(request), user=request.user, initial=start, is_version=True), row)


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _write(request: HttpRequest, form: SourceForm, row: Override | None) -> HttpResponse:
    """Show the form with its columns, add empty rows to them, or hand the source in."""
    known = (row.value or row.former)["columns"] if row is not None else ()
    columns = columns_form(_sent(request), known)
    is_more = request.method == "POST" and request.POST.get("act") == "more"
    if is_more:
        form.errors.clear()
    elif request.method == "POST" and form.is_valid() and columns.is_valid():
        done = handed_in(request, form, lambda: _propose(request, form, columns, row), beside=_BESIDE)
        if done:
            return HttpResponseRedirect(reverse("rulebook:requests"))
    status = 422 if request.method == "POST" and not is_more else 200
    context = {
        "form": form,
        "columns": columns,
        "row": row,
        "is_checked": status == 422,
        "label": wording.title(row, scopes.is_english()) if row else "",
    }
    return render(request, "quality/comparison/source_form.html", context, status=status)


def _propose(request: HttpRequest, form: SourceForm, columns: Any, row: Override | None) -> None:
    data = form.cleaned_data
    division = row.division_id if row is not None else data["division"]
    name = row.name if row is not None else own_name(tree().by_id(division).short_code, data["code"])
    if row is None and name in {one.name for one in _taken(name)}:
        raise Refused(_("代号“%(code)s”已经用过，请另取，或对原来的来源提出新版") % {"code": data["code"]}, "code")
    proposal = SourceProposal(
        name, Division.objects.get(pk=division), form.words(columns), data["valid_from"], data["document"], data["valid_to"],
        data["reason"],
    )  # fmt: skip
    operations.propose_sources(proposals=[proposal], by=request.user)


def _taken(name: str) -> Any:
    return Override.objects.filter(kind="source", name=name, state="confirmed")


@login_required
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, name: str) -> HttpResponse:
    """Ask that an own source be used no more, from a day."""
    row = queries.changeable(request.user, name, on=clock.today())
    form = EndForm(_sent(request), user=request.user, initial={"valid_from": clock.today()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        proposal = SourceProposal(name, row.division, None, data["valid_from"], data["document"], reason=data["reason"])
        if handed_in(
            request, form, lambda: operations.propose_sources(proposals=[proposal], by=request.user), beside=_BESIDE
        ):
            return HttpResponseRedirect(reverse("comparison:source", args=[name]))
    context = {"form": form, "name": name, "label": wording.title(row, scopes.is_english())}
    return render(request, "quality/comparison/source_end.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def definition(request: HttpRequest, name: str) -> HttpResponse:
    """The definition as a file, by which a department makes tokens at home of a source that its program does not know."""
    scopes.require(request.user, "quality.exchange")
    one = queries.held(request.user, name, on=clock.today()).source
    text = json.dumps({"name": one.name, **shipped.said(one)}, ensure_ascii=False, indent=1)
    answer = HttpResponse(text, content_type="application/json; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{one.name}.json"'
    return answer
