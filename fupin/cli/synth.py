"""`fupin synth`: a made-up register as files, without a database."""

import time
from pathlib import Path

import click

from fupin.cli.group import answer
from fupin.cli.words import say
from fupin.synthetic.files import FORMATS
from fupin.synthetic.make import REGION, order_from
from fupin.synthetic.national import write as write_national
from fupin.synthetic.refusal import Impossible
from fupin.synthetic.write import write


@click.command(
    help=say("生成合成的户、人、收入文件（不用数据库）", "Make synthetic household, person and income files")
)
@click.option("--households", type=click.IntRange(1), required=True, help=say("户数", "Number of households"))
@click.option("--division", default=REGION, help=say("区划代码（默认全区）", "Division code (default: the region)"))
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help=say("随机种子", "Seed"))
@click.option(
    "--figures", type=click.Path(path_type=Path, dir_okay=False), help=say("须达到的指标文件", "Figures to reach")
)
@click.option(
    "--dirty",
    type=click.FloatRange(0, 100),
    default=0.0,
    help=say("带缺陷的人占比（%）", "Percent of persons with a defect"),
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="csv", show_default=True)
@click.option(
    "-o", "folder", type=click.Path(path_type=Path, file_okay=False), required=True, help=say("输出目录", "Folder")
)
@click.option(
    "--national",
    is_flag=True,
    help=say("另写国家系统导出格式的文件", "Also files in the shape of the national register"),
)
@click.option("--json", "as_json", is_flag=True, help=say("输出 JSON", "Print JSON"))
def command(households: int, division: str, seed: int, figures: Path | None, dirty: float, form: str, folder: Path,
            national: bool, as_json: bool) -> int:  # fmt: skip
    started = time.monotonic()
    try:
        order = order_from(households, division, seed, figures)
        written = write(order, folder, form, dirty)
        if national:
            written.files += write_national(order, folder, form)[:-1]
    except Impossible as refusal:
        raise click.UsageError(say(refusal.chinese, refusal.english)) from None
    ignored = order.targets.ignored if order.targets else []
    if ignored:
        sentence = say(
            "指标文件中 {} 项不由户和人的文件体现，未采用", "{} figures of the file are not carried by these files"
        )
        click.echo(sentence.format(len(ignored)), err=True)
    seconds = round(time.monotonic() - started, 2)
    document = {
        "files": [str(path) for path in written.files],
        "households": written.households,
        "persons": written.persons,
        "defects": written.defects,
        "ignored": ignored,
        "synthetic": True,
        "seconds": seconds,
    }
    text = say("合成数据：{} 户 {} 人，{} 秒，在 {}", "Synthetic data: {} households, {} persons, {} s, in {}")
    answer(document, as_json=as_json, text=text.format(written.households, written.persons, seconds, folder))
    return 0
