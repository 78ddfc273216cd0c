"""Areas at risk: declared with a document and days, every household in scope visited; relief that comes before the decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import audit
from fupin.core.reasons import LEAST_REASON
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.divisions.queries import tree
from fupin.policy.catalogue import code_list
from fupin.procedures.identification.work import kinds_on
from fupin.procedures.monitoring.tables import AreaEvent, AreaPlace, Relief, Signal
from fupin.procedures.monitoring.warnings import Warned, households_in_hand, unknown_risks, write
from fupin.procedures.monitoring.words import State
from fupin.procedures.operations import open_leads
from fupin.procedures.words import APPLY, DECIDE, VIEW
from fupin.procedures.works import Lead
from fupin.registry.models import HouseholdCard, HouseholdFact
from fupin.registry.operations.acts import check_day, open_facts
from fupin.registry.words import MONITORED
from fupin.rulebook import queries as rulebook

SUDDEN = MONITORED[2]
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Declared:
    """An area risk as it is declared: for which divisions, by which document, whose homes are visited."""

    kind: str
    name: str
    document: str
    divisions: Sequence[int]
    herders_only: bool = False
    days: int | None = None


def declare(*, declared: Declared, by: Any, on: date) -> AreaEvent:
    """Declare an area at risk and hand out the visits to every household in scope, set-wise.

    The days to visit are the parameter's unless a shorter time is named. Raises Refused with every reason, NotAllowed.
    """
    check_day(on)
    places = sorted(set(declared.divisions))
    scopes.require(by, DECIDE)
    scopes.require_each(by, DECIDE, set(places))
    if reasons := _against(declared, places):
        raise Refused(reasons, "declare")
    nodes = tree()
    banner = nodes.ancestor(places[0], "banner")
    most = int(rulebook.value("monitoring.area_visit_days", on=on, division=places[0]))
    if declared.days is not None and not 1 <= declared.days <= most:
        raise Refused(_("走访天数应在 1 到 %(most)d 天之间") % {"most": most}, "days")
    with transaction.atomic():
        event = AreaEvent.objects.create(
            kind=declared.kind, name=declared.name.strip()[:80], document=declared.document.strip()[:200],
            herders_only=declared.herders_only, declared_on=on, visit_by=on + timedelta(days=declared.days or most),
            banner_id=banner.id if banner else places[0], declared_by=getattr(by, "pk", None),
        )  # fmt: skip
        AreaPlace.objects.bulk_create([AreaPlace(event=event, division_id=one) for one in places])
        audit.record(by=by, act="monitoring.declare", subject=f"area:{event.pk}", on=on, division=event.banner_id,
                     detail={"name": event.name, "document": event.document, "kind": event.kind})  # fmt: skip
        event.households = _hand_out(event, places, by, on)
        event.save(update_fields=["households"])
    return event


def _against(declared: Declared, places: Sequence[int]) -> list[str]:
    reasons = [] if declared.kind in code_list("area_risk").codes else [_("请选择区域性风险类别")]
    if not declared.name.strip() or not declared.document.strip():
        reasons.append(_("请填写名称和依据文件"))
    if not places:
        reasons.append(_("请选择受影响的苏木乡镇或嘎查村"))
    nodes = tree()
    if any(nodes.by_id(one).level not in ("banner", "township", "village") for one in places):
        reasons.append(_("区域性风险按旗县、苏木乡镇或嘎查村宣布"))
    return reasons


def _hand_out(event: AreaEvent, places: Sequence[int], by: Any, on: date) -> int:
    """A warning for every household in scope, in chunks; returns how many households."""
    risk = code_list("area_risk").by_code[event.kind]
    cards = HouseholdCard.objects.filter(village__in=scopes.below(places)).order_by("pk")
    count, after = 0, 0
    while found := list(cards.filter(pk__gt=after).values_list("pk", "village_id")[:_AT_ONCE]):
        after = found[-1][0]
        wanted = _herders([pk for pk, _village in found]) if event.herders_only else {pk for pk, _village in found}
        warned = [
            Warned(pk, village, "area", f"area:{event.pk}", f"{risk.label}：{event.name}", risk.extra["risk"],
                   told_by=event.document[:60], event=event.pk, due_on=event.visit_by)
            for pk, village in found if pk in wanted
        ]  # fmt: skip
        count += len(write(warned, by=by, on=on))
    return count


def _herders(households: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(households), 500):
        rows = HouseholdFact.objects.open().filter(household__in=households[start : start + 500], is_herder=True)
        found |= set(rows.values_list("household_id", flat=True))
    return found


def end_event(*, event: AreaEvent, by: Any, on: date) -> AreaEvent:
    """End an area risk once every home in scope was visited. Raises NotAllowed, NotFound."""
    check_day(on)
    with transaction.atomic():
        row = AreaEvent.objects.select_for_update().get(pk=event.pk)
        if not scopes.may(by, VIEW, row.banner_id):
            raise NotFound(_("没有这项区域性风险，或它不在您的工作范围内"))
        scopes.require(by, DECIDE, row.banner_id)
        left = Signal.objects.filter(event=row, state=State.OPEN).count()
        if left:
            raise NotAllowed(_("还有 %(count)d 户没有走访，不能结束") % {"count": left})
        if row.ended_on:
            raise NotAllowed(_("这项区域性风险已结束"))
        row.ended_on, row.version = on, row.version + 1
        row.save(update_fields=["ended_on", "version"])
        audit.record(by=by, act="monitoring.end_event", subject=f"area:{row.pk}", on=on, division=row.banner_id,
                     detail={"name": row.name})  # fmt: skip
    return row


@dataclass(frozen=True, slots=True)
class Given:
    """Relief given to a household at once: what, how much, why; the risks that the case will carry."""

    household: int
    kind: str
    what: str
    reason: str
    amount_fen: int | None = None
    risks: str = ""
    event: int | None = None


def relieve(*, given: Given, by: Any, on: date) -> Relief:
    """Record relief at once; the case of identification is opened with it unless the household is in hand already.

    The case is completed within the parameter's days. Raises Refused with every reason, NotFound, NotAllowed.
    """
    check_day(on)
    with transaction.atomic():
        fact = open_facts([given.household], by, on=on, permission=APPLY)[given.household]
        if reasons := _against_relief(given):
            raise Refused(reasons, "relief")
        in_hand = households_in_hand([given.household])
        case = in_hand.get(given.household)
        if given.household not in in_hand:
            card = HouseholdCard.objects.filter(pk=given.household).first()
            known = kinds_on(on)
            kind = SUDDEN if SUDDEN in known else next(iter(known))
            lead = Lead(given.household, kind, "02", given.reason.strip(), (card.head_name if card else "") or str(_("户主")),
                        given.risks)  # fmt: skip
            (case,) = open_leads(leads=[lead], by=by, on=on)
        days = int(rulebook.value("monitoring.relief_case_days", on=on, division=fact.village_id))
        row = Relief.objects.create(
            household_id=given.household, village_id=fact.village_id, event_id=given.event, kind=given.kind,
            what=given.what.strip()[:120], amount_fen=given.amount_fen, reason=given.reason.strip()[:500], given_on=on,
            due_on=on + timedelta(days=days), case_id=case, recorded_by=getattr(by, "pk", None),
        )  # fmt: skip
        audit.record(by=by, act="monitoring.relieve", subject=f"household:{given.household}", on=on, division=fact.village_id,
                     detail={"kind": row.kind, "amount_fen": row.amount_fen, "reason": row.reason})  # fmt: skip
    return row


def _against_relief(given: Given) -> list[str]:
    reasons = [] if given.kind in code_list("relief_kind").codes else [_("请选择救助类别")]
    if not given.what.strip():
        reasons.append(_("请填写救助内容（品名、数量）"))
    if len(given.reason.strip()) < LEAST_REASON:
        reasons.append(_("请写明先行救助的理由（不少于 %(least)d 个字）") % {"least": LEAST_REASON})
    if given.amount_fen is not None and given.amount_fen <= 0:
        reasons.append(_("折合金额应大于 0"))
    if unknown_risks(given.risks) or not given.risks:
        reasons.append(_("请选择致贫返贫风险"))
    if given.event is not None and not AreaEvent.objects.filter(pk=given.event, ended_on=None).exists():
        reasons.append(_("没有这项区域性风险，或它已结束"))
    return reasons
