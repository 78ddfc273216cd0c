"""What a record type hands in to be imported, and what the engine gives it to work with."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from django.utils.translation import gettext as _

from fupin.core.columns import Column
from fupin.core.refusals import NotFound
from fupin.core.workbooks.reading import Staged

ACTIONS = ("created", "updated", "unchanged", "rejected")


@dataclass(slots=True)
class Work:
    """One import at work: its folder, its DuckDB connection, and the circumstances that every row shares.

    `typed` is the checked Parquet file; the plan is written to `planned`. `divisions` are the ids that the person may
    write to (None: all); `division` the one that the import was narrowed to; `exported_at` the moment a workbook of
    ours was written out, after which changed records are not overwritten; `index_mark` the index key that the plan's
    tokens were made with.
    """

    run_id: int
    folder: Path
    connection: duckdb.DuckDBPyConnection
    on: date
    by: Any = None
    division: int | None = None
    divisions: frozenset[int] | None = None
    exported_at: str = ""
    columns_given: frozenset[str] = frozenset()
    index_mark: str = ""
    progress: Callable[[int, int, str], None] = lambda done, total, phase: None
    findings: list[str] = field(default_factory=list)
    staged: Sequence[Staged] = ()
    """the sheets as texts, while a file is being checked and planned"""
    kept: dict[str, Any] = field(default_factory=dict)
    """what a record type carries from the check to the plan"""

    @property
    def typed(self) -> Path:
        return self.folder / "typed.parquet"

    @property
    def planned(self) -> Path:
        """The plan's files, in the order of the merge."""
        return self.folder / "plan-*.parquet"

    @property
    def source(self) -> str:
        """What the facts name as their source."""
        return f"import:{self.run_id}"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Values of a row that hardly stand together: an SQL condition over its columns, and the words for it."""

    code: str
    condition: str
    words: Any


class Readable:
    """Rows of columns that can be read from a file and checked.

    `identified_by` is the column whose presence says that the row means a record that is there already: required
    columns may then stay empty. `document_of` names, for an id column, the column that holds the kind of document;
    `synthetic` the column that marks a made-up row.
    """

    ledger: str
    label: str
    label_en: str
    columns: tuple[Column, ...]
    permission: str
    identified_by: str = ""
    document_of: Mapping[str, str] = {}
    synthetic: str = ""
    doubts: tuple[Doubt, ...] = ()
    """what is written and nevertheless told"""
    lookup_columns: frozenset[str] = frozenset()
    """id columns by which another record is only looked up: what is stored there was judged when it came in"""

    def division_reader(self, work: Work) -> Callable[[str], int | None] | None:
        """How a division's code or name in a cell is understood."""
        return None


class Intake(Readable, ABC):
    """A record type that can be imported: what was read and checked is planned, shown and merged."""

    @abstractmethod
    def plan(self, work: Work) -> None:
        """Find each row's record and decide what becomes of it; write `work.planned`.

        The plan has at least `row_id`, `action` (one of ACTIONS), `problems` and `changes` (JSON of {field: [old, new]}
        with sensitive values masked, empty for new rows), and whatever `merge` needs.
        """

    @abstractmethod
    def merge(self, work: Work, done: int) -> int:
        """Write the plan into the register from chunk `done` on; returns how many chunks there are.

        Each chunk is one transaction that also notes the chunk as done (`runs.note_chunk`), so that a killed merge
        goes on with the next one.
        """

    def totals(self, work: Work) -> Sequence[tuple[str, int, int]]:
        """Figures before and after for the preview: label, before, after."""
        return ()


_intakes: dict[str, Intake] = {}


def register_intake(intake: Intake) -> None:
    """Make a record type importable. Called by `config` at start."""
    _intakes[intake.ledger] = intake


def intakes() -> dict[str, Intake]:
    """Every importable record type by name."""
    return dict(_intakes)


def intake(ledger: str) -> Intake:
    """The record type of that name. Raises NotFound with the names there are."""
    if ledger not in _intakes:
        names = "、".join(_intakes)
        raise NotFound(_("没有名为“%(name)s”的可导入台账，现有：%(names)s") % {"name": ledger, "names": names})
    return _intakes[ledger]
