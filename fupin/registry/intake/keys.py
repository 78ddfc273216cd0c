"""Search keys that are only added, laid in the order of their indexes before the rows that they speak of (SQLite).

A transaction of an import brings names and phones from every corner of the alphabet and so changes nearly every page of
its banner's three indexes; written to the log time and again, these pages were most of what an import wrote. Laid for a
whole part at once, each is written once. Until its person is written, a key finds nobody. Who makes the keys of such a
household anew meanwhile takes the laid ones away: that is seen, and the rest of the part writes its own. A portion that
is given back has the keys of its households made anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from polars import col

from fupin.registry.cards import among, listed
from fupin.registry.intake.carrying import ALIAS, Load, load_of
from fupin.registry.intake.portions import Part

TABLE = "registry_searchkey"
FIRST_ROWS = 1_000


@dataclass(slots=True)
class Laid:
    """The keys of a part that lie in the table: ranges of their ids (exclusive, inclusive), and how many they are."""

    ranges: list[tuple[int, int]]
    count: int


def take_apart(part: Part) -> None:
    """In the preparing process: take the keys that nothing makes room for out of the part's loads, in the order of the
    indexes. Those of a person who gets another name stay, for the old ones go first."""
    at = next((at for at, load in enumerate(part.loads) if load.table == TABLE), None)
    if at is None:
        return
    whole = part.loads[at]
    assert whole.frame is not None
    renamed = [person for portion in part.portions for person in portion.renamed]
    is_added = col("person_id").is_not_null() & ~col("person_id").is_in(renamed)
    rows = whole.frame.with_columns(whole.portions())
    ahead, kept = rows.filter(is_added), rows.filter(~is_added)
    ahead = ahead.sort("banner_id", "pinyin", "key", nulls_last=True)
    part.ahead = Load(TABLE, whole.columns, {0: (0, ahead.height)}, frame=ahead)
    part.loads[at : at + 1] = (
        [load_of(TABLE, whole.columns, kept.drop("portion"), kept["portion"])] if kept.height else []
    )


def lay(part: Part, wrote: Callable[[float], float]) -> Laid | None:
    """Write the keys of a part in several transactions. `wrote` is told the seconds of each, and tells those of the next."""
    if part.ahead is None:
        return None
    laid, rows, most = Laid([], 0), part.ahead.spans[0][1], FIRST_ROWS // 4
    while laid.count < rows:
        with transaction.atomic(), connection.cursor() as cursor:
            started = time.monotonic()
            cursor.execute(
                f"INSERT INTO {TABLE} ({part.ahead.names}) SELECT {part.ahead.names} FROM {_source(part)}"
                " WHERE rowid > %s AND rowid <= %s ORDER BY rowid",
                [laid.count, laid.count + most],
            )
            count = cursor.rowcount
            cursor.execute("SELECT last_insert_rowid()")  # this transaction alone writes, so its ids follow one another
            last = cursor.fetchone()[0]
            took = time.monotonic() - started
        laid.ranges.append((last - count, last))
        laid.count += count
        most = max(FIRST_ROWS // 4, min(2 * most, int(count * wrote(took) / took)))
    return laid


def complete(part: Part, portions: Sequence[int], laid: Laid | None) -> None:
    """Inside the transaction that writes what the keys speak of: they are there afterwards, once."""
    if part.ahead is None or (laid is not None and _count(laid) == laid.count):
        return
    of = f"FROM {_source(part)} w WHERE {among('w.portion')}"
    same = "k.household_id = w.household_id AND k.person_id = w.person_id AND k.key IS w.key AND k.pinyin IS w.pinyin"
    with connection.cursor() as cursor:
        # A merge that was killed may have laid them.
        cursor.execute(
            f"DELETE FROM {TABLE} WHERE id IN (SELECT k.id {of.replace('WHERE', f'JOIN {TABLE} k ON {same} WHERE')})",
            [listed(portions)],
        )
        cursor.execute(f"INSERT INTO {TABLE} ({part.ahead.names}) SELECT {part.ahead.names} {of} ORDER BY w.rowid",
                       [listed(portions)])  # fmt: skip


def _source(part: Part) -> str:
    return f"{ALIAS}.t{len(part.loads) + 1}"


def _count(laid: Laid) -> int:
    """How many of the laid keys are still there."""
    there = 0
    with connection.cursor() as cursor:
        for before, last in laid.ranges:
            cursor.execute(f"SELECT count(*) FROM {TABLE} WHERE id > %s AND id <= %s", [before, last])
            there += cursor.fetchone()[0]
    return there
