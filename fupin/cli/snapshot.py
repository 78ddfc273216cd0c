"""`fupin snapshot --year Y`, `fupin snapshot verify`: freeze a year, verify the frozen ones."""

from __future__ import annotations

import sys

import click

from fupin.cli.group import answer, prepare_database
from fupin.cli.words import say


@click.group(
    invoke_without_command=True,
    help=say("冻结一年的登记；verify 核验", "Freeze a year of the register; verify the frozen ones"),
)
@click.option("--year", type=click.IntRange(2000, 2200))
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def snapshot(ctx: click.Context, year: int | None, as_json: bool) -> None:
    if ctx.invoked_subcommand:
        return
    if year is None:
        raise click.UsageError(say("请给出 --year，或运行 snapshot verify", "give --year, or run snapshot verify"))
    prepare_database()
    from fupin.bulk import taking
    from fupin.core import clock
    from fupin.core.refusals import Refused
    from fupin.registry import snapshots

    try:
        row = snapshots.freeze(year=year, extract=taking.current(), by=None, on=clock.today())
    except Refused as refused:
        raise click.UsageError("；".join(refused.reasons)) from None
    text = say(
        f"已冻结 {year} 年度：{row.rows} 行，摘要 {row.sha256}", f"{year} is frozen: {row.rows} rows, {row.sha256}"
    )
    answer({"year": year, "rows": row.rows, "sha256": row.sha256}, as_json=as_json, text=text)


@snapshot.command(help=say("核验全部已冻结年度", "Verify every frozen year"))
@click.option("--json", "as_json", is_flag=True)
def verify(as_json: bool) -> None:
    prepare_database()
    from fupin.registry import snapshots

    broken = snapshots.verify()
    years = snapshots.frozen_years()
    document = {
        "years": [row.year for row in years], "rows": sum(row.rows for row in years),
        "sha256": {str(row.year): row.sha256 for row in years},
        "broken": [{"year": one.year, "file": one.file, "fault": one.fault} for one in broken],
    }  # fmt: skip
    lines = [f"{one.year} {one.file} {one.fault}" for one in broken]
    lines = lines or [say(f"{len(years)} 个年度完好", f"{len(years)} frozen years are intact")]
    answer(document, as_json=as_json, text="\n".join(lines))
    if broken:
        sys.exit(1)
