"""Reads of accounts. What is served to a person starts at `accounts.scopes.within`."""

from __future__ import annotations

from fupin.core.refusals import NotFound
from fupin.divisions.models import Division, DivisionFact


def division_of_code(code: str) -> Division:
    """The division that uses a code today; a code of 2 to 9 digits stands for its 12-digit form. Raises NotFound."""
    fact = DivisionFact.objects.open().filter(code=code.ljust(12, "0")).select_related("division").first()
    if fact is None:
        raise NotFound(f"没有代码为 {code} 的行政区划。")
    return fact.division
