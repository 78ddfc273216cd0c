"""Every test over what was laid out, and the households behind a clue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fupin.bulk.steps import DuckSteps
from fupin.divisions.tree import Node
from fupin.quality.signs import copies, digits, laying, levels, rises
from fupin.quality.signs.clues import SUBJECTS, Clue, Limits, that_count


def judge(steps: DuckSteps, held: Limits, *, node: Node | None = None) -> list[Clue]:
    """Every test over what was laid out, and of them the ones that count at the stated rate."""
    copies.pair_up(steps, held)
    return that_count(_tests(steps, held, node), held.rate)


def _tests(steps: DuckSteps, held: Limits, node: Node | None) -> Iterator[Clue]:
    for by in SUBJECTS:
        yield from digits.every_test(digits.counted(steps, held, by, node=node), held, by)
        yield from copies.every_test(steps, held, by, node=node)
        yield from rises.every_test(steps, held, by, node=node)
    yield from levels.every_test(steps, held, node=node)


def behind(steps: DuckSteps, clue: Clue, held: Limits, most: int) -> Sequence[tuple[int, int | None, int | None]]:
    """The households that a clue is about, `most` of them: household, the other that it is like, its income a head.

    Reads what `judge` laid out.
    """
    mine = f"{'author' if clue.by == 'officer' else 'place_id'} = {clue.group}"
    if clue.kind == "copied":
        column = mine.partition(" ")[0]
        sql = f"""SELECT p.one, p.other, h.per_head_fen FROM {copies.PAIRS} p
                  JOIN {laying.HOUSEHOLDS} h ON h.household_id = p.one
                  WHERE p.one_{column} = {clue.group} AND p.other_{column} = {clue.group} ORDER BY 1, 2"""  # fmt: skip
    elif clue.kind == "late_rises":
        who = "c.author" if clue.by == "officer" else "h.place_id"
        sql = f"""SELECT DISTINCT h.household_id, NULL, h.per_head_fen FROM {laying.CHANGES} c
                  JOIN {laying.HOUSEHOLDS} h USING (household_id)
                  WHERE {who} = {clue.group} AND {rises.is_late(held)} AND c.is_rise ORDER BY 1"""  # fmt: skip
    elif clue.kind == "level":
        turn = "DESC" if clue.statistic > 0 else "ASC"
        sql = f"""SELECT household_id, NULL, per_head_fen FROM {laying.HOUSEHOLDS}
                  WHERE {mine} AND per_head_fen IS NOT NULL ORDER BY per_head_fen {turn}, 1"""  # fmt: skip
    else:
        sql = f"""SELECT household_id, NULL, per_head_fen FROM {laying.HOUSEHOLDS}
                  WHERE {mine} AND per_head_fen >= 100 AND {digits.behind(clue, held)} ORDER BY 1"""  # fmt: skip
    return steps.rows(f"{sql} LIMIT {most}")
