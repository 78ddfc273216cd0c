"""What a model says against its rows, for many rows at once: `full_clean` asks the database anew for each of them.

Relations are looked up together, unique constraints by one query for a chunk, check constraints in Python; rows that
come in together are held against each other as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeGuard, cast

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

CHUNK = 500
Key = tuple[Any, ...]


def faults(model: type[models.Model], rows: Iterable[Any]) -> Iterator[list[tuple[Any, ValidationError | None]]]:
    """Each row in turn with what `full_clean` would raise, or None; in chunks, as the rows may be many."""
    uniques = _uniques(model)
    seen: list[dict[Key, int]] = [{} for _unique in uniques]
    left = iter(rows)
    while chunk := list(islice(left, CHUNK)):
        yield list(zip(chunk, _chunk(model, chunk, uniques, seen), strict=True))


def _chunk(model: type[models.Model], rows: Sequence[Any], uniques: Sequence[models.UniqueConstraint],
           seen: list[dict[Key, int]]) -> list[ValidationError | None]:  # fmt: skip
    found: list[dict[str, list[ValidationError]]] = [{} for _row in rows]
    _judge_fields(model, rows, found)
    for constraint in model._meta.constraints:
        if not _is_plain(constraint):
            _judge_check(model, constraint, rows, found)
    for unique, known in zip(uniques, seen, strict=True):
        _judge_unique(model, unique, rows, found, known)
    return [ValidationError(cast("Any", errors)) if errors else None for errors in found]


def _judge_fields(
    model: type[models.Model], rows: Sequence[Any], found: list[dict[str, list[ValidationError]]]
) -> None:
    relations = [field for field in model._meta.concrete_fields if field.remote_field]
    known = {field.name: _known(field, rows) for field in relations}
    names = [field.name for field in relations]
    for row, errors in zip(rows, found, strict=True):
        for judge in (lambda row=row: row.clean_fields(exclude=names), row.clean):
            try:
                judge()
            except ValidationError as fault:
                fault.update_error_dict(errors)
        for field in relations:
            value = getattr(row, field.attname)
            if value is None and not (field.null and field.blank):
                code = "blank" if field.null else "null"
                errors[field.name] = [ValidationError(str(field.error_messages[code]), code)]
            elif value is not None and value not in known[field.name]:
                said = {
                    "model": field.remote_field.model._meta.verbose_name,
                    "pk": value,
                    "field": "id",
                    "value": value,
                }
                errors[field.name] = [ValidationError(str(field.error_messages["invalid"]), "invalid", said)]


def _known(field: Any, rows: Sequence[Any]) -> set[Any]:
    """Which of the values of a relation stand in its table."""
    wanted = {getattr(row, field.attname) for row in rows} - {None}
    target = field.target_field.attname
    return set(
        field.remote_field.model._base_manager.filter(**{f"{target}__in": wanted}).values_list(target, flat=True)
    )


def _judge_check(model: type[models.Model], constraint: Any, rows: Sequence[Any],
                 found: list[dict[str, list[ValidationError]]]) -> None:  # fmt: skip
    condition = getattr(constraint, "condition", None)
    for row, errors in zip(rows, found, strict=True):
        try:
            if condition is None or not isinstance(constraint, models.CheckConstraint) or not is_readable(condition):
                constraint.validate(model, row, exclude=set(errors))
            elif not _named(condition) & set(errors) and holds(condition, row) is False:
                raise ValidationError(str(constraint.get_violation_error_message()), constraint.violation_error_code)
        except ValidationError as fault:
            fault.update_error_dict(errors)


def _judge_unique(model: type[models.Model], unique: models.UniqueConstraint, rows: Sequence[Any],
                  found: list[dict[str, list[ValidationError]]], seen: dict[Key, int]) -> None:  # fmt: skip
    """`seen` remembers the values of the rows so far, for those that come in together."""
    fields = [model._meta.get_field(name) for name in unique.fields]
    standing = _standing(model, unique, rows)
    for row, errors in zip(rows, found, strict=True):
        key = tuple(getattr(row, field.attname) for field in fields)
        if None in key or set(unique.fields) & set(errors):
            continue
        if unique.condition is not None and holds(unique.condition, row) is not True:
            continue
        other = standing.get(key)
        if (other is not None and other != row.pk) or seen.setdefault(key, id(row)) != id(row):
            fault = _already(model, unique, row)
            fault.update_error_dict(errors)


def _standing(model: type[models.Model], unique: models.UniqueConstraint, rows: Sequence[Any]) -> dict[Key, Any]:
    """Values of the constraint's fields → the row of the register that has them, as far as these rows could meet it."""
    names = [model._meta.get_field(name).attname for name in unique.fields]
    narrowed = {f"{name}__in": {getattr(row, name) for row in rows} - {None} for name in names}
    query = model._default_manager.filter(**narrowed)
    if unique.condition is not None:
        query = query.filter(unique.condition)
    return {values[1:]: values[0] for values in query.values_list("pk", *names)}


