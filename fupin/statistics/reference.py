"""Reference statistics behind figures: the value of a division for a period, in whichever way its period is written."""

from __future__ import annotations

from collections.abc import Iterable

from fupin.divisions.models import ReferenceFigure
from fupin.divisions.tree import Node
from fupin.statistics.periods import Period


class References:
    """The reference figures that one reader of figures has looked up: each division's are read once."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[tuple[str, str], ReferenceFigure]] = {}

    def read(self, divisions: Iterable[int]) -> None:
        """Read all the figures of divisions by one query: a division has a few dozen at most."""
        wanted = {division for division in divisions if division not in self._rows}
        if not wanted:
            return
        self._rows.update((division, {}) for division in wanted)
        for row in ReferenceFigure.objects.filter(division_id__in=wanted):
            self._rows[row.division_id][row.indicator, row.period] = row

    def find(self, node: Node, name: str, period: Period) -> ReferenceFigure | None:
        """The figure for exactly this period: written as the period itself, its year or its last day.

        Another year's figure never stands in: an incidence has the denominator of the same day.
        """
        self.read([node.id])
        spellings = [period.text]
        if period.end.month == 12 and period.end.day == 31 and (period.is_day or "/" not in period.text):
            spellings += [str(period.year), period.end.isoformat()]
        found = self._rows[node.id]
        return next((found[name, text] for text in spellings if (name, text) in found), None)
