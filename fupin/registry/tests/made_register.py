"""A small register made by hand, whose figures the tests compute on paper."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fupin.bulk import extracts, taking
from fupin.core import audit
from fupin.divisions.models import Division, DivisionFact
from fupin.registry import models as register

SINCE = date(2014, 1, 1)


def forget_extracts() -> None:
    """What this process holds of extracts and of the trail behind them: for a register that was put back as it was."""
    extracts._known.clear()
    taking._seen.clear()


@dataclass
class MadeRegister:
    """Households by name, each with members, status, cause and income a head in yuan."""

    households: dict[str, register.Household] = field(default_factory=dict)
    persons: dict[str, register.Person] = field(default_factory=dict)
    count: int = 0

    def village(self, code: str) -> Division:
        return Division.objects.get(facts__code=code, facts__valid_to=None)

    def villages_of(self, banner: str, count: int) -> list[Division]:
        """Some villages of a banner that are gacha or village committees, by code."""
        kinds = ("gacha", "village_committee")
        facts = DivisionFact.objects.filter(code__startswith=banner, kind__in=kinds, valid_to=None).order_by("code")
        return [Division.objects.get(pk=pk) for pk in facts.values_list("division_id", flat=True)[:count]]

    def add(self, name: str, village: Division, members: list[dict[str, Any]], *, status: str = "04", cause: str = "01",
            per_head: dict[int, int] | None = None, since: date = SINCE, **facts: Any) -> register.Household:  # fmt: skip
        """One household. Members are person facts plus `relation`; the first is the head unless said otherwise."""
        self.count += 1
        household = register.Household.objects.create(number=f"1505220000{self.count:08d}")
        register.HouseholdFact.objects.create(
            household=household, village=village, main_cause=cause, valid_from=since, **facts
        )
        if status:
            register.RegisterStatus.objects.create(household=household, status=status, valid_from=since)
        for position, member in enumerate(members):
            self.join(household, f"{name}{position}", member, "01" if position == 0 else "99", since)
        for year, yuan in (per_head or {}).items():
            register.IncomeAccount.objects.create(
                household=household, year=year, window_from=date(year - 1, 10, 1), window_to=date(year, 10, 1),
                counted_persons=max(1, len(members)), per_head_fen=yuan * 100, net_fen=yuan * 100 * max(1, len(members)),
                wage_fen=yuan * 60, business_fen=yuan * 40,
            )  # fmt: skip
        self.households[name] = household
        audit.record(by=None, act="made", subject=f"household:{household.pk}")
        return household

    def join(
        self, household: register.Household, name: str, member: dict[str, Any], relation: str, since: date
    ) -> None:
        number = f"1505220000{len(self.persons) + 1:010d}"
        person = register.Person.objects.create(number=number)
        values = {"name": name, "sex": "1", "ethnicity": "02", **member}
        relation = values.pop("relation", relation)
        register.PersonFact.objects.create(person=person, valid_from=since, **values)
        register.Membership.objects.create(person=person, household=household, relation=relation, valid_from=since)
        self.persons[name] = person

    def leave(self, name: str, on: date, status: str = "05") -> None:
        """The household leaves poverty on a day."""
        household = self.households[name]
        register.RegisterStatus.objects.filter(household=household, valid_to=None).update(valid_to=on)
        register.RegisterStatus.objects.create(household=household, status=status, exit_year=on.year, valid_from=on)
        audit.record(by=None, act="made.left", subject=f"household:{household.pk}")
