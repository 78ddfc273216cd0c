"""Operations of a plain model: the values go to its fields, its constraints speak, the trail keeps the change."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models

from fupin.core import audit
from fupin.core.cells import label_of
from fupin.core.columns import Column
from fupin.core.ledgers import records, validation
from fupin.core.ledgers.declaration import Given, Ledger, Values
from fupin.core.ledgers.hidden import Hidden, hidden, is_sealed
from fupin.core.refusals import Refused
from fupin.core.sentences import told

CHUNK = 500


class Plain:
    """The acts of a record type without a procedure, each set-wise: a single row is a list of one."""

    def create(
        self, ledger: Ledger, rows: Sequence[Values], *, by: Any, on: date, judged: bool = False
    ) -> list[models.Model]:
        made = [fill(ledger, ledger.model(), values) for values in rows]
        if not judged:
            self.require(ledger, made)
        for start in range(0, len(made), CHUNK):
            ledger.model._default_manager.bulk_create(made[start : start + CHUNK])
        audit.record_many(by=by, on=on, entries=[entry_of(ledger, "create", row, {}) for row in made])
        return made

    def update(
        self, ledger: Ledger, rows: Sequence[tuple[models.Model, Values]], *, by: Any, on: date, judged: bool = False
    ) -> list[models.Model]:
        before = [ledger.values(row) for row, _values in rows]
        filled = [fill(ledger, row, values) for row, values in rows]
        if not judged:
            self.require(ledger, filled)
        changed = [(row, old) for row, old in zip(filled, before, strict=True)
                   if records.changes(ledger, old, ledger.values(row))]  # fmt: skip
        entries = [entry_of(ledger, "update", row, old) for row, old in changed]
        _write([(row, _fields(ledger, old, row)) for row, old in changed])
        audit.record_many(by=by, on=on, entries=entries)
        return [row for row, _old in changed]

    def remove(self, ledger: Ledger, rows: Sequence[models.Model], *, by: Any, on: date) -> None:
        entries = [entry_of(ledger, "remove", row, ledger.values(row)) for row in rows]
        for row in rows:
            row.delete()
        audit.record_many(by=by, on=on, entries=entries)

    def judge(self, ledger: Ledger, rows: Iterable[Given], *, on: date) -> Iterator[Refused | None]:
        """What the model says against each row, set-wise; nothing is written."""
        filled = (fill(ledger, copy.copy(row) if row is not None else ledger.model(), v) for row, v in rows)
        return (Refused(said, "invalid") if said else None for said in self.faults(ledger, filled))

    def require(self, ledger: Ledger, rows: Sequence[models.Model]) -> None:
        """Raises Refused with everything that the model says against the rows."""
        reasons = [reason for said in self.faults(ledger, rows) for reason in said]
        if reasons:
            raise Refused(dict.fromkeys(reasons), "invalid")

    def faults(self, ledger: Ledger, rows: Iterable[Any]) -> Iterator[list[str]]:
        """The sentences against each row: those of the model, and what it cannot say."""
        for chunk in validation.faults(ledger.model, rows):
            own = self.objections([row for row, _fault in chunk])
            for (_row, fault), said in zip(chunk, own, strict=True):
                yield [*(_sentences(ledger, fault) if fault else ()), *said]

    def objections(self, rows: Sequence[Any]) -> list[list[str]]:
        """What a record type says of each row beside its model."""
        return [[] for _row in rows]


def fill(ledger: Ledger, row: Any, values: Values) -> Any:
    """The row with these values; only the columns named are touched."""
    for column in ledger.writable:
        if column.name not in values:
            continue
        value = values[column.name]
        if is_sealed(column):
            _seal(ledger, row, column, hidden(column, value))
        else:
            setattr(row, ledger.field_of(column), _stored(ledger, column.name, value))
    return row


def _seal(ledger: Ledger, row: Any, column: Column, value: Hidden | None) -> None:
    """A number that stays keeps its cipher."""
    if ledger.value(row, column) != value:
        setattr(row, ledger.field_of(column), None if value is None else value.sealed())


def _stored(ledger: Ledger, name: str, value: Any) -> Any:
    """An empty text is stored as such where the field does not take NULL."""
    field = ledger.model._meta.get_field(ledger.field_of(ledger.by_name[name]).removesuffix("_id"))
    return "" if value is None and not field.null and isinstance(field, models.CharField | models.TextField) else value


def _fields(ledger: Ledger, before: dict[str, Any], row: Any) -> tuple[str, ...]:
    """The fields of the model in which a row differs from what it was, and those that keep the moment of a change."""
    differing = {ledger.field_of(ledger.by_name[name]) for name in records.changes(ledger, before, ledger.values(row))}
    return tuple(
        field.attname for field in ledger.model._meta.concrete_fields
        if field.attname in differing or getattr(field, "auto_now", False)
    )  # fmt: skip


def _write(changed: Sequence[tuple[Any, tuple[str, ...]]]) -> None:
    """Only the fields that changed, and one statement for all rows in which the same ones did."""
    for names, pairs in groupby(sorted(changed, key=lambda pair: pair[1]), key=lambda pair: pair[1]):
        rows = [row for row, _names in pairs]
        meta = rows[0]._meta
        fields = [meta.get_field(name) for name in names]
        quoted = connection.ops.quote_name
        settings = ", ".join(f"{quoted(field.column)} = %s" for field in fields)
        lines = [
            [*(field.get_db_prep_save(field.pre_save(row, add=False), connection) for field in fields), row.pk]
            for row in rows
        ]
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {quoted(meta.db_table)} SET {settings} WHERE {quoted(meta.pk.column)} = %s", lines
            )


def _sentences(ledger: Ledger, fault: ValidationError) -> list[str]:
    fields = {ledger.field_of(column).removesuffix("_id"): label_of(column) for column in ledger.columns}
    if not hasattr(fault, "message_dict"):
        return list(fault.messages)
    return [
        told(fields[name], text) if name in fields else text
        for name, texts in fault.message_dict.items()
        for text in texts
    ]


def entry_of(ledger: Ledger, act: str, row: models.Model, before: dict[str, Any]) -> audit.Entry:
    """The entry of the trail for an act on a row: what it was and what it is."""
    after = {} if act == "remove" else ledger.values(row)
    detail = (
        {name: [records.plain(value), None] for name, value in before.items()}
        if act == "remove"
        else records.changes(ledger, before, after)
    )
    return audit.Entry(f"{ledger.name}.{act}", ledger.subject_of(row), ledger.division_of(row), detail)
