"""What the register says of households whose risk is to be cleared or that fell back: read for many at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count

from fupin.core.models import Case
from fupin.policy.parameters import NotInForce
from fupin.procedures.models import CaseFile
from fupin.procedures.monitoring.rules import Account, Standing
from fupin.procedures.monitoring.tables import Signal
from fupin.procedures.monitoring.words import State
from fupin.quality.guarantees.lights import outcomes_of
from fupin.registry.models import HouseholdFact, IncomeAccount, RegisterStatus
from fupin.rulebook import queries as rulebook

_JUDGED = ("conclude", "decide")
_CHUNK = 500


def standings(line: str) -> Any:
    """The read of a procedure whose accounts are held against a line (a parameter's name)."""

    def read(act: str, cases: Sequence[Case], about: Mapping[int, CaseFile], by: Any, on: date) -> dict[int, Standing]:
        if act not in _JUDGED:
            return {}
        places = {one.household_id: one.division_id for one in about.values() if one.household_id}
        known: dict[int, Standing] = {}
        for start in range(0, len(places), _CHUNK):
            some = dict(list(places.items())[start : start + _CHUNK])
            known |= _standings(some, line, on)
        return {case.pk: known[pk] for case in cases if (pk := about[case.pk].household_id) in known}

    return read


def _standings(places: Mapping[int, int], line: str, on: date) -> dict[int, Standing]:
    households, villages = list(places), set(places.values())
    statuses = {row.household_id: row for row in RegisterStatus.objects.on(on).filter(household__in=households)}
    facts = {row.household_id: row for row in HouseholdFact.objects.on(on).filter(household__in=households)}
    waiting = Signal.objects.filter(household__in=households, state=State.OPEN).order_by().values_list("household")
    open_signals = dict(waiting.annotate(count=Count("pk")))
    rows = list(IncomeAccount.objects.filter(household__in=households, year__lte=on.year).order_by("-year"))
    lines = _lines(line, {row.year for row in rows}, villages)
    lights = outcomes_of(households, on)
    months = rulebook.values("monitoring.clear_after_months", on=on, divisions=villages) if on.year >= 2021 else {}
    years = rulebook.values("monitoring.stable_years", on=on, divisions=villages) if on.year >= 2021 else {}
    shares = rulebook.values("quality.self_paid_share", on=on, divisions=villages)
    found = {}
    for pk, village in places.items():
        own = [row for row in rows if row.household_id == pk and (row.year, village) in lines]
        accounts = tuple(Account(row.year, row.per_head_fen, lines[row.year, village]) for row in own)
        status, fact, last = statuses.get(pk), facts.get(pk), own[0] if own else None
        found[pk] = Standing(
            status=status.status if status else "", monitor_kind=status.monitor_kind if status else "",
            is_risk_cleared=status.is_risk_cleared if status else None,
            identified_on=status.identified_on if status else None, months=int(months.get(village, 0)),
            years=int(years.get(village, 1)), newest=on.year - 1, accounts=accounts, lights=lights.get(pk, {}),
            self_paid_fen=last.self_paid_fen if last else None,
            expense_limit_fen=int(shares[village] * lines[last.year, village]) if last else None,
            has_no_labour=fact.has_no_labour if fact else None, open_signals=open_signals.get(pk, 0),
        )  # fmt: skip
    return found


def _lines(line: str, years: Collection[int], villages: Collection[int]) -> dict[tuple[int, int], int]:
    """The line of each year and village, in fen, as in force at the year's end; years before the first are left out."""
    found: dict[tuple[int, int], int] = {}
    for year in years:
        try:
            values = rulebook.values(line, on=date(year, 12, 31), divisions=villages)
        except NotInForce:
            continue
        found |= {(year, village): int(value * 100) for village, value in values.items()}
    return found
