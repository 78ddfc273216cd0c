"""`fupin compare`: a department's file against the register, from reading to tickets."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fupin.cli.group import answer, prepare_database
from fupin.cli.imports import division_id
from fupin.cli.words import say


@click.command(help=say("与部门数据比对：部门文件对登记册", "Compare a department's file with the register"))
@click.argument("source")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--division", metavar="CODE", help=say("区划代码（全区）", "division code (the whole region)"))
@click.option("--engine", type=click.Choice(["duckdb"]), default="duckdb", show_default=True)
@click.option("--exchange-key", "key", default="", help=say("令牌文件的交换密钥", "exchange key of a file of tokens"))
@click.option(
    "--complete", is_flag=True, help=say("名册完整：不在其中的不再是疑点", "whoever is not in it is found no more")
)
@click.option("--json", "as_json", is_flag=True)
def compare(
    source: str, file: Path, division: str | None, engine: str, key: str, complete: bool, as_json: bool
) -> None:
    prepare_database()
    from fupin.accounts.scopes import SYSTEM
    from fupin.core import clock
    from fupin.core.audit import Circumstances, acting
    from fupin.core.refusals import Refused
    from fupin.divisions.queries import tree
    from fupin.quality.comparison import folders, operations, queries

    try:
        place = division_id(division)
        known = queries.source_of(source, on=clock.today(), division=place)
        with acting(Circumstances(channel="command")):
            made = operations.take_in(
                source=known, pieces=folders.blocks(file), name=file.name, by=SYSTEM, on=clock.today(), key=key,
                division=tree().root.id if place is None else place, is_complete=complete,
            )  # fmt: skip
            made = operations.read(exchange=made, source=known)
            if made.refusal:
                raise Refused(made.refusal)
            for remark in made.remarks:
                click.echo(remark, err=True)
            made = operations.compare(exchange=made, source=known, by=SYSTEM)
    except Refused as refusal:
        raise click.UsageError(str(refusal)) from None
    document = {
        "exchange": str(made.pk), "source": source, "rows": made.rows, "matched_exact": made.matched_exact,
        "matched_scored": made.matched_scored, "undecided": made.undecided, "findings": made.findings,
        "opened": made.opened, "reopened": made.reopened, "closed": made.closed, "seconds": made.seconds,
        "engine": engine, "as_of": made.as_of, "remarks": made.remarks,
    }  # fmt: skip
    text = say(
        f"{made.rows} 行：号码相符 {made.matched_exact}，关联认定 {made.matched_scored}，待判定 {made.undecided}；疑点 {made.findings}",
        f"{made.rows} rows: {made.matched_exact} by number, {made.matched_scored} by weight, {made.undecided} undecided;"
        f" {made.findings} findings",
    )
    answer(document, as_json=as_json, text=text)
    if made.findings or made.undecided:
        sys.exit(1)
