"""How households and persons look in JSON, made from the columns that forms and files have too."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from ninja import Schema

from fupin.core import clock, codes
from fupin.core.cells import Context
from fupin.core.columns import Column, Sensitivity
from fupin.core.money import to_yuan
from fupin.core.places import places
from fupin.core.rest import values
from fupin.registry import sheets
from fupin.registry.models import HouseholdFact, PersonFact, RegisterStatus
from fupin.registry.queries.lists import Row
from fupin.registry.queries.pages import Member

_OWN = {"village", "head_name", "head_id", "number", "national_number"}


def _of(model: Any, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The columns that a fact table keeps (a sealed one under its own name)."""
    names = {field.name for field in model._meta.concrete_fields}
    return tuple(
        column for column in columns
        if column.name not in _OWN and names & {column.name, f"{column.name}_sealed", f"{column.name}_fen"}
    )  # fmt: skip


HOUSEHOLD = _of(HouseholdFact, sheets.HOUSEHOLDS)
STATUS = _of(RegisterStatus, sheets.HOUSEHOLDS)
PERSON = _of(PersonFact, sheets.PERSONS)
DOCUMENT = tuple(column for column in sheets.PERSONS if column.name in ("id_number", "document_kind"))

HouseholdValues: Any = values.schema_of(
    "HouseholdValues", HOUSEHOLD, description="What is true of a household: place, cause, land, house, living."
)
StatusValues: Any = values.schema_of(
    "StatusValues", STATUS, description="Whether and how a household is registered; moves by procedure only."
)
PersonValues: Any = values.schema_of(
    "PersonValues", (*DOCUMENT, *PERSON), description="What is true of a person; the number is masked when read."
)


class HouseholdLine(Schema):
    """A household in a list."""

    number: str
    village: str
    head_name: str
    persons: int
    status: str
    monitor_kind: str
    household_kind: str
    main_cause: str
    per_head: Decimal | None
    income_year: int | None
    is_synthetic: bool


def line(row: Row) -> dict[str, Any]:
    """A row of a list as it is answered."""
    return {
        "number": row.number, "village": places().code(row.village_id), "head_name": row.head_name,
        "persons": row.persons, "status": row.status, "monitor_kind": row.monitor_kind,
        "household_kind": row.household_kind, "main_cause": row.main_cause, "per_head": yuan(row.per_head_fen),
        "income_year": row.income_year, "is_synthetic": row.is_synthetic,
    }  # fmt: skip


def yuan(fen: int | None) -> Decimal | None:
    return None if fen is None else to_yuan(fen)


def facts(columns: tuple[Column, ...], fact: Any) -> dict[str, Any]:
    """The values of a fact row; sealed ones masked."""
    found: dict[str, Any] = {}
    for column in columns:
        if column.sensitivity is Sensitivity.SEALED:
            found[column.name] = values.masked(column, getattr(fact, f"{column.name}_sealed"))
        else:
            stored = (
                getattr(fact, column.name, None) if hasattr(fact, column.name) else getattr(fact, f"{column.name}_fen")
            )
            found[column.name] = values.write(column, stored)
    return found


class MemberOut(Schema):
    """A member of a household on the day asked for."""

    person: str
    relation: str
    since: date
    values: PersonValues  # type: ignore[valid-type]


def member(one: Member) -> dict[str, Any]:
    """A member as it is answered."""
    return {
        "person": one.person.number, "relation": one.membership.relation, "since": one.membership.valid_from,
        "values": person_values(one),
    }  # fmt: skip


def person_values(one: Member) -> dict[str, Any]:
    """The values of a person with the document, its number masked."""
    identity = one.identities[0] if one.identities else None
    number, kind = sorted(DOCUMENT, key=lambda column: column.name != "id_number")
    own = {
        number.name: values.masked(number, identity.number_sealed) if identity else None,
        kind.name: identity.document_kind if identity else None,
    }
    return own | facts(PERSON, one.fact)


def context(on: date, *, village: int, synthetic: bool = False) -> Context:
    """How values that came in are read: divisions by code or name, codes as they hold in the village on the day."""
    return Context(on=on, division=places().find, synthetic=synthetic, place=codes.at(village))


def day(on: date | None) -> date:
    """The day asked for, else today."""
    return on or clock.today()
