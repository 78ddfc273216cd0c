"""The tree of a condition after parsing: small, closed and typed. Nothing else is ever compiled or run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from fupin.bulk.datasets import Field, Type


class Sort(StrEnum):
    """What values a node has. Two sorts are never compared with one another."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    TEXT = "text"
    CODES = "codes"
    BOOLEAN = "boolean"
    DATE = "date"


SORTS = {
    Type.INTEGER: Sort.INTEGER, Type.MONEY: Sort.INTEGER, Type.DECIMAL: Sort.DECIMAL, Type.TEXT: Sort.TEXT,
    Type.CODE: Sort.TEXT, Type.TOKEN: Sort.TEXT, Type.CODES: Sort.CODES, Type.BOOLEAN: Sort.BOOLEAN, Type.DATE: Sort.DATE,
}  # fmt: skip
NUMBERS = (Sort.INTEGER, Sort.DECIMAL)


@dataclass(frozen=True, slots=True)
class Node:
    """Anything with a sort."""

    sort: Sort

    def children(self) -> Iterator[Node]:
        for one in fields(self):
            value = getattr(self, one.name)
            for item in value if isinstance(value, tuple) else (value,):
                if isinstance(item, Node):
                    yield item

    def walk(self) -> Iterator[Node]:
        """This node and everything below it."""
        yield self
        for child in self.children():
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Value(Node):
    """A literal: int, Decimal, text, truth or day."""

    value: int | Decimal | str | bool | date


@dataclass(frozen=True, slots=True)
class Ref(Node):
    """A field of the record, or of a member inside `any(members, …)` (`depth` 1)."""

    field: Field
    depth: int


@dataclass(frozen=True, slots=True)
class Day(Node):
    """The day that the condition is judged for: `today`."""


@dataclass(frozen=True, slots=True)
class Setting(Node):
    """A policy parameter: `parameter('lines.poverty_line')`."""

    name: str


@dataclass(frozen=True, slots=True)
class Compare(Node):
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    subject: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class OneOf(Node):
    subject: Node
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Missing(Node):
    """`x is null`."""

    subject: Node


@dataclass(frozen=True, slots=True)
class Surely(Node):
    """`x is true`, `x is false`: a condition that is never unknown."""

    subject: Node
    value: bool


@dataclass(frozen=True, slots=True)
class All(Node):
    """Joined by `and`."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Any_(Node):
    """Joined by `or`."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    subject: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`+ - * /`; `/` is real division and a division by nothing is unknown."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """One of the closed list of functions."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Over(Node):
    """`any|all|count|sum|min|max(members, …)`: looked for in the rows that belong to the record."""

    kind: str
    members: str
    value: Node | None
    condition: Node | None


def plain(value: Any) -> Value:
    """A literal node for a Python value. Raises TypeError."""
    for kind, sort in (
        (bool, Sort.BOOLEAN),
        (int, Sort.INTEGER),
        (Decimal, Sort.DECIMAL),
        (str, Sort.TEXT),
        (date, Sort.DATE),
    ):
        if isinstance(value, kind):
            return Value(sort, value)
    raise TypeError(type(value).__name__)
