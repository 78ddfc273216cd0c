"""Households for the tests of this app: made by the app's own operations, ids from the synthetic area."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from fupin.core.sealing import check_character
from fupin.registry.models import Household, Membership
from fupin.registry.operations import NewHousehold, register_households

DAY = date(2018, 3, 1)
_serial = count()


def id_number(born: str = "19600101", sex: str = "1") -> str:
    """A valid number of the synthetic area, each time another."""
    order = next(_serial) * 2 % 1000
    body = f"1599{next(_serial) % 90 + 10}{born}{order // 10 * 10 + (1 if sex == '1' else 2):03d}"
    return body + check_character(body)


def member(name: str, relation: str, born: str = "19600101", sex: str = "1", **more: Any) -> dict[str, Any]:
    return {"name": name, "relation": relation, "id_number": id_number(born, sex), "document_kind": "01", **more}


def family(
    village: Any, *, by: Any, on: date = DAY, members: list[dict[str, Any]] | None = None, **values: Any
) -> Household:
    """A household of a man, his wife and a son, unless said otherwise."""
    members = members or [
        member("宝音", "01"),
        member("乌云", "02", "19620305", "2"),
        member("巴特尔", "03", "19900910"),
    ]
    new = NewHousehold(village=village.pk, members=members, values=values, is_synthetic=True)
    (number,) = register_households(households=[new], by=by, on=on)
    return Household.objects.get(number=number)


def two_spouses(village: Any, *, by: Any) -> Household:
    """The same household with the son entered as a second spouse, as a register that was taken over may have it."""
    made = family(village, by=by)
    Membership.objects.filter(household=made, relation="03").update(relation="02")
    return made
