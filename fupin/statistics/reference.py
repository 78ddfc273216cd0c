"""Reference statistics behind figures: the value of a division for a period, in whichever way its period is written."""

from __future__ import annotations

from fupin.divisions.models import ReferenceFigure
from fupin.divisions.tree import Node
from fupin.statistics.periods import Period


def reference_figure(node: Node, name: str, period: Period) -> ReferenceFigure | None:
    """The reference figure for exactly this period: written as the period itself, its year or its last day.

    Another year's figure never stands in: an incidence has the denominator of the same day.
    """
    spellings = [period.text]
    if period.end.month == 12 and period.end.day == 31 and (period.is_day or "/" not in period.text):
        spellings += [str(period.year), period.end.isoformat()]
    found = {
        row.period: row
        for row in ReferenceFigure.objects.filter(division_id=node.id, indicator=name, period__in=spellings)
    }
    return next((found[text] for text in spellings if text in found), None)
