"""The acts on rows of any ledger: rights, columns and versions are checked here, once for screen, file and API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from fupin.core import audit, cells, clock, codes
from fupin.core.cells import label_of
from fupin.core.columns import Kind
from fupin.core.ledgers import records
from fupin.core.ledgers.declaration import Ahead, Given, Ledger, Revision, Values
from fupin.core.ledgers.hidden import Hidden, hidden, is_sealed
from fupin.core.ledgers.register import may_reveal, require_change, require_sight
from fupin.core.refusals import NotAllowed, NotFound, Refused, Stale
from fupin.core.revealing import require_measure, require_purpose
from fupin.policy.catalogue import code_list


def get(ledger: Ledger, key: Any, *, user: Any) -> Any:
    """One row that the user may see. Raises NotFound."""
    require_sight(user, ledger)
    try:
        return ledger.rows(user).get(**{ledger.lookup: key})
    except (ledger.model.DoesNotExist, ValueError, ValidationError):
        raise NotFound(_("没有这条%(ledger)s记录") % {"ledger": ledger.title()}) from None


def create(
    ledger: Ledger, rows: Sequence[Values], *, by: Any, on: date | None = None, judged: bool = False
) -> list[models.Model]:
    """Enter new rows. Raises NotAllowed, Refused with every problem found.

    `judged` rows come from a file that was staged against `judge`; rights are asked for again all the same.
    """
    _require_offer(ledger, "create")
    rows = [_hiding(ledger, values) for values in rows]
    with transaction.atomic():
        places = homes_of(ledger, rows)
        for division in dict.fromkeys(places):
            require_change(by, ledger, division)
        if not judged:
            _require_columns(ledger, rows, complete=True)
            _require_codes(ledger, list(zip(rows, places, strict=True)), on)
        assert ledger.operations is not None
        return ledger.operations.create(ledger, rows, by=by, on=on or clock.today(), judged=judged)


def update(
    ledger: Ledger, revisions: Sequence[Revision], *, by: Any, on: date | None = None, judged: bool = False
) -> list[models.Model]:
    """Change rows. Only the values named are changed. Raises Stale where a row is no longer what the edit was based
    on, NotFound, NotAllowed, Refused. Rows that were `judged` and have changed since are judged again."""
    _require_offer(ledger, "update")
    with transaction.atomic():
        rows = _locked(ledger, [revision.key for revision in revisions], by)
        same = [revision.base_version == records.version(ledger, row) if revision.base_version is not None else None
                for revision, row in zip(revisions, rows, strict=True)]  # fmt: skip
        if not judged and False in same:
            raise Stale(_("这条记录在您打开之后已被他人修改，请核对后重新保存"), "stale")
        judged = judged and all(same)
        if not judged:
            _require_columns(ledger, [revision.values for revision in revisions], complete=False)
        pairs = [(row, _hiding(ledger, each.values)) for row, each in zip(rows, revisions, strict=True)]
        moved_to = [place for _row, values in pairs if (place := _division_of(ledger, values)) is not None]
        for place in dict.fromkeys([*(ledger.division_of(row) for row in rows), *moved_to]):
            require_change(by, ledger, place)
        if not judged:
            _require_codes(ledger, [(_changed(ledger, row, v), _place_of(ledger, row, v)) for row, v in pairs], on)
        assert ledger.operations is not None
        return ledger.operations.update(ledger, pairs, by=by, on=on or clock.today(), judged=judged)


def remove(ledger: Ledger, keys: Sequence[Any], *, by: Any, on: date | None = None) -> None:
    """Take rows out that should not be there. The trail keeps what they were. Raises NotFound, NotAllowed, Refused."""
    _require_offer(ledger, "remove")
    with transaction.atomic():
        rows = _locked(ledger, keys, by)
        for division in dict.fromkeys(ledger.division_of(row) for row in rows):
            require_change(by, ledger, division)
        assert ledger.operations is not None
        ledger.operations.remove(ledger, rows, by=by, on=on or clock.today())


def reveal(ledger: Ledger, key: Any, name: str, *, purpose: str, by: Any) -> str:
    """The whole number of a sealed column of one row. Raises NotFound, NotAllowed, Refused without a purpose.

    The entry in the trail (who, whose, which column, what for) is written before the number is given.
    """
    row = get(ledger, key, user=by)
    require_reveal(ledger, row, name, by)
    said = require_purpose(purpose)
    require_measure(by, f"{ledger.name}.reveal")
    number = ledger.value(row, ledger.by_name[name])
    if not isinstance(number, Hidden):
        raise NotFound(_("这一项没有填写"))
    audit.record(by=by, act=f"{ledger.name}.reveal", subject=ledger.subject_of(row),
                 division=ledger.division_of(row), detail={"field": name, "purpose": said})  # fmt: skip
    return number.number


def require_reveal(ledger: Ledger, row: Any, name: str, user: Any) -> None:
    """Raises NotFound where there is no such sealed column, NotAllowed where the user may not see it whole."""
    if name not in ledger.by_name or not is_sealed(ledger.by_name[name]):
        raise NotFound(_("没有这一项"))
    if not may_reveal(user, ledger, ledger.division_of(row)):
        raise NotAllowed(_("您现在的岗位没有查看完整号码的权限"), "permission")


def judge(ledger: Ledger, rows: Iterable[Given], *, on: date) -> Iterator[Refused | None]:
    """Would entering (no row) or changing be refused, and why? For each in turn; set-wise, and nothing is written.

    Rights are not looked at: who judges a file has asked where each row lies.
    """
    assert ledger.operations is not None
    judging = getattr(ledger.operations, "judge")  # noqa: B009 (only record types that take files have it)
    columns: list[Refused | None] = []

    def passed() -> Iterator[Given]:
        for row, given in rows:
            values = _hiding(ledger, given)
            columns.append(_column_fault(ledger, row, values, on))
            yield row, values

    for at, refusal in enumerate(judging(ledger, passed(), on=on)):
        yield columns[at] or refusal


def _column_fault(ledger: Ledger, row: Any, values: Values, on: date) -> Refused | None:
    try:
        _require_columns(ledger, [values], complete=row is None)
        _require_codes(ledger, [(_changed(ledger, row, values), _place_of(ledger, row, values))], on)
    except Refused as refusal:
        return refusal
    return None


def _hiding(ledger: Ledger, values: Values) -> Values:
    """The same values, those of sealed columns hidden: what is done with them from here on shows masks."""
    given = [column for column in ledger.sealed if column.name in values]
    return {**values, **{column.name: hidden(column, values[column.name]) for column in given}} if given else values


def _locked(ledger: Ledger, keys: Sequence[Any], user: Any) -> list[Any]:
    """The rows of these addresses that the user may see, in their order, locked. Raises NotFound."""
    require_sight(user, ledger)
    rows = ledger.model._default_manager.select_for_update()
    try:
        seen = dict(ledger.rows(user).filter(**{f"{ledger.lookup}__in": list(keys)}).values_list(ledger.lookup, "pk"))
        found = rows.in_bulk(seen.values())
        return [found[pk] for pk in _in_order(ledger, keys, seen)]
    except (ValueError, ValidationError, KeyError):
        raise NotFound(_("没有这条%(ledger)s记录") % {"ledger": ledger.title()}) from None


def _in_order(ledger: Ledger, keys: Sequence[Any], seen: dict[Any, Any]) -> list[Any]:
    """Addresses come as texts from forms and files: they are looked up as texts. Raises KeyError."""
    known = {str(key): pk for key, pk in seen.items()}
    return [known[str(key)] for key in keys]


def _division_of(ledger: Ledger, values: Values) -> int | None:
    """The division that new values put a row into, or in which the row lies that it is to lie below."""
    place = values.get(ledger.place_column) if ledger.place_column else None
    return _division_of(ledger, place.values) if isinstance(place, Ahead) else place


def homes_of(ledger: Ledger, rows: Sequence[Values]) -> list[int | None]:
    """The division that each of these new rows comes to lie in, as far as its values say so."""
    if ledger.homes is not None:
        return list(ledger.homes(rows))
    return [_division_of(ledger, values) for values in rows]


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
    coded = [column for column in ledger.writable if column.kind in (Kind.CODE, Kind.CODES)]
    for values, division in rows:
        for column in coded:
            value = values.get(column.name)
            if not value or all(part in code_list(column.codes).codes for part in str(value).split(",")):
                continue
            context = cells.Context(on=on or clock.today(), place=codes.at(division))
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
