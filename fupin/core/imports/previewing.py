"""What a person sees before accepting: counts, reasons, changed values, and how each file was understood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from django.utils.translation import gettext as _

from fupin.core.duck import text as literal
from fupin.core.imports.declaration import ACTIONS, Intake, Work
from fupin.core.imports.models import ImportRun
from fupin.core.workbooks.reading import Staged

SAMPLES = 50
ROWS_NAMED = 5


def keep_layout(run: ImportRun, staged: Sequence[Staged], work: Work) -> None:
    """Remember how each sheet was read, for the mapping on the screen and for the rejects workbook."""
    layout = [
        {
            "file": each.file, "sheet": each.sheet, "kind": each.kind.value, "rows": each.rows,
            "header_row": each.mapping.row, "first": each.mapping.first, "header": list(each.mapping.header),
            "found": each.mapping.found, "extra": list(each.mapping.extra), "parquet": each.parquet.name,
        }
        for each in staged
    ]  # fmt: skip
    (work.folder / "layout.json").write_bytes(orjson.dumps(layout))
    run.preview = {"layout": [{key: each[key] for key in each if key != "parquet"} for each in layout]}


def summarise(run: ImportRun, intake: Intake, work: Work) -> None:
    """Counts, reasons and examples out of the plan into the run."""
    plan = f"read_parquet({literal(work.planned)})"
    query = work.connection.execute
    counts = dict(query(f"SELECT action, count(*) FROM {plan} GROUP BY 1").fetchall())
    run.created, run.updated, run.unchanged, run.rejected = (counts.get(action, 0) for action in ACTIONS)
    run.reasons = dict(
        query(
            f"SELECT code, count(*) FROM (SELECT DISTINCT row_id, unnest(list_transform(problems, p -> p.code)) AS code"
            f" FROM {plan} WHERE action = 'rejected') GROUP BY 1 ORDER BY 2 DESC"
        ).fetchall()
    )
    run.findings = list(dict.fromkeys([*work.findings, *_doubts(query, intake, work)]))
    run.preview |= {
        "changes": _changes(query, plan),
        "rejects": _rejects(query, plan),
        "totals": [list(total) for total in intake.totals(work)],
    }


def _doubts(query: Any, intake: Intake, work: Work) -> list[str]:
    """What the rows that are not sent back say and hardly can: how many, in which rows of the file."""
    if not intake.doubts:
        return []
    told = ", ".join(
        f"count(*) FILTER ({each.condition}), list(row ORDER BY row_id) FILTER ({each.condition})[1:{ROWS_NAMED}]"
        for each in intake.doubts
    )
    rejected = f"SELECT row_id FROM read_parquet({literal(work.planned)}) WHERE action = 'rejected'"
    rows_kept = f"read_parquet({literal(work.typed)}) ANTI JOIN ({rejected}) USING (row_id)"
    found = query(f"SELECT {told} FROM {rows_kept}").fetchone() or ()
    sentence = _("%(count)d 行%(what)s（第 %(rows)s 行），已照写，请核对")
    return [
        sentence % {"count": count, "what": each.words,
                    "rows": "、".join(map(str, rows)) + ("……" if count > ROWS_NAMED else "")}
        for each, count, rows in zip(intake.doubts, found[::2], found[1::2], strict=True)
        if count
    ]  # fmt: skip


def _changes(query: Any, plan: str) -> list[dict[str, Any]]:
    rows = query(
        f"SELECT source, row, label, changes FROM {plan} WHERE action = 'updated' ORDER BY row_id LIMIT {SAMPLES}"
    ).fetchall()
    return [
        {"source": source, "row": row, "label": label, "changes": orjson.loads(changes or "{}")}
        for source, row, label, changes in rows
    ]


def _rejects(query: Any, plan: str) -> list[dict[str, Any]]:
    rows = query(
        f"SELECT source, row, label, list_transform(problems, p -> p.sentence) FROM {plan} WHERE action = 'rejected'"
        f" ORDER BY row_id LIMIT {SAMPLES}"
    ).fetchall()
    return [{"source": source, "row": row, "label": label, "reasons": reasons} for source, row, label, reasons in rows]
