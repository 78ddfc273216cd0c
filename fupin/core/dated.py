"""Dated facts: rows that hold from a day until (not including) another.

A stable row keeps identity only; what is true of it stands in fact rows. As of a day there is at most one row of
a kind for a subject, and at most one row is open. A correction replaces the row and audit keeps the old one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Self

from django.db import connection, models
from django.db.models import Q

from fupin.core.ids import new_id
from fupin.core.prepared import Read, reading

SINCE_EVER = date(1900, 1, 1)
"""The first day of a fact whose beginning nobody knows."""


class Stable(models.Model):
    """A row that never changes its identity: a division, a household, a person."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


class DatedQuerySet(models.QuerySet[Any]):
    def on(self, day: date) -> Self:
        """The rows that hold on `day`."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)

    def open(self) -> Self:
        """The rows without an end: what holds now and until something changes."""
        return self.filter(valid_to__isnull=True)


class DatedFact(models.Model):
    """A fact with its period [valid_from, valid_to), where it came from and who entered it."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期（不含）", null=True, blank=True)
    source = models.CharField("来源", max_length=60, blank=True, help_text="screen, import:<id>, api, national:<id> …")
    recorded_at = models.DateTimeField("录入时间", auto_now_add=True)
    recorded_by = models.BigIntegerField("录入人", null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True


def rows_of(model: Any, field: str, ids: Sequence[int], order: str = "valid_from") -> list[Any]:
    """Every row of some subjects: what a record's page reads of a table.

    Django composes a query anew each time, and for sixty columns that takes ten times as long as the database; this
    statement is composed once for each number of subjects.
    """
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_statement(model, field, order, len(ids)), list(ids))
        return _reading(model, connection.vendor)(cursor.fetchall())


@lru_cache(maxsize=100)
def _reading(model: Any, _vendor: str) -> Read:
    return reading(model._default_manager.all())


@lru_cache(maxsize=2_000)
def _statement(model: Any, field: str, order: str, count: int) -> str:
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(one.column) for one in model._meta.concrete_fields)
    subject, by = (quoted(model._meta.get_field(name).column) for name in (field, order))
    among = ", ".join(["%s"] * count)
    table = quoted(model._meta.db_table)
    return f"SELECT {columns} FROM {table} WHERE {subject} IN ({among}) ORDER BY {by}"


def holds(row: Any, on: date) -> bool:
    """Does a dated row hold on a day?"""
    return row.valid_from <= on and (row.valid_to is None or row.valid_to > on)


def dated_constraints(name: str, *subject: str) -> list[models.BaseConstraint]:
    """The constraints of a fact table: the period is not empty, one row a start, one open row a subject.

    `name` is the table's short name; `subject` the fields that say whose fact it is.
    """
    return [
        models.CheckConstraint(
            condition=Q(valid_to__isnull=True) | Q(valid_to__gt=models.F("valid_from")),
            name=f"{name}_period",
            violation_error_message="失效日期应晚于生效日期",
        ),
        models.UniqueConstraint(
            fields=[*subject, "valid_from"],
            name=f"{name}_start",
            violation_error_message="同一对象在同一天已有一条记录",
        ),
        models.UniqueConstraint(
            fields=list(subject),
            condition=Q(valid_to__isnull=True),
            name=f"{name}_open",
            violation_error_message="同一对象只能有一条未失效的记录",
        ),
    ]
