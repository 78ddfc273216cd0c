"""Working days: the shipped notices of the State Council, and an office's own days beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from fupin.core.models import CalendarDay
from fupin.policy import calendar as notices

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked. `own` are an office's own days (Nadam, a decreed closure), which go first."""

    own: Mapping[date, bool]

    def is_working(self, day: date) -> bool:
        """Is `day` worked? In a year without a notice the week alone decides."""
        if day in self.own:
            return self.own[day]
        year = notices.years().get(day.year)
        if year and day in year.workdays:
            return True
        if year and day in year.holidays:
            return False
        return day.weekday() < 5

    def add(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`; the day itself does not count. A count of 0 gives `day`."""
        while count > 0:
            day += _DAY
            count -= self.is_working(day)
        return day

    def between(self, start: date, end: date) -> int:
        """How many working days lie after `start` up to and including `end`."""
        return sum(self.is_working(start + _DAY * step) for step in range(1, (end - start).days + 1))

    def name(self, day: date) -> str:
        """What holiday a day belongs to; empty if none."""
        year = notices.years().get(day.year)
        return year.holidays.get(day, "") if year else ""


def calendar() -> Calendar:
    """The calendar as it stands now; one query."""
    return Calendar(dict(CalendarDay.objects.values_list("day", "is_working")))


def known_years() -> list[int]:
    """The years whose notice is shipped; beyond them weekends alone are free, and screens say so."""
    return sorted(notices.years())


def unknown_years(start: date, end: date) -> list[int]:
    """The years from `start` to `end` that have no notice yet: a deadline through them is provisional."""
    return [year for year in range(start.year, end.year + 1) if year not in notices.years()]


def doubt(start: date, end: date | None) -> str:
    """What stands beside a deadline that is provisional; empty where it is certain."""
    years = unknown_years(start, end) if end is not None else []
    if not years:
        return ""
    return _("暂定：%(years)s 年放假安排还没有录入，只按周末推算") % {"years": "、".join(map(str, years))}
