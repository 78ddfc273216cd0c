"""Files of any ledger, through the staged import: a row finds its record by the ledger's key columns.

A row is judged once, when the file is staged, by the same acts that screens and the API use; it is judged again only
where its record has changed between staging and writing. Chunks of one transaction each are written set-wise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

import orjson
import polars
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fupin.core.columns import Kind
from fupin.core.imports.declaration import Intake, Work
from fupin.core.imports.runs import note_chunk
from fupin.core.ledgers import acts, records, register
from fupin.core.ledgers.declaration import Ledger, Revision
from fupin.core.ledgers.inside import Inside
from fupin.core.ledgers.planning import Planner
from fupin.core.places import places
from fupin.core.refusals import Refused

CHUNK = 200


class LedgerIntake(Intake):
    """One ledger as a record type of the import."""

    def __init__(self, ledger: Ledger) -> None:
        self.declared = ledger
        self.ledger, self.label, self.label_en = ledger.name, ledger.label, ledger.label_en
        self.columns = ledger.writable
        self.permission = ledger.change_permission

    def division_reader(self, work: Work) -> Callable[[str], int | None]:
        return self._inside(work).find

    def plan(self, work: Work) -> None:
        planner = Planner(self.declared, work, _user(work), self._inside(work))
        for at, frame in enumerate(planner.plan()):
            frame.write_parquet(work.folder / f"plan-{at:05}.parquet")

    def merge(self, work: Work, done: int) -> int:
        """Chunk by chunk from row `done` on. A plan that an earlier version made knows neither waves nor versions."""
        plan = polars.read_parquet(work.planned)
        todo = plan.filter(polars.col("action").is_in(["created", "updated"]))
        todo = todo.with_columns(*(polars.lit(none).alias(name) for name, none in (("wave", 0), ("base", ""))
                                   if name not in todo.columns)).sort("wave", "row_id")  # fmt: skip
        user = _user(work)
        for start in range(done, todo.height, CHUNK):
            part = todo.slice(start, CHUNK)
            with transaction.atomic():
                for _wave, rows in groupby(part.iter_rows(named=True), key=lambda row: row["wave"]):
                    self._write(list(rows), user, work)
                note_chunk(work.run_id, start + part.height, todo.height)
            work.progress(start + part.height, todo.height, _("写入"))
        return todo.height

    def _inside(self, work: Work) -> Inside:
        """The rows that the file brings itself: the plan understands them as the check did."""
        if "inside" not in work.kept:
            work.kept["inside"] = Inside(self.declared, work.staged)
        inside: Inside = work.kept["inside"]
        return inside

    def _write(self, rows: list[dict[str, Any]], user: Any, work: Work) -> None:
        fresh = [self._values(row["given"]) for row in rows if not row["target"]]
        changed = [Revision(row["target"], self._values(row["given"]), row["base"]) for row in rows if row["target"]]
        if fresh:
            self._create(fresh, user, work.on)
        if changed:
            acts.update(self.declared, changed, by=user, on=work.on, judged=True)

    def _create(self, fresh: Sequence[dict[str, Any]], user: Any, on: date) -> None:
        """New rows as they were judged. What has come between them and the register since is said in words."""
        try:
            with transaction.atomic():
                acts.create(self.declared, fresh, by=user, on=on, judged=True)
        except IntegrityError:
            acts.create(self.declared, fresh, by=user, on=on)

    def _values(self, text: str) -> dict[str, Any]:
        kinds = {column.name: column.kind for column in self.columns}
        return {name: _read(kinds[name], value) for name, value in orjson.loads(text).items()}


def _user(work: Work) -> Any:
    """Who imports; at the command line the operator, as the system itself."""
    return work.by if work.by is not None else register.rights().SYSTEM


def _read(kind: Kind, value: Any) -> Any:
    """A value back from the plan's JSON."""
    if value is None:
        return None
    if kind is Kind.DATE:
        return date.fromisoformat(value)
    if kind is Kind.DIVISION and isinstance(value, str):
        return _entered_before(value.removeprefix(records.AHEAD))
    return Decimal(value) if kind is Kind.DECIMAL else value


def _entered_before(code: str) -> int:
    """The division that an earlier row of the same file brought. Raises Refused where it is gone again."""
    found = places().find(code)
    if found is None:
        raise Refused(_("上级区划“%(code)s”已不存在，请重新导入该文件") % {"code": code}, "division_unknown")
    return found
