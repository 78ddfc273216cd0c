"""Columns over the API: the one declaration of a record's columns as JSON, in and out.

Codes stay codes, several of them a list, divisions are named by code, amounts are yuan as exact text; sealed values
go out masked. What comes in is read by `core.cells`, like a form and a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ninja import Field, Schema
from pydantic import ConfigDict, create_model

from fupin.core import cells, id_numbers, sealing
from fupin.core.columns import Column, Kind, Sensitivity
from fupin.core.money import to_yuan
from fupin.core.places import places
from fupin.core.refusals import Refused

_TYPES: dict[Kind, Any] = {
    Kind.CODES: list[str], Kind.YES_NO: bool, Kind.INTEGER: int, Kind.YEAR: int, Kind.DATE: date,
    Kind.DECIMAL: Decimal, Kind.MONEY: Decimal,
}  # fmt: skip
_TEXTS = (Kind.TEXT, Kind.CODE, Kind.CODES)


def schema_of(name: str, columns: Iterable[Column], *, description: str) -> type[Schema]:
    """A schema with one optional property a column; what is not named is not known, and not changed when written."""
    fields: dict[str, Any] = {
        column.name: (_TYPES.get(column.kind, str) | None, Field(None, title=column.label, description=_told(column)))
        for column in columns
    }
    made = create_model(name, __base__=Schema, __doc__=description, **fields)
    made.model_config = ConfigDict(**made.model_config, extra="forbid")
    made.model_rebuild(force=True)
    return made


def _told(column: Column) -> str:
    parts = [column.label]
    if column.codes:
        parts.append(f"codes: {column.codes}")
    if column.unit:
        parts.append(f"unit: {column.unit}")
    if column.sensitivity is Sensitivity.SEALED:
        parts.append("masked when read")
    return "; ".join(parts)


def read(columns: Iterable[Column], given: Mapping[str, Any], *, context: cells.Context) -> dict[str, Any]:
    """JSON values as they are stored; null and empty empty a field. Raises Refused with every problem."""
    by_name = {column.name: column for column in columns}
    found: dict[str, Any] = {}
    problems: list[str] = []
    for name, value in given.items():
        column = by_name[name]
        stored, problem = cells.parse(column, _text(value), context=context)
        if problem is not None:
            problems.append(problem.sentence)
        empty = stored is None or stored is cells.ERASE
        found[name] = ("" if column.kind in _TEXTS else None) if empty else stored
    if problems:
        raise Refused(problems, "invalid")
    return found


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list):
        return ",".join(map(str, value))
    return value.isoformat() if isinstance(value, date) else str(value)


def write(column: Column, value: Any) -> Any:
    """A stored value as JSON says it."""
    if value is None:
        return None
    match column.kind:
        case Kind.CODES:
            return [code for code in str(value).split(",") if code]
        case Kind.MONEY:
            return str(to_yuan(value))
        case Kind.DECIMAL:
            return str(value)
        case Kind.DIVISION:
            return places().code(value)
    return value


_MASKS = {Kind.ID_NUMBER: id_numbers.mask, Kind.PHONE: id_numbers.mask_phone, Kind.ACCOUNT: id_numbers.mask_account}


def masked(column: Column, sealed: Any) -> str | None:
    """A sealed value as everybody may see it."""
    return None if sealed is None else _MASKS[column.kind](sealing.unseal(bytes(sealed)))
