"""The values that hold: what the documents set, and over it what an office set for itself."""

from __future__ import annotations

from datetime import date
from typing import Any

from fupin.policy import parameters


def value(name: str, *, on: date, division: int | None = None) -> Any:
    """The value of a parameter on a day, for a division (its id) or in general.

    Raises `policy.parameters.UnknownParameter`, `NotInForce`.
    """
    return parameters.value(name, on=on)
