"""The columns that the list of households can show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext_lazy as _

from fupin.core.columns import Column, Kind, Sensitivity
from fupin.core.templatetags.fupin import number, yuan
from fupin.registry import words
from fupin.registry.models import HouseholdFact
from fupin.registry.sheets import HOUSEHOLDS
from fupin.registry.views.shown import is_english, name_of, raw, text_of


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column of the list. `is_open`: it may leave the screen in copies and pictures."""

    name: str
    label: Any
    is_number: bool = False
    is_open: bool = True
    column: Column | None = None
    group: Any = ""


ALWAYS = ("head_name", "number")
DEFAULT = ("village", "persons", "status", "main_cause", "per_head")
_OWN = (
    ListColumn("head_name", _("户主"), is_open=False),
    ListColumn("number", _("户编号"), is_open=False),
    ListColumn("village", _("所在村")),
    ListColumn("persons", _("人数"), is_number=True),
    ListColumn("status", _("状态")),
    ListColumn("monitor_kind", _("监测类别")),
    ListColumn("household_kind", _("户属性")),
    ListColumn("main_cause", _("主要致贫原因")),
    ListColumn("per_head", _("人均纯收入（元）"), is_number=True),
    ListColumn("income_year", _("核算年度"), is_number=True),
)
_NUMBERS = (Kind.INTEGER, Kind.DECIMAL, Kind.YEAR, Kind.MONEY)
_FACTS = {f.name for f in HouseholdFact._meta.concrete_fields} | {"phone", "bank_account"}
COLUMNS: dict[str, ListColumn] = {column.name: column for column in _OWN}
COLUMNS |= {
    column.name: ListColumn(
        column.name, column.label, column.kind in _NUMBERS, column.sensitivity is Sensitivity.OPEN, column, column.group
    )
    for column in HOUSEHOLDS
    if column.name in _FACTS and column.name not in COLUMNS
}


def needs_facts(chosen: Sequence[str]) -> bool:
    """Does the choice show more than the cards carry?"""
    return any(COLUMNS[name].column is not None for name in chosen)


def choosable() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """Every column under its heading, with the label in the reader's language."""
    groups: dict[Any, list[tuple[str, Any]]] = {}
    for name, column in COLUMNS.items():
        label = name_of(column.column) if column.column else column.label
        if name not in ALWAYS:
            groups.setdefault(words.heading(column.group, english=is_english()) or _("常用"), []).append((name, label))
    return list(groups.items())


Reader = Callable[[Any], str]


def readers_of(chosen: Sequence[str], on: date, names: Any) -> list[Reader]:
    """What reads the cell of each chosen column out of a row. Words and places are looked up once a list, not a row."""
    return [_CELLS[name](on, names) if name in _CELLS else _fact(name, on) for name in chosen]


def _fact(name: str, on: date) -> Reader:
    column = COLUMNS[name].column
    return lambda row: "" if row.fact is None or column is None else text_of(column, raw(column, row.fact), on)


def _village(on: date, names: Any) -> Reader:
    @cache
    def said(village: int) -> str:
        return "".join(node.name for node in names.path(village)[-2:])

    return lambda row: said(row.village_id)


def _label(field: str) -> Callable[[date, Any], Reader]:
    def reader(on: date, names: Any) -> Reader:
        said = cache(partial(words.label, words.binding(field), on=on, english=is_english()))
        read = attrgetter(field)
        return lambda row: said(read(row))

    return reader


_CELLS: dict[str, Callable[[date, Any], Reader]] = {
    "head_name": lambda on, names: attrgetter("head_name"),
    "number": lambda on, names: attrgetter("number"),
    "village": _village,
    "persons": lambda on, names: lambda row: number(row.persons),
    "status": _label("status"),
    "monitor_kind": _label("monitor_kind"),
    "household_kind": _label("household_kind"),
    "main_cause": _label("main_cause"),
    "per_head": lambda on, names: lambda row: yuan(row.per_head_fen, 0) if row.per_head_fen is not None else "",
    "income_year": lambda on, names: lambda row: str(row.income_year or ""),
}
