"""What hits mean: each match is judged by the conditions of its source and becomes a finding of a rule.

The file has the form that tickets are opened from. A finding's fingerprint is taken over what its condition read of the
file and of the person: the same hit next month is the same question, and once confirmed it is not asked again.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from fupin.conditions.sqltext import Circumstance, compile_condition
from fupin.core.duck import name, text
from fupin.policy.sources import Feeds, Source
from fupin.quality import applying
from fupin.quality.comparison import absence
from fupin.quality.comparison.matching import SEEN
from fupin.quality.comparison.sources import FILE, condition_of
from fupin.quality.models import Ticket
from fupin.quality.words import State
from fupin.rulebook.conditions import settings

_COLUMNS = "rule, version, severity, subject_kind, subject_id, household_id, village_id, fingerprint"
_NOTHING = (
    "SELECT '' AS rule, 0 AS version, '' AS severity, '' AS subject_kind, 0 AS subject_id, 0 AS household_id,"
    " 0 AS village_id, '' AS fingerprint WHERE FALSE"
)


def write(connection: duckdb.DuckDBPyConnection, source: Source, target: Path, *, on: date, division: int | None,
          keep: Any = None) -> int:  # fmt: skip
    """Judge every match of `seen`, and who is missing by `expected`, and write what is found; returns how many. `keep`:
    tickets (a queryset) that this file says nothing of and that stand as they are; without, those stand whose person
    ought to be in the file and of whom nothing can be said."""
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW hits AS SELECT r.*, {_of_file(source)} FROM {SEEN} s"
        " JOIN rows f ON f.row_id = s.row_id JOIN persons r ON r.person_id = s.person_id"
    )
    parts = [_NOTHING, *(_judged(source, feeds, on=on, division=division) for feeds in source.findings),
             *absence.findings(source, on=on, division=division)]  # fmt: skip
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE found AS SELECT DISTINCT ON (rule, subject_id) {_COLUMNS} FROM"
        f" ({' UNION ALL '.join(parts)}) ORDER BY rule, subject_id"
    )
    rows = connection.execute("SELECT count(*) FROM found").fetchone()
    if keep is not None:
        _keep(connection, keep)
    elif source.absent:
        absent = [feeds.rule for feeds in source.absent]
        _keep(connection, Ticket.objects.filter(rule__in=absent, subject_kind="person"), only_open=True)
    connection.execute(
        f"COPY (SELECT {_COLUMNS} FROM found ORDER BY rule, subject_id) TO {text(target)} (FORMAT parquet)"
    )
    return int(rows[0]) if rows else 0


def _of_file(source: Source) -> str:
    columns = [f"f.{name(FILE + one.name)}" for one in source.kept]
    return ", ".join(["f.row_id AS file_row", *columns])


def _judged(source: Source, feeds: Feeds, *, on: date, division: int | None) -> str:
    """The findings of one rule as SQL: one for each person, whatever the number of rows that hit."""
    rule = applying.rule(feeds.rule, on, division)
    condition = condition_of(source, feeds)
    holds, read = "TRUE", ["'hit'"]
    if condition is not None:
        given = Circumstance(on, settings(condition.settings, on, division))
        holds = f"coalesce({compile_condition(condition, 'duckdb', given)}, FALSE)"
        read = [f"coalesce(CAST(r.{name(one)} AS VARCHAR), chr(30))" for one in sorted(condition.fields)]
    printed = f"concat_ws(chr(31), {', '.join(read)})"
    return (
        f"SELECT {text(feeds.rule)} AS rule, {rule.version} AS version, {text(rule.severity)} AS severity, 'person' AS subject_kind,"
        " r.person_id AS subject_id, any_value(r.household_id) AS household_id, any_value(r.village_id) AS village_id,"
        f" sha256({text(feeds.rule)} || chr(29) || string_agg(DISTINCT {printed}, chr(29) ORDER BY {printed}))"
        f" AS fingerprint FROM hits r WHERE {holds} GROUP BY r.person_id"
    )


def _keep(connection: duckdb.DuckDBPyConnection, tickets: Any, *, only_open: bool = False) -> None:
    which = " AND EXISTS (SELECT 1 FROM expected e WHERE e.is_open AND e.rule = k.rule AND e.person_id = k.subject)"
    rows = tickets.exclude(state=State.CLOSED).values_list(
        "rule", "rule_version", "severity", "subject_kind", "subject_id", "household_id", "village_id", "fingerprint"
    )
    for start in range(0, rows.count(), 10_000):
        some = [list(row) for row in rows.order_by("id")[start : start + 10_000]]
        connection.executemany(
            "INSERT INTO found SELECT * FROM (SELECT ?, ?, ?, ?, ?, ?, ?, ?) k(rule, version, severity, kind, subject,"
            " household, village, print) WHERE NOT EXISTS (SELECT 1 FROM found f WHERE f.rule = k.rule"
            f" AND f.subject_id = k.subject){which if only_open else ''}", some,
        )  # fmt: skip


def standing(source: Source) -> Any:
    """The tickets of the rules that a source feeds."""
    return Ticket.objects.filter(rule__in=source.rules, subject_kind="person")
