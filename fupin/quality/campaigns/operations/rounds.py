"""The acts of a round: drafted, opened, gone over to checking, sent back, closed by a second person."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.models import User
from fupin.conditions.parsing import BadCondition
from fupin.core import audit, steps
from fupin.core.refusals import NotAllowed, Refused
from fupin.divisions.queries import tree
from fupin.policy import collection as forms
from fupin.quality.campaigns import queries
from fupin.quality.campaigns.models import CollectionRound
from fupin.quality.campaigns.steps import COLLECTION, RUN
from fupin.quality.campaigns.words import KINDS, WHO, Stage, Who
from fupin.rulebook.conditions import read_condition

LEVELS = ("region", "league", "banner")


@dataclass(frozen=True, slots=True)
class Draft:
    """What is said of a round before it opens. `condition` is over the dataset `households`, in the product's language."""

    name: str
    division: int
    kind: str
    period_from: date
    period_to: date
    form: str
    who: str
    condition: str = ""


def draft(*, data: Draft, by: Any, on: date) -> CollectionRound:
    """Draft a round of a banner, league or the region; a draft of the same words by the same person is that draft, so a
    button pressed twice drafts once. Raises NotAllowed outside the own area, Refused with every reason.
    """
    _require_sound(data, by)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)
        said = _columns(data) | {"made_by": by.pk}
        drafted = CollectionRound.objects.filter(stage=Stage.DRAFTED, **said).first()
        if drafted is not None:
            return drafted
        row = CollectionRound.objects.create(**said)
        steps.begin(procedure=COLLECTION, subject=subject(row), by=by, on=on, division=row.division_id)
        _note("create", row, by, on, data)
    return row


def redraft(*, pk: int, data: Draft, by: Any, on: date) -> CollectionRound:
    """Say it otherwise, as long as the round has not opened. Raises NotFound, NotAllowed, Refused."""
    _require_sound(data, by)
    with transaction.atomic():
        row = _held(pk, by)
        if row.stage != Stage.DRAFTED:
            raise Refused(_("只有草拟的轮次可以修改"), "stage")
        if row.division_id != data.division:
            raise Refused(_("轮次的范围不能改，请作废后另建"), "division")
        for name, value in _columns(data).items():
            setattr(row, name, value)
        row.save()
        _note("create", row, by, on, data)
    return row


def step(*, pk: int, act: str, by: Any, on: date, note: str = "") -> CollectionRound:
    """Take a round on: open, drop, check, send_back, close. Raises NotFound, NotAllowed with every reason, Stale."""
    with transaction.atomic():
        row = _held(pk, by)
        case = steps.case_of(COLLECTION, subject(row))
        if case is None or act not in {one.act for one in COLLECTION.transitions}:
            raise Refused(_("没有这一步骤"), "step")

        def may(permission: str, division: int | None) -> bool:
            return scopes.may(by, permission, division)

        facts = queries.facts_of(row)
        (taken,) = steps.take(procedure=COLLECTION, cases=[case], act=act, by=by, on=on, may=may,
                              facts=lambda _case: facts, note=note)  # fmt: skip
        row.stage = taken.to_state
        if act == "open":
            row.opened_on, row.opened_at = on, timezone.now()
        row.closed_on = on if act == "close" else None
        row.save(update_fields=["stage", "opened_on", "opened_at", "closed_on"])
    return row


def subject(row: CollectionRound) -> str:
    """What the trail and the case of a round are kept under."""
    return f"collection:{row.pk}"


def _held(pk: int, by: Any) -> CollectionRound:
    queries.run_by(by, pk)
    return CollectionRound.objects.select_for_update().get(pk=pk)


def _columns(data: Draft) -> dict[str, Any]:
    values = asdict(data)
    values["division_id"] = values.pop("division")
    return values | {"name": data.name.strip(), "condition": data.condition.strip()}


def _note(act: str, row: CollectionRound, by: Any, on: date, data: Draft) -> None:
    detail = {
        "name": row.name, "kind": row.kind, "from": str(row.period_from), "valid_to": str(row.period_to), "form": row.form,
        "who": row.who, **({"finds": row.condition} if row.condition else {}),
    }  # fmt: skip
    audit.record(by=by, act=f"collection.{act}", subject=subject(row), on=on, division=data.division, detail=detail)


def _require_sound(data: Draft, by: Any) -> None:
    if data.division not in tree() or not scopes.may(by, RUN, data.division):
        raise NotAllowed(_("该区划不在您的管辖范围内，请换到管辖它的岗位再办。"), "scope")
    reasons = []
    if tree().by_id(data.division).level not in LEVELS:
        reasons.append(_("采集轮次由旗县及以上组织，请选择旗县、盟市或自治区"))
    if not data.name.strip():
        reasons.append(_("请填写轮次名称"))
    if data.kind not in KINDS or data.who not in WHO or data.form not in forms.forms():
        reasons.append(_("类别、采集对象或采集表版本不在可选范围内"))
    if data.period_to < data.period_from:
        reasons.append(_("采集期止不能早于采集期起"))
    if data.who == Who.CONDITION:
        reasons += _condition_faults(data.condition)
    if reasons:
        raise Refused(reasons)


def _condition_faults(text: str) -> list[str]:
    if not text.strip():
        return [_("请填写采集对象的条件")]
    try:
        read_condition("households", text.strip())
    except BadCondition as fault:
        return [_("条件读不懂：%(fault)s") % {"fault": fault}]
    return []
