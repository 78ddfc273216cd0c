"""Values as they stand in a backup: one form for what SQLite and PostgreSQL hand out differently."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

Converter = Callable[[Any], Any]


def _moment(value: Any) -> str:
    """A moment in UTC with microseconds, as text."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
        value = value.replace(tzinfo=UTC) if value.tzinfo is None else value
    return str(value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f"))


def _json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str | bytes) else value


def _decimal(places: int) -> Converter:
    unit = Decimal(1).scaleb(-places)
    return lambda value: str(Decimal(repr(value) if isinstance(value, float) else value).quantize(unit))


def outward(kind: str) -> Converter | None:
    """How a value of this kind leaves a database; None where it stays as it is."""
    if kind.startswith("decimal:"):
        return _decimal(int(kind.partition(":")[2]))
    plain: dict[str, Converter] = {
        "bool": bool,
        "date": str,
        "datetime": _moment,
        "json": _json,
        "binary": lambda value: b64encode(bytes(value)).decode(),
        "uuid": lambda value: UUID(str(value)).hex,
        "float": float,
    }
    return plain.get(kind)


def inward(kind: str, vendor: str) -> Converter | None:
    """How a value of this kind enters a database; None where it stays as it is."""
    common: dict[str, Converter] = {
        "json": lambda value: orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode(),
        "binary": b64decode,
    }
    if vendor == "sqlite":
        common |= {"bool": int, "datetime": _sqlite_moment}
    else:
        common |= {"datetime": lambda value: value + "+00", "uuid": lambda value: str(UUID(value))}
    return common.get(kind)


def _sqlite_moment(value: str) -> str:
    """As Django writes it: a blank for the T, no fraction where there is none."""
    return value.replace("T", " ").removesuffix(".000000")


def converters(kinds: list[str], choose: Callable[[str], Converter | None]) -> list[tuple[int, Converter]]:
    """The columns that must be converted, by their place."""
    return [(at, convert) for at, kind in enumerate(kinds) if (convert := choose(kind)) is not None]


def converted(row: list[Any], changes: list[tuple[int, Converter]]) -> list[Any]:
    """A row with those columns converted in place; nothing stays nothing."""
    for at, convert in changes:
        if row[at] is not None:
            row[at] = convert(row[at])
    return row
