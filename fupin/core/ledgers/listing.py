"""A page of a ledger: filters, search, order, keyset paging; the same for screens, files and the API."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import orjson
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from fupin.core import cells, codes
from fupin.core.cells import label_of
from fupin.core.columns import Column, Kind
from fupin.core.ledgers.declaration import Ledger
from fupin.core.ledgers.records import plain, show
from fupin.core.ledgers.register import require_sight
from fupin.core.places import places
from fupin.core.refusals import Refused
from fupin.core.sentences import told

PAGE = 50
MOST = 500
FILTERED = frozenset({Kind.CODE, Kind.CODES, Kind.YES_NO, Kind.DIVISION, Kind.YEAR, Kind.DATE, Kind.INTEGER,
                      Kind.DECIMAL, Kind.MONEY})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition of a list, with its sentence for people. `parameter` takes it away again."""

    column: Column
    parameter: str
    value: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list was asked for."""

    filters: tuple[Filter, ...] = ()
    search: str = ""
    after: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows. `next` and `previous` are cursors, empty at the ends."""

    rows: list[Any]
    next: str = ""
    previous: str = ""
    asked: Asked = field(default_factory=Asked)


def filter_columns(ledger: Ledger) -> tuple[Column, ...]:
    """The columns that a list can be narrowed by: those declared, else every coded field, year and division."""
    if ledger.filters:
        return tuple(ledger.by_name[name] for name in ledger.filters)
    kinds = {Kind.CODE, Kind.CODES, Kind.YES_NO, Kind.DIVISION, Kind.YEAR}
    return tuple(column for column in ledger.columns if column.kind in kinds and column.name not in ledger.computed)


def read(ledger: Ledger, query: Mapping[str, Any]) -> Asked:
    """What a query string asks for: `kind=a,b`, `year_from=`, `year_to=`, `q=`, `after=`, `before=`.

    Raises Refused where a value cannot be read.
    """
    found: list[Filter] = []
    for column in filter_columns(ledger):
        values = query.getlist(column.name) if hasattr(query, "getlist") else [query.get(column.name, "")]
        text = ",".join(value for value in values if value)
        if text:
            found.append(_equal(column, text))
        for end in ("from", "to"):
            bound = str(query.get(f"{column.name}_{end}", "") or "")
            if bound:
                found.append(_bound(column, end, bound))
    return Asked(
        tuple(found),
        str(query.get("q", "") or "").strip()[:60],
        str(query.get("after", "") or ""),
        str(query.get("before", "") or ""),
    )


def _equal(column: Column, text: str) -> Filter:
    label = label_of(column)
    if column.kind in (Kind.CODE, Kind.CODES):
        words = [show(column, value) for value in text.split(",")]
        return Filter(column, column.name, text, told(label, pgettext("between words", "或").join(words)))
    value = _value(column, text)
    return Filter(column, column.name, text, told(label, show(column, value)))


def _bound(column: Column, end: str, text: str) -> Filter:
    value = _value(column, text)
    sentence = _("%(label)s不低于 %(value)s") if end == "from" else _("%(label)s不高于 %(value)s")
    if column.kind is Kind.DATE:
        sentence = _("%(label)s自 %(value)s 起") if end == "from" else _("%(label)s至 %(value)s 止")
    return Filter(
        column, f"{column.name}_{end}", text, sentence % {"label": label_of(column), "value": show(column, value)}
    )


def _value(column: Column, text: str) -> Any:
    value, problem = cells.parse(column, text, context=context())
    if problem is not None:
        raise Refused(problem.sentence, "filter")
    return value


def context(on: date | None = None) -> cells.Context:
    """How cells of a form, a filter or a file are read: divisions by code or name, own codes of every office; whether
    a row may use them is judged where it is written (`acts`)."""
    found = cells.Context(division=places().find, place=codes.ANYWHERE)
    return found if on is None else replace(found, on=on)


def rows(ledger: Ledger, asked: Asked, *, user: Any) -> QuerySet[Any]:
    """The rows asked for that the user may see, in the ledger's order. Raises NotFound for a ledger not to be seen."""
    require_sight(user, ledger)
    found = ledger.rows(user)
    for condition in asked.filters:
        found = found.filter(_condition(ledger, condition))
    if asked.search:
        words = Q()
        for path in ledger.search:
            words |= Q(**{f"{path}__icontains": asked.search})
        found = found.filter(words) if ledger.search else found.none()
    return found.order_by(*ledger.order)


def _condition(ledger: Ledger, one: Filter) -> Q:
    path = ledger.field_of(one.column)
    if one.parameter.endswith(("_from", "_to")) and one.parameter != one.column.name:
        operator = "gte" if one.parameter.endswith("_from") else "lte"
        return Q(**{f"{path}__{operator}": _value(one.column, one.value)})
    match one.column.kind:
        case Kind.CODE:
            return Q(**{f"{path}__in": one.value.split(",")})
        case Kind.CODES:
            wanted = Q()
            for code in one.value.split(","):
                wanted |= Q(**{f"{path}__contains": code})
            return wanted
        case Kind.DIVISION:
            return Q(**{f"{path}__in": places().below(_value(one.column, one.value))})
    return Q(**{path: _value(one.column, one.value)})


def page(ledger: Ledger, asked: Asked, *, user: Any, size: int = PAGE) -> Page:
    """One page by keyset: its cost does not grow with how far one has turned. One query and what the gate needs."""
    size = min(max(size, 1), MOST)
    found = rows(ledger, asked, user=user)
    backward = bool(asked.before) and not asked.after
    order = [_turned(name) for name in ledger.order] if backward else list(ledger.order)
    cursor = asked.before if backward else asked.after
    if cursor:
        found = found.filter(_beyond(order, _unpack(cursor, len(order)))).order_by(*order)
    elif backward:
        found = found.order_by(*order)
    taken = list(found[: size + 1])
    more, taken = len(taken) > size, taken[:size]
    if backward:
        taken.reverse()
    has_next = bool(asked.before) if backward else more
    has_previous = more if backward else bool(cursor)
    return Page(
        taken,
        _pack(ledger, taken[-1]) if taken and has_next else "",
        _pack(ledger, taken[0]) if taken and has_previous else "",
        asked,
    )


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(order: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows after the given one in the order: (a > x) or (a = x and b > y) …"""
    found, equal = Q(), Q()
    for name, value in zip(order, values, strict=True):
        path = name.removeprefix("-")
        found |= equal & Q(**{f"{path}__{'lt' if name.startswith('-') else 'gt'}": value})
        equal &= Q(**{path: value})
    # The first part alone lets the database start at the right place of the index.
    first = order[0].removeprefix("-")
    return Q(**{f"{first}__{'lte' if order[0].startswith('-') else 'gte'}": values[0]}) & found


def _pack(ledger: Ledger, row: Any) -> str:
    values = []
    for name in ledger.order:
        found = row
        for part in name.removeprefix("-").split("__"):
            found = getattr(found, part)
        values.append(plain(found))
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def _unpack(cursor: str, length: int) -> list[Any]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        values = None
    if not isinstance(values, list) or len(values) != length or not all(isinstance(v, str | int) for v in values):
        raise Refused(_("翻页标记无效，请从第一页重新开始"), "cursor")
    return values


def total(ledger: Ledger, asked: Asked, *, user: Any) -> int:
    """The exact number of rows asked for."""
    return rows(ledger, asked, user=user).order_by().count()
