"""What bulk work reads: sources (tables as they are stored) and datasets (what conditions and figures speak of).

A source is copied out of the database as Parquet, history and all. A dataset is a query over sources as of a day, with
its fields declared: label, type, unit, code list, sensitivity. Both are handed in at start by `config.wiring`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from django.db import models

from fupin.core.columns import Sensitivity


class Type(StrEnum):
    """What a field's values are; a condition is checked against it."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    """whole fen"""
    TEXT = "text"
    CODE = "code"
    CODES = "codes"
    """several codes joined by commas"""
    BOOLEAN = "boolean"
    DATE = "date"
    TOKEN = "token"  # noqa: S105 (a kind of field, not a secret)
    """a keyed index value as hexadecimal text: equality only"""


DUCKDB_TYPES = {
    Type.INTEGER: "BIGINT", Type.DECIMAL: "DOUBLE", Type.MONEY: "BIGINT", Type.TEXT: "VARCHAR", Type.CODE: "VARCHAR",
    Type.CODES: "VARCHAR", Type.BOOLEAN: "BOOLEAN", Type.DATE: "DATE", Type.TOKEN: "VARCHAR",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a dataset. `name` may carry a dot: `previous.per_head_fen` is a declared, prepared column."""

    name: str
    label: str
    type: Type
    label_en: str = ""
    unit: str = ""
    codes: str = ""
    sensitivity: Sensitivity = Sensitivity.OPEN
    note: str = ""
    stands_on: tuple[str, ...] | None = None
    """for a computed field, the recorded fields of the same row that it stands on: none where it moves without them"""
    words: tuple[tuple[str, str], ...] = ()
    """of a text that is one of a few words, how each is written in Chinese"""


@dataclass(frozen=True, slots=True)
class Members:
    """The rows of another dataset that belong to one row of this: `any(members, …)` looks through them."""

    dataset: str
    own_key: str
    their_key: str


@dataclass(frozen=True, slots=True)
class Source:
    """A stored table. `columns` maps each column to its DuckDB type; `keys` say whose rows they are.

    An extract is brought up to date by replacing the rows of changed subjects: `keys` maps a column to the kind of
    subject that it names (`{"household_id": "household"}`). A source without keys is small and replaced as a whole.
    """

    name: str
    table: str
    columns: Mapping[str, str]
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dataset:
    """A query over sources as of a day, with its declared fields.

    `sql` is DuckDB text; it may name sources, other datasets as `{persons}`, the day as `$on` and the same day a year
    before as `$year_before`. That of a dataset with a `subject` is in words that SQLite knows too (`bulk/few`). `key` is
    the field that tells rows apart, `division` the field with the id of the division that a row lies in.
    """

    name: str
    label: str
    label_en: str
    fields: tuple[Field, ...]
    sql: str
    key: str
    division: str = "village_id"
    needs: tuple[str, ...] = ()
    """datasets that `sql` reads"""
    subject: str = ""
    """the kind of subject that each row belongs to alone; empty where the dataset is always made whole"""
    subject_column: str = ""
    """the field with that subject's id"""
    neighbours: str = ""
    """a field by which rows are computed together: a row changes with any that shares its value"""
    neighbourhood: str = ""
    """SQL from the sources to pairs (`subject`, `value`) of that field"""
    tells: str = ""
    """of a dataset that is always made whole, the field with the subject whose rows elsewhere a differing row changes"""
    looked_up: tuple[str, str, str] | None = None
    """of a dataset that is always made whole, the field by which a few subjects' sources find its rows, the source and
    its column"""
    members: Mapping[str, Members] = field(default_factory=dict)

    def field(self, name: str) -> Field:
        """The field of that name. Raises KeyError."""
        for one in self.fields:
            if one.name == name:
                return one
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.fields)


@dataclass(frozen=True, slots=True)
class Part:
    """Fields of a dataset that a part of the product above it knows: `sql` gives at most one row for each of its keys
    (`more`), `columns` are said over that and the dataset's own row (`own`)."""

    dataset: str
    fields: tuple[Field, ...]
    columns: str
    sql: str
    needs: tuple[str, ...] = ()


_STORAGE: tuple[tuple[type[Any], str], ...] = (
    (models.BooleanField, "BOOLEAN"),
    (models.DateTimeField, "TIMESTAMP"),
    (models.DateField, "DATE"),
    (models.DecimalField, "DOUBLE"),
    (models.BinaryField, "BLOB"),
    (models.IntegerField, "BIGINT"),
    (models.ForeignKey, "BIGINT"),
    (models.CharField, "VARCHAR"),
    (models.TextField, "VARCHAR"),
)


def source_of(
    model: type[models.Model], name: str, *, keys: Mapping[str, str] | None = None, leave_out: Iterable[str] = ()
) -> Source:
    """The source that copies a model's table. Sealed values never leave the database: `*_sealed` is left out."""
    dropped = set(leave_out)
    columns: dict[str, str] = {}
    for one in model._meta.concrete_fields:
        if one.column in dropped or one.column.endswith("_sealed"):
            continue
        storage = next((duck for kind, duck in _STORAGE if isinstance(one, kind)), None)
        if storage is not None:
            columns[one.column] = storage
    return Source(name, model._meta.db_table, columns, keys or {})


ChangedSubjects = Callable[[Iterable[str]], "dict[str, set[int]] | None"]
"""From the subjects of the trail (`household:12`) to the ids of changed subjects by kind, with all that hangs on them;
None where the trail does not tell, and everything must be read again."""


def _everything(subjects: Iterable[str]) -> dict[str, set[int]] | None:
    return None if any(True for _ in subjects) else {}


class Declarations:
    """The sources and datasets of this process, handed in once at start."""

    def __init__(self) -> None:
        self.sources: dict[str, Source] = {}
        self.datasets: dict[str, Dataset] = {}
        self.changed: ChangedSubjects = _everything
        self.unrelated: frozenset[str] = frozenset()
        """kinds of subjects in the trail that no source holds"""
        self.related: frozenset[str] = frozenset()
        """acts on such subjects that change a source all the same"""

    def declare(self, *, sources: Iterable[Source] = (), datasets: Iterable[Dataset] = ()) -> None:
        """Add declarations. Raises ValueError for a name that is taken by another one."""
        for source in sources:
            self._free(self.sources.get(source.name, source), source)
            self.sources[source.name] = source
        for dataset in datasets:
            self._free(self.datasets.get(dataset.name, dataset), dataset)
            self.datasets[dataset.name] = dataset

    def extend(self, part: Part) -> None:
        """Add a part's fields to a dataset that is declared already. Raises KeyError, and ValueError for a field it has."""
        own = self.dataset(part.dataset)
        if twice := {one.name for one in part.fields} & set(own.names):
            raise ValueError(f"{part.dataset} 已经有 {'、'.join(sorted(twice))}")
        self.datasets[own.name] = replace(
            own, fields=(*own.fields, *part.fields), needs=(*own.needs, *part.needs),
            sql=f"SELECT own.*, {part.columns} FROM ({own.sql}) own LEFT JOIN ({part.sql}) more ON more.{own.key} = own.{own.key}",
        )  # fmt: skip

    @staticmethod
    def _free(held: Source | Dataset, new: Source | Dataset) -> None:
        if held != new:
            raise ValueError(f"{new.name} 已经声明过")

    def dataset(self, name: str) -> Dataset:
        """Raises KeyError with the names that exist."""
        if name not in self.datasets:
            raise KeyError(f"没有名为 {name} 的数据集；已有：{'、'.join(sorted(self.datasets))}")
        return self.datasets[name]


declared = Declarations()
