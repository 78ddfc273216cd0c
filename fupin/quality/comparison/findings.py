"""What hits mean: each match is judged by the conditions of its source and becomes a finding of a rule.

The file has the form that tickets are opened from. A finding's fingerprint is taken over what its condition read of the
file and of the person: the same hit next month is the same question, and once confirmed it is not asked again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from django.db.models import Q

from fupin.conditions import tree
from fupin.conditions.sqltext import Circumstance, compile_condition
from fupin.core.duck import name, text
from fupin.policy.sources import Feeds, Source, SourceColumn
from fupin.quality import applying
from fupin.quality.comparison import absence
from fupin.quality.comparison.matching import SEEN
from fupin.quality.comparison.models import DepartmentFact
from fupin.quality.comparison.sources import COUNT, FILE, HOUSEHOLD, OUTSIDERS, condition_of, household_fields
from fupin.quality.models import Ticket
from fupin.quality.words import State
from fupin.rulebook.conditions import settings

_COLUMNS = "rule, version, severity, subject_kind, subject_id, household_id, village_id, fingerprint"
_NOTHING = (
    "SELECT '' AS rule, 0 AS version, '' AS severity, '' AS subject_kind, 0 AS subject_id, 0 AS household_id,"
    " 0 AS village_id, '' AS fingerprint WHERE FALSE"
)


def write(connection: duckdb.DuckDBPyConnection, source: Source, target: Path, *, on: date, division: int | None,
          households: Path | None = None, keep: Any = None) -> int:  # fmt: skip
    """Judge every match of `seen`, and who is missing by `expected`, and write what is found; returns how many.

    `households`: the file of that dataset, where conditions of the source read it (`household_fields`). `keep`: tickets
    (a queryset) that this file says nothing of and that stand as they are; without, those stand whose person ought to be
    in the file and of whom nothing can be said."""
    _lay_hits(connection, source, households)
    parts = [_NOTHING, *(_judged(source, feeds, on=on, division=division) for feeds in source.findings),
             *absence.findings(source, on=on, division=division)]  # fmt: skip
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE found AS SELECT DISTINCT ON (rule, subject_id) {_COLUMNS} FROM"
        f" ({' UNION ALL '.join(parts)}) ORDER BY rule, subject_id"
    )
    rows = connection.execute("SELECT count(*) FROM found").fetchone()
    if keep is not None:
        _keep(connection, keep)
    else:
        for rule, lacking in unsaid(connection, source).items():
            _keep(connection, resting_on(rule, source, lacking))
    if keep is None and source.absent:
        absent = [feeds.rule for feeds in source.absent]
        _keep(connection, Ticket.objects.filter(rule__in=absent, subject_kind="person"), only_open=True)
    connection.execute(
        f"COPY (SELECT {_COLUMNS} FROM found ORDER BY rule, subject_id) TO {text(target)} (FORMAT parquet)"
    )
    return int(rows[0]) if rows else 0


def _lay_hits(connection: duckdb.DuckDBPyConnection, source: Source, households: Path | None) -> None:
    """Make the view `hits`: each match as the person's row, what its household's row adds, and what the file says."""
    columns = [
        "r.*",
        "f.row_id AS file_row",
        "f.row AS said_row",
        "s.how AS matched_how",
        "f.name AS said_name",
        "f.number_mask AS said_number",
        *(f"f.{name(FILE + one.name)}" for one in source.kept),
    ]
    joins = ["JOIN rows f ON f.row_id = s.row_id", "JOIN persons r ON r.person_id = s.person_id"]
    wanted = household_fields(source)
    if wanted and households is not None:
        columns += [f"h.{name(one.removeprefix(HOUSEHOLD))} AS {name(one)}" for one in wanted]
        joins.append(f"LEFT JOIN read_parquet({text(households)}) h ON h.household_id = r.household_id")
    for nth, one in enumerate(each for each in source.kept if each.counted):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE counted_{nth} AS {_counted(one)}")
        columns.append(f"c{nth}.n AS {name(FILE + one.name + COUNT)}")
        joins.append(f"JOIN counted_{nth} c{nth} ON c{nth}.person_id = s.person_id")
    if source.family:
        _count_outsiders(connection, name(FILE + source.family))
        columns.append(f"o.outsiders AS {name(OUTSIDERS)}")
        same = f"o.person_id = s.person_id AND o.family = f.{name(FILE + source.family)}"
        joins.append(f"LEFT JOIN outsiders o ON {same}")
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW hits AS SELECT {', '.join(columns)} FROM {SEEN} s {' '.join(joins)}"
    )


def _counted(column: SourceColumn) -> str:
    """How many different values of a column the file says of each person, as SQL: at once, where it has days.

    The most hold together on a day on which one of them begins, so only those days are looked at."""
    value = name(FILE + column.name)
    if not column.during:
        return f"SELECT s.person_id, count(DISTINCT f.{value}) AS n FROM {SEEN} s JOIN rows f USING (row_id) GROUP BY s.person_id"
    begin, end = (name(FILE + one) for one in column.during)
    return f"""
        WITH held AS (SELECT s.person_id, s.row_id, f.{value} AS value, f.{end} AS until_on,
                             coalesce(f.{begin}, DATE '0001-01-01') AS from_on FROM {SEEN} s JOIN rows f USING (row_id)),
        together AS (SELECT a.person_id, a.row_id, count(DISTINCT b.value) AS n FROM held a JOIN held b
                     ON b.person_id = a.person_id AND (b.row_id = a.row_id OR (b.from_on <= a.from_on
                        AND (b.until_on IS NULL OR b.until_on > a.from_on))) GROUP BY a.person_id, a.row_id)
        SELECT person_id, max(n) AS n FROM together GROUP BY person_id"""


def _count_outsiders(connection: duckdb.DuckDBPyConnection, family: str) -> None:
    """Make the table `outsiders`: by household in the file and in the register, how many rows are surely about others.

    A row is sure that was matched, or whose number is right and of which nothing is in doubt. One member speaks for the
    household, its head if the file names it: a household is asked about once."""
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE outsiders AS
        WITH told AS (SELECT f.row_id, f.{family} AS family, p.person_id, p.household_id, p.relation FROM rows f
                      LEFT JOIN {SEEN} s ON s.row_id = f.row_id LEFT JOIN persons p ON p.person_id = s.person_id
                      WHERE f.{family} IS NOT NULL AND (p.person_id IS NOT NULL OR (f.number_state = 'valid'
                      AND s.row_id IS NULL AND f.row_id NOT IN (SELECT left_id FROM doubts WHERE left_id IS NOT NULL)))),
        homes AS (SELECT family, household_id, min_by(person_id, CASE WHEN relation = '01' THEN 0 ELSE person_id END) AS person_id,
                         list(DISTINCT row_id) AS own FROM told WHERE household_id IS NOT NULL GROUP BY family, household_id)
        SELECT h.person_id, h.family, count(DISTINCT t.row_id) AS outsiders FROM homes h
        JOIN told t ON t.family = h.family AND NOT list_contains(h.own, t.row_id) GROUP BY h.person_id, h.family""")


