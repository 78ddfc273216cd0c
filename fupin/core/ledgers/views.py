"""The screens of every ledger: list, page, form, removal. A view only reads the request and shows."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fupin.core import audit
from fupin.core.cells import label_of
from fupin.core.column_forms import ColumnForm
from fupin.core.days import looks_back
from fupin.core.ledgers import acts, choices, files, forms, history, listing, papers, records, register, shows
from fupin.core.ledgers.declaration import Ledger, Revision
from fupin.core.places import places
from fupin.core.refusals import Refused, Stale

SUGGESTED = 20


def _find(request: HttpRequest, name: str) -> Ledger:
    ledger = register.find(name)
    register.require_sight(request.user, ledger)
    return ledger


def _may(request: HttpRequest, ledger: Ledger, act: str, division: int | None = None) -> bool:
    return ledger.offers(act) and not looks_back(request) and register.may_change(request.user, ledger, division)


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Which record types there are."""
    seen = [ledger for ledger in register.all_ledgers() if register.may_see(request.user, ledger)]
    groups: dict[str, list[Ledger]] = {}
    for ledger in seen:
        groups.setdefault(gettext(ledger.group) if ledger.group else "", []).append(ledger)
    return render(request, "core/ledgers/index.html", {"groups": list(groups.items())})


@login_required
@require_GET
def list_rows(request: HttpRequest, name: str) -> HttpResponse:
    """The list of a record type; one with a screen of its own is shown there."""
    ledger = _find(request, name)
    if ledger.screen:
        return redirect(ledger.screen)
    asked = listing.read(ledger, request.GET)
    found = listing.page(ledger, asked, user=request.user)
    columns = choices.shown(ledger, request.user)
    context = {
        "ledger": ledger, "page": found, "asked": asked, "columns": shows.headings(columns),
        "rows": shows.rows(ledger, found.rows, columns), "filters": forms.filters(ledger, request.GET, register.area_of(request.user, ledger.view_permission)),
        "all_columns": [(column, label_of(column), column in columns) for column in ledger.columns],
        "may_create": _may(request, ledger, "create"), "may_remove": _may(request, ledger, "remove"),
        "kept": forms.kept(asked),
    }  # fmt: skip
    return render(request, "core/ledgers/list.html", context)


@login_required
@require_GET
def total(request: HttpRequest, name: str) -> HttpResponse:
    """The exact number of rows asked for: a request of its own, so that the page does not wait for it."""
    ledger = _find(request, name)
    count = listing.total(ledger, listing.read(ledger, request.GET), user=request.user)
    return render(request, "core/ledgers/total.html", {"count": count})


@login_required
@require_POST
def columns(request: HttpRequest, name: str) -> HttpResponse:
    """Choose the columns of the list."""
    ledger = _find(request, name)
    choices.choose(ledger, request.user, request.POST.getlist("column"))
    return redirect(reverse("ledgers:list", args=[name]) + forms.query(request.POST.get("query", "")))


@login_required
@require_GET
def page(request: HttpRequest, name: str, key: int) -> HttpResponse:
    """One record: its values, its history, what can be done."""
    ledger = _find(request, name)
    row = acts.get(ledger, key, user=request.user)
    division = ledger.division_of(row)
    context = {
        "ledger": ledger, "key": key, "lead": shows.lead(ledger, row), "groups": shows.groups(ledger, row),
        "papers": papers.papers_of(ledger, row), "paper": gettext(ledger.papers) if ledger.papers else "",
        "history": history.history(ledger, row), "version": records.version(ledger, row),
        "may_update": _may(request, ledger, "update", division),
        "may_remove": _may(request, ledger, "remove", division),
        "may_reveal": register.may_reveal(request.user, ledger, division),
    }  # fmt: skip
    return render(request, "core/ledgers/page.html", context)


