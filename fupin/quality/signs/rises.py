"""Jumps before the deadline: of the changes of accounts in its last days more raise the income than anywhere else.

How many changes are made on a day says nothing: an office types when it has time, and a file comes in on one day. So the
changes are taken as they come, and only their direction is tested: against the group's own other days, and against what
others of the banner changed in the same last days. It must be unlikely beside each of the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from fupin.bulk.steps import Steps
from fupin.divisions.tree import Node
from fupin.quality.signs import chance
from fupin.quality.signs.clues import SMALLEST, By, Clue, Limits, narrowed
from fupin.quality.signs.laying import CHANGES, HOUSEHOLDS


def is_late(held: Limits) -> str:
    """The condition of a change in the last days before the deadline."""
    if held.deadline is None:
        return "FALSE"
    return f"(c.day > DATE '{held.deadline - timedelta(days=held.deadline_days)}' AND c.day <= DATE '{held.deadline}')"


def every_test(steps: Steps, held: Limits, by: By, *, node: Node | None = None) -> Iterator[Clue]:
    """The rises among the late changes of each group that has enough of them, and as many on other days."""
    # Whoever made the change, not whoever made the last one of that account.
    column = "c.author" if by == "officer" else "h.place_id"
    rows = steps.rows(f"""
        WITH every AS (
            SELECT {column} AS subject, h.place_id, h.township_id, h.banner_id, h.league_id, c.is_rise,
                   {is_late(held)} AS is_late FROM {CHANGES} c JOIN {HOUSEHOLDS} h USING (household_id)),
        b AS (SELECT banner_id, count(*) FILTER (is_late) AS late, count(*) FILTER (is_late AND is_rise) AS late_rises
              FROM every GROUP BY ALL),
        g AS (SELECT subject, banner_id, {SMALLEST} AS division, count(*) FILTER (is_late) AS late,
                     count(*) FILTER (is_late AND is_rise) AS late_rises, count(*) FILTER (NOT is_late) AS other,
                     count(*) FILTER (NOT is_late AND is_rise) AS other_rises
              FROM every WHERE subject IS NOT NULL GROUP BY subject, banner_id HAVING {narrowed(node)})
        SELECT g.subject, g.division, g.late, g.late_rises, g.other, g.other_rises, b.late - g.late,
               b.late_rises - g.late_rises FROM g JOIN b USING (banner_id)
        WHERE g.late >= {held.least_changes} ORDER BY 1, 2""")  # fmt: skip
    for group, division, late, rises, other, other_rises, rest, rest_rises in rows:
        # Who changes nothing on other days makes no jump; and villages differ, so that the others alone are no measure.
        if other < held.least_changes:
            continue
        beside = [(other_rises, other)] + [(rest_rises, rest)] * (rest >= held.least_changes)
        share = max(up / of for up, of in beside)
        likely = max(chance.more_than_others(rises, late, up, of) for up, of in beside)
        yield Clue("late_rises", by, group, division, rises / late, likely, rises, late * share,
                   (late - rises, rises), (late * (1 - share), late * share))  # fmt: skip
