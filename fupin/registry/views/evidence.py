"""The evidence of one income item: a photo taken now, or files that the household has already."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from fupin.core import clock
from fupin.core.refusals import NotAllowed, NotFound, Refused, Stale
from fupin.core.templatetags.fupin import yuan
from fupin.policy.catalogue import code_list
from fupin.registry import operations, queries, words
from fupin.registry.forms.accounts import EvidenceForm
from fupin.registry.models import IncomeAccount, IncomeEntry
from fupin.registry.views.accounts import account_of
from fupin.registry.views.acts import about, form_methods, open_page
from fupin.registry.views.shown import is_english


@form_methods
def cite(request: HttpRequest, number: str, year: int, item: str) -> HttpResponse:
    """Say what an item of a year's account rests on."""
    page = open_page(request, number)
    account = account_of(page, year)
    stood = queries.evidence_of(account, queries.amounts_of(IncomeEntry.objects.filter(account=account)))
    form = _form(request, page, account, stood, item)
    status, back = 200, reverse("registry:income", args=[number, year])
    stale: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            _cite(request, page, account, item, form.cleaned_data)
        except Stale as refusal:
            form, status, stale = _form(None, page, account, stood, item), 409, refusal.reasons
        except (NotAllowed, NotFound):
            raise
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(request, _("凭证已登记。"))
            return HttpResponseRedirect(back)
    context = {"act": _act(page, year, item, stood.amounts[item], back), "form": form, "stale": stale}
    return render(request, "registry/act.html", context, status=422 if form.errors else status)


def _form(
    request: HttpRequest | None, page: queries.HouseholdPage, account: IncomeAccount, stood: queries.Evidence, item: str
) -> EvidenceForm:
    """The form as it was posted, or as it opens. Raises NotFound for an item that the account has no amount of."""
    if item not in stood.amounts:
        raise NotFound(_("%(year)d 年的核算中没有编码为“%(item)s”的收支") % {"year": account.year, "item": item[:20]})
    items = code_list("income_item")
    files = [one for one in page.attachments if one.kind in words.EVIDENCE]
    others = [(code, items.label(code, is_english())) for code in sorted(stood.amounts) if code != item]
    start = {"cited": [str(pk) for pk in stood.files(item)], "version": account.version}
    is_posted = request is not None and request.method == "POST"
    data, uploads = (request.POST, request.FILES) if request is not None and is_posted else (None, None)
    return EvidenceForm(data, uploads, files=files, others=others, initial=start)


def _cite(
    request: HttpRequest, page: queries.HouseholdPage, account: IncomeAccount, item: str, data: dict[str, Any]
) -> None:
    operations.cite_evidence(
        household=page.household.pk, year=account.year, cited={item: [int(pk) for pk in data["cited"]]},
        also=data["others"], file=data["file"], by=request.user, on=clock.today(), base_version=data["version"],
    )  # fmt: skip


def _act(page: queries.HouseholdPage, year: int, item: str, fen: int, back: str) -> dict[str, Any]:
    said = {"year": year, "item": code_list("income_item").label(item, is_english()), "amount": yuan(fen)}
    title = _("%(year)d 年“%(item)s”的凭证") % said
    explain = _("本项现为 %(amount)s 元，选定的材料应能证明这个金额。可当场拍照，也可勾选本户已有的材料。") % said
    return {"title": title, "back": back, "multipart": True, "about": about(page), "explain": explain}
