"""The acts of a round: drafted, opened, closed or dropped."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.models import User
from fupin.core import audit, steps
from fupin.core.refusals import NotAllowed, Refused
from fupin.divisions.queries import tree
from fupin.policy import collection as forms
from fupin.policy import screening as catalogue
from fupin.procedures.screening import queries
from fupin.procedures.screening.steps import RUN, SCREENING
from fupin.procedures.screening.tables import ScreeningRound
from fupin.procedures.screening.words import LEVELS, Stage


@dataclass(frozen=True, slots=True)
class Draft:
    """What is said of a round before it opens."""

    name: str
    division: int
    period_from: date
    period_to: date
    form: str


def draft(*, data: Draft, by: Any, on: date) -> ScreeningRound:
    """Draft a screening of a banner, league or the region; the same words by the same person are the same draft.

    Raises NotAllowed outside the own area, Refused with every reason.
    """
    _require_sound(data, by)
    said = _columns(data) | {"made_by": by.pk}
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)
        drafted = ScreeningRound.objects.filter(stage=Stage.DRAFTED, **said).first()
        if drafted is not None:
            return drafted
        row = ScreeningRound.objects.create(**said)
        steps.begin(procedure=SCREENING, subject=subject(row), by=by, on=on, division=row.division_id)
        audit.record(by=by, act="screening.create", subject=subject(row), on=on, division=row.division_id, detail={
            "name": row.name, "from": str(row.period_from), "valid_to": str(row.period_to), "form": row.form})  # fmt: skip
    return row


def step(*, pk: int, act: str, by: Any, on: date, note: str = "") -> ScreeningRound:
    """Take a round on: open, drop, close. Raises NotFound, NotAllowed with every reason, Stale."""
    with transaction.atomic():
        queries.run_by(by, pk)
        row = ScreeningRound.objects.select_for_update().get(pk=pk)
        case = steps.case_of(SCREENING, subject(row))
        if case is None or act not in {one.act for one in SCREENING.transitions}:
            raise Refused(_("没有这一步骤"), "step")
        facts = queries.facts_of(row)
        (taken,) = steps.take(procedure=SCREENING, cases=[case], act=act, by=by, on=on, note=note,
                              may=lambda permission, division: scopes.may(by, permission, division),
                              facts=lambda _case: facts)  # fmt: skip
        row.stage = taken.to_state
        if act == "open":
            row.opened_on, row.groups = on, ",".join(one.name for one in catalogue.groups_on(on))
        row.closed_on = on if act == "close" else None
        row.save(update_fields=["stage", "opened_on", "closed_on", "groups"])
    return row


def subject(row: ScreeningRound) -> str:
    """What the trail, the case of a round and its leads are kept under."""
    return f"screening:{row.pk}"


def _columns(data: Draft) -> dict[str, Any]:
    values = asdict(data)
    values["division_id"] = values.pop("division")
    return values | {"name": data.name.strip()}


def _require_sound(data: Draft, by: Any) -> None:
    if data.division not in tree() or not scopes.may(by, RUN, data.division):
        raise NotAllowed(_("该区划不在您的管辖范围内，请换到管辖它的岗位再办。"), "scope")
    reasons = []
    if tree().by_id(data.division).level not in LEVELS:
        reasons.append(_("排查轮次由旗县及以上组织，请选择旗县、盟市或自治区"))
    if not data.name.strip():
        reasons.append(_("请填写轮次名称"))
    if data.form not in forms.forms():
        reasons.append(_("没有这一版采集表，请重新选择"))
    if data.period_to < data.period_from:
        reasons.append(_("排查期止不能早于排查期起"))
    if reasons:
        raise Refused(reasons)
