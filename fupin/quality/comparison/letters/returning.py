"""What came back, line by line: found again by our own mark, and by the token of the number that went out.

Lines may come back in another order, some gone, some added, a name or a number edited. A line counts only where its mark
is ours and its number, where one is given, is still the one that was sent; the rest is shown to a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
from django.utils.translation import gettext_lazy as _

from fupin.core.cells import harmless
from fupin.core.duck import text
from fupin.quality.comparison import folders, renewing
from fupin.quality.comparison.letters.models import Letter
from fupin.quality.comparison.letters.words import OUTCOMES, RETURNED
from fupin.quality.comparison.matching import SEEN

MOST_SHOWN = 50
"""Lines of each kind that the page opens; all of them stand in the file beside it."""
HEADER = (_("情况"), _("文件中的行"), _("行标识"), _("姓名"), _("证件号码"), _("查询结果"))


def lay_out(connection: duckdb.DuckDBPyConnection, letter: Letter, work: Any) -> None:
    """Bring the lines that were sent beside the rows that came back: `sent`, `back`."""
    path = work / "lines.parquet"
    folders.open_up(letter.pk, folders.LINES, path)
    renewing.require_present(path)
    connection.execute(f"CREATE TEMP VIEW sent AS SELECT * FROM read_parquet({text(path)})")
    # A mark that a spreadsheet padded or changed in letter case is the same mark.
    connection.execute("""
        CREATE TEMP TABLE back AS
        WITH given AS (SELECT row_id, row, lower(regexp_replace(coalesce(line_id, ''), '\\s', '', 'g')) AS mark, result,
                              number_token, tokens, number_mask, name FROM rows),
        counted AS (SELECT *, count(*) OVER (PARTITION BY mark) AS often,
                           count(DISTINCT coalesce(result, '')) OVER (PARTITION BY mark) AS sayings FROM given)
        SELECT c.*, s.person_id, s.line_id IS NOT NULL AS is_ours,
               s.line_id IS NOT NULL AND c.number_token IS NOT NULL AND NOT list_contains(c.tokens, s.number_token)
                   AS is_changed,
               c.name IS NOT NULL AND s.name IS NOT NULL
                   AND regexp_replace(c.name, '[\\s·•・‧.]', '', 'g') <> regexp_replace(s.name, '[\\s·•・‧.]', '', 'g')
                   AS is_renamed
        FROM counted c LEFT JOIN sent s ON s.line_id = c.mark""")


def find(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill `seen` with the lines that say of somebody of the register that there is something.

    A line whose name was edited counts only with its number. Of lines that contradict each other none counts."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {SEEN} AS SELECT min(b.row_id) AS row_id, b.person_id, 'number' AS how FROM back b"
        f" SEMI JOIN persons p ON p.person_id = b.person_id WHERE b.result = 'hit' AND {_COUNTS} GROUP BY b.person_id"
    )
    connection.execute("CREATE OR REPLACE TEMP TABLE doubts (left_id BIGINT, right_id BIGINT)")


def find_missing(connection: duckdb.DuckDBPyConnection) -> None:
    """Of those who ought to be known to the department (`expected`), whom its answer says it has nothing of, and of whom
    it says nothing at all."""
    connection.execute(
        "UPDATE expected SET is_missing = NOT is_seen AND person_id IN (SELECT b.person_id FROM back b"
        f" WHERE b.result = 'nothing' AND {_COUNTS} AND b.person_id IS NOT NULL)"
    )
    connection.execute("UPDATE expected SET is_open = NOT is_seen AND NOT is_missing")


_COUNTS = "b.is_ours AND NOT b.is_changed AND b.sayings = 1 AND (NOT b.is_renamed OR b.number_token IS NOT NULL)"


def report(connection: duckdb.DuckDBPyConnection, columns: list[str]) -> dict[str, Any]:
    """What came back in figures, and of each kind of wrong line the first: its row in the file and its mark."""
    found: dict[str, Any] = {"counts": {}, "lines": {}}
    for kind, where in _wrong(columns).items():
        found["counts"][kind] = _one(connection, f"SELECT count(*) FROM back b WHERE {where}")
        rows = connection.execute(
            f"SELECT b.row, b.mark FROM back b WHERE {where} ORDER BY b.row LIMIT {MOST_SHOWN}"
        ).fetchall()
        found["lines"][kind] = [[row, mark] for row, mark in rows]
    found["counts"]["missing"] = _one(connection, f"SELECT count(*) {_MISSING}")
    found["lines"]["missing"] = [[None, mark] for (mark,) in connection.execute(
        f"SELECT s.line_id {_MISSING} ORDER BY s.line_id LIMIT {MOST_SHOWN}").fetchall()]  # fmt: skip
    for outcome in ("hit", "nothing"):
        found["counts"][outcome] = _one(
            connection, f"SELECT count(DISTINCT b.mark) FROM back b WHERE b.result = '{outcome}' AND {_COUNTS}"
        )
    return found


_MISSING = "FROM sent s ANTI JOIN back b ON b.mark = s.line_id"


def _wrong(columns: list[str]) -> dict[str, str]:
    """When a line that came back is to be looked at, by kind."""
    filled = " OR ".join(f'r."file.{one}" IS NOT NULL' for one in columns) or "TRUE"
    return {
        "unknown": "NOT b.is_ours", "twice": "b.is_ours AND b.often > 1", "changed": "b.is_changed",
        "renamed": "b.is_ours AND b.is_renamed AND NOT b.is_changed",
        "unanswered": "b.is_ours AND b.result IS NULL",
        "bare": f"b.result = 'hit' AND {_COUNTS} AND NOT EXISTS (SELECT 1 FROM rows r WHERE r.row_id = b.row_id AND ({filled}))",
        "left": f"b.result = 'hit' AND {_COUNTS} AND NOT EXISTS (SELECT 1 FROM persons p WHERE p.person_id = b.person_id)",
    }  # fmt: skip


def wrong_lines(connection: duckdb.DuckDBPyConnection, columns: list[str]) -> Iterator[list[str]]:
    """Every line that is to be looked at, numbers covered, below its header; none where there is no such line."""
    kinds = {**{kind: f"SELECT b.row, b.mark, b.name, b.number_mask, b.result FROM back b WHERE {where} ORDER BY b.row"
                for kind, where in _wrong(columns).items()},
             "missing": f"SELECT NULL, s.line_id, s.name, NULL, NULL {_MISSING} ORDER BY s.line_id"}  # fmt: skip
    outcomes, header = {str(one): str(words) for one, words in OUTCOMES.items()}, [str(one) for one in HEADER]
    for kind, query in kinds.items():
        rows = connection.execute(query)
        while some := rows.fetchmany(1_000):
            if header:
                yield header
                header = []
            for row, mark, called, number, said in some:
                cells = (str(RETURNED[kind]), row, mark, called, number, outcomes.get(said or "", ""))
                yield [harmless(str(cell)) if cell is not None else "" for cell in cells]


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return int(row[0]) if row else 0
