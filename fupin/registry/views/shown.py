"""Stored values as a page shows them: the words of the day, money in yuan, sealed numbers masked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from fupin.accounts import trail
from fupin.core import id_numbers, people, sealing
from fupin.core.columns import Column, Kind, Sensitivity, english_name, unit_of
from fupin.core.repeating import pattern
from fupin.core.templatetags.fupin import number, yuan
from fupin.registry import words

_MASKS: dict[Kind, Callable[[str], str]] = {
    Kind.ID_NUMBER: id_numbers.mask,
    Kind.PHONE: id_numbers.mask_phone,
    Kind.ACCOUNT: id_numbers.mask_account,
}


def is_english() -> bool:
    """Is the reader's language English?"""
    return (get_language() or "").startswith("en")


def name_of(column: Column, english: bool | None = None) -> str:
    """A column's official Chinese name, or its English name in words."""
    english = is_english() if english is None else english
    return english_name(column) if english else column.label


@dataclass(frozen=True, slots=True)
class Shown:
    """One value on a page."""

    name: str
    label: str
    text: str
    unit: str
    is_sealed: bool


@dataclass(frozen=True, slots=True)
class Section:
    """Values under one heading; those not filled in are counted and shown on request."""

    title: str
    filled: list[Shown]
    empty: list[Shown]


def raw(column: Column, row: Any) -> Any:
    """The value of a column in a fact row, unsealed where it is sealed."""
    if column.sensitivity is Sensitivity.SEALED:
        sealed = getattr(row, f"{column.name}_sealed", None)
        return sealing.unseal(sealed) if sealed is not None else ""
    name = f"{column.name}_fen" if column.kind is Kind.MONEY else column.name
    return getattr(row, name, None)


def text_of(column: Column, value: Any, on: date, english: bool | None = None) -> str:
    """A value in the words of the day; empty for nothing. Who shows many says once which language it is."""
    english = is_english() if english is None else english
    if value is None or value == "":
        return ""
    match column.kind:
        case Kind.CODE | Kind.CODES:
            return words.label(column.codes, str(value), on, english=english)
        case Kind.YES_NO:
            return ("Yes" if value else "No") if english else ("是" if value else "否")
        case Kind.MONEY:
            return yuan(value)
        case Kind.INTEGER | Kind.DECIMAL:
            return number(value)
        case Kind.ID_NUMBER | Kind.PHONE | Kind.ACCOUNT:
            return _MASKS[column.kind](str(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def shown(column: Column, row: Any, on: date, english: bool) -> Shown:
    """One column of a fact row."""
    text = text_of(column, raw(column, row), on, english)
    is_sealed = column.sensitivity is Sensitivity.SEALED
    return Shown(column.name, name_of(column, english), text, unit_of(column, english=english), is_sealed)


def sections(columns: Iterable[Column], row: Any, on: date, *, but: frozenset[str] = frozenset()) -> list[Section]:
    """The columns that a fact row has, under their headings."""
    found: dict[str, Section] = {}
    english = is_english()
    for column in columns:
        attribute = f"{column.name}_sealed" if column.sensitivity is Sensitivity.SEALED else column.name
        attribute = f"{column.name}_fen" if column.kind is Kind.MONEY else attribute
        if column.name in but or not hasattr(row, attribute) or column.kind is Kind.DIVISION:
            continue
        one = shown(column, row, on, english)
        if column.group not in found:
            found[column.group] = Section(words.heading(column.group, english=english), [], [])
        section = found[column.group]
        (section.filled if one.text else section.empty).append(one)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Block:
    """A section ready for the page: its values as markup, the labels of what is not filled in."""

    title: str
    facts: SafeString
    unfilled: list[str]


def blocks(found: Iterable[Section], *, history: str, may_reveal: bool) -> list[Block]:
    """The sections with each value opening where it came from (`history` is the address of the record's history)."""
    fills = {
        is_sealed: pattern("registry/parts/fact.html", history=history, reveals=is_sealed and may_reveal)
        for is_sealed in (False, True)
    }

    def fact(one: Shown) -> SafeString:
        return fills[one.is_sealed]([{"name": one.name, "label": one.label, "text": f"{one.text} {one.unit}".strip()}])

    return [
        Block(section.title, mark_safe("".join(map(fact, section.filled))), [one.label for one in section.empty])  # noqa: S308
        for section in found
    ]


def act_lines(entries: Iterable[Any]) -> list[tuple[Any, str, str]]:
    """Entries of the trail with their acts in words and who acted."""
    rows = list(entries)
    return list(zip(rows, (trail.act_said(row.act) for row in rows), people.named(rows), strict=True))
