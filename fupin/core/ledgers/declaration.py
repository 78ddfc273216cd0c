"""What a record type declares of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from django.db import models
from django.utils.translation import get_language

from fupin.core.columns import Column, Kind
from fupin.core.ledgers.hidden import is_sealed, opened

Values = Mapping[str, Any]
"""Column name → stored value (fen, code, date, id of a division)."""


class Revision(NamedTuple):
    """One row to be changed: its address, the new values, and the version they were based on (None: not checked)."""

    key: Any
    values: Values
    base_version: str | None = None


Given = tuple[Any, Values]
"""A row of the record type, or None for one to be entered, with the values that were given for it."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What stands in a division column of a file for a row of the same file that is entered before: its values."""

    code: str
    values: Values


class Operations(Protocol):
    """The acts on rows of a ledger, each on a list, in one transaction, audited inside.

    The engine has checked rights, columns and versions before; they check what only the record knows, unless it is
    `judged` already. Where they have a `judge(ledger, rows, on=)` that answers for each row the Refused that
    it would raise, or None, and writes nothing, files can be staged against it.
    """

    def create(
        self, ledger: Ledger, rows: Sequence[Values], *, by: Any, on: date, judged: bool = False
    ) -> list[models.Model]: ...

    def update(
        self, ledger: Ledger, rows: Sequence[tuple[models.Model, Values]], *, by: Any, on: date, judged: bool = False
    ) -> list[models.Model]: ...

    def remove(self, ledger: Ledger, rows: Sequence[models.Model], *, by: Any, on: date) -> None: ...


@dataclass(frozen=True)
class Ledger:
    """One record type.

    `rows` is its gate: the rows that a user may reach, always by way of `accounts.scopes`. `order` ends with a field
    that is unique, holds no NULL and may be descending (`-year`); `division` is the path to the row's division, empty
    for records of the whole office; `fields` maps a column to the model's field where the names differ; `acts` says
    which of create, update and remove the screens and the API offer; `screen` names a screen of its own that stands
    in the place of the generic one.
    """

    name: str
    label: str
    label_en: str
    model: type[models.Model]
    columns: tuple[Column, ...]
    rows: Callable[[Any], models.QuerySet[Any]]
    order: tuple[str, ...]
    division: str = ""
    lookup: str = "pk"
    search: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    computed: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    operations: Operations | None = None
    acts: frozenset[str] = frozenset({"create", "update", "remove"})
    view_permission: str = "registry.view"
    change_permission: str = ""
    screen: str = ""
    note: str = ""
    note_en: str = ""
    subject: Callable[[Any], str] | None = None
    group: str = ""
    place: str = ""
    """the column that puts a new row into a division; found by itself where it is the column of `division`"""
    called: tuple[str, ...] = ()
    """the columns by which `place` may name another new row of the same file, the key first: its code, its name"""
    reveal_permission: str = ""
    """who may see a sealed number whole, for a purpose that stands in the trail; empty: nobody"""
    homes: Callable[[Sequence[Values]], Sequence[int | None]] | None = None
    """for many new rows at once the division that each lies in, where values tell it and no column does (a household's
    number); None for one that lies nowhere"""
    papers: str = ""
    """what the files are that a row may carry (签字原件); empty: it carries none"""

    def __post_init__(self) -> None:
        """Raises ValueError where a sealed column would be looked for by its value: there is none in the table."""
        sealed = {column.name for column in self.sealed}
        asked = {*self.search, *self.filters, *self.called, *(name.removeprefix("-") for name in self.order)}
        asked |= {column.name for column in self.columns if column.key}
        if wrong := sorted(sealed & {name.removesuffix("_sealed") for name in asked}):
            raise ValueError(f"{self.name}: sealed columns cannot be a key, an order, a filter or searched: {wrong}")

    @cached_property
    def place_column(self) -> str:
        """The name of the column that says in which division a row lies, or nothing."""
        paths = (self.division, f"{self.division}_id")
        own = (c.name for c in self.columns if c.kind is Kind.DIVISION and self.field_of(c) in paths)
        return self.place or next(own, "")

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def writable(self) -> tuple[Column, ...]:
        """The columns that a form or a file may set."""
        return tuple(column for column in self.columns if column.name not in self.computed)

    @cached_property
    def sealed(self) -> tuple[Column, ...]:
        """The columns that are kept encrypted."""
        return tuple(column for column in self.columns if is_sealed(column))

    @cached_property
    def key_columns(self) -> tuple[Column, ...]:
        """What identifies a row in a file."""
        return tuple(column for column in self.columns if column.key)

    def title(self) -> str:
        """The name of the record type in the language of the reader."""
        return self.label_en if is_english() else self.label

    def explanation(self) -> str:
        """What the record type is for, one sentence."""
        return self.note_en if is_english() else self.note

    def field_of(self, column: Column) -> str:
        """The attribute of the model that holds a column."""
        if column.name in self.fields:
            return self.fields[column.name]
        if is_sealed(column):
            return f"{column.name}_sealed"
        if column.kind is Kind.DIVISION:
            return f"{column.name}_id"
        if column.kind is Kind.MONEY:
            return f"{column.name}_fen"
        return column.name

    def value(self, row: Any, column: Column) -> Any:
        """The stored value of a column of one row; a sealed one hides itself (`Hidden`)."""
        if column.name in self.computed:
            return self.computed[column.name](row)
        found = row
        for part in self.field_of(column).split("__"):
            found = getattr(found, part)
        return opened(column, found) if is_sealed(column) else found

    def values(self, row: Any) -> dict[str, Any]:
        """All values of one row by column name."""
        return {column.name: self.value(row, column) for column in self.columns}

    def division_of(self, row: Any) -> int | None:
        """The id of the division that the row belongs to."""
        found: Any = row
        for part in self.division.split("__") if self.division else ():
            found = getattr(found, part)
        return getattr(found, "pk", found) if self.division else None

    def subject_of(self, row: Any) -> str:
        """How the trail names the row."""
        return self.subject(row) if self.subject else f"{self.name}:{row.pk}"

    @property
    def takes_files(self) -> bool:
        """Can rows come in by file: found again by a key, entered or changed, and judged before anything is written?"""
        judged = hasattr(self.operations, "judge") and bool(self.key_columns)
        return judged and self.offers("create") and self.offers("update") and not self.screen

    def offers(self, act: str) -> bool:
        """Is this act possible at all?"""
        return self.operations is not None and act in self.acts and bool(self.change_permission)


def is_english() -> bool:
    """True where the reader reads English."""
    return (get_language() or "").startswith("en")
