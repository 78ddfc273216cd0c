"""Questions that every page asks are put into words once, not once a request.

Django composes a query anew each time, which takes several times as long as a database on the same machine takes to
answer it. Here a queryset is compiled once for each kind of database, with open places for its values; what comes back
is what the queryset would have given: records, or the columns of `values_list`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models import Expression, Field, QuerySet
from django.db.models.query import ModelIterable, get_related_populators


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value goes among the parameters of the statement."""

    name: str
    field: Field[Any, Any]


class _Open(Expression):  # type: ignore[misc]
    """A value that is not known yet."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.place = _Place(name, field)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return "%s", [self.place]


Read = Callable[[Sequence[Any]], list[Any]]
"""Makes records, or columns, of the rows that a driver gives."""


@dataclass(frozen=True, slots=True)
class _Statement:
    sql: str
    parameters: tuple[Any, ...]
    read: Read


class Prepared:
    """A queryset with open places: `Prepared(lambda number: Household.objects.filter(number=number), number=CharField())`.

    The queryset may filter, order, slice, select related records and name columns. Its values are single ones, never
    lists, and never None: `= NULL` finds nothing, and the statement has no other form for them. A single column comes alone.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]], **places: Field[Any, Any]) -> None:
        self._build, self._places = build, places
        self._statements: dict[str, _Statement] = {}

    def __call__(self, **values: Any) -> list[Any]:
        """All rows, read now."""
        statement = self._statements.get(connection.vendor)
        if statement is None:
            statement = self._statements[connection.vendor] = self._compiled()
        given = [
            one.field.get_db_prep_value(values[one.name], connection) if type(one) is _Place else one
            for one in statement.parameters
        ]
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, given)
            return statement.read(cursor.fetchall())

    def first(self, **values: Any) -> Any:
        """The first row, or None; the queryset says how many are read."""
        found = self(**values)
        return found[0] if found else None

    def _compiled(self) -> _Statement:
        rows = self._build(**{name: _Open(name, field) for name, field in self._places.items()})
        compiler = rows.query.get_compiler(rows.db)
        sql, parameters = compiler.as_sql()
        return _Statement(sql, tuple(parameters), _read(rows, compiler))


def reading(rows: QuerySet[Any]) -> Read:
    """What makes records out of rows that hold the columns of this queryset in its order."""
    compiler = rows.query.get_compiler(rows.db)
    compiler.as_sql()
    return _read(rows, compiler)


def _read(rows: QuerySet[Any], compiler: Any) -> Read:
    converters = compiler.get_converters([selected[0] for selected in compiler.select])
    found = tuple((at, tuple(each), expression) for at, (each, expression) in converters.items())
    record = _reader(rows, compiler)
    return lambda given: [record(_converted(row, found)) for row in given]


def _converted(row: Any, converters: tuple[tuple[int, tuple[Any, ...], Any], ...]) -> list[Any]:
    values = list(row)
    for at, each, expression in converters:
        for convert in each:
            values[at] = convert(values[at], expression, connection)
    return values


def _reader(rows: QuerySet[Any], compiler: Any) -> Callable[[Any], Any]:
    """What makes a record, with its related ones, or the columns out of a row."""
    if rows._iterable_class is not ModelIterable:  # type: ignore[attr-defined]
        return tuple if len(compiler.select) > 1 else lambda row: row[0]
    own = compiler.klass_info["select_fields"]
    first, last = own[0], own[-1] + 1
    model: type[models.Model] = rows.model
    names = [selected[0].target.attname for selected in compiler.select[first:last]]
    related = get_related_populators(compiler.klass_info, compiler.select, rows.db)

    def record(row: Any) -> Any:
        made = model.from_db(rows.db, names, row[first:last])
        for populator in related:
            populator.populate(row, made)
        return made

    return record
