"""Household and person numbers: the 12-digit code of the village of first registration, and a serial.

Numbers are handed out once and never again: a cancelled import leaves a gap, a merged village keeps its numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from django.db import connection, transaction

from fupin.registry.models import NumberSeries

NumberKind = Literal["household", "person"]
_TABLE = NumberSeries._meta.db_table
_BATCH = 5_000
SERIAL_DIGITS: dict[NumberKind, int] = {"household": 5, "person": 6}


def allocate(kind: NumberKind, wanted: Mapping[str, int]) -> dict[str, range]:
    """Take `n` serials for each village code; returns the range of serials that is now ours, by village code.

    One statement for thousands of villages, in one short transaction, whatever the count. `write` makes the number of a serial.
    """
    codes = sorted(code for code, count in wanted.items() if count > 0)
    if not codes:
        return {}
    taken: dict[str, range] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        for start in range(0, len(codes), _BATCH):
            batch = codes[start : start + _BATCH]
            places = ", ".join(["(%s, %s, %s)"] * len(batch))
            cursor.execute(
                f"INSERT INTO {_TABLE} (kind, village_code, last) VALUES {places} ON CONFLICT (kind, village_code)"
                f" DO UPDATE SET last = {_TABLE}.last + excluded.last RETURNING village_code, last",
                [value for code in batch for value in (kind, code, wanted[code])],
            )
            taken |= {code: range(last - wanted[code] + 1, last + 1) for code, last in cursor.fetchall()}
    return taken


def write(kind: NumberKind, village_code: str, serial: int) -> str:
    """The number of a serial in a village."""
    return f"{village_code}{serial:0{SERIAL_DIGITS[kind]}d}"
