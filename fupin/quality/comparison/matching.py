"""Which person each row of a file is: by the token of the number first, set-wise; then the rest by `people`.

A person whose number stands twice in the register answers twice: both are asked about.
"""

from __future__ import annotations

import duckdb


def match_exactly(connection: duckdb.DuckDBPyConnection, rows: str, persons: str, target: str) -> None:
    """Write `target`: `row_id` and `person_id` where one of a row's `tokens` is the person's `number_token`.

    A row has one token, and while the index key is being changed those of the former keys beside it.
    """
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE {target} AS
        SELECT DISTINCT r.row_id, p.person_id
        FROM (SELECT row_id, unnest(tokens) AS token FROM {rows}) r JOIN {persons} p ON p.number_token = r.token""")
