"""What the templates of a ledger need: cells with their text, fields in groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from fupin.core.cells import label_of
from fupin.core.columns import Column, Kind, unit_of
from fupin.core.dated import SINCE_EVER
from fupin.core.ledgers import records
from fupin.core.ledgers.choices import is_number
from fupin.core.ledgers.declaration import Ledger, is_english
from fupin.core.ledgers.hidden import Hidden
from fupin.core.templatetags.fupin import NOTHING, number


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a row as it stands on a screen."""

    label: str
    text: str
    is_number: bool
    unit: str
    title: str = ""
    sealed: str = ""
    """the name of the column where a sealed number is there to be revealed"""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list."""

    key: Any
    href: str
    cells: list[Cell]


def headings(columns: Sequence[Column]) -> list[tuple[str, bool]]:
    """(label, is it a number) of each column."""
    return [(label_of(column), is_number(column)) for column in columns]


def cell(ledger: Ledger, row: Any, column: Column, *, full: bool = False) -> Cell:
    """One value with its label."""
    value = ledger.value(row, column)
    text = records.show(column, value, full=full)
    if column.kind is Kind.DATE and value == SINCE_EVER:
        text = _("起始日期不详")
    if is_number(column) and value is not None:
        text = number(text, 2 if column.kind is Kind.MONEY else None)
    unit = unit_of(column, english=is_english())
    sealed = column.name if isinstance(value, Hidden) else ""
    return Cell(label_of(column), text or NOTHING, is_number(column), unit, sealed=sealed)


def rows(ledger: Ledger, taken: Sequence[Any], columns: Sequence[Column]) -> list[Row]:
    """The rows of a page."""
    return [
        Row(key, reverse("ledgers:page", args=[ledger.name, key]), [cell(ledger, row, column) for column in columns])
        for row in taken
        for key in [records.key(ledger, row)]
    ]


def groups(ledger: Ledger, row: Any) -> list[tuple[str, list[Cell]]]:
    """All values of one row under the headings of its columns."""
    found: dict[str, list[Cell]] = {}
    for column in ledger.columns:
        found.setdefault(gettext(column.group) if column.group else "", []).append(cell(ledger, row, column, full=True))
    return list(found.items())


def lead(ledger: Ledger, row: Any) -> str:
    """What a row is called: its first text or division columns."""
    key = ledger.key_columns or ledger.columns[:2]
    return " · ".join(filter(None, (records.show(column, ledger.value(row, column)) for column in key[:3])))
