"""Forms of a ledger: filters, first values, refusals at their field, two versions side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fupin.core import codes
from fupin.core.cells import label_of
from fupin.core.column_forms import KEPT, ColumnForm
from fupin.core.columns import Kind
from fupin.core.ledgers import listing, records
from fupin.core.ledgers.declaration import Ledger
from fupin.core.ledgers.hidden import hidden, is_sealed
from fupin.core.refusals import Refused
from fupin.core.sentences import told


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which two people disagree."""

    label: str
    mine: str
    theirs: str


def filters(ledger: Ledger, query: Mapping[str, Any], place: codes.Place) -> ColumnForm:
    """The form that narrows a list: nothing in it is required, one value of a code list at a time."""
    columns = [
        replace(column, required=False, kind=Kind.CODE if column.kind is Kind.CODES else column.kind, note="")
        for column in listing.filter_columns(ledger)
    ]
    return ColumnForm(columns, initial={name: str(value) for name, value in query.items()}, auto_id="filter_%s",
                      place=place)  # fmt: skip


def initial(ledger: Ledger, row: Any) -> dict[str, Any]:
    """The values of a row as its form shows them."""
    values: dict[str, Any] = {}
    for column in ledger.writable:
        text = records.write(column, ledger.value(row, column))
        values[column.name] = text.split(",") if column.kind is Kind.CODES and text else text
    return values


def given(form: ColumnForm) -> dict[str, Any]:
    """What was filled in, without the numbers of which only the mask came back."""
    return {name: value for name, value in form.cleaned_data.items() if value is not KEPT}


def blame(form: ColumnForm, refusal: Refused) -> None:
    """Put the reasons of a refusal at the fields that they name, the others above."""
    for reason in refusal.reasons:
        named = next((c.name for c in form.columns if reason.startswith((f"{c.label}：", told(label_of(c), "")))), None)
        form.add_error(named, reason)


def status(form: ColumnForm) -> int:
    """422 for a form that was refused, so that programs see it too."""
    return 422 if form.is_bound and form.errors else 200


def conflict(ledger: Ledger, row: Any, form: ColumnForm) -> list[Difference]:
    """What the row holds now against what was typed."""
    found, mine_of = [], given(form)
    for column in ledger.writable:
        if column.name not in mine_of:
            continue
        theirs, mine = ledger.value(row, column), mine_of[column.name]
        mine = hidden(column, mine) if is_sealed(column) else mine
        if records.differ(theirs, mine) and (theirs or mine):
            found.append(Difference(label_of(column), records.show(column, mine), records.show(column, theirs)))
    return found


def kept(asked: listing.Asked) -> str:
    """The query string of a list without its cursor."""
    pairs = [(one.parameter, one.value) for one in asked.filters]
    return urlencode([*pairs, *([("q", asked.search)] if asked.search else [])])


def query(text: str) -> str:
    """A query string that came back from a form, taken apart and put together again."""
    pairs = parse_qsl(text.lstrip("?"), keep_blank_values=False)
    return f"?{urlencode(pairs)}" if pairs else ""
