"""The one road by which the register's status moves once an opening is closed: a case that went its whole way.

Besides it there are the opening (import) and what is taken over from the national register. Only procedures call it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from fupin.core import audit
from fupin.core.models import Case
from fupin.core.refusals import NotAllowed, Refused
from fupin.registry import cards
from fupin.registry.models import Household, HouseholdFact, RegisterStatus
from fupin.registry.operations.acts import check_day, open_facts
from fupin.registry.operations.dated import Edit, close, write_edits

DECIDE = "procedures.decide"
_AT_ONCE = 500
MAY_SET = {
    "entered": {"status", "standard", "monitor_kind"},
    "left": {"status", "exit_year"},
    "cleared": {"is_risk_cleared", "risk_cleared_on", "risk_clear_mode"},
    "returned": {"status", "return_year"},
}
"""What each end of a case may write of the status: in, out (exit), risk cleared, returned to poverty."""
_KEPT = ("status", "standard", "monitor_kind", "identified_on", "exit_year", "return_year", "is_risk_cleared", "risk_cleared_on",
         "risk_clear_mode")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """A household whose status moves by a case that ended so (`ended`): what is set; everything else stays as it was.

    Registered: `status`, `standard`; monitored: `monitor_kind`, with its `risks`.
    """

    household: int
    case: int
    ended: str
    values: Mapping[str, Any] = field(default_factory=dict)
    risks: str = ""
    document: str = ""

    @property
    def source(self) -> str:
        """Where the status says that it comes from."""
        return f"case:{self.case}"


def move(*, changes: Sequence[Change], by: Any, on: date) -> int:
    """Write the status of households whose cases ended on that day; returns how many.

    Raises NotAllowed for one without such a case, whose case has been used or that sets what its end may not; Refused, NotFound.
    """
    check_day(on)
    if not changes:
        return 0
    with transaction.atomic():
        facts = open_facts([one.household for one in changes], by, on=on, permission=DECIDE)
        _require_cases(changes, on)
        former = _former([one.household for one in changes])
        close(RegisterStatus, "household", [one.household for one in changes], on=on)
        RegisterStatus.objects.bulk_create(
            [_status(one, former.get(one.household), by, on) for one in changes], batch_size=_AT_ONCE
        )
        _keep_risks(changes, by, on)
        for start in range(0, len(changes), _AT_ONCE):
            pks = [one.household for one in changes[start : start + _AT_ONCE]]
            Household.objects.filter(pk__in=pks).update(version=F("version") + 1)
        audit.record_many(by=by, on=on, entries=(
            audit.Entry("registry.status.move", f"household:{one.household}", facts[one.household].village_id,
                        {"case": one.source} | {name: str(value) for name, value in one.values.items()})
            for one in changes
        ))  # fmt: skip
        cards.refresh([one.household for one in changes])
    return len(changes)


def _require_cases(changes: Sequence[Change], on: date) -> None:
    """Each has a case of its own about this household that ended that day in that way, and none has been used."""
    if len({one.household for one in changes}) < len(changes):
        raise NotAllowed(_("同一户不能在一次办理中变动两次"))
    if any(set(one.values) - MAY_SET.get(one.ended, set()) for one in changes):
        raise NotAllowed(_("脱贫属性和监测类别只能按程序变动：这一程序不能这样变动"))
    for start in range(0, len(changes), _AT_ONCE):
        chunk = changes[start : start + _AT_ONCE]
        found = Case.objects.filter(pk__in=[one.case for one in chunk], ended_on=on)
        known = {pk: (subject, state) for pk, subject, state in found.values_list("pk", "subject", "state")}
        if any(known.get(one.case) != (f"household:{one.household}", one.ended) for one in chunk):
            raise NotAllowed(_("脱贫属性和监测类别只能按程序变动：没有该户当日办结的案卷"))
        if RegisterStatus.objects.filter(source__in=[one.source for one in chunk]).exists():
            raise NotAllowed(_("该案卷已经用过，不能再次变动"))


def _former(households: Sequence[int]) -> dict[int, RegisterStatus]:
    found: dict[int, RegisterStatus] = {}
    for start in range(0, len(households), _AT_ONCE):
        rows = RegisterStatus.objects.open().filter(household__in=households[start : start + _AT_ONCE])
        found |= {row.household_id: row for row in rows}
    return found


def _status(one: Change, former: RegisterStatus | None, by: Any, on: date) -> RegisterStatus:
    """The new status: what the case sets, and what the household is otherwise. Who enters begins anew, its risk uncleared."""
    kept = {name: getattr(former, name) for name in _KEPT} if former else {}
    given: dict[str, Any] = dict(one.values)
    if one.ended == "entered":
        given |= {"identified_on": on, "risk_cleared_on": None, "risk_clear_mode": "",
                  "is_risk_cleared": False if "monitor_kind" in one.values else None}  # fmt: skip
        if "status" in one.values:
            given["monitor_kind"] = ""
    first = (former.first_identified_on or former.identified_on) if former else None
    return RegisterStatus(
        household_id=one.household, valid_from=on, source=one.source, recorded_by=getattr(by, "pk", None),
        entered_by="procedure", first_identified_on=first or given.get("identified_on"), document=one.document[:200],
        **(kept | given),
    )  # fmt: skip


def _keep_risks(changes: Sequence[Change], by: Any, on: date) -> None:
    edits = [Edit(one.household, {"risks": one.risks}) for one in changes if one.risks]
    if not edits:
        return
    try:
        write_edits(HouseholdFact, "household", edits, on=on, by=by, source="procedure")
    except Refused as refusal:
        raise Refused([_("致贫返贫风险没有写入登记册"), *refusal.reasons]) from None
