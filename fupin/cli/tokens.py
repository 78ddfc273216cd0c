"""`fupin tokens`: what a department runs at home, without a database: numbers become tokens of one exchange."""

from __future__ import annotations

from pathlib import Path

import click

from fupin.cli.group import answer, prepare
from fupin.cli.words import say


@click.command(
    help=say("把部门文件的证件号码制成令牌，姓名等不带出", "Turn the numbers of a file into tokens; names stay")
)
@click.argument("source")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o", "output", required=True, type=click.Path(dir_okay=False, path_type=Path), help=".csv .xlsx .parquet"
)
@click.option("--exchange-key", "key", required=True, help=say("该次交换的密钥", "the key of this exchange"))
@click.option(
    "--definition",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=say("各地自设来源的定义文件", "the definition of an office's own source"),
)
@click.option("--json", "as_json", is_flag=True)
def tokens(source: str, file: Path, output: Path, key: str, definition: Path | None, as_json: bool) -> None:
    prepare()
    from fupin.core.refusals import Refused
    from fupin.quality.comparison import making

    try:
        rows = making.make(making.source_at_home(source, definition), file, output, key=key)
    except Refused as refusal:
        raise click.UsageError(str(refusal)) from None
    text = say(f"已写出 {rows} 行：{output}", f"{rows} rows written: {output}")
    answer({"rows": rows, "file": str(output), "source": source}, as_json=as_json, text=text)
