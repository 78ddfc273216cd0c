"""Copied accounts: households of one banner whose items and amounts are the same, or the same but for one item.

Households with little to tell are alike without anybody's doing (two old people with the same pension). So two accounts
count as alike only if what they share tells enough, by how common each amount is beside them; and a group is tested by
whether those that are alike lie together in it more often than alike households lie anywhere in the banner.
"""

from __future__ import annotations

from collections.abc import Iterator

from fupin.bulk.steps import Steps
from fupin.divisions.tree import Node
from fupin.quality.signs import chance
from fupin.quality.signs.clues import COLUMNS, SMALLEST, By, Clue, Limits, narrowed
from fupin.quality.signs.laying import HOUSEHOLDS, ITEMS

PAIRS = "sign_pairs"
_AS_BANNER = 10
"""So many households of the banner stand beside those of a village where amounts are counted."""
_KEYS, _KEPT = "sign_keys", "sign_comparable"


def pair_up(steps: Steps, held: Limits) -> None:
    """Make the table of pairs that are alike (`one`, `other`, and the group columns of each)."""
    steps.table(_KEPT, f"""
        SELECT household_id, any_value(place_id) AS place_id, any_value(banner_id) AS banner_id,
               any_value(author) AS author, count(*) AS items, bit_xor(hash(item, amount_fen)) AS whole
        FROM {ITEMS} GROUP BY household_id HAVING count(*) >= {held.least_items}""")  # fmt: skip
    # The key of an account, and its keys without one item each: two accounts that differ in one item share such a key.
    steps.table(_KEYS, f"""
        WITH each AS (
            SELECT household_id, place_id, banner_id, whole AS key, NULL AS without FROM {_KEPT}
            UNION ALL
            SELECT i.household_id, i.place_id, i.banner_id, xor(k.whole, hash(i.item, i.amount_fen)), i.item
            FROM {ITEMS} i JOIN {_KEPT} k USING (household_id))
        SELECT * FROM each QUALIFY count(*) OVER (PARTITION BY banner_id, key) > 1""")  # fmt: skip
    # How common an amount is among all others than a pair itself: in the village, and where it is too small to tell, in
    # the banner. What a good part of a village has alike (the same land a head, the same subsidies) so tells little.
    wide = "(greatest(wide.n - 2, 0) + 1) / (all_wide.n + 1)"
    share = f"(greatest(here.n - 2, 0) + {_AS_BANNER} * {wide}) / (greatest(all_here.n - 2, 0) + {_AS_BANNER})"
    steps.table(PAIRS, f"""
        WITH here AS (SELECT place_id, item, amount_fen, count(*)::DOUBLE AS n FROM {ITEMS} GROUP BY ALL),
        all_here AS (SELECT place_id, item, sum(n) AS n FROM here GROUP BY ALL),
        wide AS (SELECT banner_id, item, amount_fen, count(*)::DOUBLE AS n FROM {ITEMS} GROUP BY ALL),
        all_wide AS (SELECT banner_id, item, sum(n) AS n FROM wide GROUP BY ALL),
        telling AS (
            SELECT k.household_id, k.banner_id, k.key FROM {_KEYS} k
            JOIN {ITEMS} i ON i.household_id = k.household_id AND i.item IS DISTINCT FROM k.without
            JOIN here ON here.place_id = k.place_id AND here.item = i.item AND here.amount_fen = i.amount_fen
            JOIN all_here ON all_here.place_id = k.place_id AND all_here.item = i.item
            JOIN wide ON wide.banner_id = k.banner_id AND wide.item = i.item AND wide.amount_fen = i.amount_fen
            JOIN all_wide ON all_wide.banner_id = k.banner_id AND all_wide.item = i.item
            GROUP BY ALL HAVING sum(-log2({share})) >= {held.least_bits}),
        beside AS (SELECT household_id AS one, lead(household_id) OVER (PARTITION BY banner_id, key
                          ORDER BY hash(household_id)) AS other FROM telling),
        pairs AS (SELECT DISTINCT least(one, other) AS one, greatest(one, other) AS other FROM beside
                  WHERE other IS NOT NULL)
        SELECT p.one, p.other, a.banner_id, a.place_id AS one_place_id, b.place_id AS other_place_id,
               a.author AS one_author, b.author AS other_author
        FROM pairs p JOIN {_KEPT} a ON a.household_id = p.one JOIN {_KEPT} b ON b.household_id = p.other""")  # fmt: skip
    steps.drop([_KEYS])


def every_test(steps: Steps, held: Limits, by: By, *, node: Node | None = None) -> Iterator[Clue]:
    """Of the pairs that touch a group: how many lie wholly in it, against where pairs would lie by chance."""
    column = COLUMNS[by]
    rows = steps.rows(f"""
        WITH every AS (SELECT h.*, k.items IS NOT NULL AS is_comparable
                       FROM {HOUSEHOLDS} h LEFT JOIN (SELECT household_id, items FROM {_KEPT}) k USING (household_id)),
        g AS (SELECT {column} AS subject, banner_id, {SMALLEST} AS division, count(*) FILTER (is_comparable) AS n
              FROM every WHERE {column} IS NOT NULL GROUP BY {column}, banner_id HAVING {narrowed(node)}),
        b AS (SELECT banner_id, count(*) AS n FROM {_KEPT} GROUP BY ALL),
        ends AS (SELECT banner_id, one_{column} AS subject,
                        one_{column} IS NOT DISTINCT FROM other_{column} AS is_inside FROM {PAIRS}
                 UNION ALL SELECT banner_id, other_{column}, FALSE FROM {PAIRS}
                 WHERE one_{column} IS DISTINCT FROM other_{column}),
        t AS (SELECT banner_id, subject, count(*) AS touching, count(*) FILTER (is_inside) AS inside FROM ends
              GROUP BY ALL)
        SELECT g.subject, g.division, g.n, b.n, t.touching, t.inside FROM g JOIN b USING (banner_id)
        JOIN t ON t.subject = g.subject AND t.banner_id = g.banner_id ORDER BY 1, 2""")  # fmt: skip
    for group, division, n, every, touching, inside in rows:
        if n < held.least_incomes or (by == "officer" and every < 2 * n):
            continue
        share = inside_by_chance(n, every)
        likely = chance.at_least(inside, touching, share)
        yield Clue("copied", by, group, division, inside / touching, likely, inside, touching * share,
                   (touching - inside, inside), (touching * (1 - share), touching * share))  # fmt: skip


def inside_by_chance(own: int, every: int) -> float:
    """The chance that a pair of households drawn at random, of which one at least lies in a group, lies in it wholly."""
    pairs, outside = every * (every - 1), (every - own) * (every - own - 1)
    return own * (own - 1) / (pairs - outside) if pairs > outside else 0.0
