"""What the tests read, laid out once for a look: households with their last income and who entered it, and its items."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

import pyarrow as pa

from fupin.bulk.datasets import declared
from fupin.bulk.steps import DuckSteps

if TYPE_CHECKING:
    from fupin.bulk.extracts import Extract

HOUSEHOLDS, ITEMS, CHANGES = "sign_households", "sign_items", "sign_changes"
_AT_ONCE = 20_000
_CHANGE = pa.schema(
    [("household_id", pa.int64()), ("author", pa.int64()), ("day", pa.date32()), ("is_rise", pa.bool_())]
)
Change = tuple[int, int | None, date, bool]


def lay_out(extract: Extract, on: date, steps: DuckSteps, changes: Iterable[Change]) -> None:
    """The households of a day with the income of their last account year, its items, and the changes of a year."""
    account, entry = (extract.rows(declared.sources[name]) for name in ("income_account", "income_entry"))
    steps.table(HOUSEHOLDS, f"""
        SELECT r.household_id, r.place_id, r.township_id, r.banner_id, r.league_id, r.per_head_fen, r.income_year,
               a.id AS account_id, a.recorded_by AS author
        FROM {extract.relation("households", on)} r
        LEFT JOIN ({account}) a ON a.household_id = r.household_id AND a.year = r.income_year
        WHERE r.place_id IS NOT NULL""")  # fmt: skip
    steps.table(ITEMS, f"""
        SELECT h.household_id, h.place_id, h.banner_id, h.author, e.item, sum(e.amount_fen) AS amount_fen
        FROM ({entry}) e JOIN {HOUSEHOLDS} h ON h.account_id = e.account_id
        GROUP BY ALL HAVING sum(e.amount_fen) <> 0""")  # fmt: skip
    lay_changes(steps, changes)


def lay_changes(steps: DuckSteps, changes: Iterable[Change]) -> None:
    """The changes of accounts as a table beside the households."""
    steps.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {CHANGES} (household_id BIGINT, author BIGINT, day DATE, is_rise BOOLEAN)"
    )
    rows = iter(changes)
    while some := list(islice(rows, _AT_ONCE)):
        table = pa.Table.from_arrays(
            [pa.array(column, field.type) for column, field in zip(zip(*some, strict=True), _CHANGE, strict=True)],
            schema=_CHANGE,
        )
        steps.connection.register("changes_in", table)
        steps.connection.execute(f"INSERT INTO {CHANGES} SELECT * FROM changes_in")
        steps.connection.unregister("changes_in")
