"""Somebody who left joins again, here or in another household: the person keeps the number for life."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from fupin.core import id_numbers, sealing
from fupin.core.ids import new_ids
from fupin.core.refusals import NotFound, Refused, Stale
from fupin.registry import words
from fupin.registry.models import Membership, Person, PersonFact, PersonIdentity
from fupin.registry.operations.acts import lock_persons
from fupin.registry.operations.dated import Edit, write_edits
from fupin.registry.operations.persons import DOCUMENT
from fupin.registry.queries.gates import person_for

_OWN = DOCUMENT | {"relation", "joined_by"}


def find(members: Sequence[Mapping[str, Any]], *, by: Any, on: date) -> dict[int, Membership]:
    """Who among the new members was registered before and is in no household now: position → last membership.

    Raises Refused where that person has died, or left only after the day.
    """
    asked = {at: number for at, values in enumerate(members) if (number := _number(values, on))}
    tokens = {at: sealing.tokens(number, "id") for at, number in asked.items()}
    numbers = PersonIdentity.objects.open().filter(
        number_area__in={id_numbers.area_of(number) for number in asked.values()},
        number_token__in=[each for some in tokens.values() for each in some],
    )
    known = {bytes(row.number_token): row.person_id for row in numbers.filter(is_temporary=False)}
    last: dict[int, Membership] = {}
    for row in Membership.objects.filter(person__in=known.values()).select_related("person").order_by("valid_from"):
        last[row.person_id] = row
    persons = {at: next((known[each] for each in some if each in known), 0) for at, some in tokens.items()}
    found = {at: last.get(person) for at, person in persons.items()}
    gone = {at: row for at, row in found.items() if row is not None and row.valid_to is not None}
    for row in gone.values():
        _check(row, by, on)
    if len({row.person_id for row in gone.values()}) < len(gone):
        raise Refused(_("本次填写的证件号码有重复，请核对"), "duplicate")
    return gone


def _number(values: Mapping[str, Any], on: date) -> str:
    number = values.get("id_number") or ""
    read = id_numbers.read(number, synthetic=True, document=values.get("document_kind") or "", on=on)
    return "" if read.errors else read.text18


def _check(row: Membership, by: Any, on: date) -> None:
    what = {"person": row.person.number, "day": row.valid_to}
    if row.left_by == words.DEATH:
        try:
            person_for(by, row.person.number)
        except NotFound:
            raise Refused(_("该证件号码登记的人员已因死亡减少，请核对证件号码"), "duplicate") from None
        raise Refused(_("该证件号码登记的人员 %(person)s 已于 %(day)s 因死亡减少，请核对证件号码") % what, "duplicate")
    if row.valid_to is not None and row.valid_to > on:
        raise Refused(_("人员 %(person)s 在 %(day)s 才离开原户，发生日期不能更早") % what, "happened_on")


def join_again(
    rows: Sequence[tuple[int, int, Mapping[str, Any]]], *, on: date, by: Any, source: str
) -> dict[int, Person]:
    """Take persons into households again: (person, household, member's values). What differs is written as a change."""
    persons = lock_persons({person: None for person, _household, _values in rows})
    later = Membership.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), person__in=list(persons))
    if (tie := later.select_related("person").first()) is not None:
        # Somebody took them in while this act waited for its turn.
        raise Stale(_("人员 %(person)s 刚被登记入户，请刷新后核对") % {"person": tie.person.number}, "stale")
    edits = [
        Edit(person, {n: v for n, v in values.items() if n not in _OWN and v not in (None, "")})
        for person, _household, values in rows
    ]
    write_edits(PersonFact, "person", edits, on=on, by=by, source=source)
    Membership.objects.bulk_create(
        Membership(
            id=pk, person_id=person, household_id=household, relation=values.get("relation") or "99",
            joined_by=values.get("joined_by") or words.MOVED_IN, valid_from=on, source=source,
            recorded_by=getattr(by, "pk", None),
        )
        for pk, (person, household, values) in zip(new_ids(len(rows)), rows, strict=True)
    )  # fmt: skip
    return persons
