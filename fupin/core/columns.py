"""Spreadsheet and form columns as objects: one declaration serves import, export, template, form, list and API."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """How a cell is read, checked, stored and shown."""

    TEXT = "text"
    CODE = "code"
    """one code of a code list; code or label is read, the code is stored"""
    CODES = "codes"
    """several codes, separated by , ， 、 or ;"""
    YES_NO = "yes_no"
    """是/否, 1/0, Y/N; empty is not known"""
    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    """yuan with two decimals at the edge, fen inside"""
    DATE = "date"
    YEAR = "year"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    ACCOUNT = "account"
    DIVISION = "division"
    """a 12-digit code, or a name that is unique below the rows' division"""


class Sensitivity(StrEnum):
    OPEN = "open"
    PERSONAL = "personal"
    """name, birth day: shown to those who may see the row, never on copies and pictures"""
    SEALED = "sealed"
    """id number, phone, account: encrypted at rest, masked wherever shown, revealed with a purpose"""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a record type.

    `name` is the English name (file header, API, condition), `label` the official Chinese header, `aliases` other
    headers that are read. `codes` names the code list of a CODE or CODES column. `key` marks what identifies a row.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    aliases: tuple[str, ...] = ()
    codes: str = ""
    unit: str = ""
    required: bool = False
    key: bool = False
    max_length: int | None = None
    decimals: int = 2
    least: Decimal | int | None = None
    most: Decimal | int | None = None
    sensitivity: Sensitivity = Sensitivity.OPEN
    national: str = ""
    """the national register's field code"""
    note: str = ""
    example: str = ""
    group: str = ""
    """the heading of the form section that it stands under"""


_UNITS = {
    "亩": "mu", "元": "yuan", "人": "persons", "户": "households", "月": "months", "公里": "km", "平方米": "m²", "个": "",
}  # fmt: skip
_ASKED = ("is_", "has_")
_UNIT_ENDS = ("_mu", "_km", "_m2", "_fen")


def english_name(column: Column) -> str:
    """The English heading of a column: its name in words, without what only programs need.

    `is_herder` is Herder; `cultivated_mu` is Cultivated, as its unit stands beside the value.
    """
    name = column.name
    for start in _ASKED:
        name = name.removeprefix(start)
    for end in _UNIT_ENDS if column.unit else ():
        name = name.removesuffix(end)
    return name.replace("_", " ").capitalize()


def unit_of(column: Column, *, english: bool) -> str:
    """The unit of a column in the reader's language."""
    return _UNITS.get(column.unit, column.unit) if english else column.unit
