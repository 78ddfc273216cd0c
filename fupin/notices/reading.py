"""What the register says for a sheet, as of the day of posting, set-wise: name of the head, persons, group, category.

No other column of the register is read here: what is not read cannot be shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fupin.core.money import to_yuan
from fupin.divisions.queries import tree
from fupin.notices.rendering import Row
from fupin.notices.words import TELLS_HEALTH
from fupin.registry import words
from fupin.registry.models import HouseholdCard, HouseholdFact, Membership, PersonFact, RegisterStatus

_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Line:
    """A line to be posted: whose it is, which household or division it shows, and what the caller itself says of it.

    `shown` holds words for fields of the sheet (`category` of a procedure, `note` of a village); others are not looked at.
    """

    subject: str
    household: int | None = None
    division: int | None = None
    shown: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What was read of a household."""

    village: int
    row: Row


def households(ids: Sequence[int], fields: Sequence[str], *, on: date) -> dict[int, Known]:
    """The households as they stood on a day, those that the register had then; a few queries for thousands."""
    found: dict[int, Known] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), _AT_ONCE):
        found |= dict(_chunk(wanted[start : start + _AT_ONCE], fields, on))
    return found


def _chunk(ids: list[int], fields: Sequence[str], on: date) -> Iterator[tuple[int, Known]]:
    facts = HouseholdFact.objects.on(on).filter(household__in=ids)
    heads, persons = _members(ids, on)
    statuses = RegisterStatus.objects.on(on).filter(household__in=ids) if "category" in fields else ()
    categories = {one.household_id: _category(one, on) for one in statuses}
    incomes = _incomes(ids) if "income" in fields else {}
    for one in facts.only("household_id", "village_id", "village_group", "main_cause", "risks"):
        count = persons.get(one.household_id, 0)
        values = {
            "head_name": heads.get(one.household_id, ""), "persons": str(count), "village_group": one.village_group,
            "category": categories.get(one.household_id) or words.word("ordinary", on), "income": incomes.get(one.household_id, ""),
            "cause": _cause(one, on) if "cause" in fields else "",
        }  # fmt: skip
        yield (
            one.household_id,
            Known(one.village_id, Row({name: values[name] for name in fields if name in values}, count)),
        )


def _members(ids: list[int], on: date) -> tuple[dict[int, str], dict[int, int]]:
    """The name of each head, and how many persons each household had."""
    head_of: dict[int, int] = {}
    persons: dict[int, int] = {}
    rows = Membership.objects.on(on).filter(household__in=ids).order_by("id")
    for household, person, relation in rows.values_list("household_id", "person_id", "relation"):
        persons[household] = persons.get(household, 0) + 1
        if relation == words.HEAD:
            head_of.setdefault(household, person)
    names = dict(PersonFact.objects.on(on).filter(person__in=list(head_of.values())).values_list("person_id", "name"))
    return {household: names.get(person, "") for household, person in head_of.items()}, persons


def _category(one: RegisterStatus, on: date) -> str:
    """Which kind of household the register says it is, in the words of the day."""
    if one.monitor_kind in words.MONITORED:
        return words.label("monitor_kind", one.monitor_kind, on)
    if one.status in words.NOT_EXITED:
        return words.word("registered", on)
    return words.word("exited", on) if one.status in words.EXITED else ""


def _cause(one: HouseholdFact, on: date) -> str:
    """The cause or the risks, without those that say that somebody is ill or disabled."""
    if one.main_cause:
        return "" if one.main_cause in TELLS_HEALTH["main_cause"] else words.label("main_cause", one.main_cause, on)
    told = [code for code in one.risks.split(",") if code and code not in TELLS_HEALTH["risk_cause"]]
    return words.label("risk_cause", ",".join(told), on)


def _incomes(ids: list[int]) -> dict[int, str]:
    rows = HouseholdCard.objects.filter(household__in=ids, per_head_fen__isnull=False)
    return {pk: f"{to_yuan(fen):.2f}" for pk, fen in rows.values_list("household_id", "per_head_fen")}


def division_row(line: Line) -> Row:
    """A line about a village or banner: its name, and what was said of it."""
    return Row({"name": tree().full_name(line.division or 0, "banner"), "note": line.shown.get("note", "")})


def with_own_words(row: Row, line: Line, fields: Sequence[str]) -> Row:
    """A household's line with the words of the caller over those of the register."""
    own: dict[str, Any] = {name: str(text) for name, text in line.shown.items() if name in fields and text}
    return Row({**row.values, **own}, row.persons) if own else row
