"""Loading the official divisions, and the derived table of what lies below what.

The shipped list holds the 15,938 divisions of the Inner Mongolia Autonomous Region as of 2023-06-30 (data/README.md).
It opens a register; afterwards divisions change by the operations, so that a repeated load adds what is missing and
never overwrites what an office has changed.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from fupin.core.dated import SINCE_EVER
from fupin.core.ids import new_id, new_ids
from fupin.divisions import queries
from fupin.divisions.models import DivisionFact, TreeStamp
from fupin.divisions.words import kind_of

SOURCE = "official-2023-06-30"
"""What a loaded fact names as its source."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many divisions the list holds, and how many of them were new."""

    divisions: int
    created: int


def official_list() -> Iterator[dict[str, str]]:
    """The shipped list, parents before children: code, name, level, parent_code."""
    path = resources.files("fupin.divisions") / "data" / "divisions-150000.csv"
    with path.open("r", encoding="utf-8") as lines:
        yield from csv.DictReader(lines)


@transaction.atomic
def load() -> Loaded:
    """Bring in the official divisions that are not there yet, set-wise; safe to repeat.

    A code that any division carries or has carried counts as there. Returns the counts.
    """
    rows = list(official_list())
    known: dict[str, int] = dict(DivisionFact.objects.order_by("valid_from").values_list("code", "division_id"))
    fresh = [row for row in rows if row["code"] not in known]
    if fresh:
        known.update(zip((row["code"] for row in fresh), new_ids(len(fresh)), strict=True))
        _insert(fresh, known)
        rebuild_reach()
    return Loaded(len(rows), len(fresh))


def _insert(rows: list[dict[str, str]], ids: dict[str, int]) -> None:
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    since = connection.ops.adapt_datefield_value(SINCE_EVER)
    facts = [
        (
            id, since, SOURCE, now, ids[row["code"]], row["code"], row["name"],
            kind_of(row["code"], row["name"], row["level"]), ids[row["parent_code"]] if row["parent_code"] else None,
        )
        for id, row in zip(new_ids(len(rows)), rows, strict=True)
    ]  # fmt: skip
    columns = "id, valid_from, source, recorded_at, division_id, code, name, kind, parent_id"
    _write("divisions_division", "id, level", [(ids[row["code"]], row["level"]) for row in rows])
    _write("divisions_divisionfact", columns, facts)


def _write(table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    """Rows into a table by the road that is quick on each database: COPY, or executemany."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(rows[0]))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)


def rebuild_reach() -> None:
    """Write anew what lies below what in today's tree, predecessors included, and give the tree a new stamp.

    A division that was merged lies below its successor. One that was dissolved into several lies below its last
    parent only: which of the successors a record belongs to is known when the record has been moved.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM divisions_reach")
        cursor.execute(_REACH)
        renew_stamp()


def renew_stamp() -> None:
    """Let every process look again at what it holds of divisions: the tree, the offices' own codes."""
    TreeStamp.objects.update_or_create(pk=1, defaults={"value": new_id()})
    queries.forget()


_REACH = """
INSERT INTO divisions_reach (ancestor_id, descendant_id)
WITH RECURSIVE edge (child, parent) AS (
    SELECT division_id, parent_id FROM divisions_divisionfact WHERE valid_to IS NULL AND parent_id IS NOT NULL
    UNION
    SELECT predecessor_id, successor_id FROM divisions_succession WHERE kind = 'merge'
    UNION
    SELECT last.division_id, last.parent_id FROM divisions_divisionfact last
    WHERE last.parent_id IS NOT NULL AND last.valid_to IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM divisions_divisionfact later
                      WHERE later.division_id = last.division_id AND later.valid_from > last.valid_from)
      AND NOT EXISTS (SELECT 1 FROM divisions_succession s
                      WHERE s.predecessor_id = last.division_id AND s.kind = 'merge')
), reach (ancestor, descendant) AS (
    SELECT id, id FROM divisions_division
    UNION
    SELECT edge.parent, reach.descendant FROM reach JOIN edge ON edge.child = reach.ancestor
)
SELECT ancestor, descendant FROM reach ORDER BY ancestor, descendant
"""
