"""What a backup says of itself: version, tables with their columns, counts and hashes, files, and which keys it needs."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson
from django.apps import apps
from django.conf import settings
from django.db import models

FORMAT = 1
NOT_KEPT = {"sessions.session", "axes.accessattempt", "axes.accesslog", "axes.accessfailurelog"}
"""Tables of the moment: who is signed in, who mistyped a password."""

KINDS = {
    "BooleanField": "bool", "DateField": "date", "DateTimeField": "datetime", "DecimalField": "decimal",
    "JSONField": "json", "BinaryField": "binary", "UUIDField": "uuid", "FloatField": "float",
}  # fmt: skip
"""Kinds that the two databases hand out differently; everything else is a whole number or a text in both."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: columns with kind (decimals with their places), number of rows, SHA-256 of its lines."""

    name: str
    key: str
    columns: list[tuple[str, str]]
    rows: int = 0
    sha256: str = ""


@dataclass(slots=True)
class Manifest:
    """The first thing in a backup."""

    product: str
    engine: str
    taken_at: str
    migrations: list[list[str]]
    keys: dict[str, str]
    tables: list[Table] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables)

    def dump(self) -> bytes:
        """The manifest as it stands in the file."""
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2)

    @classmethod
    def load(cls, data: bytes) -> Manifest:
        """Read one. Raises ValueError for anything else."""
        body: dict[str, Any] = orjson.loads(data)
        if not isinstance(body, dict) or body.get("format") != FORMAT:
            raise ValueError("format")
        body["tables"] = [
            Table(**{**table, "columns": [tuple(c) for c in table["columns"]]}) for table in body["tables"]
        ]
        return cls(**body)


def kept_models() -> list[type[models.Model]]:
    """Every table of the product that a backup keeps, those of many-to-many relations among them."""
    found = apps.get_models(include_auto_created=True)
    rows = [m for m in found if m._meta.managed and not m._meta.proxy and m._meta.label_lower not in NOT_KEPT]
    return sorted(rows, key=lambda m: m._meta.db_table)


def table_of(model: type[models.Model]) -> Table:
    """A table as the manifest describes it, without its rows."""
    meta = model._meta
    columns = [(str(f.column), _kind(f)) for f in meta.concrete_fields]
    return Table(meta.db_table, str(meta.pk.column), columns)


def _kind(column: Any) -> str:
    target = column.target_field if column.remote_field else column
    kind = KINDS.get(target.get_internal_type(), "plain")
    return f"decimal:{target.decimal_places}" if kind == "decimal" else kind


def key_marks() -> dict[str, str]:
    """Of each key a short digest, by which a restore knows whether the right ones are there; it opens nothing."""
    marks: dict[str, str] = {}
    for part in filter(None, settings.KEYS.get("FUPIN_FIELD_KEYS", "").split(",")):
        name, _, key = part.strip().partition(":")
        marks[f"field {name}"] = _mark(key)
    for name in ("FUPIN_INDEX_KEY", "FUPIN_SEAL_KEY"):
        for at, key in enumerate(settings.KEYS.get(name, "").split(","), 1):
            marks[name if at == 1 else f"{name} {at}"] = _mark(key.strip())
    return marks


def _mark(key: str) -> str:
    return hashlib.sha256(b"fupin key mark" + key.encode()).hexdigest()[:12]
