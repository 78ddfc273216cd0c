"""The numbers that procedures go by: fixed ones, and parameters as they hold for a division on a day.

An office may set its own value of a parameter; who knows them sits above, and hands the reader in at start.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

from fupin.policy import parameters

Resolve = Callable[[str, date, Collection[int | None]], Mapping[int | None, Any]]
"""The value of a parameter on a day, for each of several divisions (None: the whole region)."""


def _shipped(name: str, on: date, divisions: Collection[int | None]) -> Mapping[int | None, Any]:
    return dict.fromkeys(divisions, parameters.value(name, on=on))


_resolve: Resolve = _shipped


def use(resolve: Resolve) -> None:
    """Read parameters this way from now on: `config` hands in the reader that knows the offices' own values."""
    global _resolve
    _resolve = resolve


class Numbers:
    """What parameters say in some divisions: each is asked for once a day, for all of the divisions together."""

    def __init__(self, divisions: Collection[int | None] = (None,)) -> None:
        self._divisions = frozenset(divisions)
        self._known: dict[tuple[str, date], Mapping[int | None, Any]] = {}

    def value(self, name: Any, on: date, division: int | None = None) -> Any:
        """A parameter's value; what is no name of one is its own value. Raises NotInForce."""
        if not isinstance(name, str):
            return name
        found = self._known.get((name, on))
        if found is None or division not in found:
            found = _resolve(name, on, self._divisions | {division})
            self._known[name, on] = found
        return found[division]


def bounds(name: int | str, since: date, until: date | None) -> tuple[int, int | None]:
    """The least and the most that a number may be between two days: what the documents say, and how far an office may
    go from it. The most is None where nothing bounds it."""
    if not isinstance(name, str):
        return name, name
    setting = parameters.parameter(name)
    rows = [row for row in setting.values if until is None or row.since < until]
    rows = [row for n, row in enumerate(rows) if n + 1 == len(rows) or rows[n + 1].since > since]
    shipped = [int(row.value) for row in rows if row.value is not None]
    if not setting.level:
        return min(shipped), max(shipped)
    floor = int(setting.floor) if setting.floor is not None else 0
    return min(floor, *shipped), None if setting.ceiling is None else max(int(setting.ceiling), *shipped)
