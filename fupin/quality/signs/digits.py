"""Signs in the incomes a head of a group: heaped just above the line, last digits, first digits.

People round, and who rounds makes nothing up. So whole hundreds say nothing about heaping, and of last digits only those
count that no rounding to fives or tens brings about. Nor does a fixed sum that many are paid: each amount counts once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fupin.bulk.steps import Steps
from fupin.divisions.tree import Node
from fupin.quality.signs import chance
from fupin.quality.signs.clues import COLUMNS, SMALLEST, By, Clue, Limits, narrowed
from fupin.quality.signs.laying import HOUSEHOLDS

FIRST, LAST = range(1, 10), (1, 2, 3, 4, 6, 7, 8, 9)
_WHOLE = "per_head_fen // 100"
_TAIL = 0.05
"""The share of incomes at either end that does not tell how wide they range: one slip of the keyboard is no range."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted of a group. `rest_*` are the counts of the banner's others; about the line no village counts
    for more than the middle one there, so that those that heap do not become the measure of each other. One income in
    twenty lies below `low_fen`, one above `high_fen`; `last` counts different amounts, `first` households."""

    group: int
    division: int
    incomes: int
    above: int
    near: int
    rest_incomes: int
    rest_above: float
    rest_near: float
    low_fen: int
    high_fen: int
    last: tuple[int, ...]
    first: tuple[int, ...]


def near(held: Limits) -> str:
    """The condition of an income that lies about the line and is no round sum."""
    line = held.line_fen
    if line is None:
        return "FALSE"
    low, high = line - held.band_fen, line + held.band_fen
    return f"(per_head_fen >= {low} AND per_head_fen < {high} AND per_head_fen % {held.round_fen} <> 0)"


def last_digit(digit: int) -> str:
    """The condition of an income whose whole yuan end in a digit."""
    return f"{_WHOLE} % 10 = {digit}"


def first_digit(digit: int) -> str:
    """The condition of an income whose yuan begin with a digit."""
    return f"substr(CAST({_WHOLE} AS VARCHAR), 1, 1) = '{digit}'"


def counted(steps: Steps, held: Limits, by: By, *, node: Node | None = None) -> list[Counted]:
    """One pass over the households: what each group's tests need, with the others of its banner beside it."""
    above = f"{near(held)} AND per_head_fen >= {held.line_fen or 0}"
    tallies = (("incomes", "TRUE"), ("above", above), ("near", near(held)))
    columns = ", ".join(f"count(*) FILTER (WHERE {condition}) AS {name}" for name, condition in tallies)
    weights = ", ".join(f"coalesce(sum(weight) FILTER (WHERE {told}), 0) AS w_{name}" for name, told in tallies[1:])
    last = [f"count(DISTINCT {_WHOLE}) FILTER (WHERE {last_digit(digit)}) AS l{digit}" for digit in LAST]
    first = [f"count(*) FILTER (WHERE {first_digit(digit)}) AS f{digit}" for digit in FIRST]
    rows = steps.rows(f"""
        WITH own AS (SELECT * FROM {HOUSEHOLDS} WHERE per_head_fen >= 100),
        v AS (SELECT place_id, banner_id, count(*) FILTER (WHERE {near(held)}) AS near FROM own GROUP BY ALL),
        m AS (SELECT banner_id, coalesce(median(near) FILTER (WHERE near > 0), 1) AS middle FROM v GROUP BY ALL),
        weighed AS (SELECT own.*, least(1, m.middle / greatest(v.near, 1)) AS weight
                    FROM own JOIN v USING (place_id, banner_id) JOIN m USING (banner_id)),
        b AS (SELECT banner_id, count(*) AS incomes, {weights} FROM weighed GROUP BY ALL),
        g AS (SELECT {COLUMNS[by]} AS subject, banner_id, {SMALLEST} AS division,
                     quantile_disc(per_head_fen, {_TAIL}) AS low, quantile_disc(per_head_fen, {1 - _TAIL}) AS high,
                     {columns}, {weights}, {", ".join(last + first)} FROM weighed WHERE {COLUMNS[by]} IS NOT NULL
              GROUP BY {COLUMNS[by]}, banner_id HAVING {narrowed(node)})
        SELECT g.subject, g.division, g.incomes, g.above, g.near, CAST(b.incomes - g.incomes AS BIGINT),
               greatest(b.w_above - g.w_above, 0), greatest(b.w_near - g.w_near, 0), g.low, g.high,
               {", ".join(f"g.l{digit}" for digit in LAST)}, {", ".join(f"g.f{digit}" for digit in FIRST)}
        FROM g JOIN b USING (banner_id) ORDER BY g.subject, g.division""")  # fmt: skip
    split = 10 + len(LAST)
    return [Counted(*(*row[:10], tuple(row[10:split]), tuple(row[split:]))) for row in rows]


def every_test(groups: list[Counted], held: Limits, by: By) -> Iterator[Clue]:
    """Every test of every group that is large enough; of an officer only beside others who entered as much."""
    for one in groups:
        if one.incomes >= held.least_incomes and (by == "village" or one.rest_incomes >= one.incomes):
            yield from _of_group(one, held, by)


def _of_group(one: Counted, held: Limits, by: By) -> Iterator[Clue]:
    about = (by, one.group, one.division)
    if one.near:
        # Where the density rises at the line there are more above than below without anybody's doing: the banner tells.
        up, of = round(one.rest_above), round(one.rest_near)
        share = max(0.5, one.rest_above / one.rest_near if of else 0.5)
        likely = chance.at_least(one.above, one.near, 0.5)
        likely = max(likely, chance.more_than_others(one.above, one.near, up, of)) if of else likely
        yield Clue("heaping", *about, one.above / one.near, likely, one.above, one.near * share,
                   (one.near - one.above, one.above), (one.near * (1 - share), one.near * share))  # fmt: skip
    ending = sum(one.last)
    if ending >= held.least_incomes:
        even = chance.chi_square(one.last, [1 / len(LAST)] * len(LAST))
        likely = chance.chi_square_beyond(even, len(LAST) - 1)
        yield Clue("last_digit", *about, even, likely, even, len(LAST) - 1, one.last,
                   (ending / len(LAST),) * len(LAST))  # fmt: skip
    if one.high_fen >= held.least_ratio * one.low_fen:
        deviation = chance.mean_absolute_deviation(one.first)
        likely = chance.chi_square_beyond(chance.chi_square(one.first, chance.BENFORD), 8)
        # A group whose digits conform stays among the tests, or those left would be the unlikely ones by choice.
        likely = likely if chance.conformity(deviation) == "none" else 1.0
        yield Clue("first_digit", *about, deviation, likely, deviation, chance.CONFORMITY[-1][0], one.first,
                   tuple(one.incomes * each for each in chance.BENFORD))  # fmt: skip


def behind(clue: Clue, held: Limits) -> str:
    """The condition of the households that a clue of this kind is about: those of the digits that there are too many of."""
    if clue.kind == "heaping":
        return f"{near(held)} AND per_head_fen >= {held.line_fen or 0}"
    digits, condition = (LAST, last_digit) if clue.kind == "last_digit" else (FIRST, first_digit)
    many = [condition(digit) for digit, n, m in zip(digits, clue.counts, clue.awaited, strict=True) if n > m]
    return f"({' OR '.join(many)})"
