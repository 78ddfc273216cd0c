"""The acts on rows of any ledger: rights, columns and versions are checked here, once for screen, file and API."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from fupin.core import audit, cells, clock, codes
from fupin.core.cells import label_of
from fupin.core.columns import Kind
from fupin.core.ledgers import records
from fupin.core.ledgers.declaration import Ledger, Revision, Values
from fupin.core.ledgers.register import require_change, require_sight
from fupin.core.refusals import NotAllowed, NotFound, Refused, Stale
from fupin.policy.catalogue import code_list

CHUNK = 500


def get(ledger: Ledger, key: Any, *, user: Any) -> Any:
    """One row that the user may see. Raises NotFound."""
    require_sight(user, ledger)
    try:
        return ledger.rows(user).get(**{ledger.lookup: key})
    except (ledger.model.DoesNotExist, ValueError, ValidationError):
        raise NotFound(_("没有这条%(ledger)s记录") % {"ledger": ledger.title()}) from None


def create(ledger: Ledger, rows: Sequence[Values], *, by: Any, on: date | None = None) -> list[models.Model]:
    """Enter new rows. Raises NotAllowed, Refused with every problem found."""
    _require_offer(ledger, "create")
    with transaction.atomic():
        for values in rows:
            require_change(by, ledger, _division_of(ledger, values))
        _require_columns(ledger, rows, complete=True)
        _require_codes(ledger, [(values, _division_of(ledger, values)) for values in rows], on or clock.today())
        assert ledger.operations is not None
        return ledger.operations.create(ledger, rows, by=by, on=on or clock.today())


def update(ledger: Ledger, revisions: Sequence[Revision], *, by: Any, on: date | None = None) -> list[models.Model]:
    """Change rows. Only the values named are changed. Raises Stale where a row is no longer what the edit was based
    on, NotFound, NotAllowed, Refused."""
    _require_offer(ledger, "update")
    with transaction.atomic():
        _require_columns(ledger, [revision.values for revision in revisions], complete=False)
        pairs = []
        for revision in revisions:
            row = _locked(ledger, revision.key, by)
            if revision.base_version is not None and records.version(ledger, row) != revision.base_version:
                raise Stale(_("这条记录在您打开之后已被他人修改，请核对后重新保存"), "stale")
            require_change(by, ledger, ledger.division_of(row))
            if (moved_to := _division_of(ledger, revision.values)) is not None:
                require_change(by, ledger, moved_to)
            pairs.append((row, revision.values))
        _require_codes(ledger, [(_changed(ledger, row, v), _place_of(ledger, row, v)) for row, v in pairs], on)
        assert ledger.operations is not None
        return ledger.operations.update(ledger, pairs, by=by, on=on or clock.today())


def remove(ledger: Ledger, keys: Sequence[Any], *, by: Any, on: date | None = None) -> None:
    """Take rows out that should not be there. The trail keeps what they were. Raises NotFound, NotAllowed, Refused."""
    _require_offer(ledger, "remove")
    with transaction.atomic():
        rows = [_locked(ledger, key, by) for key in keys]
        for row in rows:
            require_change(by, ledger, ledger.division_of(row))
        assert ledger.operations is not None
        ledger.operations.remove(ledger, rows, by=by, on=on or clock.today())


def check(ledger: Ledger, values: Values, row: Any, *, by: Any, on: date | None = None) -> None:
    """Would entering (row None) or changing be refused? Writes nothing. Raises Refused, NotAllowed."""
    _require_offer(ledger, "create" if row is None else "update")
    require_change(by, ledger, _division_of(ledger, values) if row is None else ledger.division_of(row))
    _require_columns(ledger, [values], complete=row is None)
    _require_codes(ledger, [(_changed(ledger, row, values), _place_of(ledger, row, values))], on)
    judge = getattr(ledger.operations, "check", None)
    if judge is not None:
        judge(ledger, row, values)


class Plain:
    """Operations of a plain model: the values go to its fields, its constraints speak, the trail keeps the change."""

    def create(self, ledger: Ledger, rows: Sequence[Values], *, by: Any, on: date) -> list[models.Model]:
        made = []
        for values in rows:
            row = ledger.model()
            self._fill(ledger, row, values)
            made.append(row)
        for start in range(0, len(made), CHUNK):
            ledger.model._default_manager.bulk_create(made[start : start + CHUNK])
        audit.record_many(by=by, on=on, entries=[_entry(ledger, "create", row, {}, by) for row in made])
        return made

    def update(
        self, ledger: Ledger, rows: Sequence[tuple[models.Model, Values]], *, by: Any, on: date
    ) -> list[models.Model]:
        entries, changed = [], []
        for row, values in rows:
            before = ledger.values(row)
            self._fill(ledger, row, values)
            if not records.changes(ledger, before, ledger.values(row)):
                continue
            row.save()
            changed.append(row)
            entries.append(_entry(ledger, "update", row, before, by))
        audit.record_many(by=by, on=on, entries=entries)
        return changed

    def remove(self, ledger: Ledger, rows: Sequence[models.Model], *, by: Any, on: date) -> None:
        entries = [_entry(ledger, "remove", row, ledger.values(row), by) for row in rows]
        for row in rows:
            row.delete()
        audit.record_many(by=by, on=on, entries=entries)

    def check(self, ledger: Ledger, row: models.Model | None, values: Values) -> None:
        """What the model itself says against the values. Raises Refused."""
        self._fill(ledger, copy.copy(row) if row is not None else ledger.model(), values)

    def _fill(self, ledger: Ledger, row: models.Model, values: Values) -> None:
        for column in ledger.writable:
            if column.name in values:
                setattr(row, ledger.field_of(column), _stored(ledger, column.name, values[column.name]))
        try:
            row.full_clean()
        except ValidationError as fault:
            raise Refused(_sentences(ledger, fault), "invalid") from None


def _stored(ledger: Ledger, name: str, value: Any) -> Any:
    """An empty text is stored as such where the field does not take NULL."""
    field = ledger.model._meta.get_field(ledger.field_of(ledger.by_name[name]).removesuffix("_id"))
    return "" if value is None and not field.null and isinstance(field, models.CharField | models.TextField) else value


def _sentences(ledger: Ledger, fault: ValidationError) -> list[str]:
    fields = {ledger.field_of(column).removesuffix("_id"): label_of(column) for column in ledger.columns}
    if not hasattr(fault, "message_dict"):
        return list(fault.messages)
    return [
        f"{fields[name]}：{text}" if name in fields else text
        for name, texts in fault.message_dict.items()
        for text in texts
    ]


def _entry(ledger: Ledger, act: str, row: models.Model, before: dict[str, Any], by: Any) -> audit.Entry:
    after = {} if act == "remove" else ledger.values(row)
    detail = (
        {name: [records.plain(value), None] for name, value in before.items()}
        if act == "remove"
        else records.changes(ledger, before, after)
    )
    return audit.Entry(f"{ledger.name}.{act}", ledger.subject_of(row), ledger.division_of(row), detail)


def _locked(ledger: Ledger, key: Any, user: Any) -> Any:
    require_sight(user, ledger)
    try:
        found = ledger.rows(user).values_list("pk", flat=True).get(**{ledger.lookup: key})
    except (ledger.model.DoesNotExist, ValueError, ValidationError):
        raise NotFound(_("没有这条%(ledger)s记录") % {"ledger": ledger.title()}) from None
    return ledger.model._default_manager.select_for_update().get(pk=found)


def _division_of(ledger: Ledger, values: Values) -> int | None:
    """The division that new values put a row into."""
    return values.get(ledger.place_column) if ledger.place_column else None


def _place_of(ledger: Ledger, row: Any, values: Values) -> int | None:
    """Where a row lies once it has these values."""
    moved_to = _division_of(ledger, values)
    return moved_to if moved_to is not None or row is None else ledger.division_of(row)


def _changed(ledger: Ledger, row: Any, values: Values) -> Values:
    """The values that are not in the row yet: a code that it has keeps, wherever it went out of use."""
    return values if row is None else {n: v for n, v in values.items() if ledger.value(row, ledger.by_name[n]) != v}


def _require_codes(ledger: Ledger, rows: Sequence[tuple[Values, int | None]], on: date | None) -> None:
    """Raises Refused where a row uses a code that an office added for another area, or for another time."""
    reasons = []
    for values, division in rows:
        context = cells.Context(on=on or clock.today(), place=codes.at(division))
        for column in ledger.writable:
            value = values.get(column.name)
            if column.kind not in (Kind.CODE, Kind.CODES) or not value:
                continue
            if all(part in code_list(column.codes).codes for part in str(value).split(",")):
                continue
            if (problem := cells.parse(column, str(value), context=context)[1]) is not None:
                reasons.append(problem.sentence)
    if reasons:
        raise Refused(dict.fromkeys(reasons), "not_a_code")


def _require_offer(ledger: Ledger, act: str) -> None:
    if not ledger.offers(act):
        raise NotAllowed(_("%(ledger)s不在这里办理这项操作") % {"ledger": ledger.title()}, "not_offered")


def _require_columns(ledger: Ledger, rows: Sequence[Values], *, complete: bool) -> None:
    known = {column.name for column in ledger.writable}
    reasons = []
    for values in rows:
        reasons += [_("没有名为“%(name)s”的可填字段") % {"name": name} for name in values if name not in known]
        for column in ledger.writable:
            empty = values.get(column.name) in (None, "") and (complete or column.name in values)
            if column.required and empty:
                reasons.append(_("%(label)s不能为空") % {"label": label_of(column)})
    if reasons:
        raise Refused(dict.fromkeys(reasons), "invalid")
