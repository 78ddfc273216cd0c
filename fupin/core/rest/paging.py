"""Lists in pages by cursor: the place after the last row, never a count of rows to skip.

A cursor is opaque to clients, belongs to the list (its filters and order) that it came from, and tells nothing that
its holder has not seen. Pages stay in step while rows come and go.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

import orjson
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from ninja import Field, Schema

from fupin.core.clock import today
from fupin.core.refusals import Refused
from fupin.policy import parameters

Item = TypeVar("Item")


class Paging(Schema):
    """The part of a query that every list takes."""

    limit: int | None = Field(None, ge=1, description="rows a page; `api.page_size` unless told, at most `api.page_limit`")  # fmt: skip
    cursor: str = Field("", max_length=500, description="`next` of the page before; empty for the first")


class Page(Schema, Generic[Item]):
    """One page of a list. `next` is the cursor of the page after it, null on the last."""

    items: list[Item]
    next: str | None = None


def page(
    rows: QuerySet[Any], *, order: Sequence[str], shape: Callable[[Any], Any], asked: Paging,
    filters: Mapping[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """One page of `rows` in an order whose last field is unique; `shape` makes each row what is answered.

    Raises Refused for a cursor that is not one of this list.
    """
    size = page_size(asked.limit)
    stamp = _stamp(order, filters or {})
    rows = rows.order_by(*order)
    if asked.cursor:
        place = _read(asked.cursor, stamp, len(order))
        try:
            rows = rows.filter(_after(order, place))
        except (ValueError, TypeError, ValidationError):
            raise _foreign() from None
    found = list(rows[: size + 1])
    return _answer(found, size, lambda row: [_value(row, field) for field in order], stamp, shape)


def page_of(rows: Sequence[Item], *, key: Callable[[Item], Any], shape: Callable[[Item], Any], asked: Paging,
            filters: Mapping[str, Any] | None = None) -> dict[str, Any]:  # fmt: skip
    """The same for rows that are in memory already (a tree, a catalogue); `key` is unique and sorts them."""
    size = page_size(asked.limit)
    stamp = _stamp(("key",), filters or {})
    ordered = sorted(rows, key=key)
    if asked.cursor:
        last = _read(asked.cursor, stamp, 1)[0]
        ordered = [row for row in ordered if key(row) > last]
    return _answer(ordered[: size + 1], size, lambda row: [key(row)], stamp, shape)


def page_size(asked: int | None) -> int:
    """Rows a page: what was asked for within the limit. Raises Refused above it."""
    most = parameters.value("api.page_limit", on=today())
    if asked is not None and asked > most:
        raise Refused(_("每页最多 %(most)s 条。") % {"most": most}, "limit")
    return asked or parameters.value("api.page_size", on=today())


def _answer(found: list[Any], size: int, place: Callable[[Any], list[Any]], stamp: str,
            shape: Callable[[Any], Any]) -> dict[str, Any]:  # fmt: skip
    kept = found[:size]
    following = _write(stamp, place(kept[-1])) if len(found) > size else None
    return {"items": [shape(row) for row in kept], "next": following}


def _stamp(order: Sequence[str], filters: Mapping[str, Any]) -> str:
    told = orjson.dumps([list(order), {k: str(v) for k, v in filters.items()}], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(told).hexdigest()[:12]


def _write(stamp: str, place: list[Any]) -> str:
    text = orjson.dumps([stamp, *(_plain(value) for value in place)])
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _read(cursor: str, stamp: str, width: int) -> list[Any]:
    try:
        parts = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        parts = None
    fits = isinstance(parts, list) and len(parts) == width + 1 and parts[0] == stamp
    if not fits or not all(isinstance(part, str | int) and not isinstance(part, bool) for part in parts):
        raise _foreign()
    return parts[1:]


def _foreign() -> Refused:
    return Refused(_("翻页标记不属于这个列表，请从第一页重新读取。"), "cursor")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else str(value) if isinstance(value, Decimal) else value  # fmt: skip


def _value(row: Any, field: str) -> Any:
    for part in field.lstrip("-").split("__"):
        row = row[part] if isinstance(row, dict) else getattr(row, part)
    return row


def _after(order: Sequence[str], place: Sequence[Any]) -> Q:
    """The rows behind a place: the first field behind it, or equal and the next field behind it …"""
    found, equal = Q(), Q()
    for field, value in zip(order, place, strict=True):
        name = field.lstrip("-")
        found |= equal & Q(**{f"{name}__{'lt' if field.startswith('-') else 'gt'}": value})
        equal &= Q(**{name: value})
    return found