def _judged(source: Source, feeds: Feeds, *, on: date, division: int | None) -> str:
    """The findings of one rule as SQL: one for each person, whatever the number of rows that hit."""
    rule = applying.rule(feeds.rule, on, division)
    condition = condition_of(source, feeds)
    read = ["'hit'"]
    if condition is not None:
        read = [f"coalesce(CAST(r.{name(one)} AS VARCHAR), chr(30))" for one in sorted(condition.fields)]
    printed = f"concat_ws(chr(31), {', '.join(read)})"
    return (
        f"SELECT {text(feeds.rule)} AS rule, {rule.version} AS version, {text(rule.severity)} AS severity, 'person' AS subject_kind,"
        " r.person_id AS subject_id, any_value(r.household_id) AS household_id, any_value(r.village_id) AS village_id,"
        f" sha256({text(feeds.rule)} || chr(29) || string_agg(DISTINCT {printed}, chr(29) ORDER BY {printed}))"
        f" AS fingerprint FROM hits r WHERE {holds(source, feeds, on=on, division=division)} GROUP BY r.person_id"
    )


def holds(source: Source, feeds: Feeds, *, on: date, division: int | None) -> str:
    """When a row `r` of `hits` feeds a rule, as SQL."""
    condition = condition_of(source, feeds)
    if condition is None:
        return "TRUE"
    given = Circumstance(on, settings(condition.settings, on, division))
    return f"coalesce({compile_condition(condition, 'duckdb', given)}, FALSE)"


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


def unsaid(connection: duckdb.DuckDBPyConnection, source: Source) -> dict[str, list[str]]:
    """The rules that the file cannot answer, each with the columns that it reads and that say nothing in any row.

    A column of which the rule's own condition says what holds without it (`file.state is null or …`) does not count."""
    kept = [one.name for one in source.kept]
    if not kept:
        return {}
    counts = connection.execute(
        f"SELECT {', '.join(f'count({name(FILE + one)})' for one in kept)} FROM rows"
    ).fetchone()
    empty = {one for one, count in zip(kept, counts or (), strict=True) if not count}
    found: dict[str, list[str]] = {}
    for feeds in source.findings:
        for one in sorted(_needed(source, feeds) & empty):
            found.setdefault(feeds.rule, []).append(one)
    return {rule: list(dict.fromkeys(columns)) for rule, columns in found.items()}


def _needed(source: Source, feeds: Feeds) -> set[str]:
    """The columns of the file without which a condition cannot be told."""
    condition = condition_of(source, feeds)
    if condition is None:
        return set()
    nodes = list(condition.root.walk())
    denied = [one.subject for one in nodes if isinstance(one, tree.Not)]
    provided = [one.subject for one in nodes if isinstance(one, tree.Missing) and one not in denied]
    provided += [one.arguments[0] for one in nodes if isinstance(one, tree.Call) and one.name == "coalesce"]
    without = {one.field.name for one in provided if isinstance(one, tree.Ref)}
    columns = {OUTSIDERS: source.family} | {f"{FILE}{one.name}": one.name for one in source.kept}
    columns |= {f"{FILE}{one.name}{COUNT}": one.name for one in source.kept if one.counted}
    return {columns[one] for one in condition.fields - without if one in columns}


def resting_on(rule: str, source: Source, columns: Sequence[str]) -> Any:
    """The tickets of a rule that may rest on what the file does not bring; those do not of which it is known that the
    file that found them said nothing there either."""
    said = Q()
    for one in columns:
        said |= Q(filled__contains=f",{one},")
    free = DepartmentFact.objects.filter(rule=rule, source=source.name).exclude(said).values("person")
    return Ticket.objects.filter(rule=rule, subject_kind="person").exclude(person__in=free)


def standing(source: Source) -> Any:
    """The tickets of the rules that a source feeds."""
    return Ticket.objects.filter(rule__in=source.rules, subject_kind="person")
