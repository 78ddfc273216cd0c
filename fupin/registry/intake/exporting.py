"""The register as files: streamed page by page, never cut, sealed values masked unless they are revealed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import polars
from django.db import connection
from polars import col

from fupin.core import codes
from fupin.core.cells import show
from fupin.core.columns import Column, Kind
from fupin.core.sealing import unseal_many
from fupin.divisions.queries import tree
from fupin.registry.cards import among, listed
from fupin.registry.intake import households, lookups, persons
from fupin.registry.intake.facts import SEALED, Field
from fupin.registry.intake.income import ITEMS
from fupin.registry.intake.resolving import HEAD
from fupin.registry.sheets import HOUSEHOLDS, INCOME, PERSONS

PAGE = 4_000
COLUMNS: dict[str, tuple[Column, ...]] = {"households": HOUSEHOLDS, "persons": PERSONS, "income": INCOME}


def pages(ledger: str, *, on: date, villages: Sequence[int] | None) -> Iterator[polars.DataFrame]:
    """The stored values of a record type as they held on a day, a frame a page, columns by their names."""
    reader = {"households": _households, "persons": _persons, "income": _income}[ledger]
    after = ""
    while True:
        frame = reader(on, villages, after)
        if not frame.height:
            return
        yield frame
        after = frame["after"][-1]


def _on(table: str, on: date) -> str:
    day = f"'{on.isoformat()}'"
    return f"{table}.valid_from <= {day} AND ({table}.valid_to IS NULL OR {table}.valid_to > {day})"


def _read(
    schema: dict[str, tuple[str, Any]], tail: str, villages: Sequence[int] | None, after: str
) -> polars.DataFrame:
    kinds = {name: kind for name, (_expression, kind) in schema.items()}
    wired = ", ".join(lookups.wire(expression, kind) for expression, kind in schema.values())
    scope = f" AND {among('f.village_id')}" if villages is not None else ""
    values: list[Any] = [after] + ([listed(villages)] if villages is not None else [])
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {wired} {tail.format(scope=scope)}", values)
        return lookups.frame(cursor.fetchall(), kinds)


def _kept(table: str, kept: Sequence[Field]) -> dict[str, tuple[str, Any]]:
    return {each.name: (f"{table}.{each.stored}", each.type) for each in kept}


_HEAD = (
    " LEFT JOIN registry_membership hm ON hm.household_id = h.id AND hm.relation = '" + HEAD + "' AND {head_on}"
    " LEFT JOIN registry_personfact hf ON hf.person_id = hm.person_id AND {name_on}"
    " LEFT JOIN registry_personidentity hi ON hi.person_id = hm.person_id AND {id_on}"
)  # fmt: skip


def _head_of(on: date) -> str:
    return _HEAD.format(head_on=_on("hm", on), name_on=_on("hf", on), id_on=_on("hi", on))


def _households(on: date, villages: Sequence[int] | None, after: str) -> polars.DataFrame:
    text = polars.String
    schema = {
        "after": ("h.number", text), "number": ("h.number", text), "national_number": ("h.national_number", text),
        "village": ("f.village_id", polars.Int64), "head_name": ("hf.name", text),
        "head_id": ("hi.number_sealed", polars.Binary), **_kept("f", households.FIELDS), **_kept("s", households.STATUS),
        "is_synthetic": ("h.is_synthetic", polars.Boolean),
    }  # fmt: skip
    tail = (
        f"FROM registry_household h JOIN registry_householdfact f ON f.household_id = h.id AND {_on('f', on)}"
        f" LEFT JOIN registry_registerstatus s ON s.household_id = h.id AND {_on('s', on)}" + _head_of(on)
        + f" WHERE h.number > %s{{scope}} ORDER BY h.number LIMIT {PAGE}"
    )  # fmt: skip
    return _read(schema, tail, villages, after)


def _persons(on: date, villages: Sequence[int] | None, after: str) -> polars.DataFrame:
    text = polars.String
    schema = {
        "after": ("p.number", text), "number": ("p.number", text), "national_number": ("p.national_number", text),
        "household_number": ("h.number", text), "village": ("f.village_id", polars.Int64),
        "head_id": ("hi.number_sealed", polars.Binary), "document_kind": ("i.document_kind", text),
        "id_number": ("i.number_sealed", polars.Binary), "relation": ("m.relation", text),
        "joined_by": ("m.joined_by", text), **_kept("pf", persons.FIELDS),
        "is_synthetic": ("p.is_synthetic", polars.Boolean),
    }  # fmt: skip
    tail = (
        f"FROM registry_person p JOIN registry_membership m ON m.person_id = p.id AND {_on('m', on)}"
        " JOIN registry_household h ON h.id = m.household_id"
        f" JOIN registry_householdfact f ON f.household_id = h.id AND {_on('f', on)}"
        f" JOIN registry_personfact pf ON pf.person_id = p.id AND {_on('pf', on)}"
        f" LEFT JOIN registry_personidentity i ON i.person_id = p.id AND {_on('i', on)}" + _head_of(on)
        + f" WHERE p.number > %s{{scope}} ORDER BY p.number LIMIT {PAGE}"
    )  # fmt: skip
    return _read(schema, tail, villages, after)


def _income(on: date, villages: Sequence[int] | None, after: str) -> polars.DataFrame:
    text, fen = polars.String, polars.Int64
    # One key for household and year: both are digits of fixed length.
    key = "h.number || '/' || CAST(a.year AS text)"
    amounts = ("line", "claims", "self_paid", "wage", "business", "property", "transfer", "cost", "net", "per_head")
    schema = {
        "after": (key, text), "account_id": ("a.id", fen), "household_number": ("h.number", text),
        "village": ("f.village_id", fen), "head_name": ("hf.name", text), "head_id": ("hi.number_sealed", polars.Binary),
        "year": ("a.year", fen), "window_from": ("a.window_from", polars.Date), "window_to": ("a.window_to", polars.Date),
        "counted_basis": ("a.counted_basis", text), "counted_persons": ("a.counted_persons", fen),
        **{name: (f"a.{name}_fen", fen) for name in amounts}, "signed_on": ("a.signed_on", polars.Date),
    }  # fmt: skip
    tail = (
        "FROM registry_incomeaccount a JOIN registry_household h ON h.id = a.household_id"
        f" JOIN registry_householdfact f ON f.household_id = h.id AND {_on('f', on)}" + _head_of(on)
        + f" WHERE {key} > %s{{scope}} ORDER BY {key} LIMIT {PAGE}"
    )  # fmt: skip
    frame = _read(schema, tail, villages, after)
    entries = lookups.fetch(
        "SELECT account_id, item, amount_fen FROM registry_incomeentry WHERE {among}", frame["account_id"].to_list(),
        {"account_id": fen, "item": text, "amount": fen}, column="account_id",
    )  # fmt: skip
    sums = entries.group_by("account_id", "item").agg(col("amount").sum())
    for item in ITEMS:
        one = sums.filter(col("item") == item).select("account_id", col("amount").alias(item))
        frame = frame.join(one, on="account_id", how="left", maintain_order="left")
    return frame


def present(frame: polars.DataFrame, columns: Sequence[Column], *, reveal: bool, on: date) -> polars.DataFrame:
    """A page as texts under the official headers: labels for codes, yuan for fen, codes of villages, masks."""
    return polars.DataFrame([_texts(frame[column.name], column, reveal, on).alias(column.label) for column in columns])


def _texts(values: polars.Series, column: Column, reveal: bool, on: date) -> polars.Series:
    if column.kind in SEALED:
        said = unseal_many(values.to_list())
        return polars.Series([show(column, each, masked=not reveal) for each in said], dtype=polars.String)
    if column.kind is Kind.DIVISION:
        nodes = tree(on)
        numbers = {each: nodes.by_id(each).code for each in values.drop_nulls().unique().to_list()}
        return values.replace_strict(numbers, default=None, return_dtype=polars.String)
    distinct = values.drop_nulls().unique()
    if column.kind is Kind.CODE:
        labels = {item.code: item.label for item in codes.in_use(column.codes).items}
        return values.replace_strict(labels, default=values, return_dtype=polars.String)
    if column.kind is Kind.TEXT:
        return values.cast(polars.String)
    shown = {each: show(column, each, english=False) for each in distinct.to_list()}
    return values.replace_strict(shown, default=None, return_dtype=polars.String)
