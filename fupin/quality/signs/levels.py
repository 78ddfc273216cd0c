"""An officer's outliers: incomes that one officer entered lie above or below those that others entered in the same villages.

Villages differ, so each is a stratum of its own (van Elteren 1960): incomes are ranked within the village, and the
officer's ranks are held against what any division of them among officers would give.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

from fupin.bulk.steps import Steps
from fupin.divisions.tree import Node
from fupin.quality.signs import chance
from fupin.quality.signs.clues import SMALLEST, Clue, Limits, narrowed
from fupin.quality.signs.laying import HOUSEHOLDS

LEAST_A_SIDE = 5
"""Incomes that the officer and the others need in a village for it to tell anything."""


def every_test(steps: Steps, held: Limits, *, node: Node | None = None) -> Iterator[Clue]:
    """One test for each officer with enough incomes beside others'."""
    rows = steps.rows(f"""
        WITH ranked AS (
            SELECT author, place_id, township_id, banner_id, league_id, count(*) OVER (PARTITION BY place_id) AS n,
                   rank() OVER (PARTITION BY place_id ORDER BY per_head_fen)
                   + (count(*) OVER (PARTITION BY place_id, per_head_fen) - 1) / 2 AS place
            FROM {HOUSEHOLDS} WHERE per_head_fen IS NOT NULL AND author IS NOT NULL),
        village AS (
            SELECT author, place_id, any_value(township_id) AS township_id, any_value(banner_id) AS banner_id,
                   any_value(league_id) AS league_id, count(*)::DOUBLE AS own, any_value(n)::DOUBLE AS n,
                   sum(place) AS ranks
            FROM ranked GROUP BY author, place_id
            HAVING count(*) >= {LEAST_A_SIDE} AND any_value(n) - count(*) >= {LEAST_A_SIDE})
        SELECT author, {SMALLEST} AS division, sum(own), sum(n - own), sum((ranks - own * (n + 1) / 2) / (n + 1)),
               sum(own * (n - own) / (n + 1) / 12), sum(ranks - own * (own + 1) / 2), sum(own * (n - own))
        FROM village GROUP BY author, banner_id HAVING sum(own) >= {held.least_incomes} AND {narrowed(node)}
        ORDER BY 1, 2""")  # fmt: skip
    for officer, division, own, _others, moved, spread, higher, pairs in rows:
        deviate = moved / sqrt(spread)
        share = higher / pairs
        yield Clue("level", "officer", officer, division, deviate, chance.normal_beyond(deviate), share, 0.5,
                   (round(own * (1 - share)), round(own * share)), (own / 2, own / 2))  # fmt: skip
