"""Conditions with the policy parameters at hand: what indicators, rules and measures say in text, ready to be judged."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from fupin.bulk.datasets import Type, declared
from fupin.conditions.parsing import Condition, parse
from fupin.core.money import to_fen
from fupin.policy import parameters
from fupin.policy.parameters import NotInForce
from fupin.rulebook import queries

_KINDS = {"money": Type.MONEY, "integer": Type.INTEGER, "number": Type.DECIMAL}


@cache
def condition(dataset: str, text: str) -> Condition:
    """A condition over a dataset, with every policy parameter at hand. Raises BadCondition, KeyError."""
    known = {name: _KINDS[one.kind] for name, one in parameters.parameters().items() if one.kind in _KINDS}
    return parse(text, declared.dataset(dataset), parameters=known)


def setting(name: str, on: date, division: int | None = None) -> Any:
    """A policy parameter as conditions compare with it: money in fen; None where it is not in force."""
    try:
        value = queries.value(name, on=on, division=division)
    except NotInForce:
        return None
    return to_fen(value) if parameters.parameter(name).kind == "money" and value is not None else value
