"""Which person each row of a file is: by the token of the number first, set-wise; then the rest by `people`.

A person whose number stands twice in the register answers twice: both are asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from fupin.core.duck import text
from fupin.quality.comparison import people
from fupin.quality.comparison.linking import score


def match_exactly(connection: duckdb.DuckDBPyConnection, rows: str, persons: str, target: str) -> None:
    """Write `target`: `row_id` and `person_id` where one of a row's `tokens` is the person's `number_token`.

    A row has one token, and while the index key is being changed those of the former keys beside it.
    """
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE {target} AS
        SELECT DISTINCT r.row_id, p.person_id
        FROM (SELECT row_id, unnest(tokens) AS token FROM {rows}) r JOIN {persons} p ON p.number_token = r.token""")


SEEN = "seen"
"""Every match of a run: `row_id`, `person_id`, `how` (number, scored, decided)."""
_LINKED = ("unique_id", "number_token", "number_state", "near_tokens", "name", "sex", "born_on", "village_id",
           "township_id", "kin")  # fmt: skip
_OF_ROWS = ", ".join(["row_id AS unique_id", *_LINKED[1:]])


def persons_view(connection: duckdb.DuckDBPyConnection, persons: Path, villages: Iterable[int] | None) -> None:
    """Make the view `persons`: the register below a division, from the dataset's file."""
    where = ""
    if villages is not None:
        ids = pa.table({"id": pa.array(sorted(villages), pa.int64())})
        connection.register("scope_ids", ids)
        connection.execute("CREATE OR REPLACE TEMP TABLE scope_villages AS SELECT id FROM scope_ids")
        connection.unregister("scope_ids")
        where = " SEMI JOIN scope_villages s ON s.id = p.village_id"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW persons AS SELECT p.* FROM read_parquet({text(persons)}) p{where}")


def known_pairs(connection: duckdb.DuckDBPyConnection, pairs: Sequence[tuple[str, int, bool]]) -> None:
    """Take in what people decided before: `decided` (row_id, person_id, is_same)."""
    table = pa.table({
        "said": pa.array([said for said, _person, _same in pairs], pa.string()),
        "person_id": pa.array([person for _said, person, _same in pairs], pa.int64()),
        "is_same": pa.array([same for _said, _person, same in pairs], pa.bool_()),
    })  # fmt: skip
    connection.register("pairs_in", table)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE decided AS SELECT DISTINCT r.row_id, k.person_id, k.is_same FROM rows r"
        " JOIN pairs_in k ON k.said = r.said SEMI JOIN persons p ON p.person_id = k.person_id"
    )
    connection.unregister("pairs_in")


def find_exactly(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill `seen` with what numbers and former decisions say."""
    match_exactly(connection, "rows", "persons", "by_number")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {SEEN} AS SELECT row_id, person_id, 'decided' AS how FROM decided WHERE is_same"
        " UNION ALL SELECT n.row_id, n.person_id, 'number' FROM by_number n"
        " ANTI JOIN decided d ON d.row_id = n.row_id AND d.person_id = n.person_id"
    )


def find_scored(connection: duckdb.DuckDBPyConnection, *, match_from: float, doubt_from: float) -> bool:
    """Score the rows that nothing settled; what is clear joins `seen`, what is not is in `doubts`. Says whether any were.

    A row whose number is right is compared only with persons whose number is missing or wrong: of two right numbers
    that differ, one is somebody else's.
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE open_rows AS SELECT r.* FROM rows r ANTI JOIN {SEEN} s"
                       " ON s.row_id = r.row_id WHERE r.name IS NOT NULL OR len(r.near_tokens) > 0")  # fmt: skip
    connection.execute("CREATE OR REPLACE TEMP TABLE doubts (left_id BIGINT, right_id BIGINT)")
    unsettled = _count(connection, "SELECT count(*) FROM open_rows WHERE number_state <> 'valid'")
    faceless = "number_token IS NULL OR NOT coalesce(is_valid, FALSE)"
    others = _count(connection, "SELECT count(*) FROM open_rows WHERE number_state = 'valid'")
    parts = []
    if unsettled:
        parts.append(_scored(connection, "number_state <> 'valid'", "TRUE", doubt_from, "scored_a"))
    if others and _count(connection, f"SELECT count(*) FROM persons WHERE {faceless}"):
        parts.append(_scored(connection, "number_state = 'valid'", faceless, doubt_from, "scored_b"))
    if not parts:
        return False
    both = " UNION ALL ".join(f"FROM {part}" for part in parts)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE scored AS SELECT s.* FROM ({both}) s"
        " ANTI JOIN decided d ON d.row_id = s.left_id AND d.person_id = s.right_id"
    )
    people.decide(connection, "scored", match_from=match_from, doubt_from=doubt_from, target="verdicts")
    connection.execute(f"INSERT INTO {SEEN} SELECT left_id, right_id, 'scored' FROM verdicts WHERE verdict = 'match'")
    connection.execute("CREATE OR REPLACE TEMP TABLE doubts AS SELECT * FROM verdicts WHERE verdict = 'doubt'")
    return True


def _scored(connection: duckdb.DuckDBPyConnection, which: str, whom: str, least: float, target: str) -> str:
    connection.execute(f"CREATE OR REPLACE TEMP VIEW linked_rows AS SELECT {_OF_ROWS} FROM open_rows WHERE {which}")
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE linked_persons AS
        WITH kin AS (SELECT household_id, list(DISTINCT name ORDER BY name) AS names FROM persons WHERE name IS NOT NULL
                     GROUP BY household_id)
        SELECT p.person_id AS unique_id, p.number_token,
               CASE WHEN p.number_token IS NULL OR p.is_temporary THEN 'missing' WHEN p.is_valid THEN 'valid'
                    ELSE 'invalid' END AS number_state,
               CAST([] AS VARCHAR[]) AS near_tokens, p.name, nullif(p.sex, '') AS sex, p.born_on,
               p.place_id AS village_id, p.township_id, k.names AS kin
        FROM persons p LEFT JOIN kin k ON k.household_id = p.household_id WHERE {whom}""")
    people.prepare(connection, "linked_rows", "compared_file")
    people.prepare(connection, "linked_persons", "compared_register")
    score(connection, ["compared_file", "compared_register"], people.model(connection, "compared_register"),
          least=least / 10, target=target)  # fmt: skip
    return target


def _count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    found = connection.execute(sql).fetchone()
    return int(found[0]) if found else 0


def counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows by how they were matched, and rows that wait for somebody."""
    exact = _count(connection, f"SELECT count(DISTINCT row_id) FROM {SEEN} WHERE how <> 'scored'")
    scored = _count(connection, f"SELECT count(DISTINCT row_id) FROM {SEEN} WHERE how = 'scored'")
    return {
        "matched_exact": exact, "matched_scored": scored,
        "undecided": _count(connection, "SELECT count(DISTINCT left_id) FROM doubts"),
    }  # fmt: skip
