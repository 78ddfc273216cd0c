"""One row: its version, its values for people and for programs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import orjson

from fupin.core import cells
from fupin.core.columns import Column, Kind
from fupin.core.ledgers.declaration import Ahead, Ledger
from fupin.core.ledgers.hidden import Hidden
from fupin.core.money import to_yuan
from fupin.core.places import places

AHEAD = "@"
"""before the key of a row of the same file, where a division is meant that is not there yet"""


def version(ledger: Ledger, row: Any) -> str:
    """What an edit names as the state it was based on: a digest of the row's values, also the ETag of the API."""
    values = ledger.values(row).values()
    body = [value.mark() if isinstance(value, Hidden) else plain(value) for value in values]
    return hashlib.sha256(orjson.dumps(body, default=str)).hexdigest()[:20]


def plain(value: Any) -> Any:
    """A stored value in a form that JSON and the trail can keep: of a sealed number its mask."""
    if isinstance(value, Hidden):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, Ahead):
        return f"{AHEAD}{value.code}"
    return value


def show(column: Column, value: Any, *, full: bool = False) -> str:
    """A value as text for people: labels for codes, names for divisions, yuan for fen."""
    if value is None or value == "":
        return ""
    if column.kind is Kind.DIVISION:
        return places().full_name(value) if full else places().name(value)
    return cells.show(column, value)


def write(column: Column, value: Any, *, reveal: bool = False) -> str:
    """A value as it stands in a form field or a file: the code, the amount in yuan, the code of the division.

    A sealed number is masked unless it is revealed, which its caller has asked for and written down.
    """
    if value is None:
        return ""
    if isinstance(value, Hidden):
        return value.number if reveal else str(value)
    match column.kind:
        case Kind.DIVISION:
            return places().code(value)
        case Kind.MONEY:
            return str(to_yuan(value))
        case Kind.YES_NO:
            return "1" if value else "0"
        case Kind.CODE | Kind.CODES:
            return str(value)
    return cells.show(column, value, masked=True)


def record(ledger: Ledger, row: Any) -> dict[str, Any]:
    """One row for programs: column name → value; yuan as text with two decimals, divisions as codes."""
    answer: dict[str, Any] = {"id": str(key(ledger, row)), "version": version(ledger, row)}
    for column in ledger.columns:
        value = ledger.value(row, column)
        if column.kind in (Kind.DIVISION, Kind.MONEY) or isinstance(value, Decimal):
            answer[column.name] = write(column, value) if value is not None else None
        else:
            answer[column.name] = plain(value)
    return answer


def key(ledger: Ledger, row: Any) -> Any:
    """What addresses the row: its permanent number."""
    found: Any = row
    for part in ledger.lookup.split("__"):
        found = getattr(found, part)
    return found


def changes(ledger: Ledger, before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """{column: [old, new]} of what differs, in the form that the trail keeps."""
    differing: Iterable[str] = (name for name in after if differ(before.get(name), after[name]))
    return {name: [plain(before.get(name)), plain(after[name])] for name in differing}


def differ(one: Any, other: Any) -> bool:
    """Two numbers under one mask are two numbers."""
    if isinstance(one, Hidden) or isinstance(other, Hidden):
        return bool(one != other)
    return bool(plain(one) != plain(other))
