"""Authorisations 授权: what a household signed that may be asked about it, from which day to which, and what it took back.

A day counts whole: an authorisation holds on its first and on its last day, and no longer on the day of its withdrawal.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import audit
from fupin.core.ledgers.declaration import Given, Ledger, Values
from fupin.core.ledgers.plain import Plain, entry_of, fill
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.quality.comparison.models import Authorisation
from fupin.quality.comparison.words import Lack
from fupin.registry.models import Household, HouseholdCard

ALL = "all"
"""The code for every source."""
_AT_ONCE = 5_000


def rows_for(user: Any) -> QuerySet[Authorisation]:
    """The authorisations of the households in the user's area."""
    rows = Authorisation.objects.select_related("household", "household__card")
    return scopes.within(user, rows, division="household__card__village")


def homes(rows: Sequence[Values]) -> list[int | None]:
    """The village of each row's household; None where there is no such household."""
    cards = HouseholdCard.objects.filter(number__in={_number(values) for values in rows})
    known = dict(cards.values_list("number", "village_id"))
    return [known.get(_number(values)) for values in rows]


class AuthorisationActs(Plain):
    """An authorisation is entered, corrected, withdrawn; what was signed is never taken away."""

    def create(self, ledger: Ledger, rows: Sequence[Values], *, by: Any, on: date, judged: bool = False) -> list[Any]:
        """Raises NotFound for a household that is not there or not in the own area."""
        numbers = {str(values["household_number"]) for values in rows}
        cards = HouseholdCard.objects.filter(number__in=numbers)
        reached = scopes.within(by, cards, division="village", permission="registry.change")
        if missing := sorted(numbers - set(reached.values_list("number", flat=True))):
            raise _no_household(missing[0])
        known = _households(rows)
        made = [
            fill(ledger, Authorisation(household=known[_number(values)]), _without_number(values)) for values in rows
        ]
        if not judged:
            self.require(ledger, made)
        Authorisation.objects.bulk_create(made, batch_size=_AT_ONCE)
        audit.record_many(by=by, on=on, entries=[entry_of(ledger, "create", row, {}) for row in made])
        return made

    def update(
        self, ledger: Ledger, rows: Sequence[tuple[Any, Values]], *, by: Any, on: date, judged: bool = False
    ) -> list[Any]:
        """The household and the first day are what an authorisation is known by; they stay."""
        for row, values in rows:
            if _moved(row, values):
                raise _no_other_key()
        kept = [(row, _without_key(values)) for row, values in rows]
        return super().update(ledger, kept, by=by, on=on, judged=judged)

    def remove(self, ledger: Ledger, rows: Sequence[Any], *, by: Any, on: date) -> None:
        raise NotAllowed(_("授权不删除；农户收回授权的，请填写收回日期"))

    def judge(self, ledger: Ledger, rows: Iterable[Given], *, on: date) -> Iterator[Refused | None]:
        """What speaks against each row: no such household, or what the table says."""
        given = list(rows)
        known = _households([values for _row, values in given])
        filled = [
            fill(ledger, Authorisation(household=known.get(_number(values))), _without_number(values))
            if row is None else fill(ledger, copy.copy(row), _without_key(values))
            for row, values in given
        ]  # fmt: skip
        for (row, values), said in zip(given, self.faults(ledger, filled), strict=True):
            if row is None and _number(values) not in known:
                yield _no_household(_number(values))
            else:
                yield Refused(said, "invalid") if said else None

    def objections(self, rows: Sequence[Any]) -> list[list[str]]:
        return [_said(row) for row in rows]


def _number(values: Values) -> str:
    return str(values.get("household_number") or "")


def _households(rows: Sequence[Values]) -> dict[str, Household]:
    return {one.number: one for one in Household.objects.filter(number__in={_number(values) for values in rows})}


def _without_number(values: Values) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "household_number"}


def _without_key(values: Values) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in ("household_number", "valid_from")}


def _moved(row: Authorisation, values: Values) -> bool:
    number = values.get("household_number", row.household.number)
    return number != row.household.number or values.get("valid_from", row.valid_from) != row.valid_from


def _said(row: Authorisation) -> list[str]:
    """In the words of the paper, before the table says it in its own."""
    reasons = []
    if row.withdrawn_on is not None and row.withdrawn_on < row.valid_from:
        reasons.append(_("收回日期不应早于授权起始日期"))
    if ALL in (codes := row.sources.split(",")) and len(codes) > 1:
        reasons.append(_("已选“全部”，请不要再选其他来源"))
    return reasons


def _no_household(number: str) -> NotFound:
    return NotFound(_("没有编号为 %(number)s 的户，或它不在您的工作范围内") % {"number": number}, "household")


def _no_other_key() -> NotAllowed:
    return NotAllowed(_("授权的户和起始日期不能修改：请填写收回日期，另登记一份"), "key")


@dataclass(frozen=True, slots=True)
class Held:
    """Which households may be asked about, and of the others how many for which reason."""

    households: set[int]
    lacking: dict[str, int]


def held(households: Collection[int], source: str, *, on: date) -> Held:
    """Who of many households has an authorisation for a source that holds on a day; the rest counted by the reason that
    is nearest to having one: withdrawn, expired, not begun, not for this source, none."""
    wanted = sorted(households)
    valid: set[int] = set()
    best: dict[int, Lack] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        rows = Authorisation.objects.filter(household__in=wanted[start : start + _AT_ONCE])
        for household, sources, since, last, withdrawn in rows.values_list(
            "household_id", "sources", "valid_from", "last_day", "withdrawn_on"
        ).iterator():
            lack = lacks(sources, since, last, withdrawn, source=source, on=on)
            if lack is None:
                valid.add(household)
            else:
                best[household] = max(lack, best.get(household, Lack.NONE), key=_NEARNESS.index)
    counts: dict[str, int] = {}
    for household in households:
        if household not in valid:
            reason = best.get(household, Lack.NONE)
            counts[reason] = counts.get(reason, 0) + 1
    return Held(valid, counts)


_NEARNESS = (Lack.NONE, Lack.OTHER, Lack.LATER, Lack.EXPIRED, Lack.WITHDRAWN)


def lacks(
    sources: str, since: date, last: date | None, withdrawn: date | None, *, source: str, on: date
) -> Lack | None:
    """Why an authorisation does not let a source be asked on a day; None where it does."""
    codes = sources.split(",")
    if ALL not in codes and source not in codes:
        return Lack.OTHER
    if withdrawn is not None and withdrawn <= on:
        return Lack.WITHDRAWN
    if since > on:
        return Lack.LATER
    return Lack.EXPIRED if last is not None and last < on else None
