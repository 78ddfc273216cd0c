"""The one road by which the register's status moves once an opening is closed: a case that went its whole way.

Besides it there are the opening (import) and what is taken over from the national register. Only procedures call it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Entering:
    """A household that enters, by which case: as registered (`status`), or as monitored (`monitor_kind`)."""

    household: int
    case: int
    status: str = ""
    monitor_kind: str = ""
    standard: str = ""
    risks: str = ""
    document: str = ""

    @property
    def source(self) -> str:
        """Where the status says that it comes from."""
        return f"case:{self.case}"


def enter(*, entries: Sequence[Entering], by: Any, on: date) -> int:
    """Write the status of households whose cases ended on that day by entering; returns how many.

    Raises NotAllowed for one without such a case or whose case has been used, Refused, NotFound.
    """
    check_day(on)
    if not entries:
        return 0
    with transaction.atomic():
        facts = open_facts([one.household for one in entries], by, on=on, permission=DECIDE)
        _require_cases(entries, on)
        former = _former([one.household for one in entries])
        close(RegisterStatus, "household", [one.household for one in entries], on=on)
        RegisterStatus.objects.bulk_create(
            [_status(one, former.get(one.household), by, on) for one in entries], batch_size=_AT_ONCE
        )
        _keep_risks(entries, by, on)
        for start in range(0, len(entries), _AT_ONCE):
            pks = [one.household for one in entries[start : start + _AT_ONCE]]
            Household.objects.filter(pk__in=pks).update(version=F("version") + 1)
        audit.record_many(by=by, on=on, entries=(
            audit.Entry("registry.status.enter", f"household:{one.household}", facts[one.household].village_id,
                        {"case": one.source, "status": one.status, "monitor_kind": one.monitor_kind})
            for one in entries
        ))  # fmt: skip
        cards.refresh([one.household for one in entries])
    return len(entries)


def _require_cases(entries: Sequence[Entering], on: date) -> None:
    """Each has a case of its own about this household that ended that day by entering, and none has been used."""
    if len({one.household for one in entries}) < len(entries):
        raise NotAllowed(_("同一户不能在一次办理中纳入两次"))
    for start in range(0, len(entries), _AT_ONCE):
        chunk = entries[start : start + _AT_ONCE]
        found = Case.objects.filter(pk__in=[one.case for one in chunk], state="entered", ended_on=on)
        subjects = dict(found.values_list("pk", "subject"))
        if any(subjects.get(one.case) != f"household:{one.household}" for one in chunk):
            raise NotAllowed(_("脱贫属性和监测类别只能按程序变动：没有该户当日办结纳入的案卷"))
        if RegisterStatus.objects.filter(source__in=[one.source for one in chunk]).exists():
            raise NotAllowed(_("该案卷已经用过，不能再次纳入"))


def _former(households: Sequence[int]) -> dict[int, RegisterStatus]:
    found: dict[int, RegisterStatus] = {}
    for start in range(0, len(households), _AT_ONCE):
        rows = RegisterStatus.objects.open().filter(household__in=households[start : start + _AT_ONCE])
        found |= {row.household_id: row for row in rows}
    return found


def _status(one: Entering, former: RegisterStatus | None, by: Any, on: date) -> RegisterStatus:
    """The new status. A monitored household keeps what it is otherwise: exited ones stay exited."""
    kept = (
        {name: getattr(former, name) for name in ("status", "standard", "exit_year", "return_year")} if former else {}
    )
    first = (former.first_identified_on or former.identified_on) if former else None
    given = {"status": one.status, "standard": one.standard} if one.status else {"monitor_kind": one.monitor_kind}
    return RegisterStatus(
        household_id=one.household, valid_from=on, source=one.source, recorded_by=getattr(by, "pk", None),
        entered_by="procedure", identified_on=on, first_identified_on=first or on, document=one.document[:200],
        is_risk_cleared=None if one.status else False, **(kept | {name: value for name, value in given.items() if value}),
    )  # fmt: skip


def _keep_risks(entries: Sequence[Entering], by: Any, on: date) -> None:
    edits = [Edit(one.household, {"risks": one.risks}) for one in entries if one.risks]
    if not edits:
        return
    try:
        write_edits(HouseholdFact, "household", edits, on=on, by=by, source="procedure")
    except Refused as refusal:
        raise Refused([_("致贫返贫风险没有写入登记册"), *refusal.reasons]) from None
