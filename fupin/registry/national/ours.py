"""Our register as it stands now, in the form of a national export: one frame of plain texts, a few statements."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
from django.db.models import Model, QuerySet

from fupin.accounts.scopes import below
from fupin.registry.models import HouseholdFact, Membership, PersonFact, PersonIdentity, RegisterStatus
from fupin.registry.national.maps import Map, Mapped
from fupin.registry.national.reading import as_plain

TOKENS = {"phone": "phone_token", "id_number": "number_token"}
IDS = frozenset({"household_id", "person_id", "village_id"})
IN_REGISTER = ("01", "02", "03", "04", "05", "06", "07", "08")
"""Statuses of households that the national register holds too."""


def _fields(model: type[Model]) -> set[str]:
    return {field.name for field in model._meta.get_fields()}


def households(found: Map, division: int) -> pl.DataFrame:
    """Households with an open fact below a division: ids, numbers, status, the head's id token, the map's fields."""
    facts = HouseholdFact.objects.open().filter(village__in=below([division]))
    own = _fields(HouseholdFact)
    wanted = _wanted(found, own)
    base = _frame(facts, {"household_id": "household_id", "village_id": "village_id", "number": "household__national_number",
                          "own_number": "household__number", "is_synthetic": "household__is_synthetic", **wanted})  # fmt: skip
    statuses = RegisterStatus.objects.open().filter(
        household__facts__valid_to=None, household__facts__village__in=below([division])
    )
    status = _frame(
        statuses,
        {"household_id": "household_id", "in_register": "status", **_wanted(found, _fields(RegisterStatus) - own)},
    )
    heads = _heads(division)
    return base.join(status, on="household_id", how="left").join(heads, on="household_id", how="left").fill_null("")


def _heads(division: int) -> pl.DataFrame:
    """Name and id token of each head."""
    heads = Membership.objects.open().filter(
        relation="01", household__facts__valid_to=None, household__facts__village__in=below([division])
    )
    people = _frame(heads, {"household_id": "household_id", "person_id": "person_id"})
    names = _of_persons(PersonFact, division, {"person_id": "person_id", "head_name": "name"}, heads_only=True)
    ids = _of_persons(PersonIdentity, division, {"person_id": "person_id", "head_id": "number_token"}, heads_only=True)
    joined = people.join(names, on="person_id", how="left").join(ids, on="person_id", how="left")
    return joined.drop("person_id").unique("household_id", keep="first", maintain_order=True)


def persons(found: Map, division: int) -> pl.DataFrame:
    """Present members of households below a division, in the map's fields."""
    members = Membership.objects.open().filter(
        household__facts__valid_to=None, household__facts__village__in=below([division])
    )
    base = _frame(members, {
        "person_id": "person_id", "household_id": "household_id", "relation": "relation",
        "number": "person__national_number", "own_number": "person__number",
        "household_number": "household__national_number", "village_id": "household__facts__village_id",
    })  # fmt: skip
    facts = _of_persons(PersonFact, division, {"person_id": "person_id", **_wanted(found, _fields(PersonFact))})
    papers = _of_persons(
        PersonIdentity, division, {"person_id": "person_id", **_wanted(found, _fields(PersonIdentity), ("id_number",))}
    )
    joined = base.join(facts, on="person_id", how="left").join(papers, on="person_id", how="left")
    return joined.unique("person_id", keep="first", maintain_order=True).fill_null("")


def _of_persons(model: type[Model], division: int, fields: dict[str, str], *, heads_only: bool = False) -> pl.DataFrame:
    """Open rows of a person's table for the members of households below a division."""
    members = Membership.objects.open().filter(
        household__facts__valid_to=None, household__facts__village__in=below([division])
    )
    if heads_only:
        members = members.filter(relation="01")
    return _frame(model.objects.open().filter(person__in=members.values("person_id")), fields)  # type: ignore[attr-defined]


def _wanted(found: Map, names: set[str], extra: Iterable[str] = ()) -> dict[str, str]:
    """Our field → column of the table, for the compared fields that the table has."""
    return {
        mapped.column.name: TOKENS.get(mapped.column.name, mapped.column.name)
        for mapped in found.columns
        if mapped.is_compared
        and (TOKENS.get(mapped.column.name, mapped.column.name) in names or mapped.column.name in extra)
    }


def _frame(rows: QuerySet[Model], fields: dict[str, str]) -> pl.DataFrame:
    """A queryset as a frame of plain texts; ids stay numbers."""
    values = list(rows.values_list(*fields.values()))
    columns = {}
    for place, name in enumerate(fields):
        column = [row[place] for row in values]
        if name in IDS:
            columns[name] = pl.Series(name, column, dtype=pl.Int64)
        elif name == "is_synthetic":
            columns[name] = pl.Series(name, column, dtype=pl.Boolean)
        else:
            columns[name] = pl.Series(name, [as_plain(value) for value in column], dtype=pl.String)
    return pl.DataFrame(columns)


def compared(found: Map, given: frozenset[str], frame: pl.DataFrame) -> list[Mapped]:
    """The fields that both sides have."""
    return [m for m in found.columns if m.is_compared and m.column.name in given and m.column.name in frame.columns]
