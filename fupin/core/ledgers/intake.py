"""Files of any ledger, through the staged import: a row finds its record by the ledger's key columns.

Records of a ledger are plain and few beside households, so that rows are compared and written one by one, in chunks
of one transaction each, by the same acts that screens and the API use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
import polars
from django.db import transaction
from django.utils.translation import gettext as _

from fupin.core.columns import Kind
from fupin.core.imports.checking import PROBLEM_TYPE
from fupin.core.imports.declaration import Intake, Work
from fupin.core.imports.runs import note_chunk
from fupin.core.ledgers import acts, records, register
from fupin.core.ledgers.declaration import Ledger, Revision
from fupin.core.places import places
from fupin.core.refusals import Refused

CHUNK = 100
MOST = 200_000
"""Rows of a ledger that are held in memory for the comparison."""
_PLAN: dict[str, Any] = {
    "row_id": polars.Int64, "source": polars.Int64, "row": polars.Int64, "label": polars.String,
    "action": polars.String, "changes": polars.String, "problems": PROBLEM_TYPE, "target": polars.String,
    "given": polars.String,
}  # fmt: skip


class LedgerIntake(Intake):
    """One ledger as a record type of the import."""

    def __init__(self, ledger: Ledger) -> None:
        self.declared = ledger
        self.ledger, self.label, self.label_en = ledger.name, ledger.label, ledger.label_en
        self.columns = ledger.writable
        self.permission = ledger.change_permission

    def division_reader(self, work: Work) -> Callable[[str], int | None]:
        return places().find

    def plan(self, work: Work) -> None:
        user = _user(work)
        present = self._present(user)
        seen: dict[tuple[str, ...], int] = {}
        rows = [self._judge(dict(row), work, user, present, seen) for row in _typed(work)]
        polars.DataFrame(rows, schema=_PLAN, orient="row").write_parquet(work.folder / "plan-00000.parquet")

    def merge(self, work: Work, done: int) -> int:
        frame = polars.read_parquet(work.folder / "plan-00000.parquet")
        todo = frame.filter(polars.col("action").is_in(["created", "updated"])).sort("row_id")
        user = _user(work)
        for start in range(done, todo.height, CHUNK):
            part = todo.slice(start, CHUNK)
            with transaction.atomic():
                self._write(list(part.iter_rows(named=True)), user, work)
                note_chunk(work.run_id, start + part.height, todo.height)
            work.progress(start + part.height, todo.height, _("写入"))
        return todo.height

    def _present(self, user: Any) -> dict[tuple[str, ...], Any]:
        """Every record by its key, as far as the user reaches."""
        return {self._key(self.declared.values(row)): row for row in self.declared.rows(user)[:MOST]}

    def _key(self, values: dict[str, Any]) -> tuple[str, ...]:
        return tuple(str(records.plain(values.get(column.name)) or "") for column in self.declared.key_columns)

    def _judge(self, row: dict[str, Any], work: Work, user: Any, present: dict[tuple[str, ...], Any],
               seen: dict[tuple[str, ...], int]) -> dict[str, Any]:  # fmt: skip
        """What becomes of one row."""
        erased = set(row["erased"] or ())
        given = {c.name: _stored(c.kind, row[c.name]) for c in self.columns
                 if row[c.name] is not None or c.name in erased}  # fmt: skip
        key = self._key(given)
        found = present.get(key)
        problems = list(row["problems"] or ())
        if not problems:
            problems = self._speak_against(key, given, found, user, work, seen, row["row"])
        before = self.declared.values(found) if found is not None else {}
        changes = records.changes(self.declared, before, given) if not problems else {}
        action = "rejected" if problems else "created" if found is None else "updated" if changes else "unchanged"
        return {
            "row_id": row["row_id"], "source": row["source"], "row": row["row"], "problems": problems,
            "label": " · ".join(key), "action": action,
            "changes": orjson.dumps(changes if found is not None else {}, default=str).decode(),
            "target": str(records.key(self.declared, found)) if found is not None else "",
            "given": orjson.dumps({name: records.plain(value) for name, value in given.items()}).decode(),
        }  # fmt: skip

    def _speak_against(self, key: tuple[str, ...], given: dict[str, Any], found: Any, user: Any, work: Work,
                       seen: dict[tuple[str, ...], int], number: int) -> list[dict[str, str]]:  # fmt: skip
        first = self.declared.key_columns[0].name
        if (earlier := seen.setdefault(key, number)) != number:
            return [
                _problem(first, "duplicate_in_file", _("与本文件第 %(row)d 行重复，请只保留一行") % {"row": earlier})
            ]
        place = given.get(self.declared.place_column) if self.declared.place_column else None
        place = place if place is not None or found is None else self.declared.division_of(found)
        outside = work.divisions is not None and place is not None and place not in work.divisions
        if outside or not register.may_change(user, self.declared, place):
            return [_problem(first, "outside", _("该区划不在您的管辖范围内，或不在本次导入的范围内"))]
        try:
            acts.check(self.declared, given, found, by=user, on=work.on)
        except Refused as refusal:
            return [_problem(first, refusal.code, reason) for reason in refusal.reasons]
        return []

    def _write(self, rows: list[dict[str, Any]], user: Any, work: Work) -> None:
        given = [(row["target"], self._values(row["given"])) for row in rows]
        if fresh := [values for target, values in given if not target]:
            acts.create(self.declared, fresh, by=user, on=work.on)
        if changed := [Revision(target, values) for target, values in given if target]:
            acts.update(self.declared, changed, by=user, on=work.on)

    def _values(self, text: str) -> dict[str, Any]:
        kinds = {column.name: column.kind for column in self.columns}
        return {name: _read(kinds[name], value) for name, value in orjson.loads(text).items()}


def _user(work: Work) -> Any:
    """Who imports; at the command line the operator, as the system itself."""
    return work.by if work.by is not None else register.rights().SYSTEM


def _typed(work: Work) -> Iterator[dict[str, Any]]:
    yield from polars.read_parquet(work.typed).sort("row_id").iter_rows(named=True)


def _problem(column: str, code: str, sentence: str) -> dict[str, str]:
    return {"column": column, "code": code, "sentence": sentence}


def _stored(kind: Kind, value: Any) -> Any:
    return value.normalize() if kind is Kind.DECIMAL and value is not None else value


def _read(kind: Kind, value: Any) -> Any:
    """A value back from the plan's JSON."""
    if value is None:
        return None
    if kind is Kind.DATE:
        return date.fromisoformat(value)
    return Decimal(value) if kind is Kind.DECIMAL else value
