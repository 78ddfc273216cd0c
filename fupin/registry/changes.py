"""What the trail says about the register: which households and persons acts have touched, with all that hangs on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import models

from fupin.registry.models import (
    GuaranteeFinding,
    HouseholdFact,
    IncomeAccount,
    Membership,
    NationalMeasure,
    RegisterStatus,
)

_AT_ONCE = 5_000
_PARTS: dict[str, type[models.Model]] = {
    "guarantee_finding": GuaranteeFinding, "guarantee_findings": GuaranteeFinding,
    "income_account": IncomeAccount, "income_accounts": IncomeAccount, "income": IncomeAccount,
    "register_status": RegisterStatus, "register_statuses": RegisterStatus, "household_fact": HouseholdFact,
}  # fmt: skip
"""Records of a household that an act may name instead of the household itself."""


UNRELATED = frozenset(
    {
        "user",
        "posting",
        "token",
        "session",
        "job",
        "key",
        "snapshot",
        "exchange",
        "authorisations",
        "letter",
        "attachment",
        "import",
        "export",
        "ticket",
        "sweep",
        "sign",
        "rule",
    }
)
"""Subjects of acts that change nothing that figures are made of. What an import changes is told household by household."""
RELATED = frozenset({"accounts.add_posting", "accounts.end_posting"})
"""Acts on such subjects that figures are made of all the same: how many officers there are."""


def changed_subjects(subjects: Iterable[str]) -> dict[str, set[int]] | None:
    """The ids of changed households, persons, income accounts and village sheets; None where a record that is gone was named."""
    households: set[int] = set()
    persons: set[int] = set()
    sheets: set[int] = set()
    parts: dict[str, set[int]] = {}
    for subject in subjects:
        kind, _, number = subject.partition(":")
        if kind == "index":
            # The index key was changed: the tokens of every record are others now.
            return None
        if not number.isdecimal():
            continue
        if kind in ("household", "households"):
            households.add(int(number))
        elif kind in ("person", "persons"):
            persons.add(int(number))
        elif kind == "villages":
            sheets.add(int(number))
        elif kind == "national":
            households.update(_told_of_measures(int(number)))
        elif kind in _PARTS:
            parts.setdefault(kind, set()).add(int(number))
    for kind, ids in parts.items():
        rows = _PARTS[kind]._default_manager.all()
        found = dict(_pairs(ids, rows, "pk", "pk"))
        if len(found) < len(ids):
            return None
        households.update(found.values())
    of_households = _pairs(households, Membership.objects.all(), "household_id", "person_id")
    of_persons = _pairs(persons, Membership.objects.all(), "person_id", "person_id")
    persons.update(person for person, _ in of_households)
    households.update(household for _, household in of_persons)
    accounts = _pairs(households, IncomeAccount.objects.all(), "household_id", "pk")
    return {
        "household": households, "person": persons, "income_account": {account for account, _ in accounts},
        "village_year": sheets,
    }  # fmt: skip


def _told_of_measures(export: int) -> Iterator[int]:
    """The households whose measures an export of the national register tells: all those of its villages, for who has no
    measure in it has none any more."""
    homes = HouseholdFact.objects.filter(valid_to=None)
    told = NationalMeasure.objects.filter(export=export).values("household")
    villages = homes.filter(household__in=told).values("village")
    return homes.filter(village__in=villages).values_list("household_id", flat=True).iterator()


def _pairs(ids: set[int], rows: models.QuerySet[models.Model], by: str, first: str) -> list[tuple[int, int]]:
    """(first, household_id) of the rows whose `by` is one of many ids, read in chunks."""
    return [
        pair for some in _chunks(ids) for pair in rows.filter(**{f"{by}__in": some}).values_list(first, "household_id")
    ]


def _chunks(ids: set[int]) -> Iterator[list[int]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]
