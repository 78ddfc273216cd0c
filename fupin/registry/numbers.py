"""Household and person numbers: the 12-digit code of the village of first registration, and a serial.

Numbers are handed out once and never again: a cancelled import leaves a gap, a merged village keeps its numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from django.db import connection, transaction

from fupin.registry.models import NumberSeries

NumberKind = Literal["household", "person"]
SERIAL_DIGITS: dict[NumberKind, int] = {"household": 5, "person": 6}


def allocate(kind: NumberKind, wanted: Mapping[str, int]) -> dict[str, range]:
    """Take `n` serials for each village code; returns the range of serials that is now ours, by village code.

    One statement a call, in one short transaction, whatever the count. `write` makes the number of a serial.
    """
    codes = sorted(code for code, count in wanted.items() if count > 0)
    if not codes:
        return {}
    with transaction.atomic():
        NumberSeries.objects.bulk_create(
            [NumberSeries(kind=kind, village_code=code, last=0) for code in codes], ignore_conflicts=True
        )
        rows = NumberSeries.objects.filter(kind=kind).order_by("village_code")
        if connection.features.has_select_for_update:
            rows = rows.select_for_update()
        taken: dict[str, range] = {}
        series = [
            row
            for start in range(0, len(codes), 5_000)
            for row in rows.filter(village_code__in=codes[start : start + 5_000])
        ]
        for row in series:
            taken[row.village_code] = range(row.last + 1, row.last + 1 + wanted[row.village_code])
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {NumberSeries._meta.db_table} SET last = last + %s WHERE id = %s",
                [(wanted[row.village_code], row.pk) for row in series],
            )
    return taken


def write(kind: NumberKind, village_code: str, serial: int) -> str:
    """The number of a serial in a village."""
    return f"{village_code}{serial:0{SERIAL_DIGITS[kind]}d}"
