"""`fupin template`, `fupin import`: the workbook to fill in, and the staged import from the command line."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from fupin.cli.group import answer, prepare, prepare_database
from fupin.cli.words import say


@click.command(
    name="template",
    help=say(
        "导入模板：表头、代码下拉、说明、示例", "The import workbook: headers, code drop-downs, notes, an example"
    ),
)
@click.argument("ledger")
@click.option(
    "-o", "output", type=click.Path(dir_okay=False, path_type=Path), help=say("输出文件 .xlsx", "output .xlsx")
)
@click.option("--json", "as_json", is_flag=True)
def template(ledger: str, output: Path | None, as_json: bool) -> None:
    prepare()
    from fupin.core.imports.declaration import intake
    from fupin.core.refusals import Refused
    from fupin.core.workbooks.stamps import Stamp, version_of
    from fupin.core.workbooks.writing import write_template

    try:
        record = intake(ledger)
    except Refused as refusal:
        raise click.UsageError(str(refusal)) from None
    if output is not None:
        write_template(
            output, label=record.label, columns=record.columns, stamp=Stamp(ledger, version_of(record.columns))
        )
    columns = [
        {
            "name": column.name, "label": column.label, "aliases": list(column.aliases), "type": str(column.kind),
            "unit": column.unit, "codes": column.codes, "required": column.required, "key": column.key,
        }
        for column in record.columns
    ]  # fmt: skip
    lines = [f"{each['label']}\t{each['name']}\t{each['type']}\t{each['codes']}" for each in columns]
    answer({"ledger": ledger, "columns": columns, "file": str(output) if output else None}, as_json=as_json,
           text=str(output) if output else "\n".join(lines))  # fmt: skip


@click.command(
    name="import",
    help=say("分阶段导入 .xlsx、.xls、.csv、.parquet", "Staged import of .xlsx, .xls, .csv, .parquet"),
)
@click.argument("ledger")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--division", metavar="CODE", help=say("区划代码；区划以外的行退回", "refuse rows outside"))
@click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), help=say("生效日期（今天）", "day the facts hold from (today)")
)
@click.option("--sheet", default="", help=say("工作表名", "sheet name"))
@click.option(
    "--rejected", type=click.Path(dir_okay=False, path_type=Path), help=say("退回行写入的文件", "rejects .xlsx")
)
@click.option("--max-rejected", type=click.FloatRange(0, 100), help=say("退回超过百分之几则全部不导入", "percent"))
@click.option("--dry-run", is_flag=True, help=say("只校验不写入", "check only, write nothing"))
@click.option("--idempotency-key", "key", help=say("同一键只导入一次", "done once for a key"))
@click.option("--json", "as_json", is_flag=True)
def import_(ledger: str, files: tuple[Path, ...], division: str | None, on: datetime | None, sheet: str,
            rejected: Path | None, max_rejected: float | None, dry_run: bool, key: str | None,
            as_json: bool) -> None:  # fmt: skip
    prepare_database()
    from fupin.core import clock
    from fupin.core.audit import Circumstances, acting
    from fupin.core.imports import runs
    from fupin.core.refusals import Refused

    with acting(Circumstances(channel="command")):
        try:
            run = runs.open_run(
                ledger=ledger, files=[runs.Given(path, path.name) for path in files], by=None,
                on=on.date() if on else clock.today(), division=division_id(division), sheet=sheet,
                max_rejected=max_rejected, key=key,
            )  # fmt: skip
        except Refused as refusal:
            raise click.UsageError(str(refusal)) from None
        run = _carry_through(run, dry_run=dry_run)
    _hand_back(run, rejected, dry_run=dry_run, as_json=as_json)


def division_id(code: str | None) -> int | None:
    """The id of the division of a code that was given on the command line."""
    from fupin.core.refusals import NotFound
    from fupin.divisions.queries import tree

    if code is None:
        return None
    try:
        return tree().by_code(code).id
    except NotFound as refusal:
        raise click.UsageError(str(refusal)) from None


def _carry_through(run: Any, *, dry_run: bool) -> Any:
    """Stage, accept and merge; an import of the same files that was killed goes on where it stopped."""
    from fupin.core.imports import runs

    if run.state == "merging" and run.total:
        click.echo(
            say(
                f"上次导入中断于 {run.done}/{run.total} 行，继续写入",
                f"Interrupted at {run.done} of {run.total}: goes on",
            ),
            err=True,
        )
    tell = _Progress()
    run = runs.stage(run=run, by=None, progress=tell)
    if run.state == "ready" and not dry_run:
        run = runs.accept(run=run, by=None)
    return runs.merge(run=run, by=None, progress=tell)


class _Progress:
    """A line on standard error that is written over, on a terminal only."""

    def __call__(self, done: int, total: int, phase: str) -> None:
        if sys.stderr.isatty():
            share = f" {done * 100 // total}%" if total else ""
            click.echo(f"\r{phase}{share} {done}      ", nl=False, err=True)


def _hand_back(run: Any, rejected: Path | None, *, dry_run: bool, as_json: bool) -> None:
    from fupin.core.imports import runs
    from fupin.core.imports.rejecting import rejects_file
    from fupin.core.refusals import Refused

    if run.rejected and rejected is not None:
        try:
            rejects_file(run, rejected)
        except Refused as refusal:
            click.echo(str(refusal), err=True)
    document = {
        "import": str(run.pk), "state": run.state, "read": run.read, "created": run.created, "updated": run.updated,
        "unchanged": run.unchanged, "rejected": run.rejected, "reasons": run.reasons, "findings": run.findings,
        "seconds": run.seconds, "dry_run": dry_run, "refusal": run.refusal or None,
    }  # fmt: skip
    text = say(
        f"读入 {run.read} 行：新增 {run.created}，更新 {run.updated}，无变化 {run.unchanged}，退回 {run.rejected}",
        f"{run.read} rows: {run.created} created, {run.updated} updated, {run.unchanged} unchanged, {run.rejected} rejected",
    )
    lines = [run.refusal] if run.refusal else [text, *(f"  {code}: {count}" for code, count in run.reasons.items())]
    answer(document, as_json=as_json, text="\n".join(lines))
    if dry_run and run.state == "ready":
        runs.cancel(run=run, by=None)
    if run.state == "refused":
        sys.exit(2)
    if run.rejected:
        sys.exit(1)
