"""Which columns of a ledger somebody looks at: chosen in the list, remembered for the user."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fupin.core import preferences
from fupin.core.columns import Column, Kind
from fupin.core.ledgers.declaration import Ledger

MOST_BY_DEFAULT = 8


def shown(ledger: Ledger, user: Any) -> tuple[Column, ...]:
    """The columns that the user chose, else those that the ledger declares, else its first eight."""
    stored = preferences.read(user, f"columns.{ledger.name}", ())
    names = [name for name in stored if name in ledger.by_name] or list(ledger.shown)
    if names:
        return tuple(ledger.by_name[name] for name in names)
    return ledger.columns[:MOST_BY_DEFAULT]


def choose(ledger: Ledger, user: Any, names: Sequence[str]) -> None:
    """Remember the columns, in the order of the declaration; none means the ledger's own choice again."""
    wanted = [column.name for column in ledger.columns if column.name in names]
    preferences.write(user, f"columns.{ledger.name}", wanted or None)


def is_number(column: Column) -> bool:
    """Is the column shown to the right, with thin spaces?"""
    return column.kind in (Kind.INTEGER, Kind.DECIMAL, Kind.MONEY)
