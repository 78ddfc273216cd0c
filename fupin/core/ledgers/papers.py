"""The files that a row of a ledger carries: signed papers, scans. Who may see the row sees them, who may change it adds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fupin.core import attachments, clock
from fupin.core.ledgers import acts, register
from fupin.core.ledgers.declaration import Ledger
from fupin.core.models import Attachment
from fupin.core.refusals import NotFound, Refused
from fupin.core.sentences import together
from fupin.core.shown_files import answer_with

KIND = "ledger_paper"
"""The kind of these files."""


class PaperForm(forms.Form):
    """One file; photos lose the place where they were taken."""

    file = forms.FileField(
        widget=forms.ClearableFileInput(
            {"class": "form-control", "accept": "image/jpeg,image/png,image/webp,application/pdf,.docx,.xlsx"}
        )
    )


def papers_of(ledger: Ledger, row: Any) -> list[Attachment]:
    """The files of a row, oldest first; none where its record type has none."""
    return attachments.attachments_of(ledger.subject_of(row), [KIND]) if ledger.papers else []


def _row(request: HttpRequest, name: str, key: int) -> tuple[Ledger, Any]:
    ledger = register.find(name)
    row = acts.get(ledger, key, user=request.user)
    if not ledger.papers:
        raise NotFound(_("没有这份材料"))
    return ledger, row


@login_required
@require_POST
def attach(request: HttpRequest, name: str, key: int) -> HttpResponse:
    """Add a file to a row."""
    ledger, row = _row(request, name, key)
    division = ledger.division_of(row)
    register.require_change(request.user, ledger, division)
    form = PaperForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("请选择文件"))
        return redirect("ledgers:page", name, key)
    try:
        attachments.store(form.cleaned_data["file"], subject=ledger.subject_of(row), kind=KIND, by=request.user,
                          on=clock.today(), division=division)  # fmt: skip
    except Refused as refusal:
        messages.error(request, together(refusal.reasons))
    else:
        messages.success(request, _("已添加。"))
    return redirect("ledgers:page", name, key)


@login_required
@require_POST
def detach(request: HttpRequest, name: str, key: int, pk: int) -> HttpResponse:
    """Take away a file that does not belong here; why stands in the trail."""
    ledger, row = _row(request, name, key)
    division = ledger.division_of(row)
    register.require_change(request.user, ledger, division)
    try:
        attachments.remove(rows=[attachments.one_of(ledger.subject_of(row), pk)], by=request.user, on=clock.today(),
                           reason=request.POST.get("reason", ""), division=division)  # fmt: skip
    except Refused as refusal:
        if isinstance(refusal, NotFound):
            raise
        messages.error(request, together(refusal.reasons))
    else:
        messages.success(request, _("已移除。"))
    return redirect("ledgers:page", name, key)


@login_required
@require_GET
def paper(request: HttpRequest, name: str, key: int, pk: int) -> HttpResponse:
    """The bytes of a file of a row."""
    ledger, record = _row(request, name, key)
    row = attachments.one_of(ledger.subject_of(record), pk)
    return answer_with(row)
