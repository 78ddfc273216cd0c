"""Periods of figures: `2018` (a stock: 31 December), `2018-12-31`, `2014/2018`, `2018-Q1/Q3`, `2019-01/2019-11`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from fupin.core.refusals import Refused

_QUARTER_END = {1: (3, 31), 2: (6, 30), 3: (9, 30), 4: (12, 31)}
_YEAR = re.compile(r"(\d{4})")
_YEARS = re.compile(r"(\d{4})/(\d{4})")
_MONTHS = re.compile(r"(\d{4})-(\d{2})(?:/(\d{4})-(\d{2}))?")
_QUARTERS = re.compile(r"(\d{4})-Q([1-4])(?:/Q([1-4]))?")


class BadPeriod(Refused):
    """The text is no period."""


@dataclass(frozen=True, slots=True)
class Period:
    """A period with the day that a stock is taken on (`end`) and the day that a change is reckoned from (`start`).

    A span of years runs from the end of its first year to the end of its last (the sources' "2014–2018"); a year or
    part of one from the end of the year before. `is_day`: a single day, over which nothing can flow.
    """

    text: str
    start: date
    end: date
    is_day: bool = False

    @property
    def year(self) -> int:
        return self.end.year


def _month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def read(text: str) -> Period:
    """The period that `text` says. Raises BadPeriod."""
    text = str(text).strip()
    try:
        if found := _YEAR.fullmatch(text):
            year = int(found[1])
            return Period(text, date(year - 1, 12, 31), date(year, 12, 31))
        if found := _YEARS.fullmatch(text):
            if int(found[1]) < int(found[2]):
                return Period(text, date(int(found[1]), 12, 31), date(int(found[2]), 12, 31))
        elif found := _QUARTERS.fullmatch(text):
            year, last = int(found[1]), int(found[3] or found[2])
            if int(found[2]) <= last:
                first = date(year, 3 * int(found[2]) - 2, 1) - timedelta(days=1)
                return Period(text, first, date(year, *_QUARTER_END[last]))
        elif found := _MONTHS.fullmatch(text):
            first = date(int(found[1]), int(found[2]), 1)
            until = date(int(found[3]), int(found[4]), 1) if found[3] else first
            if first <= until:
                return Period(text, first - timedelta(days=1), _month_end(until))
        else:
            day = date.fromisoformat(text)
            return Period(text, day, day, is_day=True)
    except ValueError:
        pass
    raise BadPeriod(_("时期“%s”无法识别，应如 2018、2018-12-31、2014/2018 或 2018-Q1/Q3") % text, "period")
