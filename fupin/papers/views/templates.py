"""An office's own forms on screen: the documents, the fields, a preview, a proposal, the second person's decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.documents import declared, word
from fupin.core.documents.declared import Document, Edition
from fupin.core.refusals import NotFound, Refused
from fupin.divisions.models import Division
from fupin.divisions.queries import tree
from fupin.papers import queries, shipped, subjects
from fupin.papers.forms import TemplateForm
from fupin.papers.models import OwnTemplate
from fupin.papers.operations import approving
from fupin.papers.views.papers import download, label_of
from fupin.papers.words import Kind, State

TONES = {State.CONFIRMED: "good", State.PROPOSED: "warn", State.REFUSED: "wrong"}


def _line(row: OwnTemplate) -> dict[str, Any]:
    return {"row": row, "label": label_of(row.document), "place": tree().full_name(row.division_id),
            "tone": TONES.get(State(row.state), "quiet")}  # fmt: skip


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Every document with its editions, and the offices' own forms."""
    scopes.require(request.user, approving.CHANGE)
    documents = [(one, label_of(one.name), one.editions) for one in declared.documents()]
    rows = queries.templates_for(request.user).order_by("-id")[:100]
    return render(request, "papers/templates.html", {"documents": documents, "lines": [_line(row) for row in rows]})


def _edition(name: str, edition: str) -> tuple[Document, Edition]:
    of = shipped.document(name)
    found = of.named(edition)
    if found is None:
        raise NotFound(_("“%(name)s”没有这个版本") % {"name": of.label}, "edition")
    return of, found


@login_required
@require_http_methods(["GET", "POST"])
def document(request: HttpRequest, name: str, edition: str) -> HttpResponse:
    """One edition: its fields, its shipped form to take along, what offices made of it, and the form for one's own."""
    scopes.require(request.user, approving.CHANGE)
    of, found = _edition(name, edition)
    form = TemplateForm(request.POST or None, request.FILES or None, divisions=approving.places(request.user), edition=found,
                        initial={"valid_from": clock.today()})  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            row = _propose(request, of, found, form)
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(request, _("已提交，待另一人复核后生效。"))
            return HttpResponseRedirect(reverse("papers:own", args=[row.pk]))
    rows = queries.templates_for(request.user).filter(document=name, edition=edition).order_by("-id")
    context = {"document": of, "edition": found, "label": label_of(name), "form": form, "fields": _fields(of),
               "lines": [_line(row) for row in rows[:50]]}  # fmt: skip
    return render(request, "papers/template.html", context, status=422 if form.errors else 200)


def _propose(request: HttpRequest, of: Document, edition: Edition, form: TemplateForm) -> OwnTemplate:
    data, kind = form.cleaned_data, Kind(form.cleaned_data["kind"])
    file = data.get("file") if kind is Kind.FILE else None
    proposal = approving.Proposal(
        document=of.name, edition=edition.name, division=Division.objects.get(pk=data["division"]), kind=kind,
        valid_from=data["valid_from"], basis=data["basis"], reason=data["reason"],
        data=file.read(word.MOST_BYTES + 1) if file else b"", name=file.name if file else "",
        mongolian=[data[name] for name in form.pages] if kind is Kind.MONGOLIAN else (),
    )  # fmt: skip
    return approving.propose(proposal=proposal, by=request.user, on=clock.today())


def _fields(of: Document) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The table of fields: how each is written, what it is."""
    known, english = next(one for one in subjects.kinds() if one.name in of.subjects), scopes.is_english()
    rows = []
    for name, (label, columns) in known.fields.items():
        parts = [(f"{{{{ row.{key} }}}}", said[english]) for key, said in (columns or {}).items()]
        written = f"{{{{ {name} }}}}" if columns is None else f"{{%tr for row in {name} %}}"
        rows.append((written, label[english], parts))
    return rows


@login_required
@require_GET
def shipped_form(request: HttpRequest, name: str, edition: str) -> HttpResponse:
    """The shipped form: as a Word template to change, or as a preview with a made-up subject."""
    scopes.require(request.user, approving.CHANGE)
    of, found = _edition(name, edition)
    form = request.GET.get("form", "template")
    if form in ("pdf", "docx"):
        return download(approving.preview(document=name, edition=edition, form=form), _preview_name(of.name, form))
    return download(shipped.word_template(found, shipped.Form()), f"{of.label}-{edition}.docx")


@login_required
@require_http_methods(["GET", "POST"])
def own(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal: what it says, and for the second person the decision."""
    row = queries.template_of(request.user, pk)
    refused: tuple[str, ...] = ()
    if request.method == "POST":
        try:
            messages.success(request, _decide(request, row))
            return HttpResponseRedirect(reverse("papers:own", args=[row.pk]))
        except Refused as refusal:
            refused = refusal.reasons
    context = {**_line(row), "refused": refused, "is_own": row.proposed_by == request.user.pk,
               "may_confirm": scopes.may(request.user, approving.CONFIRM, row.division_id)}  # fmt: skip
    return render(request, "papers/own.html", context, status=422 if refused else 200)


def _decide(request: HttpRequest, row: OwnTemplate) -> str:
    act, note, on = request.POST.get("act", ""), request.POST.get("note", ""), clock.today()
    if act == "confirm":
        approving.confirm(row=row, seen=request.POST.get("digest", ""), by=request.user, on=on, note=note)
        return _("已复核，自生效日期起执行。")
    if act == "refuse":
        approving.refuse(row=row, by=request.user, on=on, note=note)
        return _("已退回。")
    if act == "withdraw":
        approving.withdraw(row=row, by=request.user, on=on)
        return _("已撤回。")
    raise Refused(_("请选择复核通过、不通过或撤回。"), "act")


@login_required
@require_GET
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """A proposal as it will print, with a made-up subject: Word for a file, PDF for a Mongolian text."""
    row = queries.template_of(request.user, pk)
    form = "pdf" if row.kind == Kind.MONGOLIAN else "docx"
    data = approving.preview(document=row.document, edition=row.edition, form=form, row=row)
    return download(data, _preview_name(row.document, form))


def _preview_name(document: str, form: str) -> str:
    return f"{label_of(document)}-" + _("预览") + f".{form}"