@login_required
def new(request: HttpRequest, name: str) -> HttpResponse:
    """Enter a new record."""
    ledger = _find(request, name)
    register.require_change(request.user, ledger, None)
    place = register.area_of(request.user, ledger.change_permission)
    form = ColumnForm(ledger.writable, request.POST or None, initial=request.GET.dict(), place=place)
    if request.method == "POST" and form.is_valid():
        try:
            (row,) = acts.create(ledger, [forms.given(form)], by=request.user)
        except Refused as refusal:
            forms.blame(form, refusal)
        else:
            messages.success(request, _("已保存"))
            return redirect("ledgers:page", name, records.key(ledger, row))
    return render(request, "core/ledgers/form.html", {"ledger": ledger, "form": form}, status=forms.status(form))


@login_required
def edit(request: HttpRequest, name: str, key: int) -> HttpResponse:
    """Change a record. Where somebody else changed it meanwhile, both versions stand side by side."""
    ledger = _find(request, name)
    row = acts.get(ledger, key, user=request.user)
    register.require_change(request.user, ledger, ledger.division_of(row))
    place = register.area_of(request.user, ledger.change_permission)
    form = ColumnForm(ledger.writable, request.POST or None, initial=forms.initial(ledger, row), place=place)
    version, conflict = request.POST.get("version") or records.version(ledger, row), []
    if request.method == "POST" and form.is_valid():
        try:
            acts.update(ledger, [Revision(key, forms.given(form), version)], by=request.user)
        except Stale:
            conflict, version = forms.conflict(ledger, row, form), records.version(ledger, row)
        except Refused as refusal:
            forms.blame(form, refusal)
        else:
            messages.success(request, _("已保存"))
            return redirect("ledgers:page", name, key)
    context = {"ledger": ledger, "form": form, "key": key, "version": version, "conflict": conflict,
               "lead": shows.lead(ledger, row)}  # fmt: skip
    return render(request, "core/ledgers/form.html", context, status=409 if conflict else forms.status(form))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def reveal(request: HttpRequest, name: str, key: int, column: str) -> HttpResponse:
    """A sealed number of a record: asked for with a purpose, shown once, never kept in the page's address."""
    ledger = _find(request, name)
    acts.require_reveal(ledger, acts.get(ledger, key, user=request.user), column, request.user)
    context = {"back": reverse("ledgers:page", args=[name, key]), "purpose": request.POST.get("purpose", "")}
    status = 200
    if request.method == "POST":
        try:
            context["value"] = acts.reveal(ledger, key, column, purpose=context["purpose"], by=request.user)
        except Refused as refusal:
            context["problems"], status = refusal.reasons, 422
    template = "core/parts/reveal.html" if request.headers.get("HX-Request") else "core/reveal.html"
    return render(request, template, context, status=status)


@login_required
@require_POST
def remove(request: HttpRequest, name: str) -> HttpResponse:
    """Take the chosen records out."""
    ledger = _find(request, name)
    chosen = [int(key) for key in request.POST.getlist("chosen") if key.isdigit()]
    if chosen:
        acts.remove(ledger, chosen, by=request.user)
        messages.success(request, _("已删除 %(count)d 条") % {"count": len(chosen)})
    return redirect("ledgers:list", name)


@login_required
@require_GET
def export(request: HttpRequest, name: str) -> HttpResponseBase:
    """What the list shows, as a workbook: all of it, not only the page."""
    ledger = _find(request, name)
    asked = listing.read(ledger, request.GET)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{ledger.label}.xlsx"
        count = files.export(ledger, asked, path, user=request.user)
        audit.record(
            by=request.user, act=f"{ledger.name}.export", subject=f"ledger:{ledger.name}", detail={"rows": count}
        )
        return FileResponse(io.BytesIO(path.read_bytes()), as_attachment=True, filename=path.name)


@login_required
@require_GET
def places_like(request: HttpRequest) -> HttpResponse:
    """Divisions of the user whose code or name fits what is typed, for the field of a form."""
    roots = register.rights().divisions(request.user, "registry.view")
    found = places().suggest(request.GET.get("q", ""), roots, SUGGESTED)
    return JsonResponse({"places": [{"code": code, "name": name} for code, name in found]})
