"""References of a merge's new rows, checked for a whole transaction at once instead of row by row.

PostgreSQL asks for each new row and each of its references whether the record is there, and marks that record as asked
for: a sixth of an import's work. A merge knows what it brings in itself; what its rows point to outside is looked up in
one question a table, with the same lock. Only where the database lets the account leave the row-by-row check to it
(`GRANT SET ON PARAMETER session_replication_role`); everywhere else, and for every other way to write, nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import polars
from django.db import connection
from django.db.utils import IntegrityError
from polars import col

from fupin.registry.cards import among, listed
from fupin.registry.intake.carrying import Load

POINTS_TO = {
    "person_id": "registry_person",
    "household_id": "registry_household",
    "account_id": "registry_incomeaccount",
    "village_id": "divisions_division",
}
FREE = ("registry_searchkey",)
"""Derived rows without a constraint."""
Outside = dict[int, dict[str, list[int]]]
"""portion → table → ids that its rows point to and that it does not bring in itself"""


def outside(loads: Sequence[Load]) -> Outside:
    """What the rows of a part, not stored away, point to outside their portion."""
    pointing: dict[str, list[polars.DataFrame]] = {}
    own: dict[str, list[polars.DataFrame]] = {}
    for load in loads:
        table, frame, of = load.table, load.frame, load.portions()
        assert frame is not None
        if table in POINTS_TO.values():
            own.setdefault(table, []).append(frame.select("id").with_columns(of))
        for column in () if table in FREE else frame.columns:
            if column in POINTS_TO:
                found = frame.select(col(column).alias("id")).with_columns(of).unique()
                pointing.setdefault(POINTS_TO[column], []).append(found)
    made: Outside = {}
    for table, frames in pointing.items():
        wanted = polars.concat(frames).unique().filter(col("id").is_not_null())
        if table in own:
            wanted = wanted.join(polars.concat(own[table]), on=["id", "portion"], how="anti")
        for portion, ids in wanted.group_by("portion").agg("id").rows():
            made.setdefault(portion, {})[table] = sorted(ids)
    return made


@contextmanager
def checked_together(found: Outside, portions: Sequence[int]) -> Iterator[None]:
    """What is written within is checked at the end of it, inside the transaction of the caller. Raises IntegrityError
    where a record is missing, as the database would. Cards, which are derived by a join, point to what was joined."""
    if not _may_check():
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")
        _check(cursor, found, portions)


def _may_check() -> bool:
    """Whether the database leaves the check of references to this account."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        if connection.pg_version < 150_000:
            cursor.execute("SELECT current_setting('is_superuser') = 'on'")
        else:
            cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
        return bool(cursor.fetchone()[0])


def _check(cursor: Any, found: Outside, portions: Sequence[int]) -> None:
    together: dict[str, set[int]] = {}
    for portion in portions:
        for table, ids in found.get(portion, {}).items():
            together.setdefault(table, set()).update(ids)
    for table, wanted in together.items():
        there = f"SELECT 1 FROM {table} WHERE {among('id')} FOR KEY SHARE"
        cursor.execute(f"SELECT count(*) FROM ({there}) there", [listed(sorted(wanted))])
        if cursor.fetchone()[0] != len(wanted):
            raise IntegrityError(f"rows of an import point to records that are not in {table}")
