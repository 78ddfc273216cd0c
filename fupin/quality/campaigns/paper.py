"""The collection form on paper: what the register holds, boxes for coded fields, blanks for what is missing."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import segno

from fupin.core import codes
from fupin.core.cells import show
from fupin.core.columns import Column, Kind, english_name, unit_of
from fupin.policy.collection import Form
from fupin.quality.campaigns import held
from fupin.registry.words import heading

MOST_BOXES = 14
"""Codes of a list that stand as boxes on paper; of a longer one there is the value and room to write another."""


@dataclass(frozen=True, slots=True)
class Box:
    """A code that can be ticked."""

    label: str
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class Blank:
    """A field of the form: boxes, or the value that is held and room beside it."""

    label: str
    text: str = ""
    unit: str = ""
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """The form of one household, filled in."""

    number: str
    head_name: str
    village: int
    groups: list[tuple[str, list[Blank]]]
    members: list[list[Blank]]
    qr: str


def sheets(
    households: Sequence[int], form: Form, *, on: date, english: bool, masked: bool, address: Any
) -> list[Sheet]:
    """The forms of households in this order; who is no longer in the register has none. `address` makes the address that
    the printed code leads to, of a household's number."""
    found = held.read(households, on)
    asked = [held.COLUMNS["households"][name] for name in form.households]
    persons = [held.COLUMNS["persons"][name] for name in form.persons]
    lists = {
        column.codes: _items(column.codes, on, english) for column in asked if column.kind in (Kind.CODE, Kind.CODES)
    }
    made = []
    for pk in households:
        one = found.get(pk)
        if one is not None:
            groups = _groups(asked, one, lists, english=english, masked=masked)
            # The last one is empty: for a member who was born, married in or came back.
            rows = [[_plain(column, member.value(column), english=english, masked=masked) for column in persons]
                    for member in one.members] + [[_plain(column, None, english=english, masked=masked) for column in persons]]  # fmt: skip
            made.append(Sheet(one.card.number, one.card.head_name, one.card.village_id, groups, rows,
                              _qr(address(one.card.number))))  # fmt: skip
    return made


def _items(name: str, on: date, english: bool) -> list[tuple[str, str]]:
    items = codes.in_use(name, on=on, place=codes.NOWHERE).items
    return [(item.code, item.label_en if english else item.label) for item in items if item.holds(on)]


def _groups(
    columns: Iterable[Column], one: held.Held, lists: dict[str, list[tuple[str, str]]], *, english: bool, masked: bool
) -> list[tuple[str, list[Blank]]]:
    found: dict[str, list[Blank]] = {}
    for column in columns:
        blank = _blank(column, one.value(column.name), lists.get(column.codes, []), english=english, masked=masked)
        found.setdefault(heading(column.group, english=english), []).append(blank)
    return list(found.items())


def _blank(column: Column, value: Any, items: list[tuple[str, str]], *, english: bool, masked: bool) -> Blank:
    label, unit = _label(column, english), unit_of(column, english=english)
    if column.kind is Kind.YES_NO:
        yes, no = ("Yes", "No") if english else ("是", "否")
        return Blank(label, boxes=(Box(yes, value is True), Box(no, value is False)))
    if items and len(items) <= MOST_BOXES:
        held_codes = set(str(value or "").split(","))
        return Blank(label, boxes=tuple(Box(text, code in held_codes) for code, text in items))
    return Blank(label, show(column, value, masked=masked, english=english), unit)


def _plain(column: Column, value: Any, *, english: bool, masked: bool) -> Blank:
    """A member's field: one line, without boxes, for a household may have ten members."""
    return Blank(
        _label(column, english), show(column, value, masked=masked, english=english), unit_of(column, english=english)
    )


def _label(column: Column, english: bool) -> str:
    return english_name(column) if english else column.label


def _qr(address: str) -> str:
    """The QR code as part of the page: three hundred pictures of their own would be three hundred requests."""
    picture = io.BytesIO()
    segno.make(address, error="m").save(picture, kind="svg", scale=2, border=1, xmldecl=False, svgns=True)
    return picture.getvalue().decode()
