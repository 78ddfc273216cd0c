"""Income accounts: entries by item, window, line and counted persons as properties, totals kept with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from fupin.core import audit
from fupin.core.ids import new_id, new_ids
from fupin.core.money import per_head
from fupin.core.refusals import NotFound, Refused, Stale
from fupin.policy.catalogue import code_list
from fupin.policy.parameters import NotInForce
from fupin.registry import cards, rules
from fupin.registry.models import IncomeAccount, IncomeEntry
from fupin.registry.operations.acts import check_day, open_facts
from fupin.rulebook.queries import value as setting

KINDS = ("wage", "business", "property", "transfer", "cost")
NEW = 0
"""The version that an account is based on which its writer takes for the first of its year."""
_NAMED = ("window_from", "window_to", "counted_basis", "counted_persons")
_AMOUNTS = ("line", "claims", "self_paid")


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: an item of the list `income_item`, its amount, whether it was asked or is known here."""

    item: str
    amount_fen: int
    origin: str = "asked"
    received_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class AccountSheet:
    """One household's account for one year as it was filled in."""

    household: int
    year: int
    window_from: date
    window_to: date
    counted_persons: int
    lines: Sequence[Line]
    counted_basis: str = "registered"
    line_fen: int | None = None
    claims_fen: int = 0
    self_paid_fen: int = 0
    base_version: int | None = None


@transaction.atomic
def enter_accounts(*, sheets: Sequence[AccountSheet], by: Any, on: date, source: str = "screen") -> None:
    """Write accounts with their entries and totals; a signed account is not changed, it is signed anew.

    Raises Refused, Stale, NotFound, NotAllowed.
    """
    check_day(on)
    facts = open_facts([sheet.household for sheet in sheets], by)
    entries = []
    for sheet in sheets:
        _check(sheet)
        division = facts[sheet.household].village_id
        uncounted = _uncounted(sheet, division)
        totals = sum_up(sheet.lines, uncounted)
        account, before = _account(sheet, by=by, source=source)
        stood = _stored(account)
        net = rules.net_fen(**totals)
        head = per_head(net, sheet.counted_persons)
        _save(account, sheet, totals, net, head, by=by, source=source)
        detail = {"year": sheet.year, "net_fen": [before, net], "per_head_fen": head, "entries": len(sheet.lines)}
        if stood:
            detail["changed"] = _changed(stood, _written(sheet))
        entries.append(audit.Entry("registry.income", f"household:{sheet.household}", division, detail))
    audit.record_many(by=by, on=on, entries=entries)
    cards.refresh(facts)


def _uncounted(sheet: AccountSheet, division: int) -> frozenset[str]:
    """The items that the rule of the window's last day leaves out: the account of 2014 begins in 2013, before the rules."""
    try:
        return frozenset(setting("income.uncounted_items", on=sheet.window_to - timedelta(days=1), division=division))
    except NotInForce:
        raise Refused(_("核算期早于收入核算口径的起始日期，请核对核算期"), "window_to") from None


def _check(sheet: AccountSheet) -> None:
    if sheet.counted_persons < 1:
        raise Refused(_("计算人口至少为 1 人"), "counted_persons")
    if sheet.window_to <= sheet.window_from:
        raise Refused(_("核算期止应晚于核算期起"), "window_to")
    known = code_list("income_item").by_code
    for line in sheet.lines:
        if line.item not in known:
            raise Refused(_("收支项目 %(item)s 不在码表内") % {"item": line.item})
        if line.amount_fen < 0:
            raise Refused(_("%(item)s的金额不能为负") % {"item": known[line.item].label}, line.item)


def lines_for(account: IncomeAccount | None, amounts: Mapping[str, int], *, asked: Collection[str]) -> list[Line]:
    """The entries of an account whose form asks one amount (in fen) for each of the items `asked`.

    An item whose amount is still the sum of its entries keeps them, with where each is known from; so does an item
    that the form does not ask for. What was changed is one entry that was asked.
    """
    stored: dict[str, list[IncomeEntry]] = {}
    for entry in IncomeEntry.objects.filter(account=account).order_by("item", "pk") if account else ():
        stored.setdefault(entry.item, []).append(entry)
    kept = [
        Line(entry.item, entry.amount_fen, entry.origin, entry.received_on, entry.note)
        for item, entries in stored.items()
        for entry in entries
        if item not in asked or amounts.get(item, 0) == sum(one.amount_fen for one in entries)
    ]
    held = {line.item for line in kept}
    return [*kept, *(Line(item, fen) for item, fen in amounts.items() if fen and item not in held)]