def _already(model: type[models.Model], unique: models.UniqueConstraint, row: Any) -> ValidationError:
    """The words for a value that stands there already: the constraint's own, else the model's."""
    own = unique.violation_error_message
    if own and str(own) != str(models.UniqueConstraint.default_violation_error_message):
        return ValidationError(str(own), unique.violation_error_code)
    said = row.unique_error_message(model, unique.fields)
    return ValidationError({unique.fields[0]: [said]}) if len(unique.fields) == 1 else said


def _uniques(model: type[models.Model]) -> list[models.UniqueConstraint]:
    """Unique constraints, and fields that are unique by themselves, in one form."""
    single = [
        models.UniqueConstraint(fields=[field.name], name=f"{field.name}_alone")
        for field in model._meta.concrete_fields
        if field.unique and not field.primary_key
    ]
    return [*single, *(each for each in model._meta.constraints if _is_plain(each))]


def _is_plain(constraint: Any) -> TypeGuard[models.UniqueConstraint]:
    """A unique constraint over fields, under a condition that Python can judge or none."""
    if not isinstance(constraint, models.UniqueConstraint) or not constraint.fields:
        return False
    return constraint.condition is None or is_readable(cast("Q", constraint.condition))


_COMPARE = {
    "exact": lambda a, b: a == b,
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
    "in": lambda a, b: a in b,
}


def is_readable(condition: Q) -> bool:
    """Can Python judge the condition? Comparisons of own fields with constants or own fields; else the database does."""
    if condition.connector not in (Q.AND, Q.OR):
        return False
    for child in condition.children:
        if isinstance(child, Q):
            if not is_readable(child):
                return False
            continue
        if not isinstance(child, tuple):
            return False
        _name, _separator, lookup = child[0].partition("__")
        if lookup not in ("", "isnull", *_COMPARE) or (hasattr(child[1], "resolve_expression") and not _is_f(child[1])):
            return False
    return True


def _is_f(value: Any) -> bool:
    return isinstance(value, F) and "__" not in value.name


def _named(condition: Q) -> set[str]:
    """The fields that a condition speaks of."""
    found: set[str] = set()
    for child in condition.children:
        if isinstance(child, Q):
            found |= _named(child)
        else:
            name, value = cast("tuple[str, Any]", child)
            found |= {name.partition("__")[0]} | ({value.name} if isinstance(value, F) else set())
    return found


def holds(condition: Q, row: Any) -> bool | None:
    """A condition over a row's own fields in the logic of SQL: what is compared with nothing is not known (None)."""
    said = [
        holds(child, row) if isinstance(child, Q) else _compare(cast("Any", child), row) for child in condition.children
    ]
    if condition.connector == Q.AND:
        outcome = False if False in said else None if None in said else True
    else:
        outcome = True if True in said else None if None in said else False
    return outcome if not condition.negated or outcome is None else not outcome


def _compare(child: tuple[str, Any], row: Any) -> bool | None:
    name, _separator, lookup = child[0].partition("__")
    value, against = getattr(row, name), child[1]
    if lookup == "isnull":
        return (value is None) is bool(against)
    against = getattr(row, against.name) if isinstance(against, F) else against
    if value is None or against is None:
        return None
    return _COMPARE[lookup or "exact"](value, against)
