"""Writing dated facts set-wise: a change holds from a day on, a correction replaces what was wrong all along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from fupin.core import id_numbers, sealing
from fupin.core.dated import rows_of
from fupin.core.ids import new_id
from fupin.core.refusals import Refused

CHUNK = 500
_SEALED: dict[str, tuple[str, str, Any]] = {
    # name in values: (sealed column, token column, how it is masked in the trail)
    "phone": ("phone_sealed", "phone_token", id_numbers.mask_phone),
    "bank_account": ("bank_account_sealed", "", id_numbers.mask_account),
    "disability_card": ("disability_card_sealed", "", id_numbers.mask),
}
_RENAMED = {"monthly_wage": "monthly_wage_fen"}
"""Names of forms and files whose column carries its unit."""
_KEPT = ("id", "valid_from", "valid_to", "source", "recorded_at", "recorded_by")


@dataclass(frozen=True, slots=True)
class Edit:
    """New values for one subject. With `is_correction` they replace what was wrong; else they hold from the day on."""

    subject: int
    values: Mapping[str, Any]
    is_correction: bool = False


@dataclass(slots=True)
class _Plan:
    closed: list[Any] = field(default_factory=list)
    opened: list[Any] = field(default_factory=list)
    replaced: list[Any] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    corrected: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Written:
    """What an edit changed, as the trail keeps it (field: [old, new]), and whether it replaced what stood there."""

    changes: dict[str, list[Any]]
    is_correction: bool


def columns_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by the names of forms and files as columns of the tables: sealed ones are sealed, with their token."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name not in _SEALED:
            found[_RENAMED.get(name, name)] = value
            continue
        column, token, _mask = _SEALED[name]
        found[column] = sealing.seal(value) if value else None
        if token:
            found[token] = sealing.token(value, "phone") if value else None
            found["phone_form"] = id_numbers.phone_form(sealing.normalise(value, "phone")) if value else None
    return found


def write_edits(
    model: type[models.Model], subject: str, edits: Sequence[Edit], *, on: date, by: Any, source: str
) -> dict[int, Written]:
    """Write the edits of one fact table; returns what changed, by subject.

    Raises Refused where the day lies before the first fact, or where a later fact already stands.
    """
    rows = _rows(model, subject, [edit.subject for edit in edits])
    plan = _Plan()
    changes: dict[int, dict[str, list[Any]]] = {}
    for edit in edits:
        known = rows.get(edit.subject, [])
        changed = _changed(_at(known, on), edit.values)
        if not changed:
            continue
        changes[edit.subject] = changed
        touched = {name: edit.values[name] for name in changed}
        _plan(plan, known, edit, columns_of(touched), on)
    _write(model, plan, by, source)
    return {subject: Written(changed, subject in plan.corrected) for subject, changed in changes.items()}


def _rows(model: Any, subject: str, subjects: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for start in range(0, len(subjects), CHUNK):
        chunk = subjects[start : start + CHUNK]
        for row in rows_of(model, subject, chunk):
            found.setdefault(getattr(row, f"{subject}_id"), []).append(row)
    return found


def _at(rows: Sequence[Any], on: date) -> Any:
    row = next((row for row in rows if row.valid_from <= on and (row.valid_to is None or row.valid_to > on)), None)
    if row is None:
        first = rows[0].valid_from if rows else None
        raise Refused(_("该日没有登记可改：登记自 %(day)s 起，请改填这一天或以后") % {"day": first or "—"})
    return row


def _changed(row: Any, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What differs, ready for the trail: personal numbers only masked."""
    found: dict[str, list[Any]] = {}
    for name, value in values.items():
        if name in _SEALED:
            column, _token, mask = _SEALED[name]
            sealed = getattr(row, column)
            old = sealing.unseal(sealed) if sealed is not None else ""
            if sealing.normalise(old, "phone") != sealing.normalise(value or "", "phone"):
                found[name] = [mask(old), mask(value or "")]
        elif getattr(row, _RENAMED.get(name, name)) != value:
            found[name] = [plain(getattr(row, _RENAMED.get(name, name))), plain(value)]
    return found


def plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _plan(plan: _Plan, rows: Sequence[Any], edit: Edit, columns: dict[str, Any], on: date) -> None:
    row = _at(rows, on)
    if edit.is_correction or row.valid_from == on:
        run = _run(rows, row, columns) if edit.is_correction else [row]
        for one in run:
            for name, value in columns.items():
                setattr(one, name, value)
        plan.replaced += run
        plan.columns |= set(columns)
        plan.corrected.add(edit.subject)
        return
    if row.valid_to is not None:
        sentence = _(
            "%(day)s 之后已有新的登记（自 %(next)s 起）。若当时填错，请选“更正”；若是新变化，请填 %(next)s 以后的日期"
        )
        raise Refused(sentence % {"day": on, "next": row.valid_to})
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname not in _KEPT}
    plan.opened.append(type(row)(id=new_id(), valid_from=on, **{**values, **columns}))
    row.valid_to = on
    plan.closed.append(row)


def _run(rows: Sequence[Any], row: Any, columns: Mapping[str, Any]) -> list[Any]:
    """The rows around one that carry the same wrong values without a break: the mistake stood in all of them."""
    at = list(rows).index(row)
    first = last = at
    same = [name for name in columns if not name.endswith(("_sealed", "_form"))]
    while first and _alike(rows[first - 1], row, same) and rows[first - 1].valid_to == rows[first].valid_from:
        first -= 1
    while (
        last + 1 < len(rows) and _alike(rows[last + 1], row, same) and rows[last].valid_to == rows[last + 1].valid_from
    ):
        last += 1
    return list(rows[first : last + 1])


def _alike(row: Any, other: Any, names: Sequence[str]) -> bool:
    return all(getattr(row, name) == getattr(other, name) for name in names)


def _write(model: Any, plan: _Plan, by: Any, source: str) -> None:
    for row in plan.opened:
        row.source, row.recorded_by = source, getattr(by, "pk", None)
    if plan.closed:
        model.objects.bulk_update(plan.closed, ["valid_to"], batch_size=CHUNK)
    if plan.opened:
        model.objects.bulk_create(plan.opened, batch_size=CHUNK)
    if plan.replaced:
        # Who entered the row stays: its other values are theirs. The trail knows who put this one right.
        model.objects.bulk_update(plan.replaced, sorted(plan.columns), batch_size=CHUNK)


def close(model: Any, subject: str, subjects: Sequence[int], *, on: date, **values: Any) -> list[Any]:
    """End the open facts of subjects with a day; a fact that began that very day never held and is taken away.

    Returns what was taken away. Raises Refused where a fact began later: it was registered and is not undone in passing.
    """
    rows = model.objects.open().filter(**{f"{subject}__in": list(subjects)})
    recent = list(rows.filter(valid_from__gte=on).select_related(subject).order_by("valid_from"))
    if recent and recent[-1].valid_from > on:
        raise Refused(too_early(recent[-1], subject), "happened_on")
    if recent:
        model.objects.filter(pk__in=[row.pk for row in recent]).delete()
    rows.update(valid_to=on, **values)
    return recent


def too_early(row: Any, subject: str) -> str:
    """Why nothing is done before the day on which a row begins, and which day will do."""
    if subject == "person":
        sentence = _(
            "人员 %(number)s 现在的户和与户主关系自 %(day)s 起登记，不能早于这一天办理：请填写 %(day)s 或以后的日期"
        )
    else:
        sentence = _("户 %(number)s 自 %(day)s 起另有登记，不能早于这一天办理：请填写 %(day)s 或以后的日期")
    return sentence % {"number": getattr(row, subject).number, "day": row.valid_from}
