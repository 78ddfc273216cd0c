"""Changes of income accounts as the trail tells them: whose, by whom, when they were entered, and whether income rose."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from fupin.core.models import AuditEntry
from fupin.policy.catalogue import code_list
from fupin.quality.signs.laying import Change

ACTS = ("registry.income", "income.import")
"""The acts of the trail that write income accounts."""
_AT_ONCE = 20_000


def until(deadline: date) -> Iterator[Change]:
    """Each change of an account that stood, in the year up to and including a day, as the trail tells: whose, by whom,
    when it was entered, and whether the net income rose."""
    zone = timezone.get_current_timezone()
    first, after = (
        datetime.combine(day, time.min, zone).astimezone(UTC)
        for day in (deadline - timedelta(days=364), deadline + timedelta(days=1))
    )
    signs = {code.code: -1 if code.extra["kind"] == "cost" else 1 for code in code_list("income_item").by_code.values()}
    rows = AuditEntry.objects.filter(act__in=ACTS, at__gte=first, at__lt=after).order_by()
    for subject, actor, at, detail in rows.values_list("subject", "actor_id", "at", "detail").iterator(_AT_ONCE):
        gain = gained(detail, signs)
        number = subject.partition(":")[2]
        if gain is not None and number.isdecimal():
            yield int(number), actor, at.astimezone(zone).date(), gain > 0


def gained(detail: dict[str, Any], signs: dict[str, int]) -> int | None:
    """By how many fen an act of the trail raised the net income; None where it wrote a first account or changed none."""
    net = detail.get("net_fen")
    if isinstance(net, list):
        return int(net[1]) - int(net[0]) if net[0] is not None and net[0] != net[1] else None
    changed = detail.get("changed") or {}
    moved = [
        signs[item] * (_fen(new) - _fen(old)) for item, (old, new) in changed.items() if item in signs and old != new
    ]
    return sum(moved) if moved else None


def _fen(said: Any) -> int:
    return int(said) if said not in (None, "") else 0
