"""Households handed over between monitoring and civil affairs: one visit, one income account, two decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import audit
from fupin.core.models import Case
from fupin.core.reasons import LEAST_REASON
from fupin.core.refusals import NotFound, Refused, Stale
from fupin.policy.catalogue import code_list
from fupin.procedures.models import Verification
from fupin.procedures.monitoring.tables import Referral, Signal
from fupin.procedures.monitoring.warnings import Warned, write
from fupin.procedures.monitoring.words import DECISIONS, State, Way
from fupin.procedures.words import CHECK, COMPARE, VIEW, Checked
from fupin.registry.models import IncomeAccount
from fupin.registry.operations.acts import check_day, open_facts


@dataclass(frozen=True, slots=True)
class Handed:
    """A household to be handed over, for which aid and why."""

    household: int
    kind: str
    reason: str
    document: str = ""


def refer(*, handed: Handed, by: Any, on: date) -> Referral:
    """Hand a household over to civil affairs, on the visit that was made and the income account that is there.

    Raises Refused with every reason, NotFound, NotAllowed outside the own area.
    """
    check_day(on)
    with transaction.atomic():
        fact = open_facts([handed.household], by, on=on, permission=CHECK)[handed.household]
        account = IncomeAccount.objects.filter(household=handed.household).order_by("-year").first()
        visit = (
            Signal.objects.filter(household=handed.household, state=State.ANSWERED)
            .order_by("-visited_on", "-pk")
            .first()
        )
        reasons = _against(handed)
        if account is None:
            reasons.append(_("还没有收入核算：请先填写收入核算表，民政与监测用同一份"))
        if visit is None and not _is_visited(handed.household):
            reasons.append(_("还没有入户核查记录：请先入户，民政与监测用同一次入户"))
        if Referral.objects.filter(household=handed.household, kind=handed.kind, decision="").exists():
            reasons.append(_("该户的这类救助已转民政，尚未登记民政决定"))
        if reasons or account is None:
            raise Refused(reasons, "refer")
        made = Referral.objects.create(
            household_id=handed.household, village_id=fact.village_id, way=Way.TO, kind=handed.kind, signal=visit,
            account=account, per_head_fen=account.per_head_fen, reason=handed.reason.strip()[:500], handed_on=on,
            document=handed.document.strip()[:200], recorded_by=getattr(by, "pk", None),
        )  # fmt: skip
        _record("monitoring.refer", made, by, on)
    return made


def _against(handed: Handed) -> list[str]:
    reasons = [] if handed.kind in code_list("civil_aid").codes else [_("请选择民政救助类别")]
    if len(handed.reason.strip()) < LEAST_REASON:
        reasons.append(_("请写明转办理由（不少于 %(least)d 个字）") % {"least": LEAST_REASON})
    return reasons


def _is_visited(household: int) -> bool:
    """Was the home visited in a case of this household?"""
    cases = Case.objects.filter(subject=f"household:{household}")
    return Verification.objects.filter(case__in=cases, kind=Checked.HOME).exists()


@dataclass(frozen=True, slots=True)
class Aid:
    """What civil affairs decided: given or not, on which day, with what said."""

    decision: str
    decided_on: date
    note: str = ""


def enter_decision(*, referral: int, aid: Aid, by: Any, version: int | None = None) -> Referral:
    """Enter the decision of civil affairs on a household that was handed over to them. Ours is taken by procedure.

    Raises Refused with every reason, NotFound, NotAllowed, Stale.
    """
    check_day(aid.decided_on)
    with transaction.atomic():
        row = Referral.objects.select_for_update().filter(pk=referral).first()
        if row is None or not scopes.may(by, VIEW, row.village_id):
            raise NotFound(_("没有这件转办，或它不在您的工作范围内"))
        scopes.require(by, COMPARE, row.village_id)
        if row.decision or version not in (None, row.version):
            raise Stale(_("民政决定已登记，请刷新后查看"))
        if reasons := _against_aid(aid, row.handed_on):
            raise Refused(reasons, "aid")
        row.decision, row.decided_on, row.decision_note = aid.decision, aid.decided_on, aid.note.strip()[:300]
        row.version += 1
        row.save(update_fields=["decision", "decided_on", "decision_note", "version"])
        _record("monitoring.aid", row, by, aid.decided_on)
    return row


def _against_aid(aid: Aid, handed_on: date) -> list[str]:
    reasons = [] if aid.decision in DECISIONS else [_("请选择民政决定")]
    if aid.decided_on < handed_on:
        reasons.append(_("决定日期早于转办日期 %(day)s，请核对") % {"day": handed_on})
    if aid.decision == "refused" and len(aid.note.strip()) < LEAST_REASON:
        reasons.append(_("不予救助的，请写明民政部门的理由"))
    return reasons


def take_over(*, handed: Handed, aid: Aid, by: Any, on: date) -> Referral:
    """Take a household over that civil affairs hand to us with their decision; it becomes a warning that is visited.

    Raises Refused with every reason, NotFound, NotAllowed.
    """
    check_day(on)
    with transaction.atomic():
        fact = open_facts([handed.household], by, on=on, permission=COMPARE)[handed.household]
        reasons = _against(handed) + ([] if aid.decision in DECISIONS else [_("请选择民政决定")])
        if aid.decided_on > on:
            reasons.append(_("民政决定晚于转来之日，请核对"))
        if reasons:
            raise Refused(reasons, "take_over")
        key = f"civil:{handed.kind}"
        warned = Warned(
            handed.household, fact.village_id, "civil", key, handed.reason.strip(), told_by=handed.document.strip()
        )
        made = write([warned], by=by, on=on)
        waiting = Signal.objects.filter(household=handed.household, key=key, state=State.OPEN)
        row = Referral.objects.create(
            household_id=handed.household, village_id=fact.village_id, way=Way.FROM, kind=handed.kind,
            signal=made[0] if made else waiting.first(), reason=handed.reason.strip()[:500], handed_on=on,
            document=handed.document.strip()[:200], decision=aid.decision, decided_on=aid.decided_on,
            decision_note=aid.note.strip()[:300], recorded_by=getattr(by, "pk", None),
        )  # fmt: skip
        _record("monitoring.take_over", row, by, on)
    return row


def _record(act: str, row: Referral, by: Any, on: date) -> None:
    detail = {"kind": row.kind, "decision": row.decision, "document": row.document}
    audit.record(by=by, act=act, subject=f"household:{row.household_id}", on=on, division=row.village_id,
                 detail={name: text for name, text in detail.items() if text})  # fmt: skip


def waiting(rows: Any) -> Any:
    """Those handed over to civil affairs whose decision has not come."""
    return rows.filter(Q(way=Way.TO, decision=""))
