"""`fupin check`: the quality rules over the whole register, and tickets opened or closed by what they find."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from fupin.cli.group import answer, prepare_database
from fupin.cli.words import say


@click.command(
    name="check",
    help=say("按质量规则检查全库，发现的问题开为问题数据", "Check the register by the quality rules, and open tickets"),
)
@click.option("--division", metavar="CODE", help=say("区划代码", "division code"))
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help=say("哪一天的情况（今天）", "as of which day (today)"))
@click.option("--rule", "names", multiple=True, help=say("规则编号，可多次给出", "rule id; may be repeated"))
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True)
@click.option(
    "-o",
    "output",
    type=click.Path(dir_okay=False, path_type=Path),
    help=say("问题清单 .xlsx .csv", "findings as a file"),
)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def check(
    ctx: click.Context, division: str | None, on: datetime | None, names: tuple[str, ...], engine: str, output: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    if output is not None and output.suffix.lower() not in (".xlsx", ".csv"):
        raise click.UsageError(say("问题清单只能写为 .xlsx、.csv", "only .xlsx and .csv"))
    prepare_database()
    from fupin.cli.imports import division_id
    from fupin.core import clock
    from fupin.core.refusals import NotFound
    from fupin.quality import checking, listing

    place, day = division_id(division), on.date() if on else clock.today()
    try:
        keep = (lambda swept: listing.write(swept.findings, output, on=day)) if output is not None else None
        done = checking.check(on=day, division=place, names=names, engine=engine, keep=keep)
    except NotFound as refusal:
        raise click.UsageError(str(refusal)) from None
    answer(_document(done), as_json=as_json, text=_text(done))
    ctx.exit(1 if done.swept.found else 0)


def _document(done: Any) -> dict[str, Any]:
    swept = done.swept
    return {
        "rules": len(swept.rules), "households": swept.rows.get("households", 0), "persons": swept.rows.get("persons", 0),
        "findings": swept.found, "by_rule": swept.by_rule, "opened": done.settled.opened, "reopened": done.settled.reopened,
        "closed": done.settled.closed, "seconds_extract": round(done.sweep.seconds_extract or 0, 3),
        "seconds_sweep": round(swept.seconds, 3), "engine": swept.engine, "as_of": done.sweep.as_of,
        "extract": done.sweep.extract, "inputs": swept.inputs,
    }  # fmt: skip


def _text(done: Any) -> str:
    from fupin.quality.applying import rule_among
    from fupin.rulebook import own_rules

    own = own_rules.in_force(done.sweep.on)
    swept, settled = done.swept, done.settled
    lines = [
        f"{name}  {say(known.label, known.label_en)}  {swept.by_rule[name]}"
        for name in swept.rules
        if swept.by_rule[name] and (known := rule_among(own, name))
    ]
    total = say(
        f"{len(swept.rules)} 条规则，发现 {swept.found} 个问题；新增 {settled.opened}，重新打开 {settled.reopened}，"
        f"办结 {settled.closed}；用时 {swept.seconds:.1f} 秒",
        f"{len(swept.rules)} rules, {swept.found} findings; {settled.opened} opened, {settled.reopened} reopened, "
        f"{settled.closed} closed; {swept.seconds:.1f} s",
    )
    return "\n".join([*lines, total])
