"""What becomes of each row of a ledger's file: found by its key, judged once and set-wise, in the order of writing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import orjson
import polars
from django.utils.translation import gettext as _

from fupin.core.cells import label_of
from fupin.core.columns import Column, Kind
from fupin.core.imports.checking import PROBLEM_TYPE
from fupin.core.imports.declaration import Work
from fupin.core.ledgers import acts, records, register
from fupin.core.ledgers.declaration import Ahead, Given, Ledger, Values
from fupin.core.ledgers.hidden import Hidden, hidden, is_sealed
from fupin.core.ledgers.inside import Inside

CHUNK = 1000
"""Rows whose records are read together."""
SCHEMA: dict[str, Any] = {
    "row_id": polars.Int64, "source": polars.Int64, "row": polars.Int64, "label": polars.String,
    "action": polars.String, "changes": polars.String, "problems": PROBLEM_TYPE, "target": polars.String,
    "given": polars.String, "wave": polars.Int64, "base": polars.String,
}  # fmt: skip
"""`wave` says before which others a row is written, `base` which version of the record it was judged against."""
Key = tuple[str, ...]


@dataclass(slots=True)
class Line:
    """One row on its way into the plan."""

    row: dict[str, Any]
    given: dict[str, Any]
    key: Key
    found: Any = None
    home: int | None = None
    problems: list[dict[str, str]] = field(default_factory=list)


class Planner:
    """Plans one file of one ledger for one person."""

    def __init__(self, ledger: Ledger, work: Work, user: Any, inside: Inside) -> None:
        self.ledger, self.work, self.user, self.inside = ledger, work, user, inside
        self._first = ledger.key_columns[0].name
        self._seen: dict[Key, int] = {}
        self._allowed: dict[int | None, bool] = {}
        self._planned: dict[str, Line] = {}

    def plan(self) -> Iterator[polars.DataFrame]:
        """The plan in chunks, what is written first in front."""
        typed = polars.read_parquet(self.work.typed)
        typed = typed.with_columns(self.inside.waves(typed, self._first))
        lines: list[dict[str, Any]] = []
        done = 0
        for (wave,), rows in sorted(typed.group_by("wave"), key=lambda pair: pair[0]):
            for line in self._judged(rows.sort("row_id")):
                lines.append(self._answer(line, wave))
                if len(lines) == CHUNK:
                    done += CHUNK
                    self.work.progress(done, typed.height, _("与登记册比对"))
                    yield polars.DataFrame(lines, schema=SCHEMA, orient="row")
                    lines = []
        yield polars.DataFrame(lines, schema=SCHEMA, orient="row")

    def _judged(self, rows: polars.DataFrame) -> Iterator[Line]:
        """Every row in turn with what speaks against it; those that may pass are judged together."""
        waiting: deque[Line] = deque()

        def passed() -> Iterator[Given]:
            for line in self._lines(rows):
                waiting.append(line)
                if not line.problems:
                    yield line.found, line.given

        for refusal in acts.judge(self.ledger, passed(), on=self.work.on):
            while waiting[0].problems:
                yield waiting.popleft()
            line = waiting.popleft()
            if refusal is not None:
                line.problems = [_problem(self._first, refusal.code, reason) for reason in refusal.reasons]
            yield line
        yield from waiting

    def _lines(self, rows: polars.DataFrame) -> Iterator[Line]:
        """The rows with their records, read a chunk at a time."""
        for start in range(0, rows.height, CHUNK):
            lines = [self._line(row) for row in rows.slice(start, CHUNK).iter_rows(named=True)]
            present = self._present([line for line in lines if not line.problems])
            self._find_homes(lines)
            for line in lines:
                line.found = present.get(line.key)
                line.problems = line.problems or self._objections(line)
                if self.inside.codes:
                    self._planned.setdefault(line.key[0], line)
                yield line

    def _find_homes(self, lines: Sequence[Line]) -> None:
        """Where rows lie whose values tell it, of a chunk at once."""
        whole = [line for line in lines if not line.problems] if self.ledger.homes is not None else []
        for line, home in zip(whole, acts.homes_of(self.ledger, [line.given for line in whole]), strict=True):
            line.home = home

    def _line(self, row: dict[str, Any]) -> Line:
        erased = set(row["erased"] or ())
        given = {column.name: self._stored(column, row[column.name]) for column in self.ledger.writable
                 if row[column.name] is not None or column.name in erased}  # fmt: skip
        return Line(row, given, key_of(self.ledger, given), problems=list(row["problems"] or ()))

    def _stored(self, column: Column, value: Any) -> Any:
        if is_sealed(column):
            return hidden(column, value)
        if column.kind is Kind.DIVISION and value is not None and value < 0:
            code = self.inside.code(value)
            above = self._planned.get(code)
            return Ahead(code, above.given if above is not None else {})
        return value.normalize() if isinstance(value, Decimal) else value

    def _present(self, lines: Sequence[Line]) -> dict[Key, Any]:
        """The records of these rows by their keys, as far as the person reaches."""
        rows = self.ledger.rows(self.user)
        for column in self.ledger.key_columns:
            wanted = {line.given.get(column.name) for line in lines}
            if None not in wanted and not any(isinstance(value, Ahead) for value in wanted):
                rows = rows.filter(**{f"{self.ledger.field_of(column)}__in": wanted})
        return {key_of(self.ledger, self.ledger.values(row)): row for row in rows} if lines else {}

    def _objections(self, line: Line) -> list[dict[str, str]]:
        """What speaks against a row before its values are judged: a second row, what stands above it, its place."""
        number = line.row["row"]
        if (earlier := self._seen.setdefault(line.key, number)) != number:
            sentence = _("与本文件第 %(row)d 行重复，请只保留一行") % {"row": earlier}
            return [_problem(self._first, "duplicate_in_file", sentence)]
        if masked := [problem for each in self.ledger.sealed if (problem := self._other_mask(line, each))]:
            return masked
        column = self.ledger.place_column
        place = line.given.get(column) if column else None
        if isinstance(place, Ahead):
            return self._above(place, column) or self._outside(_standing(place, column))
        if place is None:
            place = self.ledger.division_of(line.found) if line.found is not None else line.home
        return self._outside(place)

    def _other_mask(self, line: Line, column: Column) -> dict[str, str] | None:
        """A mask that we gave out says that the number stays; it must be that of this row's number."""
        mask = line.row.get(f"mask__{column.name}")
        stored = self.ledger.value(line.found, column) if line.found is not None else None
        if mask is None or mask == str(stored):
            return None
        sentence = _("%(label)s被星号遮盖，与登记的号码不符，请填写完整号码，或留空不改")
        return _problem(column.name, "masked", sentence % {"label": label_of(column)})

    def _above(self, place: Ahead, column: str) -> list[dict[str, str]]:
        """A row above this one in the file must come in itself."""
        above = self._planned.get(place.code)
        if above is None:
            sentence = _("“%(code)s”在本文件中与下级互为上下级，请改正上级")
            return [_problem(column, "circle", sentence % {"code": place.code})]
        if above.problems:
            sentence = _("上级“%(code)s”（本文件第 %(row)d 行）被退回，请先改正那一行")
            return [_problem(column, "above_rejected", sentence % {"code": place.code, "row": above.row["row"]})]
        return []

    def _outside(self, place: int | None) -> list[dict[str, str]]:
        if place not in self._allowed:
            narrowed = self.work.divisions is not None and place is not None and place not in self.work.divisions
            self._allowed[place] = not narrowed and register.may_change(self.user, self.ledger, place)
        if self._allowed[place]:
            return []
        return [_problem(self._first, "outside", _("该区划不在您的管辖范围内，或不在本次导入的范围内"))]

    def _answer(self, line: Line, wave: int) -> dict[str, Any]:
        before = self.ledger.values(line.found) if line.found is not None else {}
        changes = records.changes(self.ledger, before, line.given) if not line.problems else {}
        is_new = line.found is None
        action = "rejected" if line.problems else "created" if is_new else "updated" if changes else "unchanged"
        return {
            "row_id": line.row["row_id"], "source": line.row["source"], "row": line.row["row"],
            "problems": line.problems, "label": " · ".join(line.key), "action": action,
            "changes": orjson.dumps({} if is_new else changes, default=str).decode(),
            "target": "" if is_new else str(records.key(self.ledger, line.found)),
            "given": orjson.dumps({name: _kept(value) for name, value in line.given.items()}).decode(),
            "wave": wave, "base": "" if is_new else records.version(self.ledger, line.found),
        }  # fmt: skip


def key_of(ledger: Ledger, values: Values) -> Key:
    """What identifies a row in a file, as texts."""
    return tuple(str(records.plain(values.get(column.name)) or "") for column in ledger.key_columns)


def _kept(value: Any) -> Any:
    """A value as the plan keeps it for the writing. A number whole: the texts of the file lie beside the plan, in a folder
    of this instance's account alone, until the run ends."""
    return value.number if isinstance(value, Hidden) else records.plain(value)


def _standing(place: Any, column: str) -> int | None:
    """The division of the register below which a new one comes to lie, over however many new ones."""
    while isinstance(place, Ahead):
        place = place.values.get(column)
    return place


def _problem(column: str, code: str, sentence: str) -> dict[str, str]:
    return {"column": column, "code": code, "sentence": sentence}
