"""Income accounts on screen: entered item by item, the arithmetic in words, a sheet to print and sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fupin.core import clock, days
from fupin.core.refusals import NotFound, Refused
from fupin.core.templatetags.fupin import yuan
from fupin.policy.catalogue import code_list
from fupin.registry import operations, panels, queries, rules, words
from fupin.registry.forms.accounts import ITEMS, AccountForm, account_texts
from fupin.registry.models import IncomeAccount, IncomeEntry, IncomeEvidence
from fupin.registry.views.acts import Act, about, form_methods, open_page, opening, perform
from fupin.registry.views.households import line_fen, place_of, standing_of
from fupin.registry.views.shown import is_english
from fupin.rulebook.queries import value as setting


def account_of(page: queries.HouseholdPage, year: int) -> IncomeAccount:
    """The account of a year. Raises NotFound."""
    account = next((account for account in page.accounts if account.year == year), None)
    if account is None:
        raise NotFound(_("该户没有 %(year)d 年的收入核算") % {"year": year})
    return account


@form_methods
def enter(request: HttpRequest, number: str, year: int | None = None) -> HttpResponse:
    """Enter or change the account of a year."""
    page = open_page(request, number)
    account = account_of(page, year) if year else None
    initial = _initial(page, account)

    def do(form: AccountForm) -> str:
        data = form.cleaned_data
        sheet = operations.AccountSheet(
            household=page.household.pk, year=data["year"], window_from=data["window_from"],
            window_to=data["window_to"] + timedelta(days=1), counted_persons=data["counted_persons"],
            lines=operations.lines_for(account, form.amounts(), asked=ITEMS),
            counted_basis=data["counted_basis"] or "registered", line_fen=data["line"],
            claims_fen=data["claims"] or 0, self_paid_fen=data["self_paid"] or 0,
            base_version=data["version"] if account else operations.NEW,
        )  # fmt: skip
        operations.enter_accounts(sheets=[sheet], by=request.user, on=clock.today())
        return reverse("registry:income", args=[number, sheet.year])

    start = {**initial, **opening(account.version if account else None, initial)}
    return perform(request, Act(
        f"income:{number}:{year or ''}", _("收入核算"), reverse("registry:household", args=[number]), do, _("已保存核算，请核对算式后签字。"),
        lambda data: AccountForm(data, on=page.on, initial=start),
        explain=_("金额以元填写，自产自用按当地市价折算；借款、馈赠、一次性补偿和医疗报销不计入。"),
        about=about(page),
    ))  # fmt: skip


def _initial(page: queries.HouseholdPage, account: IncomeAccount | None) -> dict[str, Any]:
    if account is not None:
        sums = IncomeEntry.objects.filter(account=account).order_by().values_list("item").annotate(Sum("amount_fen"))
        return account_texts(account, dict(sums))
    year = page.on.year
    begins = str(setting("income.window_start", on=page.on, division=page.fact.village_id))
    start, end = rules.income_window(year, begins)
    return {"year": year, "window_from": start, "window_to": end - timedelta(days=1),
            "counted_basis": "registered", "counted_persons": len(page.members)}  # fmt: skip


@require_GET
def show(request: HttpRequest, number: str, year: int) -> HttpResponse:
    """The sheet of a year: entries, sums, the arithmetic in words, the line; to print and sign."""
    on = days.as_of(request)
    page = queries.household_page(request.user, number, on)
    account = account_of(page, year)
    line = line_fen(account)
    entries = list(IncomeEntry.objects.filter(account=account).order_by("item", "pk"))
    evidence = queries.evidence_of(account, queries.amounts_of(entries))
    context = {
        "page": page, "account": account, "number": number, "line": line,
        "groups": entries_of(account, page.fact.village_id, entries, evidence), "references": references_of(evidence),
        "words": arithmetic(account), "below": line is not None and account.per_head_fen < line,
        "place": place_of(page.fact.village_id, on), "last_day": account.window_to - timedelta(days=1),
        "may_change": bool(rules.may_act(standing_of(request, page))), "today": clock.today(),
        "basis": code_list("counted_basis").label(account.counted_basis, is_english()),
        "items": len(evidence.amounts), "rested": len(evidence.rested), "notes": panels.panels(panels.NOTES, page.held),
    }  # fmt: skip
    return render(request, "registry/income.html", context)


@dataclass(slots=True)
class SheetLine:
    """One entry on the sheet; under the last entry of an item stands what the item rests on."""

    label: str
    entry: IncomeEntry
    known: str
    ends_item: bool = False
    citations: Sequence[queries.Citation] = ()
    is_rested: bool = False


def entries_of(
    account: IncomeAccount, village: int, entries: Sequence[IncomeEntry], evidence: queries.Evidence
) -> list[tuple[str, list[SheetLine], int]]:
    """The entries under their class with its sum: (class, lines, sum)."""
    items, english = code_list("income_item"), is_english()
    kinds, origins = code_list("income_kind"), code_list("income_origin")
    uncounted = setting("income.uncounted_items", on=account.window_from, division=village)
    found: dict[str, list[SheetLine]] = {kind: [] for kind in operations.KINDS}
    for entry in entries:
        known = origins.label(entry.origin, english)
        if entry.item in uncounted:
            known = _("%(known)s，不计入收入") % {"known": known}
        line = SheetLine(items.label(entry.item, english), entry, known)
        found[str(items.by_code[entry.item].extra["kind"])].append(line)
    for lines in found.values():
        for line, following in zip_longest(lines, lines[1:]):
            line.ends_item = following is None or following.entry.item != line.entry.item
            if line.ends_item:
                line.citations = evidence.of(line.entry.item)
                line.is_rested = line.entry.item in evidence.rested
    return [(kinds.label(kind, english), lines, getattr(account, f"{kind}_fen")) for kind, lines in found.items()]


@dataclass(frozen=True, slots=True)
class Reference:
    """One file in the list of references: its number, its last citation, the items that it was cited for."""

    number: int
    row: IncomeEvidence
    kind: str
    items: list[tuple[str, queries.Citation]]


def references_of(evidence: queries.Evidence) -> list[Reference]:
    """The files that the account cites, each once, by number."""
    items, english = code_list("income_item"), is_english()
    found: dict[int, Reference] = {}
    for one in evidence.citations:
        if one.number not in found:
            file = one.row.attachment
            kind = words.ATTACHMENTS[file.kind][english] if file and file.kind in words.ATTACHMENTS else ""
            found[one.number] = Reference(one.number, one.row, kind, [])
        found[one.number].items.append((items.label(one.row.item, english), one))
    return list(found.values())


def arithmetic(account: IncomeAccount) -> list[str]:
    """How the result came about, in words that the household can follow."""
    sums = {kind: yuan(getattr(account, f"{kind}_fen")) for kind in operations.KINDS}
    net = _(
        "工资性收入 %(wage)s ＋ 生产经营性收入 %(business)s ＋ 财产性收入 %(property)s ＋ 转移性收入 %(transfer)s － 生产经营性支出 %(cost)s ＝ 年纯收入 %(net)s 元"
    )
    head = _("年纯收入 %(net)s 元 ÷ 计算人口 %(persons)d 人 ＝ 人均纯收入 %(head)s 元")
    found = [net % {**sums, "net": yuan(account.net_fen)}]
    found.append(
        head % {"net": yuan(account.net_fen), "persons": account.counted_persons, "head": yuan(account.per_head_fen)}
    )
    if account.claims_fen or account.self_paid_fen:
        reference = rules.reference_fen(account.net_fen, claims=account.claims_fen, self_paid=account.self_paid_fen)
        text = _("年纯收入 %(net)s ＋ 理赔收入 %(claims)s － 合规自付支出 %(paid)s ＝ 参考收入 %(reference)s 元")
        found.append(text % {"net": yuan(account.net_fen), "claims": yuan(account.claims_fen),
                             "paid": yuan(account.self_paid_fen), "reference": yuan(reference)})  # fmt: skip
    return found


@require_POST
def sign(request: HttpRequest, number: str, year: int) -> HttpResponse:
    """The household has signed the sheet."""
    page = open_page(request, number)
    text = request.POST.get("signed_on") or ""
    try:
        on = date.fromisoformat(text) if text else clock.today()
    except ValueError as fault:
        raise Refused(_("“%(text)s”不是日期，应为 2018-12-31 的样子") % {"text": text[:20]}, "signed_on") from fault
    seen = request.POST.get("version", "")
    version = int(seen) if seen.isdecimal() and len(seen) < 10 else 0  # 0 is no version: whoever saw none is told so
    operations.sign_account(household=page.household.pk, year=year, by=request.user, on=on, base_version=version)
    messages.success(request, _("已登记签字。"))
    return HttpResponseRedirect(reverse("registry:income", args=[number, year]))
