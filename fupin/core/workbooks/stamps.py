"""What a workbook that we gave out says of itself: which record type, which version of its columns, when, for where."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fupin.core.columns import Column

SHEET = "fupin"
MARK = "fupin-workbook"


@dataclass(frozen=True, slots=True)
class Stamp:
    """`exported_at` is the moment the rows were read out (ISO, empty for an empty template)."""

    ledger: str
    version: str
    exported_at: str = ""
    division: str = ""
    kind: str = "template"  # template, export, rejects

    def rows(self) -> list[tuple[str, str]]:
        """The stamp as the rows of its sheet."""
        return [
            (MARK, self.kind),
            ("ledger", self.ledger),
            ("version", self.version),
            ("exported_at", self.exported_at),
            ("division", self.division),
        ]


def version_of(columns: Sequence[Column]) -> str:
    """The version of a record type's columns: changes when a column, its kind or its code list does."""
    said = "\n".join(f"{column.name}|{column.kind}|{column.codes}" for column in columns)
    return hashlib.sha256(said.encode()).hexdigest()[:10]


def read(rows: Sequence[Sequence[str]]) -> Stamp | None:
    """The stamp in the rows of a sheet, or None."""
    if not rows or not rows[0] or rows[0][0].strip() != MARK:
        return None
    said: Mapping[str, str] = {row[0].strip(): row[1].strip() for row in rows if len(row) > 1}
    return Stamp(
        said.get("ledger", ""),
        said.get("version", ""),
        said.get("exported_at", ""),
        said.get("division", ""),
        said[MARK],
    )
