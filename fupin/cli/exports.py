"""`fupin export`: the register as a file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from fupin.cli.group import answer, prepare_database
from fupin.cli.words import say


@click.command(
    name="export",
    help=say(
        "导出为 .xlsx、.csv、.parquet；敏感列默认遮盖", "Export to .xlsx, .csv, .parquet; sensitive columns masked"
    ),
)
@click.argument("ledger")
@click.option(
    "-o", "output", required=True, type=click.Path(dir_okay=False, path_type=Path), help=say("输出文件", "output")
)
@click.option("--division", metavar="CODE", help=say("区划代码", "division code"))
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help=say("哪一天的情况（今天）", "as of which day (today)"))
@click.option("--fields", help=say("列名，以逗号分隔", "column names, separated by commas"))
@click.option("--reveal", is_flag=True, help=say("不遮盖敏感列（记入审计）", "do not mask (logged)"))
@click.option("--purpose", help=say("不遮盖的用途", "purpose of revealing"))
@click.option("--json", "as_json", is_flag=True)
def export(ledger: str, output: Path, division: str | None, on: datetime | None, fields: str | None, reveal: bool,
           purpose: str | None, as_json: bool) -> None:  # fmt: skip
    if reveal and not (purpose or "").strip():
        raise click.UsageError(say("不遮盖导出须用 --purpose 说明用途", "--reveal needs --purpose"))
    if output.suffix.lower() not in (".xlsx", ".csv", ".parquet"):
        raise click.UsageError(say("只能导出为 .xlsx、.csv、.parquet", "only .xlsx, .csv and .parquet"))
    prepare_database()
    from fupin.cli.imports import division_id
    from fupin.core import audit, clock
    from fupin.core.workbooks import exporting as files
    from fupin.core.workbooks.stamps import Stamp, version_of
    from fupin.divisions.queries import tree
    from fupin.registry.intake import exporting

    if ledger not in exporting.COLUMNS:
        known = "、".join(exporting.COLUMNS)
        raise click.UsageError(
            say(f"没有名为“{ledger}”的可导出台账，现有：{known}", f"no such ledger; there are: {known}")
        )
    columns = _chosen(exporting.COLUMNS[ledger], fields)
    day, place = on.date() if on else clock.today(), division_id(division)
    villages = None if place is None else [node.id for node in tree().subtree(place)]
    stamp = Stamp(
        ledger, version_of(exporting.COLUMNS[ledger]), datetime.now(UTC).isoformat(), division or "", "export"
    )
    with audit.acting(audit.Circumstances(channel="command")):
        detail = {
            "on": str(day),
            "columns": [each.name for each in columns],
            "reveal": reveal,
            "purpose": purpose or "",
        }
        audit.record(by=None, act="registry.export", subject=f"ledger:{ledger}", division=place, detail=detail)
        pages = (
            exporting.present(page, columns, reveal=reveal, on=day)
            for page in exporting.pages(ledger, on=day, villages=villages)
        )
        rows = files.write(output, title=ledger, columns=columns, pages=pages, stamp=stamp)
    answer({"ledger": ledger, "rows": rows, "file": str(output)}, as_json=as_json,
           text=say(f"已导出 {rows} 行到 {output}", f"{rows} rows written to {output}"))  # fmt: skip


def _chosen(columns, fields):  # type: ignore[no-untyped-def]
    """The columns asked for, in the order of the sheet; keys always travel along."""
    if not fields:
        return columns
    wanted = {name.strip() for name in fields.split(",")}
    unknown = wanted - {column.name for column in columns} - {column.label for column in columns}
    if unknown:
        raise click.UsageError(say(f"没有这些列：{'、'.join(sorted(unknown))}", f"no such columns: {sorted(unknown)}"))
    return tuple(column for column in columns if column.key or column.name in wanted or column.label in wanted)
