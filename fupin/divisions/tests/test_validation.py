"""Rows judged together are judged as Django judges each of them alone."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db.models import F, Q

from fupin.core.ledgers import validation
from fupin.core.models import CalendarDay
from fupin.divisions import queries
from fupin.divisions.models import Designation, ReferenceFigure, VillageYear

pytestmark = pytest.mark.django_db


def alone(row):
    try:
        row.full_clean()
    except ValidationError as fault:
        return fault.message_dict
    return None


def together(model, rows):
    said = [fault for chunk in validation.faults(model, rows) for _row, fault in chunk]
    return [fault.message_dict if fault else None for fault in said]


def test_each_row_hears_what_it_would_hear_alone():
    village = queries.tree().by_code("150522100200").id
    VillageYear.objects.create(division_id=village, year=2017)
    Designation.objects.create(division_id=village, kind="poverty_village", valid_from=date(2014, 1, 1), document="文")
    day = CalendarDay.objects.create(day=date(2018, 7, 24), is_working=False, name="那达慕")
    ReferenceFigure.objects.create(division_id=village, indicator="x", period="2018", value=1, unit="户", source="年鉴")
    rows = {
        VillageYear: [
            VillageYear(division_id=village, year=2018),
            VillageYear(division_id=village, year=2017),
            VillageYear(division_id=village, year=1999),
            VillageYear(division_id=village),
            VillageYear(division_id=5, year=2019),
            VillageYear(year=2020, persons=-1, head="长" * 41, longitude=Decimal("1234.5")),
        ],
        Designation: [
            Designation(division_id=village, kind="poverty_village", valid_from=date(2016, 1, 1)),
            Designation(division_id=village, kind="poverty_village", valid_from=date(2012, 1, 1), valid_to=date(2013, 1, 1)),
            Designation(division_id=village, kind="pastoral", valid_from=date(2016, 1, 1), valid_to=date(2015, 1, 1)),
            Designation(division_id=village, kind="poverty_village", valid_from=date(2014, 1, 1), valid_to=date(2015, 1, 1)),
        ],
        CalendarDay: [
            day,
            CalendarDay(day=day.day, name="另一天"),
            CalendarDay(day=date(2018, 7, 25), name=""),
        ],
        ReferenceFigure: [ReferenceFigure(division_id=village, indicator="x", period="2018", value=2, unit="户", source="表")],
    }  # fmt: skip
    for model, those in rows.items():
        assert together(model, those) == [alone(row) for row in those]
    assert together(VillageYear, rows[VillageYear]).count(None) == 1


def test_rows_that_come_in_together_are_held_against_each_other_over_chunks(monkeypatch):
    monkeypatch.setattr(validation, "CHUNK", 2)
    village = queries.tree().by_code("150522100200").id
    rows = [VillageYear(division_id=village, year=year) for year in (2015, 2016, 2017, 2015)]
    said = together(VillageYear, rows)
    assert said[:3] == [None] * 3
    assert said[3] == {"__all__": ["该村该年度已有信息表"]}


def test_many_rows_cost_no_more_queries_than_one(django_assert_num_queries):
    villages = [node.id for node in queries.tree().administrative_villages(queries.tree().by_code("150522").id)]
    for count in (1, 200):
        with django_assert_num_queries(2):
            together(VillageYear, [VillageYear(division_id=id, year=2018) for id in villages[:count]])


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        (Q(year__gte=2000, year__lte=2100), True),
        (Q(year__gt=2018) | Q(persons__isnull=True), True),
        (Q(persons__gt=1), None),
        (~Q(persons__gt=1), None),
        (~Q(year=2018), False),
        (Q(year__in=[2017]) | Q(persons=3), None),
        (Q(year__lt=F("households")), False),
        (Q(persons__gt=1) & Q(year=2017), False),
    ],
)
def test_a_condition_holds_does_not_or_is_not_known_as_in_sql(condition, outcome):
    assert validation.holds(condition, VillageYear(year=2018, households=10)) is outcome
