"""By when a ticket is to be answered or checked: by its severity, by the office's own setting, by working days."""

from __future__ import annotations

from datetime import date, timedelta

from fupin.core import working_days
from fupin.divisions.models import Level
from fupin.divisions.queries import tree
from fupin.policy import parameters
from fupin.quality.words import Severity
from fupin.rulebook import queries as rulebook

DAYS = {
    Severity.ERROR: "quality.ticket_days_error",
    Severity.DOUBT: "quality.ticket_days_doubt",
    Severity.HINT: "quality.ticket_days_hint",
}


class Deadlines:
    """The deadlines that start on one day. A setting is asked once for each banner, however many tickets there are."""

    def __init__(self, on: date) -> None:
        self.on, self._days = on, working_days.calendar()
        self._known: dict[tuple[str, int | None], date] = {}
        self._counts: dict[tuple[str, int | None], int] = {}
        self._banners: dict[int, int | None] = {}

    def answer(self, severity: str, village: int) -> date:
        """By when a new or reopened ticket is to be answered."""
        return self.of(DAYS[Severity(severity)], village)

    def of(self, name: str, village: int) -> date:
        """The day on which so many days are over as the setting says; working days where its unit is that."""
        key = (name, self._banner(village))
        if key not in self._known:
            count = self.count(name, village)
            is_working = parameters.parameter(name).unit == "working_day"
            self._known[key] = self._days.add(self.on, count) if is_working else self.on + timedelta(days=count)
        return self._known[key]

    def count(self, name: str, village: int) -> int:
        """The number of days itself."""
        key = (name, self._banner(village))
        if key not in self._counts:
            self._counts[key] = int(rulebook.value(name, on=self.on, division=key[1]))
        return self._counts[key]

    def _banner(self, village: int) -> int | None:
        """Offices set these days for a banner or above: below it there is nothing to ask for."""
        if village not in self._banners:
            nodes = tree()
            path = nodes.path(village) if nodes.home(village) is not None else ()
            above = [node.id for node in path if node.level in (Level.REGION, Level.LEAGUE, Level.BANNER)]
            self._banners[village] = above[-1] if above else None
        return self._banners[village]
