"""The made-up test set of linkage in the form in which it is compared, and what came of it by kind of error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from fupin.quality.comparison import numbers, people
from fupin.quality.comparison.linking import score
from fupin.synthetic.linkage import Individual, TestSet


@dataclass(slots=True)
class Tally:
    """Of the rows of one kind: found, given to a wrong person, left for a person to decide (the right one shown), lost."""

    rows: int = 0
    right: int = 0
    wrong: int = 0
    doubt: int = 0
    lost: int = 0

    @property
    def recall(self) -> float:
        return self.right / self.rows if self.rows else 1.0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0


def table(rows: Sequence[Individual]) -> pa.Table:
    """Rows as they are compared; the number itself stands in for its token."""
    texts = pa.list_(pa.string())
    state = ["missing" if not r.number else "valid" if numbers.is_right(r.number) else "invalid" for r in rows]
    return pa.table({
        "unique_id": pa.array([r.id for r in rows], pa.int64()),
        "number_token": pa.array([r.number or None for r in rows], pa.string()), "number_state": state,
        "near_tokens": pa.array([numbers.meant(r.number) for r in rows], texts), "name": [r.name for r in rows],
        "sex": [r.sex for r in rows], "born_on": pa.array([r.born_on for r in rows], pa.date32()),
        "village_id": pa.array([r.village or None for r in rows], pa.int64()),
        "township_id": pa.array([r.township or None for r in rows], pa.int64()),
        "kin": pa.array([list(r.kin) for r in rows], texts),
    })  # fmt: skip


def link(connection: duckdb.DuckDBPyConnection, made: TestSet, *, match_from: float, doubt_from: float) -> None:
    """Compare the file with the register; the verdicts are in the table `verdict`."""
    connection.register("file_rows", table(made.rows))
    connection.register("register_rows", table(made.persons))
    people.prepare(connection, "file_rows", "compared_file")
    people.prepare(connection, "register_rows", "compared_register")
    model = people.model(connection, "compared_register")
    score(connection, ["compared_file", "compared_register"], model, least=doubt_from / 10, target="found")
    people.decide(connection, "found", match_from=match_from, doubt_from=doubt_from, target="verdict")


def tallies(connection: duckdb.DuckDBPyConnection, made: TestSet) -> dict[str, Tally]:
    """What came of it, by kind of error."""
    given: dict[int, list[tuple[int, str]]] = {}
    for row, person, verdict in connection.execute("SELECT left_id, right_id, verdict FROM verdict").fetchall():
        given.setdefault(row, []).append((person, verdict))
    found: dict[str, Tally] = {}
    for one in made.rows:
        tally, mine = found.setdefault(one.kind, Tally()), given.get(one.id, [])
        tally.rows += 1
        if mine and mine[0][1] == "match":
            tally.right += mine[0][0] == one.is_about
            tally.wrong += mine[0][0] != one.is_about
        elif any(person == one.is_about for person, _verdict in mine):
            tally.doubt += 1
        elif one.is_about:
            tally.lost += 1
    return found
