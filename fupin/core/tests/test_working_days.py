from datetime import date

import pytest

from fupin.core import working_days
from fupin.core.models import CalendarDay
from fupin.policy import calendar as notices

pytestmark = pytest.mark.django_db


def test_the_notices_of_2014_to_2026_are_shipped_without_a_fault():
    assert working_days.known_years() == list(range(2014, 2027))
    assert notices.check() == []
    assert all(year.document.startswith("国办发明电") for year in notices.years().values())


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2018, 12, 31), False),  # New Year of 2019
        (date(2018, 12, 29), True),  # a worked Saturday
        (date(2018, 12, 28), True),
        (date(2018, 12, 22), False),
        (date(2019, 5, 2), False),  # as the notice was changed
        (date(2020, 1, 31), False),  # Spring Festival made longer
        (date(2020, 2, 1), False),
        (date(2020, 2, 3), True),
        (date(2015, 9, 3), False),
        (date(2015, 9, 6), True),
    ],
)
def test_a_day_is_worked_as_the_notice_says(day, works):
    assert working_days.calendar().is_working(day) is works


def test_days_are_counted_from_the_day_after():
    days = working_days.calendar()
    assert days.add(date(2018, 9, 28), 0) == date(2018, 9, 28)
    assert days.add(date(2018, 9, 28), 1) == date(2018, 9, 29)
    assert days.add(date(2018, 9, 28), 3) == date(2018, 10, 8)
    assert days.between(date(2018, 9, 28), date(2018, 10, 8)) == 3
    assert days.name(date(2018, 10, 1)) == "国庆节"


def test_an_office_has_free_days_of_its_own():
    CalendarDay.objects.create(day=date(2018, 8, 8), name="那达慕")
    CalendarDay.objects.create(day=date(2018, 8, 11), name="补班", is_working=True)
    days = working_days.calendar()
    assert not days.is_working(date(2018, 8, 8))
    assert days.is_working(date(2018, 8, 11))


def test_a_year_without_a_notice_goes_by_the_week_and_is_named():
    assert working_days.calendar().is_working(date(2031, 10, 1))
    assert "2027、2028" in working_days.doubt(date(2026, 12, 20), date(2028, 1, 3))
    assert working_days.doubt(date(2026, 12, 1), date(2026, 12, 31)) == ""
    assert working_days.doubt(date(2026, 12, 1), None) == ""
    assert working_days.unknown_years(date(2026, 12, 1), date(2028, 1, 1)) == [2027, 2028]
