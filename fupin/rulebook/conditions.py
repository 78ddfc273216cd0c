"""Conditions with the policy parameters at hand: what indicators, rules and measures say in text, ready to be judged."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from fupin.bulk.datasets import Dataset, Type, declared
from fupin.conditions.parsing import Condition, parse
from fupin.conditions.sqltext import Circumstance, Placed
from fupin.core.money import to_fen
from fupin.policy import parameters
from fupin.policy.parameters import NotInForce
from fupin.rulebook import queries

_COLUMNS = {"village": "place_id", "township": "township_id", "banner": "banner_id", "league": "league_id",
            "region": "region_id"}  # fmt: skip
"""The columns of datasets that say in which division of a level a row lies, the nearest first."""
PARAMETER_TYPES = {"money": Type.MONEY, "integer": Type.INTEGER, "decimal": Type.DECIMAL}
"""The kinds of parameters that conditions compare with, as fields."""


def columns(dataset: Dataset, *, by_level: bool = False) -> dict[str, str]:
    """The columns of a dataset that say in which division a row lies; by column, or by level of the division."""
    held = {level: column for level, column in _COLUMNS.items() if column in dataset.names}
    return held if by_level else {column: column for column in held.values()}


@cache
def condition(dataset: str, text: str) -> Condition:
    """A condition that is in use, with every policy parameter at hand; it stays parsed. Raises BadCondition, KeyError."""
    return read_condition(dataset, text)


def read_condition(dataset: str, text: str) -> Condition:
    """The same for a text that somebody is still writing: nothing of it is kept."""
    known = {
        name: PARAMETER_TYPES[one.kind] for name, one in parameters.parameters().items() if one.kind in PARAMETER_TYPES
    }
    return parse(text, declared.dataset(dataset), parameters=known)


def setting(name: str, on: date, division: int | None = None) -> Any:
    """A policy parameter as conditions compare with it: money in fen; None where it is not in force."""
    try:
        value = queries.value(name, on=on, division=division)
    except NotInForce:
        return None
    return _compared(name, value)


def settings(names: Collection[str], on: date, division: int | None = None) -> dict[str, Any]:
    """The same for many parameters at one place; None for those that are not in force."""
    found = queries.many(names, on=on, division=division)
    return {name: _compared(name, found.get(name)) for name in names}


def _compared(name: str, value: Any) -> Any:
    return to_fen(value) if parameters.parameter(name).kind == "money" and value is not None else value


def circumstance(conditions: Sequence[Condition], on: date, relations: Mapping[str, str]) -> Circumstance:
    """What conditions need beside the records: the parameters of the day, by place where an office has its own."""
    names = sorted({name for one in conditions for name in one.settings})
    general, places = settings(names, on), queries.places_of(names, on=on)
    return Circumstance(on, {name: _placed(name, on, general[name], places[name]) for name in names}, dict(relations))


def _placed(name: str, on: date, general: Any, divisions: Sequence[tuple[str, int]]) -> Any:
    """The same for a whole register at once: one value, or values by place where documents or offices set their own."""
    places: dict[str, dict[int, Any]] = {}
    for level, division in divisions:
        places.setdefault(level, {})[division] = setting(name, on, division)
    if not places:
        return general
    return Placed(general, tuple((column, places[level]) for level, column in _COLUMNS.items() if level in places))
