"""The rows that did not go in, back as a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from django.utils.translation import gettext as _

from fupin.core.duck import connect
from fupin.core.duck import text as literal
from fupin.core.imports.declaration import intake
from fupin.core.imports.models import ImportRun
from fupin.core.imports.runs import folder_of
from fupin.core.refusals import NotFound
from fupin.core.workbooks import stamps
from fupin.core.workbooks.writing import RejectSheet, write_rejects

MOST_MARKED = 100_000
"""Rejects that are written with marks; a file in which more is wrong is wrong as a whole."""


def rejects_file(run: ImportRun, target: Path) -> int:
    """Write the rejects workbook of a staged or finished import; returns how many rows it holds.

    Raises NotFound where the staged texts are gone: nothing was rejected, or they were cleared away.
    """
    folder = folder_of(run)
    layout_file = folder / "layout.json"
    if not layout_file.exists():
        raise NotFound(_("这次导入没有退回的行，或其暂存文件已清除"))
    layout = orjson.loads(layout_file.read_bytes())
    record = intake(run.ledger)
    stamp = stamps.Stamp(
        run.ledger, stamps.version_of(record.columns), run.options.get("exported_at", ""), kind="rejects"
    )
    sheets = []
    connection = connect(folder)
    try:
        for source, each in enumerate(layout):
            rows = connection.execute(
                f"SELECT r.*, p.problems FROM ({_rejected(run, source)}) p JOIN read_parquet("
                f"{literal(folder / each['parquet'])}) r ON r.row = p.row ORDER BY r.row LIMIT {MOST_MARKED}"
            ).fetchall()
            if rows:
                title = each["sheet"] or Path(each["file"]).stem
                sheets.append(RejectSheet(title, each["header"], _marked(rows, each)))
    finally:
        connection.close()
    if not sheets:
        raise NotFound(_("这次导入没有退回的行"))
    return write_rejects(target, sheets=sheets, stamp=stamp)


def _rejected(run: ImportRun, source: int) -> str:
    """SQL of the rejected rows of one sheet: those of the plan, and those that somebody else was faster with."""
    plan = f"read_parquet({literal(folder_of(run) / 'plan-*.parquet')}, filename = true)"
    sentence = literal(_("导入期间该户的资料被他人修改，请核对后重新导入"))
    reason = f"[{{'column': '', 'code': 'changed_meanwhile', 'sentence': {sentence}}}]"
    return (
        f"SELECT row, CASE WHEN action = 'rejected' THEN problems ELSE {reason} END AS problems FROM {plan}"
        f" WHERE source = {source} AND (action = 'rejected' OR action != 'unchanged' AND ({_given_back(run)}))"
    )


def _given_back(run: ImportRun) -> str:
    """Condition: the rows of the portions that the merge gave back. It noted the part and the portion's number."""
    there = [
        f"parse_filename(filename, true) = {literal(f'plan-{part}')} AND portion IN ({', '.join(map(str, portions))})"
        for part, portions in run.options.get("given_back", {}).items()
    ]
    # The first version of the house kept the numbers of the rows in a file.
    file = folder_of(run) / "late.jsonl"
    lines = file.read_bytes().splitlines() if file.exists() else []
    there += [f"row_id IN ({', '.join(map(str, orjson.loads(line)))})" for line in lines]
    return " OR ".join(there) or "false"


def _marked(
    rows: list[tuple[Any, ...]], each: dict[str, Any]
) -> Iterator[tuple[list[str | None], dict[int, str], str]]:
    found = each["found"]
    for _row, *cells, problems in rows:
        wrong = {found[one["column"]]: one["sentence"] for one in problems if one["column"] in found}
        yield cells, wrong, "；".join(dict.fromkeys(one["sentence"] for one in problems))