def sum_up(lines: Sequence[Line], uncounted: frozenset[str]) -> dict[str, int]:
    """The totals by class in fen; items that the rule does not count are kept and left out."""
    known = code_list("income_item").by_code
    totals = dict.fromkeys(KINDS, 0)
    for line in lines:
        if line.item not in uncounted:
            totals[str(known[line.item].extra["kind"])] += line.amount_fen
    return totals


def _account(sheet: AccountSheet, *, by: Any, source: str) -> tuple[IncomeAccount, int | None]:
    rows = IncomeAccount.objects.select_for_update().filter(household=sheet.household, year=sheet.year)
    account = rows.first()
    if account is None:
        account = IncomeAccount(id=new_id(), household_id=sheet.household, year=sheet.year, version=0)
        return account, None
    if sheet.base_version == NEW:
        sentence = _("该户已有 %(year)d 年的收入核算，请打开它修改，以免覆盖")
        raise Refused(sentence % {"year": sheet.year}, "exists")
    if sheet.base_version is not None and account.version != sheet.base_version:
        raise Stale(_("%(year)d 年的收入核算已被他人修改，请对照后再保存") % {"year": sheet.year}, "stale")
    return account, account.net_fen


def _stored(account: IncomeAccount) -> dict[str, Any]:
    """What an account says, as the trail keeps it; nothing for a new one."""
    if not account.version:
        return {}
    sums = IncomeEntry.objects.filter(account=account).order_by().values_list("item").annotate(Sum("amount_fen"))
    said: dict[str, Any] = {name: str(getattr(account, name)) for name in _NAMED}
    said |= {name: getattr(account, f"{name}_fen") or 0 for name in _AMOUNTS}
    return said | {"signed_on": str(account.signed_on or "")} | {item: fen for item, fen in sums if fen}


def _written(sheet: AccountSheet) -> dict[str, Any]:
    """The same of a sheet: writing it takes the signature off."""
    said: dict[str, Any] = {name: str(getattr(sheet, name)) for name in _NAMED}
    said |= {"line": sheet.line_fen or 0, "claims": sheet.claims_fen, "self_paid": sheet.self_paid_fen, "signed_on": ""}
    for line in sheet.lines:
        said[line.item] = said.get(line.item, 0) + line.amount_fen
    return said


def _changed(stood: dict[str, Any], stands: dict[str, Any]) -> dict[str, list[Any]]:
    """What differs, as [old, new]: whatever was written over can be read in the trail."""
    names = [name for name in (*stood, *(set(stands) - set(stood))) if stood.get(name) != stands.get(name)]
    return {name: [stood.get(name, ""), stands.get(name, "")] for name in sorted(names)}


def _save(
    account: IncomeAccount, sheet: AccountSheet, totals: dict[str, int], net: int, head: int, *, by: Any, source: str
) -> None:  # fmt: skip
    account.window_from, account.window_to = sheet.window_from, sheet.window_to
    account.counted_basis, account.counted_persons = sheet.counted_basis, sheet.counted_persons
    account.line_fen = sheet.line_fen
    for kind, fen in totals.items():
        setattr(account, f"{kind}_fen", fen)
    account.claims_fen, account.self_paid_fen = sheet.claims_fen, sheet.self_paid_fen
    account.net_fen, account.per_head_fen = net, head
    account.signed_on = None
    account.source, account.recorded_by = source, getattr(by, "pk", None)
    account.version += 1
    account.save()
    IncomeEntry.objects.filter(account=account).delete()
    IncomeEntry.objects.bulk_create(
        IncomeEntry(
            id=pk, account=account, item=line.item, amount_fen=line.amount_fen, origin=line.origin,
            received_on=line.received_on, note=line.note,
        )
        for pk, line in zip(new_ids(len(sheet.lines)), sheet.lines, strict=True)
    )  # fmt: skip


@transaction.atomic
def sign_account(*, household: int, year: int, by: Any, on: date, base_version: int | None = None) -> None:
    """The household has signed the sheet as it stands. Raises NotFound, Stale, Refused, NotAllowed."""
    check_day(on)
    facts = open_facts([household], by)
    account = IncomeAccount.objects.select_for_update().filter(household=household, year=year).first()
    if account is None:
        raise NotFound(_("该户没有 %(year)d 年的收入核算") % {"year": year})
    if base_version is not None and account.version != base_version:
        raise Stale(_("%(year)d 年的收入核算已被他人修改，请对照后再保存") % {"year": year}, "stale")
    IncomeAccount.objects.filter(pk=account.pk).update(signed_on=on, version=F("version") + 1)
    audit.record(by=by, act="registry.income.sign", subject=f"household:{household}", on=on,
                 division=facts[household].village_id, detail={"year": year, "net_fen": account.net_fen})  # fmt: skip
