"""A prepared question answers as its queryset would, whatever the values, and is composed once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import models
from django.utils import timezone

from fupin.accounts.models import Posting
from fupin.core.models import AuditEntry, Preference
from fupin.core.prepared import Prepared

pytestmark = pytest.mark.django_db
DAY = date(2018, 12, 31)


def test_records_come_back_with_their_dates_their_details_and_what_is_related(cast):
    built = lambda user: Posting.objects.filter(user_id=user).select_related("user", "division")  # noqa: E731
    (record,) = Prepared(built, user=models.BigIntegerField())(user=cast.helper.pk)
    expected = built(cast.helper.pk).get()
    for field in Posting._meta.concrete_fields:
        assert getattr(record, field.attname) == getattr(expected, field.attname), field.name
    assert "user" in record._state.fields_cache
    assert (record.user.username, record.division.pk) == ("helper", cast.village.pk)
    assert not record._state.adding


def test_moments_and_details_are_read_as_django_reads_them():
    at = timezone.now().replace(microsecond=5)
    AuditEntry.objects.create(
        at=at, happened_on=DAY, actor="甲", act="x", subject="a:1", detail={"数": [1, None]}, digest=b"d"
    )
    asked = Prepared(lambda subject: AuditEntry.objects.filter(subject=subject), subject=models.CharField())
    entry = asked.first(subject="a:1")
    assert (entry.at, entry.happened_on, entry.detail) == (at, DAY, {"数": [1, None]})
    assert asked.first(subject="a:2") is None


def test_columns_come_in_their_order_and_a_single_one_alone(cast):
    two = Prepared(
        lambda user: Posting.objects.filter(user_id=user).values_list("role", "user__username"),
        user=models.BigIntegerField(),
    )
    one = Prepared(
        lambda user: Posting.objects.filter(user_id=user).values_list("role", flat=True), user=models.BigIntegerField()
    )
    assert two(user=cast.helper.pk) == [("helper", "helper")]
    assert one(user=cast.helper.pk) == ["helper"]


@pytest.mark.parametrize(("days", "found"), [(0, 1), (-1, 0), (9, 1), (10, 0)])
def test_days_are_compared_as_days(cast, days, found):
    Posting.objects.filter(user=cast.helper).update(valid_from=DAY, valid_to=DAY + timedelta(days=10))
    asked = Prepared(
        lambda user, day: Posting.objects.on(day).filter(user_id=user),
        user=models.BigIntegerField(), day=models.DateField(),
    )  # fmt: skip
    assert len(asked(user=cast.helper.pk, day=DAY + timedelta(days=days))) == found


def test_a_value_is_never_part_of_the_statement(cast):
    Preference.objects.create(user_id=1, name="甲", value=1)
    asked = Prepared(lambda name: Preference.objects.filter(name=name), name=models.CharField())
    assert asked(name="' OR 1=1 --") == asked(name="%s") == asked(name='"') == []
    assert len(asked(name="甲")) == 1


def test_it_is_composed_once_however_often_it_is_asked(django_assert_num_queries):
    composed = []

    def build(name):
        composed.append(name)
        return Preference.objects.filter(name=name).order_by("pk")[:1]

    asked = Prepared(build, name=models.CharField())
    with django_assert_num_queries(3):
        assert [asked.first(name=name) for name in "甲乙丙"] == [None] * 3
    assert len(composed) == 1
