"""The documents that the items of a year's income account rest on: files of the household, cited by the account."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fupin.core import attachments, audit
from fupin.core.models import Attachment
from fupin.core.refusals import NotFound, Refused, Stale
from fupin.core.sentences import listed
from fupin.policy.catalogue import code_list
from fupin.registry import words
from fupin.registry.models import IncomeAccount, IncomeEntry, IncomeEvidence
from fupin.registry.operations.acts import check_day, open_facts
from fupin.registry.queries.evidence import amounts_of

MOST_CITED = 20
"""So many files carry one item; more are one file too long."""
_LARGEST_ID = 2**63 - 1


@transaction.atomic
def cite_evidence(
    *, household: int, year: int, cited: Mapping[str, Sequence[int]], by: Any, on: date, file: Any = None,
    also: Collection[str] = (), base_version: int | None = None,
) -> None:  # fmt: skip
    """Let each item named rest on exactly these files of the household and on `file`, an upload that is kept first;
    the items `also` rest on them besides what they have.

    Citing a file again says that it shows the amount of now. The figures stay what they were, so a signature stays
    too. Raises NotFound for a year or a file that the household does not have, Refused, Stale, NotAllowed.
    """
    check_day(on)
    village = open_facts([household], by)[household].village_id
    account = IncomeAccount.objects.select_for_update().filter(household=household, year=year).first()
    if account is None:
        raise NotFound(_("该户没有 %(year)d 年的收入核算") % {"year": year})
    if base_version is not None and account.version != base_version:
        raise Stale(_("%(year)d 年的收入核算已被他人修改，请对照后再保存") % {"year": year}, "stale")
    chosen = list(dict.fromkeys(pk for pks in cited.values() for pk in pks))
    wanted = {**dict.fromkeys(also, chosen), **{item: list(dict.fromkeys(pks)) for item, pks in cited.items()}}
    amounts = _amounts(account, wanted)
    files = _files(household, chosen)
    stood = _stood(account, wanted)
    for item, pks in wanted.items():
        _check_number({*pks, *(row.attachment_id for row in stood[item] if item not in cited)}, file)
    if file is not None:
        kept = attachments.store(file, subject=f"household:{household}", kind=words.EVIDENCE[0], by=by, on=on,
                                 division=village)  # fmt: skip
        files[kept.pk] = kept
        wanted = {item: [*pks, kept.pk] for item, pks in wanted.items()}
    told = []
    for item, pks in wanted.items():
        if item in cited:
            told += _take_off([row for row in stood[item] if row.attachment_id not in pks])
        told += _cite(account, item, [files[pk] for pk in pks], amounts[item], stood[item], on)
    _tell(account, told, by=by, on=on, village=village)


def _tell(
    account: IncomeAccount, told: Sequence[tuple[str, dict[str, Any]]], *, by: Any, on: date, village: int
) -> None:
    """Write the trail and count the account up, where anything was changed."""
    if told:
        IncomeAccount.objects.filter(pk=account.pk).update(version=F("version") + 1)
        subject = f"household:{account.household_id}"
        audit.record_many(by=by, on=on, entries=[
            audit.Entry(act, subject, village, {"year": account.year, **detail}) for act, detail in told
        ])  # fmt: skip


def _amounts(account: IncomeAccount, items: Iterable[str]) -> dict[str, int]:
    """What the items say. Raises Refused for one that the account has no entry of."""
    amounts = amounts_of(IncomeEntry.objects.filter(account=account, item__in=list(items)))
    known = code_list("income_item").by_code
    for item in items:
        if item not in known:
            raise Refused(_("收支项目 %(item)s 不在码表内") % {"item": item}, "item")
        if item not in amounts:
            sentence = _("%(year)d 年的核算中没有“%(item)s”，请先填写金额")
            raise Refused(sentence % {"year": account.year, "item": known[item].label}, "item")
    return amounts


def _stood(account: IncomeAccount, items: Iterable[str]) -> dict[str, list[IncomeEvidence]]:
    found: dict[str, list[IncomeEvidence]] = {item: [] for item in items}
    for row in IncomeEvidence.objects.filter(account=account, item__in=found).order_by("pk"):
        found[row.item].append(row)
    return found


def _check_number(files: set[int | None], file: Any) -> None:
    if len(files - {None}) + (file is not None) > MOST_CITED:
        raise Refused(_("一项收支最多引用 %(most)d 份凭证") % {"most": MOST_CITED}, "attachments")


def _files(household: int, wanted: Sequence[int]) -> dict[int, Attachment]:
    """The files of these ids. Raises NotFound for one that the household does not have, Refused for a family photo."""
    some = [pk for pk in wanted if 0 < pk <= _LARGEST_ID]
    found = {row.pk: row for row in Attachment.objects.filter(pk__in=some, subject=f"household:{household}")}
    if len(found) < len(wanted):
        raise NotFound(_("没有这份材料"))
    for row in found.values():
        if row.kind not in words.EVIDENCE:
            kinds = listed(words.ATTACHMENTS[kind][_is_english()] for kind in words.EVIDENCE)
            sentence = _("“%(name)s”不能作收入凭证：材料类别应为%(kinds)s")
            raise Refused(sentence % {"name": row.name, "kinds": kinds}, "attachments")
    return found


def _take_off(rows: Sequence[IncomeEvidence]) -> list[tuple[str, dict[str, Any]]]:
    """Take citations off; answers what the trail says, an entry each."""
    IncomeEvidence.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return [("registry.income.uncite", _detail(row.item, row.attachment_id, row.sha256)) for row in rows]


def _cite(
    account: IncomeAccount,
    item: str,
    files: Sequence[Attachment],
    amount: int,
    stood: Sequence[IncomeEvidence],
    on: date,
) -> list[tuple[str, dict[str, Any]]]:
    """Cite files for an item, anew where the amount was another; answers what the trail says, an entry each."""
    held = {row.attachment_id for row in stood if row.amount_fen == amount}
    fresh = [file for file in files if file.pk not in held]
    IncomeEvidence.objects.filter(account=account, item=item, attachment__in=[file.pk for file in fresh]).delete()
    IncomeEvidence.objects.bulk_create(
        IncomeEvidence(account=account, item=item, amount_fen=amount, attachment=file, name=file.name,
                       sha256=file.sha256, cited_on=on)
        for file in fresh
    )  # fmt: skip
    return [("registry.income.cite", _detail(item, file.pk, file.sha256) | {"amount_fen": amount}) for file in fresh]


def _detail(item: str, attachment: int | None, sha256: str) -> dict[str, Any]:
    return {"item": item, "attachment": attachment, "sha256": sha256}


@transaction.atomic
def withdraw_file(
    *, household: int, file: int, by: Any, reason: str, on: date, although_cited: bool = False
) -> None:  # fmt: skip
    """Take a file of the household away. What cited it stays on the accounts as withdrawn and carries no item.

    Raises Refused without a reason, or for a file that is cited unless that is known; NotFound, NotAllowed.
    """
    check_day(on)
    village = open_facts([household], by)[household].village_id
    row = attachments.one_of(f"household:{household}", file)
    cited = list(
        IncomeEvidence.objects.filter(attachment=row).select_related("account").order_by("account__year", "item")
    )
    if cited and not although_cited:
        raise Refused(cited_sentence(row.name, [(one.account.year, one.item) for one in cited]), "cited")
    attachments.remove(rows=[row], by=by, reason=reason, on=on, division=village)
    IncomeEvidence.objects.filter(pk__in=[one.pk for one in cited]).update(withdrawn_on=on)
    IncomeAccount.objects.filter(pk__in={one.account_id for one in cited}).update(version=F("version") + 1)
    audit.record_many(by=by, on=on, entries=[
        audit.Entry("registry.income.uncite", f"household:{household}", village,
                    {"year": one.account.year, **_detail(one.item, file, one.sha256), "reason": reason.strip()[:200]})
        for one in cited
    ])  # fmt: skip


def cited_sentence(name: str, cited: Iterable[tuple[int, str]]) -> str:
    """What rests on a file, in words, for whoever is about to take it away."""
    items = code_list("income_item")
    said = listed(f"{year} {items.label(item, _is_english())}" for year, item in cited)
    sentence = _("“%(name)s”是这些收支的凭证：%(items)s。移除后不能再找回，核算表上注明“材料已移除”。")
    return sentence % {"name": name, "items": said}


def _is_english() -> bool:
    return (get_language() or "").startswith("en")
