"""`fupin export`: the register as a file."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import click

from fupin.cli.group import answer, prepare_database
from fupin.cli.words import say

BATCH = 2_000


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
    from fupin.core import audit
    from fupin.core.columns import Sensitivity
    from fupin.core.workbooks import exporting as files
    from fupin.core.workbooks.stamps import Stamp, version_of
    from fupin.registry.intake import exporting

    read = _register if ledger in exporting.COLUMNS else _ledger
    own, columns, place, day, pages = read(ledger, fields, division, on.date() if on else None, reveal)
    if reveal and not any(each.sensitivity is Sensitivity.SEALED for each in columns):
        raise click.UsageError(
            say("所选各列没有遮盖的内容，不用 --reveal", "nothing is masked here: leave out --reveal")
        )
    stamp = Stamp(ledger, version_of(own), datetime.now(UTC).isoformat(), division or "", "export")
    with audit.acting(audit.Circumstances(channel="command")):
        detail = {
            "on": str(day),
            "columns": [each.name for each in columns],
            "reveal": reveal,
            "purpose": purpose or "",
        }
        act = "registry.export" if ledger in exporting.COLUMNS else f"{ledger}.export"
        audit.record(by=None, act=act, subject=f"ledger:{ledger}", division=place, detail=detail)
        rows = files.write(output, title=ledger, columns=columns, pages=pages, stamp=stamp)
    answer({"ledger": ledger, "rows": rows, "file": str(output)}, as_json=as_json,
           text=say(f"已导出 {rows} 行到 {output}", f"{rows} rows written to {output}"))  # fmt: skip


def _register(name, fields, division, on, reveal):  # type: ignore[no-untyped-def]
    """Households, persons or income as of a day: (all columns, those chosen, division, day, pages)."""
    from fupin.cli.imports import division_id
    from fupin.core import clock
    from fupin.divisions.queries import tree
    from fupin.registry.intake import exporting

    own = exporting.COLUMNS[name]
    columns, day, place = _chosen(own, fields), on or clock.today(), division_id(division)
    villages = None if place is None else [node.id for node in tree().subtree(place)]
    found = exporting.pages(name, on=day, villages=villages)
    return own, columns, place, day, (exporting.present(page, columns, reveal=reveal, on=day) for page in found)


def _ledger(name, fields, division, on, reveal):  # type: ignore[no-untyped-def]
    """Any other record type, in the form that the import reads back; its rows carry their own days."""
    import polars

    from fupin.accounts.scopes import SYSTEM
    from fupin.cli.imports import division_id
    from fupin.core import clock
    from fupin.core.ledgers import all_ledgers, listing, records
    from fupin.core.places import places

    found = next((each for each in all_ledgers() if each.name == name), None)
    if found is None:
        known = "、".join(each.name for each in all_ledgers())
        raise click.UsageError(
            say(f"没有名为“{name}”的可导出台账，现有：{known}", f"no such ledger; there are: {known}")
        )
    if on:
        raise click.UsageError(
            say("--on 只用于 households、persons、income", "--on is for households, persons, income")
        )
    columns, place = _chosen(found.columns, fields), division_id(division)
    rows = listing.rows(found, listing.Asked(), user=SYSTEM)
    if place is not None:
        if not found.division:
            raise click.UsageError(say(f"{name} 不分区划", f"{name} has no divisions"))
        rows = rows.filter(**{f"{found.division}__in": places().below(place)})
    labels = [column.label for column in columns]
    texts = (
        [records.write(c, found.value(row, c), reveal=reveal) for c in columns]
        for row in rows.iterator(chunk_size=BATCH)
    )
    pages = (
        polars.DataFrame(batch, schema=dict.fromkeys(labels, polars.String), orient="row")
        for batch in iter(lambda: list(islice(texts, BATCH)), [])
    )
    return found.writable, columns, place, clock.today(), pages


def _chosen(columns, fields):  # type: ignore[no-untyped-def]
    """The columns asked for, in the order of the sheet; keys always travel along."""
    if not fields:
        return columns
    wanted = {name.strip() for name in fields.split(",")}
    unknown = wanted - {column.name for column in columns} - {column.label for column in columns}
    if unknown:
        raise click.UsageError(say(f"没有这些列：{'、'.join(sorted(unknown))}", f"no such columns: {sorted(unknown)}"))
    return tuple(column for column in columns if column.key or column.name in wanted or column.label in wanted)
